"""``qingyuan judge``: judge a file of minutes by the book of rules, without a database."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qingyuan.assess.judge import Outcome


def run(argv: list[str]) -> int:
    """Status 0 when the input could be judged; 2 for bad input, each bad line on stderr."""
    args = _parser().parse_args(argv)
    from qingyuan.assess.judge import Inputs, judge_files
    from qingyuan.assess.refusal import Refused

    inputs = Inputs(args.point, args.minutes, args.events, args.marks, args.manual)
    try:
        outcome = judge_files(inputs, args.out)
    except Refused as error:
        print(error, file=sys.stderr)
        return 2
    for note in outcome.notes:
        print(f"note: {note}", file=sys.stderr)
    print("\n".join(_summary(outcome, args.out)))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qingyuan judge", description="Judge minutes by the book of rules: for each hour its "
        "value, mass, verdict and clause. The files are described in docs/how-to/judge-a-file.md.")
    parser.add_argument("--point", type=Path, required=True, metavar="POINT.toml",
                        help="what is measured there, limits, overrides of rules")
    parser.add_argument("--minutes", type=Path, required=True, metavar="MIN.csv",
                        help="time,factor,value,flag")
    parser.add_argument("--events", type=Path, metavar="EVENTS.csv", help="time,kind,factor,passed")
    parser.add_argument("--marks", type=Path, metavar="MARKS.csv", help="start,end,kind,factor")
    parser.add_argument("--manual", type=Path, metavar="MANUAL.csv",
                        help="time,factor,value of samples taken by hand (water)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR",
                        help="folder for the results; made when it is not there")
    return parser


def _summary(outcome: "Outcome", out: Path) -> list[str]:
    from qingyuan.assess.seal import verdicts
    from qingyuan.calc.types import VERDICTS
    from qingyuan.kernel import windows

    judgement = outcome.judgement
    first = windows.key("hour", judgement.start)
    head = f"{outcome.point.name} ({outcome.point.kind}): {judgement.count} hours from {first}"
    rows = [["hours by verdict", *VERDICTS]]
    rows += [[factor, *map(str, counts.values())]
             for factor, counts in verdicts(outcome.case, judgement).items()]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    table = ["  ".join(cell.rjust(width) if at else cell.ljust(width)
                       for at, (cell, width) in enumerate(zip(row, widths, strict=True)))
             for row in rows]
    return [head, "", *table, "", f"{out}: {', '.join(outcome.files)}"]
