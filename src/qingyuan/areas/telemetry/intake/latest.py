"""When each point was last heard: written at most once a second, not once a packet."""

import time
from collections.abc import Mapping

from django.db import connection

from ..models import Interval
from .batch import Heard
from .sql import dialect

# Seconds that a reading's time may lie after its packet's arrival and still count as the newest:
# clocks of loggers go wrong, and one packet of 2099 would stand above all others until then.
AHEAD = 3600
_INTERVALS = (Interval.REALTIME, Interval.MINUTE, Interval.HOUR, Interval.DAY)


class Latest:
    """Arrivals waiting to be written."""

    def __init__(self) -> None:
        self._heard: dict[int, Heard] = {}

    def __bool__(self) -> bool:
        return bool(self._heard)

    def add(self, heard: Mapping[int, Heard]) -> None:
        """Take over a batch's arrivals."""
        for point, news in heard.items():
            held = self._heard.get(point)
            if held is None:
                self._heard[point] = news
                continue
            held.at, held.frame = max(held.at, news.at), max(held.frame, news.frame)
            for interval, moment in news.times.items():
                held.times[interval] = max(moment, held.times.get(interval, moment))

    def write(self) -> None:
        """Upsert what waits, in the caller's transaction; ``clear`` once that is through."""
        write_latest(self._heard)

    def clear(self) -> None:
        self._heard = {}


def write_latest(heard: Mapping[int, Heard]) -> None:
    """Raise arrivals and reach of each point; nothing goes back but a reach beyond AHEAD."""
    if not heard:
        return
    sql = dialect(connection)
    greatest = "max" if connection.vendor == "sqlite" else "greatest"
    higher = {
        name: f"{greatest}(coalesce(telemetry_latestreading.{name}, excluded.{name}),"
              f" coalesce(excluded.{name}, telemetry_latestreading.{name}))"
        for name in ("at", "frame", *_INTERVALS)
    }
    limit = int(max(time.time(), *(one.at / 1000 for one in heard.values()))) + AHEAD
    for name in _INTERVALS:
        higher[name] = (
            f"CASE WHEN telemetry_latestreading.{name} > {limit} AND excluded.{name} IS NOT NULL"
            f" THEN excluded.{name} ELSE {higher[name]} END"
        )
    sets = ", ".join(f"{name} = {value}" for name, value in higher.items())
    sql.many(
        "INSERT INTO telemetry_latestreading (point_id, at, frame, rtd, min, hour, day)"
        f" VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (point_id) DO UPDATE SET {sets}",
        [
            (point, one.at, one.frame, *[one.times.get(name) for name in _INTERVALS])
            for point, one in sorted(heard.items())
        ],
    )
