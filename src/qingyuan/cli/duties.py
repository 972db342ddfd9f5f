"""``qingyuan duties``: the catalogue of maintenance duties. No database, no Django."""

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

from qingyuan.kernel.clock import CST
from qingyuan.standards import BadBook, Book, Unregulated, load
from qingyuan.standards.duties import (
    COLUMNS,
    DUTIES,
    KINDS,
    TECHNIQUES,
    Cell,
    Duties,
    Duty,
    Row,
    load_duties,
    next_due,
    terms,
)

from . import BadInput
from .duties_page import page


def run(argv: list[str]) -> int:
    """Status 0 when the catalogue is sound and the question could be answered, else 2."""
    args = _parser().parse_args(argv)
    try:
        return int(args.verb(args))
    except (Unregulated, ValueError) as error:
        if isinstance(error, BadBook) and len(error.problems) > 1:
            raise BadInput(f"{len(error.problems)} faults in the duties\n{error}") from error
        raise BadInput(str(error)) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qingyuan duties",
        description="What a monitoring system needs, how often, by which clause, on which form.",
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=_folder, default=DUTIES, metavar="DIR",
                        help="folder of duties instead of the shipped one")
    common.add_argument("--extra", type=_folder, nargs="+", default=[], metavar="DIR",
                        help="folders of further sets, an organisation's own")
    common.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    dated = argparse.ArgumentParser(add_help=False, parents=[common])
    dated.add_argument("--at", type=_day, metavar="DATE",
                       help="read the book of rules on this day; default: today in China")
    chosen = argparse.ArgumentParser(add_help=False, parents=[dated])
    chosen.add_argument("--sets", nargs="+", metavar="SET", help="only these sets; default: all")

    verb = verbs.add_parser("list", parents=[chosen], help="the duties, of one system or of all")
    verb.add_argument("--kind", choices=KINDS)
    verb.add_argument("--technique", choices=TECHNIQUES, default="", help="of gas")
    verb.set_defaults(verb=_list)

    verb = verbs.add_parser("matrix", parents=[chosen],
                            help="kind of system by interval, with clauses")
    verb.add_argument("--markdown", action="store_true", help="the page docs/duties.md")
    verb.set_defaults(verb=_matrix)

    verb = verbs.add_parser("show", parents=[dated], help="one duty, and when it is due again")
    verb.add_argument("key", metavar="KEY")
    verb.add_argument("--done", type=_moment, metavar="WHEN",
                      help="its last finish: YYYY-MM-DD or YYYY-MM-DDTHH:MM in China time")
    verb.add_argument("--auto", action="store_true", help="the system calibrates itself")
    verb.set_defaults(verb=_show)

    verb = verbs.add_parser("check", parents=[dated], help="are the duties sound, and is every "
                                                           "rule they name in the book")
    verb.set_defaults(verb=_check)
    return parser


def _list(args: argparse.Namespace) -> int:
    book, duties = _loaded(args)
    day = args.at or _today()
    if args.technique and args.kind not in (None, "gas"):
        raise BadInput("only gas has techniques")
    kind = "gas" if args.technique else args.kind
    sets = _sets(args, duties)
    found = [d for d in duties if d.set in sets and kind in (None, d.kind)
             and (not args.technique or d.holds("gas", args.technique))]
    if args.json:
        _print_json([_as_json(d, book, day) for d in found])
        return 0
    width = max((len(d.key) for d in found), default=0)
    for d in found:
        print(f"{d.key:<{width}}  {_intervals(d, book, day):<22}  {d.where:<6}  {d.status:<9}  "
              f"{d.cite()}  {d.group} · {d.name}")
    print(f"{len(found)} duties of {len({d.set for d in found})} sets")
    return 0


def _matrix(args: argparse.Namespace) -> int:
    book, duties = _loaded(args)
    day = args.at or _today()
    rows = duties.matrix(book, day, sets=_sets(args, duties))
    if args.markdown:
        print(page(duties, rows, day), end="")
    elif args.json:
        _print_json({"at": day.isoformat(), "fingerprint": book.fingerprint,
                     "rows": [_row(row) for row in rows]})
    else:
        print("\t".join(("", *COLUMNS)))
        for row in rows:
            print("\t".join((row.name, *(str(len(row.cells[c])) for c in COLUMNS))))
    return 0


def _show(args: argparse.Namespace) -> int:
    book, duties = _loaded(args)
    if args.key not in duties:
        raise BadInput(f"there is no duty {args.key!r}; list them with: qingyuan duties list")
    duty, day = duties[args.key], args.at or _today()
    due = args.done and next_due(duty, args.done, book, auto_calibration=args.auto)
    if args.json:
        _print_json({**_as_json(duty, book, day), "next": due and {
            "opens": due.opens.isoformat(), "due": due.due.isoformat(), "at": due.at.isoformat(),
            "interval": str(due.term.interval), "source": due.source, "rule": due.term.rule}})
        return 0
    print(f"{duty.key}  {duty.name}\n{duty.group}, {duties.sets[duty.set].title}")
    forms = ", ".join(f"{slug} {duties.forms.get(slug, '')}".strip()
                      for slug in dict.fromkeys(dict(duty.forms).values()))
    for label, text in (
        ("system", ", ".join((KINDS[duty.kind], *(TECHNIQUES[t] for t in duty.techniques)))),
        ("interval", _intervals(duty, book, day)), ("where", duty.where), ("form", forms),
        ("cite", duty.cite()), ("status", duty.status), ("source", duty.source),
        ("only", _only(duty)), ("why", duty.why),
    ):
        if text:
            print(f"  {label:<9}{text}")
    if due:
        print(f"  next     from {due.opens}, due {due.due}, at the latest {due.at:%Y-%m-%d %H:%M}"
              f" ({due.term.interval}, {due.source})")
    return 0


