"""``qingyuan capability``: the checks C01 to C21 of an O&M unit from a facts file."""

import argparse
import sys
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import orjson

from qingyuan.assess.capability.answer import answer, plain
from qingyuan.assess.capability.evaluate import under_own_rules
from qingyuan.assess.capability.reading import read
from qingyuan.assess.capability.row import BadFacts
from qingyuan.assess.capability.verdict import Figure, Verdict, verdict_word
from qingyuan.kernel.clock import CST
from qingyuan.standards import load

from . import BadInput

_HEAD = ("检查 check", "项目", "结论 pass", "现有 value", "限值 limit", "读法 reading", "说明")


def run(argv: list[str]) -> int:
    """Status 0 whatever the verdict; BadInput (2) when the facts cannot be evaluated."""
    args = _parser().parse_args(argv)
    day = _day(args.at)
    try:
        facts, notes = read(args.facts.read_bytes().decode("utf-8-sig"))
        verdicts = under_own_rules(facts, day, load())
    except OSError as error:
        raise BadInput(f"{args.facts}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadInput(f"{args.facts}: expected text in UTF-8") from None
    except BadFacts as error:
        raise BadInput(f"{args.facts}: {error}") from None
    for note in notes:
        print(f"note: {args.facts}: {note}", file=sys.stderr)
    if args.json:
        found = [answer(verdict) for verdict in verdicts]
        sys.stdout.write(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        print("\n".join(_table(verdicts, day)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qingyuan capability",
        description="What an O&M unit must have (clauses 4.1 to 4.8 and 6), check by check, from "
                    "a facts file, without a database. The file is described in "
                    "docs/how-to/evaluate-capability.md. Status 0 whatever the verdict, 2 for a "
                    "file that cannot be evaluated.")
    parser.add_argument("--facts", type=Path, required=True, metavar="FILE.toml")
    parser.add_argument("--at", metavar="DATE", help="YYYY-MM-DD; default today in China")
    parser.add_argument("--json", action="store_true", help="every reading and fact, unrounded")
    return parser


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(CST).date()
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.isoformat() != text:
        raise BadInput(f"--at: expected a date YYYY-MM-DD, not {text!r}")
    return found


def _table(verdicts: Sequence[Verdict], day: date) -> list[str]:
    rows = [_HEAD, *(_row(verdict) for verdict in verdicts)]
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell + " " * (width - _width(cell))
                       for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    passes = [verdict.default.passed for verdict in verdicts]
    return [f"{day}: {passes.count(True)} 合格, {passes.count(False)} 不合格, "
            f"{passes.count(None)} 无从评价", "", *lines]


def _row(verdict: Verdict) -> tuple[str, ...]:
    one = verdict.default
    return (verdict.check, verdict.title, verdict_word(one.passed), _figure(one.value),
            _figure(one.limit), one.reading, one.sentence)


def _figure(value: Figure) -> str:
    found = plain(value)
    if found is None:
        return "-"
    if isinstance(found, bool):
        return "是" if found else "否"
    return f"{found:.10g}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
