"""Back-fill virtual stations' past through intake's writer, newest day first."""

import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from qingyuan.kernel.clock import CST, day_of
from qingyuan.project.setup import configure

REALTIME_DAYS = 1  # as much as a chart of real-time values shows
PERIODS = ("day", "hour", "min")
Known = Sequence[tuple[Any, int, float]]  # station, its point, epoch second since when it reports


def backfill(data: Path, *, stations: int, seed_number: int, days: int) -> int:
    """Fill ``days`` China days up to now for every station of the fleet; returns 0."""
    configure(data)
    from qingyuan.simulator.stations import fleet

    fill(registered(fleet(stations, seed_number)), days=days, say=_say)
    return 0


def first_day(now: float, days: int) -> float:
    """The midnight in China at which the last ``days`` days up to ``now`` begin (epoch seconds).

    >>> first_day(1_795_413_600, 1), first_day(1_795_413_600, 2)  # 2026-11-23T14:00+08:00
    (1795363200.0, 1795276800.0)
    """
    today = datetime.fromtimestamp(now, CST).replace(hour=0, minute=0, second=0, microsecond=0)
    return (today - timedelta(days=days - 1)).timestamp()


def registered(specs: Sequence[Any]) -> Known:
    """Those of the stations that report today for a point of their own kind; Django is loaded."""
    from qingyuan.areas.assets.models import LoggerAssignment

    links = LoggerAssignment.objects.filter(until=None, logger__mn__in=[s.mn for s in specs])
    points = {
        (mn, kind): (point, since.timestamp())
        for mn, kind, point, since in links.order_by("-since").values_list(
            "logger__mn", "point__kind", "point_id", "since")
    }
    return [(spec, *points[spec.mn, spec.kind]) for spec in specs if (spec.mn, spec.kind) in points]


def fill(known: Known, *, days: int, say: Callable[[str], None]) -> int:
    """Store the last ``days`` China days, real-time values of the last two only; how many readings
    were new. Rows fill gaps only, so it may be run again after any interruption."""
    from qingyuan.areas.telemetry.intake.run import tune
    from qingyuan.areas.telemetry.sources import simulated

    tune()
    now = time.time()
    source, begun, total = simulated(), time.monotonic(), 0
    for back in range(days):
        midnight = first_day(now, back + 1)
        until = min(now, midnight + 86_400)
        intervals = (*PERIODS, *(("rtd",) if back <= REALTIME_DAYS else ()))
        for spec, point, linked in known:
            for interval in intervals:
                total += _store(spec, point, interval, max(midnight, linked), until, source)
        say(f"{day_of(midnight)} is there for {len(known)} stations "
            f"({total} readings in {time.monotonic() - begun:.0f} s, {days - back - 1} days left)")
    return total


def _store(spec: Any, point: int, interval: str, since: float, until: float, source: Any) -> int:
    from qingyuan.areas.telemetry.backfill import store
    from qingyuan.simulator.backfill import history

    rows = list(history(spec, since, until, interval))
    if not rows:
        return 0
    named = [(row.time, row.values, row.flags) for row in rows]
    return store(point, interval, rows[0].columns, named, source)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