def _check(args: argparse.Namespace) -> int:
    book, duties = _loaded(args)
    day = args.at or _today()
    rows = duties.matrix(book, day)
    by_set = Counter(d.set for d in duties)
    statuses = Counter(d.status for d in duties)
    empty = [f"{row.name} · {COLUMNS[column]}" for row in
             duties.matrix(book, day, sets=duties.default_sets())
             for column in ("day", "week", "month", "quarter") if not row.cells[column]]
    if args.json:
        _print_json({"sound": True, "duties": len(duties), "sets": dict(by_set),
                     "status": dict(statuses), "empty": empty,
                     "rules": sorted({name for d in duties for name in d.rules()})})
    else:
        print(f"{len(duties)} duties of {len(by_set)} sets for {len(rows)} kinds of system; "
              f"{len(duties.forms)} forms")
        for key, own in duties.sets.items():
            state = "on" if own.default else "off"
            print(f"  {key:<10}{by_set[key]:>4}  {state:<3}  {own.title}")
        print("  " + ", ".join(f"{n} {s}" for s, n in sorted(statuses.items())))
    if empty:
        raise BadInput(f"the default sets leave cells empty: {', '.join(empty)}")
    return 0


def _loaded(args: argparse.Namespace) -> tuple[Book, Duties]:
    book = load()
    return book, load_duties(args.extra, args.data, book)


def _sets(args: argparse.Namespace, duties: Duties) -> Sequence[str]:
    unknown = sorted(set(args.sets or ()) - duties.sets.keys())
    if unknown:
        raise BadInput(f"no set {', '.join(unknown)}; there are: {', '.join(duties.sets)}")
    return tuple(args.sets or duties.sets)


def _intervals(duty: Duty, book: Book, day: date) -> str:
    by_hand = _terms(duty, book, day, False)
    automatic = _terms(duty, book, day, True)
    return by_hand if by_hand == automatic else f"{by_hand}; auto {automatic}"


def _terms(duty: Duty, book: Book, day: date, automatic: bool) -> str:
    found = terms(duty, book, day, auto_calibration=automatic)
    return " or ".join(dict.fromkeys(str(t.interval) for t in found))


def _only(duty: Duty) -> str:
    parts: list[str] = []
    if duty.auto_calibration is not None:
        parts.append("with auto-calibration" if duty.auto_calibration else "without")
    if duty.months:
        parts.append(f"months {', '.join(map(str, duty.months))}")
    if duty.below is not None:
        parts.append(f"at or below {duty.below} degC")
    parts.extend(f"with {part}" for part in duty.needs)
    if duty.same_as:
        parts.append(f"where {duty.same_as} is not asked")
    return "; ".join(parts)


def _as_json(duty: Duty, book: Book, day: date) -> Mapping[str, object]:
    return {
        "key": duty.key, "name": duty.name, "group": duty.group, "set": duty.set,
        "kind": duty.kind, "techniques": list(duty.techniques), "where": duty.where,
        "forms": dict(duty.forms) if duty.techniques else duty.form(),
        "intervals": {
            label: [{"interval": str(t.interval), "cite": t.source, "status": t.status,
                     "rule": t.rule} for t in terms(duty, book, day, auto_calibration=auto)]
            for label, auto in (("manual", False), ("auto", True))
            if duty.auto_calibration in (None, auto)},
        "auto_calibration": duty.auto_calibration, "months": list(duty.months),
        "below": duty.below, "invalidates": duty.invalidates, "prefill": duty.prefill,
        "needs": list(duty.needs), "same_as": duty.same_as, "cite": duty.cite(),
        "status": duty.status, "source": duty.source, "why": duty.why,
    }


def _row(row: Row) -> Mapping[str, object]:
    return {"kind": row.kind, "technique": row.technique, "name": row.name,
            "cells": {column: _cells(found) for column, found in row.cells.items()}}


def _cells(found: Iterable[Cell]) -> list[Mapping[str, object]]:
    return [{"key": c.duty.key, "name": c.duty.name, "set": c.duty.set, "cite": c.duty.cite(),
             "interval": str(c.term.interval), "interval_cite": c.term.source,
             "auto_calibration": c.auto_calibration} for c in found]


def _today() -> date:
    return datetime.now(CST).date()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day, YYYY-MM-DD") from None


def _moment(text: str) -> date:
    if len(text) == 10:
        return _day(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither YYYY-MM-DD nor YYYY-MM-DDTHH:MM") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=CST)


def _folder(text: str) -> Path:
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text}: no such directory")
    return path


def _print_json(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=1))
