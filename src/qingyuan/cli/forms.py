"""``qingyuan forms``: the record forms, and what a record's answers come to."""

import argparse
import json
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

from qingyuan.forms import (
    FORMS,
    METHODS,
    RESULT_WORDS,
    SETS,
    TECHNIQUES,
    BadForm,
    Field,
    Form,
    Setting,
    bundle,
    compute,
    limits_of,
    load_forms,
    outcome,
    printed,
    validate,
)
from qingyuan.kernel.clock import CST
from qingyuan.standards import load

from . import BadInput


def run(argv: list[str]) -> int:
    """0 when the question could be answered and answers can be submitted, 1 when answers have
    problems, 2 for bad input or unsound definitions."""
    args = _parser().parse_args(argv)
    try:
        return int(args.verb(args))
    except BadForm as error:
        raise BadInput(f"{len(error.problems)} faults in the definitions\n{error}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qingyuan forms",
        description="Record forms as data: what is asked, computed and judged, clause by clause.",
    )
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=_folder, default=FORMS, metavar="DIR",
                        help="folder of definitions instead of the shipped one")
    common.add_argument("--json", action="store_true", help="one JSON document instead of lines")

    verb = verbs.add_parser("list", parents=[common], help="every form")
    verb.add_argument("--technique", choices=TECHNIQUES)
    verb.set_defaults(verb=_list)

    verb = verbs.add_parser("show", parents=[common], help="one form with its fields and rules")
    verb.add_argument("code", metavar="CODE")
    _add_setting(verb)
    verb.set_defaults(verb=_show)

    verb = verbs.add_parser("check", parents=[common], help="are the definitions sound")
    verb.set_defaults(verb=_check)

    verb = verbs.add_parser("compute", parents=[common], help="validate answers, print problems, "
                                                              "computed values and outcome")
    verb.add_argument("code", metavar="CODE")
    verb.add_argument("answers", type=Path, metavar="ANSWERS.json")
    _add_setting(verb)
    verb.set_defaults(verb=_compute)
    return parser


