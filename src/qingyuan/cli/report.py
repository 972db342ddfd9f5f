"""``qingyuan report periodic``: write reports of dischargers as DOCX and PDF files."""

import argparse
import json
import re
import sys
import time
from pathlib import Path
from typing import Any

from . import BadInput


def run(argv: list[str]) -> int:
    """0 when every report was written, 1 when some were not (they are listed), 2 for bad input."""
    args = _parser().parse_args(argv)
    found = re.fullmatch(r"(\d{4})-(\d{2})", args.month)
    if not found or not 1 <= int(found[2]) <= 12:
        raise BadInput(f"--month must be YYYY-MM, not {args.month!r}")
    from qingyuan.project.setup import prepare

    prepare(args.data)
    from datetime import date

    from qingyuan.areas.periodic import batch

    start = date(int(found[1]), int(found[2]), 1)
    try:
        wanted = batch.wanted(args.organisation, args.discharger, args.level, start)
    except batch.NotFound as error:
        raise BadInput(str(error)) from error
    args.out.mkdir(parents=True, exist_ok=True)
    failed: list[dict[str, Any]] = []
    begun, written = time.monotonic(), 0
    for n, (scope, plant) in enumerate(wanted, 1):
        try:
            names = batch.written(scope, plant, args.level, start, args.out, anew=args.anew)
        except Exception as error:  # one report must not take the rest with it
            failed.append({"discharger": plant.pk, "name": plant.name,
                           "error": "；".join(getattr(error, "messages", None) or [str(error)])})
            print(f"[{n}/{len(wanted)}] {plant.name}: {failed[-1]['error']}", file=sys.stderr)
        else:
            written += bool(names)
            print(f"[{n}/{len(wanted)}] {plant.name}: "
                  + (", ".join(names) or "is there already"), file=sys.stderr)
    print(json.dumps({"wanted": len(wanted), "written": written, "failed": failed,
                      "seconds": round(time.monotonic() - begun, 1)}, ensure_ascii=False))
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="qingyuan report", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    p = verbs.add_parser("periodic", help="Annex B, one discharger or all of a unit")
    who = p.add_mutually_exclusive_group(required=True)
    who.add_argument("--discharger", type=int, help="its number, as in the address of its archive")
    who.add_argument("--all", action="store_true", help="every discharger under contract")
    p.add_argument("--organisation", default="", help="the O&M unit's name; needed when several")
    p.add_argument("--month", required=True, help="YYYY-MM; the first month of a longer report")
    p.add_argument("--level", choices=("month", "quarter", "half"), default="month")
    p.add_argument("--out", type=Path, required=True, help="folder for the files")
    p.add_argument("--anew", action="store_true", help="write files again that are there already")
    p.add_argument("--data", type=Path, default=None, help="data directory")
    return parser
