"""``qingyuan readings``: print what a station reported."""

import argparse
import sys
from datetime import datetime
from pathlib import Path

import orjson

from qingyuan.kernel.clock import CST, parse_stamp

from . import BadInput
from .installation import opened
from .station import own_scope


def run(argv: list[str]) -> int:
    """Readings with --from <= time < --to, times in China time unless they say otherwise."""
    p = argparse.ArgumentParser(
        prog="qingyuan readings",
        description="Print a station's readings with FROM <= time < TO. Times are ISO 8601 or "
                    "YYYYMMDDhhmmss, China time unless they carry an offset.",
    )
    p.add_argument("mn", metavar="MN")
    p.add_argument("--interval", required=True, choices=("rtd", "min", "hour", "day"))
    p.add_argument("--from", dest="since", required=True, metavar="T")
    p.add_argument("--to", dest="until", required=True, metavar="T")
    p.add_argument("--json", action="store_true")
    p.add_argument("--data", type=Path, metavar="DIR", help="data directory")
    args = p.parse_args(argv)
    since, until = instant(args.since, "--from"), instant(args.until, "--to")
    opened(args.data)
    from qingyuan.areas.assets.models import DataLogger
    from qingyuan.areas.telemetry.queries import readings_of_mn

    try:
        found = readings_of_mn(own_scope(), args.mn, args.interval, since, until)
    except DataLogger.DoesNotExist:
        raise BadInput(f"there is no station with MN {args.mn}") from None
    sources = _sources()
    rows = ({
        "time": datetime.fromtimestamp(reading.time, CST).isoformat(),
        "factors": reading.factors,
        "frame": reading.frame or None,
        "source": sources.get(reading.source, ""),
    } for reading in found)
    if args.json:
        _print_json(args.mn, args.interval, rows)
    else:
        _print_table(rows)
    return 0


def instant(text: str, option: str) -> int:
    """Epoch second of an ISO 8601 time or a stamp; BadInput names the option.

    >>> instant("20161001000000", "--from") == instant("2016-10-01", "--from") == 1475251200
    True
    """
    moment = parse_stamp(text)
    if moment is None:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise BadInput(f"{option} {text!r} is no time; write 2026-11-23T14:05 or "
                           "20261123140500") from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=CST)).timestamp())


def _sources() -> dict[int, str]:
    from qingyuan.areas.telemetry.models import Source

    return {
        row.pk: row.kind if row.kind != "import" else f"import {row.pk}: {row.name}"
        for row in Source.objects.all()
    }


def _print_json(mn: str, interval: str, rows) -> None:
    """One document, written as it is read."""
    out = sys.stdout
    out.write(f'{{"mn": {orjson.dumps(mn).decode()}, "interval": "{interval}", "readings": [')
    for number, row in enumerate(rows):
        out.write(("," if number else "") + "\n" + orjson.dumps(row).decode())
    out.write("]}\n")


def _print_table(rows) -> None:
    for row in rows:
        values = "  ".join(
            f"{code} " + ",".join(f"{suffix}={value}" for suffix, value in of.items())
            for code, of in row["factors"].items()
        )
        print(f"{row['time'][:19].replace('T', ' ')}  {values}")