def _add_setting(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--at", type=_day, metavar="DATE", help="default: today in China")
    verb.add_argument("--technique", choices=TECHNIQUES, help="default: the form's first")
    verb.add_argument("--method", nargs="+", choices=METHODS, default=[])
    verb.add_argument("--set", nargs="+", choices=SETS, default=[], dest="sets",
                      help="sets of items beyond the standard")
    verb.add_argument("--scope", nargs="+", default=[], metavar="LINK",
                      help="whose limits come first: permit:12 region:65")


def _list(args: argparse.Namespace) -> int:
    found = [f for f in load_forms(args.data).values()
             if args.technique in (None, *f.techniques)]
    if args.json:
        _print([{"code": f.code, "title": f.title, "kind": f.kind, "cite": f.cite(),
                 "status": f.status, "version": f.version, "since": f.since.isoformat(),
                 "techniques": list(f.techniques), "digest": f.digest} for f in found])
        return 0
    width = max((len(f.code) for f in found), default=0)
    for f in found:
        print(f"{f.code:<{width}}  {f.kind:<12}  {f.status:<9}  v{f.version}  "
              f"{','.join(f.techniques)}  {f.cite()}  {f.title}")
    print(f"{len(found)} forms")
    return 0


def _show(args: argparse.Namespace) -> int:
    form = _form(args)
    book, day = load(), args.at or _today()
    setting = _setting(args, form)
    if args.json:
        _print(bundle(form, book, day, setting))
        return 0
    print(f"{form.code}  {form.title}\n  {form.cite()}, {form.status}: {form.source}\n"
          f"  version {form.version} since {form.since}, sha256 {form.digest}")
    for section in form.sections:
        if not section.applies(setting):
            continue
        print(f"\n{section.name}  {section.title}")
        if section.blocks:
            blocks = ", ".join(f"{b.name} {b.label}" for b in section.blocks_for(setting))
            print(f"  for each of: {blocks}")
        for one in section.fields:
            if one.applies(setting):
                print(_line(one, "  "))
        for table in section.tables:
            print(f"  rows {table.name}  {table.title}  at least {table.fewest}")
            for one in table.fields:
                if one.applies(setting):
                    print(_line(one, "    "))
        for check in section.checks:
            print(f"  rule {check.code}: {check.text}  {check.says}")
    limits = limits_of(form, book)
    if limits:
        print(f"\nlimits from the book: {len(limits)}")
        for name in limits:
            print(f"  {name}")
    return 0


def _line(one: Field, indent: str) -> str:
    marks = [one.type + ("" if not one.unit else f" [{printed(one.unit)}]")]
    if one.required:
        marks.append("required")
    if one.every:
        marks.append(f"every {one.every} d")
    if one.set:
        marks.append(f"set {one.set}")
    if one.formula:
        marks.append(f"= {one.formula}")
    return f"{indent}{one.name}  {one.label}  {', '.join(marks)}"


def _check(args: argparse.Namespace) -> int:
    forms = load_forms(args.data)
    fields = [one for form in forms.all for _, one in form.fields()]
    items = sum(one.type == "check" for one in fields)
    computed = sum(one.computed is not None for one in fields)
    limits = {name for form in forms.all for name in limits_of(form, load())}
    counts = {"forms": len(forms), "fields": len(fields), "items": items, "computed": computed,
              "provisions": len(limits)}
    statuses = {s: sum(f.status == s for f in forms.values())
                for s in ("text", "secondary", "recalled")}
    if args.json:
        _print({"sound": True, **counts, "status": statuses})
        return 0
    print(", ".join(f"{count} {word}" for word, count in counts.items()))
    print("  " + ", ".join(f"{count} {word}" for word, count in statuses.items()))
    return 0


def _compute(args: argparse.Namespace) -> int:
    form, book, day = _form(args), load(), args.at or _today()
    setting, answers = _setting(args, form), _answers(args.answers)
    problems = validate(form, answers, book, day, setting)
    found = outcome(form, answers, book, day, setting)
    whole = compute(form, answers, book, day, setting)
    if args.json:
        _print({"code": form.code, "digest": form.digest, "at": day.isoformat(),
                "problems": [asdict(p) for p in problems], "answers": whole,
                "outcome": asdict(found)})
        return 1 if problems else 0
    for p in problems:
        print(f"problem  {p.path or 'the form'}  {p.code}  {p.sentence}")
    for r in found.results:
        print(f"result   {r.path}  {r.result}  {r.label}：{RESULT_WORDS[r.result]}")
    for f in found.failed:
        print(f"failed   {f.path}  {f.label}  {f.handling}")
    for e in found.events:
        print(f"event    {e.path}  {e.kind}  {e.factor or 'all'}  "
              f"{_passed(e.passed)}  {datetime.fromtimestamp(e.time, CST):%Y-%m-%d %H:%M}")
    for o in found.proposals:
        print(f"order    {o.path}  {o.sentence}")
    print(f"{len(problems)} problems; the record {_passed(found.passed)}")
    return 1 if problems else 0


def _passed(passed: bool | None) -> str:
    return {True: "passed", False: "failed", None: "has no result"}[passed]


def _form(args: argparse.Namespace) -> Form:
    forms = load_forms(args.data)
    if args.code not in forms:
        raise BadInput(f"there is no form {args.code!r}; 'qingyuan forms list' lists them")
    day = args.at or _today()
    form = forms.at(args.code, day)
    if form is None:
        raise BadInput(f"{args.code} is in use since {forms[args.code].since}, not on {day}")
    if args.technique is not None and args.technique not in form.techniques:
        raise BadInput(f"{args.code} is for {', '.join(form.techniques)}, not {args.technique}")
    return form


def _setting(args: argparse.Namespace, form: Form) -> Setting:
    return Setting(args.technique or form.techniques[0], frozenset(args.method),
                   frozenset(args.sets), tuple(args.scope))


def _answers(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise BadInput(f"{path}: not JSON: {error}") from None
    if not isinstance(found, dict):
        raise BadInput(f"{path}: answers are a JSON object of sections")
    return found


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


def _print(document: object) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=1))
