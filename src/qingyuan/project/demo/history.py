"""Back-fill the virtual stations' past through intake's writer, newest day first."""

import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from qingyuan.project.setup import configure

REALTIME_DAYS = 1  # as much as a chart of real-time values shows
PERIODS = ("day", "hour", "min")


def backfill(data: Path, *, stations: int, seed_number: int, days: int) -> int:
    """Fill ``days`` China days up to now for every station of the fleet; returns 0.

    Rows fill gaps only, so it may be run again after any interruption.
    """
    configure(data)
    from qingyuan.areas.assets.models import LoggerAssignment
    from qingyuan.areas.telemetry.intake.run import tune
    from qingyuan.areas.telemetry.sources import simulated
    from qingyuan.kernel.clock import CST, day_of
    from qingyuan.simulator.stations import fleet

    tune()
    now = time.time()
    points = dict(LoggerAssignment.objects.values_list("logger__mn", "point_id").distinct())
    specs = [spec for spec in fleet(stations, seed_number) if spec.mn in points]
    source, begun, total = simulated(), time.monotonic(), 0
    today = datetime.fromtimestamp(now, CST).replace(hour=0, minute=0, second=0, microsecond=0)
    for back in range(days):
        since = today - timedelta(days=back)
        until = min(now, (since + timedelta(days=1)).timestamp())
        intervals = (*PERIODS, *(("rtd",) if back <= REALTIME_DAYS else ()))
        for spec in specs:
            for interval in intervals:
                total += _fill(spec, points[spec.mn], interval, since.timestamp(), until, source)
        _say(f"{day_of(since.timestamp())} is there for {len(specs)} stations "
             f"({total} readings in {time.monotonic() - begun:.0f} s, {days - back - 1} days left)")
    return 0


def _fill(spec, point: int, interval: str, since: float, until: float, source) -> int:
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
