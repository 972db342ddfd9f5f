"""``qingyuan import``: readings from CSV or XLSX."""

import argparse
import json
import sys
from pathlib import Path

from . import BadInput
from .installation import opened
from .station import own_scope

SHOWN = 20  # rejected lines printed; all of them are in the rejects file


def run(argv: list[str]) -> int:
    """``import readings FILE --mn MN --interval min|hour|day|rtd``."""
    args = _parser().parse_args(argv)
    try:
        content = args.file.read_bytes()
    except OSError as error:
        raise BadInput(f"{args.file}: {error.strerror}") from None
    places = opened(args.data)
    from django.core.exceptions import ValidationError

    from qingyuan.areas.telemetry.importing.action import SheetError, import_readings

    scope = own_scope()
    point = _point(scope, args.mn, args.st)
    try:
        report = import_readings(
            scope, content, args.file.name, point, args.interval,
            replace_existing=args.replace, dry_run=args.dry_run,
        )
    except (SheetError, ValidationError) as error:
        raise BadInput(f"{args.file.name}: {error}") from None
    for reject in report.rejects[:SHOWN]:
        print(f"line {reject.line}: {reject.reason}", file=sys.stderr)
    print(json.dumps({
        "file": args.file.name, "mn": args.mn, "interval": args.interval,
        "dry_run": args.dry_run, "accepted": report.accepted, "kept": report.kept,
        "replaced": report.replaced, "rejected": report.rejected,
        "factors": list(report.factors),
        "rejects": str(places.uploads / report.source.rejects)
        if report.source and report.source.rejects else None,
    }, ensure_ascii=False))
    return 0


def _parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(prog="qingyuan import")
    what = p.add_subparsers(dest="what", required=True)
    readings = what.add_parser("readings", help="minutes, hours, days or real time of one station")
    readings.add_argument("file", type=Path, metavar="FILE", help="CSV or XLSX")
    readings.add_argument("--mn", required=True, metavar="MN")
    readings.add_argument("--interval", required=True, choices=("rtd", "min", "hour", "day"))
    readings.add_argument("--st", metavar="ST", help="31 or 32 when one MN serves gas and water")
    readings.add_argument("--replace", action="store_true",
                          help="put the file's values above those that are there")
    readings.add_argument("--dry-run", action="store_true", help="only say what would happen")
    readings.add_argument("--data", type=Path, metavar="DIR", help="data directory")
    return p


def _point(scope, mn: str, st: str | None):
    """The point that an MN serves now; BadInput when there is none or more than one."""
    from qingyuan.areas.assets.models import DataLogger
    from qingyuan.areas.assets.queries import station_by_mn

    try:
        links = station_by_mn(scope, mn).links
    except DataLogger.DoesNotExist:
        raise BadInput(f"there is no station with MN {mn}") from None
    points = {link.point_id: link.point for link in links
              if link.until is None and st in (None, link.st)}
    if len(points) != 1:
        raise BadInput(f"MN {mn} serves {len(points)} points; name one with --st")
    return next(iter(points.values()))
