"""``qingyuan recompute``: judge hours again, with progress until all are done."""

import argparse
import sys
import time
from datetime import date, datetime, timedelta
from pathlib import Path

from qingyuan.kernel.clock import CST

from . import BadInput
from .installation import opened
from .station import own_scope

PAUSE = 1.0  # seconds between two looks while another worker has the point


def run(argv: list[str]) -> int:
    """Mark the hours of one point or of all and judge them; may be interrupted and run again."""
    p = argparse.ArgumentParser(
        prog="qingyuan recompute",
        description="Judge the hours of FROM to TO (China days, both included) again. What comes "
                    "out as it was is not written; what differs becomes a new version.",
    )
    p.add_argument("--point", metavar="ID|MN", help="a point's number or its logger's MN; "
                                                    "default: every point")
    p.add_argument("--from", dest="since", metavar="DATE", help="default: from the first reading")
    p.add_argument("--to", dest="until", metavar="DATE", help="default: up to now")
    p.add_argument("--data", type=Path, metavar="DIR", help="data directory")
    args = p.parse_args(argv)
    since, until = _day(args.since, "--from"), _day(args.until, "--to")
    if since is not None and until is not None and until < since:
        raise BadInput(f"--to {args.until} lies before --from {args.since}")
    opened(args.data)
    from qingyuan.areas.telemetry.pipeline import recompute

    points = _points(args.point)
    end = None if until is None else _instant(until + timedelta(days=1))
    marked = {pk: recompute.mark(pk, None if since is None else _instant(since), end)
              for pk in points}
    total = sum(marked.values())
    print(f"{total} hours of {sum(map(bool, marked.values()))} points to judge", flush=True)
    return _work([pk for pk, hours in marked.items() if hours])


def _work(points: list[int]) -> int:
    """Judge until nothing of these points waits; status 1 when a point cannot be judged."""
    from qingyuan.areas.telemetry.pipeline import Done, recompute, run

    done, began, failed = Done(), time.monotonic(), dict[int, str]()
    while points:
        done += run(points=points, say=_say)
        waiting, failing = recompute.left(points)
        failed |= failing
        points = [pk for pk in waiting if pk not in failed]
        if points:
            _say(f"another worker is at {len(points)} of the points; waiting for it")
            time.sleep(PAUSE)
    print(f"{done.hours} hours judged, {done.written} rows written in "
          f"{time.monotonic() - began:.1f} s", flush=True)
    for pk, text in failed.items():
        print(f"point {pk} cannot be judged: {text}", file=sys.stderr)
    return 1 if failed else 0


def _points(asked: str | None) -> list[int]:
    from qingyuan.areas.assets.models import DataLogger
    from qingyuan.areas.assets.queries import points_of, station_by_mn

    scope = own_scope()
    seen = points_of(scope)
    if asked is None:
        return list(seen.order_by("pk").values_list("pk", flat=True))
    if asked.isdecimal() and seen.filter(pk=int(asked)).exists():
        return [int(asked)]
    try:
        links = station_by_mn(scope, asked).links
    except DataLogger.DoesNotExist:
        raise BadInput(f"there is no point and no station {asked}") from None
    return sorted({link.point_id for link in links})


def _day(text: str | None, option: str) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{option} {text!r} is no day; write 2026-11-23") from None


def _instant(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=CST).timestamp())


def _say(text: str) -> None:
    print(f"  {text}", flush=True)
