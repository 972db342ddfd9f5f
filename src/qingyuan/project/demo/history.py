"""Back-fill virtual stations' past through intake's writer, newest day first."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from qingyuan.kernel.clock import CST, day_of
from qingyuan.project.setup import configure

from .works import impress, with_works

REALTIME_DAYS = 1  # as much as a chart of real-time values shows
PERIODS = ("day", "hour", "min")
Known = Sequence[tuple[Any, int, float]]  # station, its point, epoch second since when it reports


def backfill(data: Path, *, stations: int, seed_number: int, days: int) -> int:
    """Fill ``days`` China days up to now for every station of the fleet; returns 0."""
    configure(data)
    from qingyuan.areas.telemetry.sources import simulated
    from qingyuan.simulator.stations import fleet

    known = registered(fleet(stations, seed_number))
    fill(known, data=data, days=days, say=_say)
    _say(f"{impress(data, known, simulated())} hours of visits are as the visits left them")
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


def fill(known: Known, *, days: int, say: Callable[[str], None],
         data: Path | None = None) -> int:
    """Store the last ``days`` China days, real-time values of the last two only; how many readings
    were new. The last two days come first for all stations, then the rest station by station, each
    of which is then ready to be judged. ``data`` is where visits write down what they did to the
    stations. Rows fill gaps only, so it may be run again after any interruption."""
    from qingyuan.areas.telemetry.intake.run import tune
    from qingyuan.areas.telemetry.sources import simulated

    tune()
    past = _Past(time.time(), simulated())
    stopped = [(_stopped(spec, point), point, linked) for spec, point, linked in known]
    for back in range(min(days, REALTIME_DAYS + 1)):
        for one in with_works(stopped, data):
            past.store(one, back, (*PERIODS, "rtd"))
        say(f"{day_of(first_day(past.now, back + 1))} is there for {len(known)} stations "
            f"({past.so_far})")
    for number, one in enumerate(with_works(stopped, data), start=1):
        for back in range(REALTIME_DAYS + 1, days):
            past.store(one, back, PERIODS)
        past.mark(one[1], days)
        say(f"{days} days are there for station {number} of {len(known)} ({past.so_far})")
    return past.total


class _Past:
    """Stores days of stations and counts. Hours are marked for judging only when all days of a
    station are there: judged in between, each would be judged again with every older day."""

    def __init__(self, now: float, source: Any) -> None:
        self.now, self._source = now, source
        self._begun, self.total = time.monotonic(), 0

    @property
    def so_far(self) -> str:
        return f"{self.total} readings in {time.monotonic() - self._begun:.0f} s"

    def store(self, one: tuple[Any, int, float], back: int, intervals: Sequence[str]) -> None:
        from qingyuan.areas.telemetry.backfill import store
        from qingyuan.simulator.backfill import history

        spec, point, linked = one
        midnight = first_day(self.now, back + 1)
        since, until = max(midnight, linked), min(self.now, midnight + 86_400)
        for interval in intervals:
            rows = list(history(spec, since, until, interval))
            if rows:
                named = [(row.time, row.values, row.flags) for row in rows]
                self.total += store(point, interval, rows[0].columns, named, self._source,
                                    mark_dirty=False)

    def mark(self, point: int, days: int) -> None:
        from qingyuan.areas.telemetry.models import MinuteReading
        from qingyuan.areas.telemetry.pipeline.dirty import mark_hours

        since = int(first_day(self.now, days))
        heard = MinuteReading.objects.filter(point=point, time__gte=since).order_by("time").first()
        if heard is not None:
            mark_hours(point, range(heard.time - heard.time % 3600, int(self.now) // 3600 * 3600,
                                    3600))


def _stopped(spec: Any, point: int) -> Any:
    """The station with the stops that the demonstration's story declares for it."""
    from qingyuan.areas.telemetry.models import Mark, MarkKind, Origin
    from qingyuan.simulator.physics.events import Event

    stops = Mark.objects.filter(point=point, kind=MarkKind.STOPPED, origin=Origin.SIMULATED)
    told = [Event("stop", start, end) for start, end in stops.values_list("start", "end")]
    return replace(spec, events=(*spec.events, *told))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
