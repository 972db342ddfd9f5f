"""``qingyuan rules``: read, check and compare the book of rules. No database, no Django."""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from qingyuan.kernel.clock import CST
from qingyuan.standards import (
    DATA,
    STATUSES,
    BadBook,
    Provision,
    Reading,
    Unregulated,
    Value,
    citations,
    differences,
    load,
)

from . import BadInput

_LINK = re.compile(r"(region|organisation|permit):\S+|national")


def run(argv: list[str]) -> int:
    """Status 0 when the book is sound and the question could be answered, else 2."""
    args = _parser().parse_args(argv)
    try:
        return int(args.verb(args))
    except Unregulated as error:
        raise BadInput(str(error)) from error
    except BadBook as error:
        raise BadInput(f"{len(error.problems)} faults in the data\n{error}"
                       if len(error.problems) > 1 else str(error)) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qingyuan rules",
        description="The figures of the standards as data: each with unit, clause, the days it is "
                    "in force, its source and whether it was checked against the printed text.",
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=_folder, default=DATA, metavar="DIR",
                        help="folder of TOML files instead of the shipped one")
    answer = argparse.ArgumentParser(add_help=False, parents=[common])
    answer.add_argument("--json", action="store_true", help="one JSON document instead of lines")

    verb = verbs.add_parser("list", parents=[answer], help="every value of every provision")
    verb.add_argument("--standard", metavar="S", help='only this standard ("HJ 75-2017")')
    verb.add_argument("--status", choices=STATUSES)
    verb.set_defaults(verb=_list)

    verb = verbs.add_parser("show", parents=[answer], help="one provision with its history")
    verb.add_argument("name", metavar="NAME")
    verb.add_argument("--at", type=_day, metavar="DATE", help="default: today in China")
    _add_scope(verb)
    verb.set_defaults(verb=_show)

    verb = verbs.add_parser("check", parents=[answer], help="is the data sound, what is not read "
                                                            "by code, what is not yet checked")
    verb.set_defaults(verb=_check)

    verb = verbs.add_parser("diff", parents=[answer], help="what differs between two days, or "
                                                           "between two folders of data")
    verb.add_argument("--from", dest="first", type=_day, metavar="DATE")
    verb.add_argument("--to", dest="second", type=_day, metavar="DATE", help="default: today")
    verb.add_argument("--against", type=_folder, metavar="DIR",
                      help="read the second day in this folder")
    _add_scope(verb)
    verb.set_defaults(verb=_diff)
    return parser


def _add_scope(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--scope", nargs="+", type=_link, default=[], metavar="LINK",
                      help="whose values come first, nearest first: permit:12 region:650100 "
                           "region:65")


def _list(args: argparse.Namespace) -> int:
    book = load(args.data)
    if args.standard is not None and args.standard not in book.standards:
        raise BadInput(f"no standard {args.standard!r}; there are: {', '.join(book.standards)}")
    found = [p for p in book.provisions
             if args.standard in (None, p.standard) and args.status in (None, p.status)]
    if args.json:
        _print_json([_as_json(p) for p in found])
        return 0
    width = max((len(p.name) for p in found), default=0)
    for p in found:
        link = "" if p.link == "national" else f"  [{p.link}]"
        print(f"{p.name:<{width}}  {_value(p.value, p.unit):<18} {p.since} – "
              f"{p.until or '':<10}  {p.status:<9}  {p.cite()}{link}  {p.title}")
    print(f"{len(found)} values of {len({p.name for p in found})} provisions")
    return 0


def _show(args: argparse.Namespace) -> int:
    book = load(args.data)
    day = args.at or _today()
    p = book.at(args.name, day, args.scope)
    history = book.history(args.name)
    if args.json:
        _print_json({**_as_json(p), "at": day.isoformat(), "scope": args.scope,
                     "fingerprint": book.fingerprint,
                     "history": [_as_json(h) for h in history]})
        return 0
    print(f"{p.name}  {p.title}\n{_value(p.value, p.unit)}   on {day}, set by {p.link}")
    for label, text in (
        ("cite", p.cite()), ("status", p.status), ("source", p.source),
        ("since", f"{p.since}, until {p.until}" if p.until else f"{p.since}"),
        ("choices", ", ".join(book.words(p.name))), ("why", p.why),
    ):
        if text:
            print(f"  {label:<8} {text}")
    for r in p.readings:
        print(f"  or       {_value(r.value, p.unit)}   {r.clause}, {r.status}: {r.source}\n"
              f"           {r.why}")
    print("history")
    for h in history:
        print(f"  {h.since} – {h.until or '':<10}  {_value(h.value, h.unit)}   {h.cite()}   "
              f"{h.status}   {h.link}")
    return 0


