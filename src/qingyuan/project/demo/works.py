"""What visits left in the stations' data: gas that went through analysers, hour by hour.

The company's past is lived and the stations' past is back-filled at the same time, so either may be
first. Visits write down what they did; who back-fills reads it, and whoever ends last puts what was
filled before into the data.
"""

import fcntl
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from qingyuan.kernel.windows import DAY, HOUR
from qingyuan.simulator.physics.events import Event

Station = tuple[Any, int, float]  # what it is, its point, epoch second since when it reports
FILE, LOCK = "demo-works.jsonl", "demo-works.lock"


def note(data: Path, mn: str, events: Iterable[Event]) -> None:
    """Keep what a station went through; one line an event."""
    with (data / FILE).open("a", encoding="utf-8") as file:
        for one in events:
            file.write(json.dumps({"mn": mn, **asdict(one)}) + "\n")


def noted(data: Path) -> Mapping[str, tuple[Event, ...]]:
    """All of it by MN; nothing before the first visit."""
    found: dict[str, list[Event]] = defaultdict(list)
    path = data / FILE
    if path.exists():
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            mn = row.pop("mn")
            found[mn].append(Event(**{**row, "factors": tuple(row["factors"])}))
    return {mn: tuple(events) for mn, events in found.items()}


def lived(spec: Any, works: Mapping[str, tuple[Event, ...]]) -> Any:
    """The station with what visits did to it; nobody else comes."""
    return replace(spec, visits=False, events=(*spec.events, *works.get(spec.mn, ())))


def with_works(known: Iterable[Station], data: Path | None) -> Iterator[Station]:
    """The stations with what visits did to them so far, as far as anybody lives beside them."""
    for spec, point, linked in known:
        yield (spec if data is None else lived(spec, noted(data))), point, linked


def impress(data: Path, known: Sequence[Station], source: Any) -> int:
    """Give the hours of all works the values that they had: rows of the back-fill that do not show
    them yet are taken out and stored anew, and the hours judged again; how many hours. Rows that a
    logger sent itself stay. May run beside another and again."""
    with (data / LOCK).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        works, count = noted(data), 0
        for spec, point, linked in known:
            hours = {hour for one in works.get(spec.mn, ())
                     for hour in range(one.start - one.start % HOUR, one.end, HOUR)}
            if hours:
                count += _again(lived(spec, works), point, int(linked), sorted(hours), source)
        if count:
            _look_again(point for _spec, point, _linked in known)
        return count


def _again(spec: Any, point: int, linked: int, hours: list[int], source: Any) -> int:
    from django.db import transaction

    from qingyuan.areas.telemetry.backfill import store
    from qingyuan.areas.telemetry.models import (
        DayReading,
        HourReading,
        MinuteReading,
        RealtimeReading,
    )
    from qingyuan.areas.telemetry.pipeline.dirty import mark_hours
    from qingyuan.simulator.backfill import history
    from qingyuan.simulator.physics.signal import day_start

    tables = {"min": MinuteReading, "rtd": RealtimeReading, "hour": HourReading, "day": DayReading}
    days = sorted({day_start(hour) for hour in hours})
    wanted = [(hour, HOUR, name) for hour in hours for name in ("min", "rtd", "hour")]
    changed: set[int] = set()
    for start, length, name in (*wanted, *((day, DAY, "day") for day in days)):
        held = tables[name].objects.filter(point=point, time__gte=start, time__lt=start + length,
                                           source=source.pk)
        rows = list(history(spec, max(start, linked), start + length, name)) if held else []
        if not rows:
            continue
        with transaction.atomic():
            held.delete()
            store(point, name, rows[0].columns,
                  [(row.time, row.values, row.flags) for row in rows], source, mark_dirty=False)
        changed.add(start)
    mark_hours(point, changed.intersection(hours))
    return len(changed.intersection(hours))


def _look_again(points: Iterable[int]) -> None:
    """Records were held against data that were not all there yet."""
    from qingyuan.areas.records.models import CrossCheck

    CrossCheck.objects.filter(record__point__in=list(points)).update(
        due_at=round(time.time() * 1000))