def _check(args: argparse.Namespace) -> int:
    faults: list[str] = []
    for read in (load, citations):
        try:
            read(args.data)
        except BadBook as error:
            faults.extend(error.problems)
    if faults:
        if args.json:
            _print_json({"sound": False, "faults": faults})
        raise BadInput("\n".join((f"{len(faults)} faults in {args.data}", *faults)))
    book = load(args.data)
    read_by_code = _read_by_code()
    lacking = sorted(set(read_by_code) - set(book.names()))
    unread = [n for n in book.names() if n not in read_by_code]
    statuses = Counter(p.status for p in book.provisions)
    if args.json:
        _print_json({
            "sound": not lacking, "fingerprint": book.fingerprint,
            "standards": len(book.standards), "provisions": len(book.names()),
            "values": len(book.provisions), "citations": len(citations(args.data)),
            "status": {s: statuses[s] for s in STATUSES},
            "lacking": lacking, "unread": unread,
            "recalled": _names(p for p in book.provisions if p.status == "recalled"),
        })
    else:
        print(f"{len(book.standards)} standards, {len(book.names())} provisions, "
              f"{len(book.provisions)} values, {len(citations(args.data))} citations; "
              f"fingerprint {book.fingerprint}")
        print("  " + ", ".join(f"{statuses[s]} {s}" for s in STATUSES))
        print(f"not read by the judging code: {len(unread)}")
        for name in unread:
            print(f"  {name}")
    if lacking:
        raise BadInput(f"judging reads what the book lacks: {', '.join(lacking)}")
    return 0


def _diff(args: argparse.Namespace) -> int:
    if args.first is None and args.against is None:
        raise BadInput("diff needs --from DATE, --against DIR or both")
    second = args.second or (args.first if args.against else None) or _today()
    first = args.first or second
    before, after = load(args.data), load(args.against or args.data)
    found = differences(before, first, after, second, args.scope)
    laws = _cited(args.data, first, args.against or args.data, second)
    if args.json:
        _print_json({
            "from": {"day": first.isoformat(), "fingerprint": before.fingerprint},
            "to": {"day": second.isoformat(), "fingerprint": after.fingerprint},
            "differences": [
                {"name": d.name, "before": d.before and _as_json(d.before),
                 "after": d.after and _as_json(d.after)} for d in found
            ],
            "citations": [{"key": k, "before": b, "after": a} for k, b, a in laws],
        })
        return 0
    for d in found:
        print(f"{d.name}\n  - {_brief(d.before)}\n  + {_brief(d.after)}")
    for key, old, new in laws:
        print(f"law for {key}\n  - {old or 'none'}\n  + {new or 'none'}")
    print(f"{len(found)} of {len({*before.names(), *after.names()})} provisions and {len(laws)} "
          f"citations differ between {first} and {second}")
    return 0


def _cited(
    before: Path, first: date, after: Path, second: date
) -> list[tuple[str, str | None, str | None]]:
    """Key, law before and law after, of every citation that is not the same."""
    keys = sorted({*citations(before), *citations(after)})
    laws = [(k, _law(before, k, first), _law(after, k, second)) for k in keys]
    return [law for law in laws if law[1] != law[2]]


def _law(folder: Path, key: str, day: date) -> str | None:
    return next((c.cite() for c in citations(folder).get(key, ()) if c.covers(day)), None)


def _brief(p: Provision | None) -> str:
    if p is None:
        return "not regulated"
    return f"{_value(p.value, p.unit)}   {p.cite()}   {p.status}   {p.link}"


def _value(value: Value, unit: str) -> str:
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return f"{shown} {unit}".strip()


def _as_json(p: Provision) -> dict[str, object]:
    return {
        "name": p.name, "title": p.title, "value": p.value, "unit": p.unit, "cite": p.cite(),
        "standard": p.standard, "clause": p.clause, "status": p.status, "source": p.source,
        "link": p.link, "since": p.since.isoformat(),
        "until": p.until.isoformat() if p.until else None, "why": p.why,
        "choices": list(p.words()), "readings": [_reading(r) for r in p.readings],
    }


def _reading(r: Reading) -> dict[str, object]:
    return {"value": r.value, "clause": r.clause, "status": r.status, "source": r.source,
            "why": r.why}


def _names(provisions: Iterable[Provision]) -> list[str]:
    return sorted({p.name for p in provisions})


def _read_by_code() -> Sequence[str]:
    # imported here because it brings numpy, which the other verbs do not need
    from qingyuan.calc.ruling import READ

    return READ


def _today() -> date:
    return datetime.now(CST).date()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day, YYYY-MM-DD") from None


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text}: no such directory")
    return path


def _link(text: str) -> str:
    if not _LINK.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no link; a link is region:65, "
                                         "organisation:3 or permit:12")
    return text


def _print_json(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=1))
