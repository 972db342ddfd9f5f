"""The minutes that came since a point was looked at, for a piece of points at once.

What is filled in later, with times before those already seen, is not watched: it is judged by the
hour like everything else, and a difference to what stood there is found by ``changed``.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.telemetry.models import Interval, LatestReading, MinuteReading
from qingyuan.areas.telemetry.packing import layout as struct_of
from qingyuan.areas.telemetry.packing import unpack_flags
from qingyuan.areas.telemetry.readings import Layout, layouts
from qingyuan.calc.roles import under_2017
from qingyuan.kernel.windows import DAY

BACK = DAY  # s: a point that was not watched for longer is taken up from here
SOME = 5000
_SUFFIXES = ("Avg", "Rtd")  # a minute's mean; where a logger sends none, its momentary value

Values = dict[str, tuple[float, str]]  # 2017 code → value and flag


class Minute(NamedTuple):
    """What a point sent for one minute (epoch second of its start)."""

    time: int
    values: Values


class _Place(NamedTuple):
    code: str
    column: int
    flag: int
    scale: float


def newest(points: Iterable[int], interval: str = Interval.MINUTE) -> dict[int, int]:
    """Up to where minutes (or another interval) reach, by point. A query for 5,000 points."""
    keys, found = list(points), {}
    for first in range(0, len(keys), SOME):
        found.update(LatestReading.objects.filter(
            pk__in=keys[first:first + SOME], **{f"{interval}__isnull": False},
        ).values_list("pk", interval))
    return found


def waiting(
    points: Sequence[MonitoringPoint], seen: Mapping[int, int], interval: str = Interval.MINUTE
) -> list[MonitoringPoint]:
    """Points with newer minutes than seen, those that were seen up to about the same time one after
    the other, so that a piece of them asks for no more than is new."""
    reach = newest((point.pk for point in points), interval)
    fresh = [point for point in points if reach.get(point.pk, 0) > seen.get(point.pk, 0)]
    return sorted(fresh, key=lambda point: (seen.get(point.pk, 0), point.pk))


def load(first: Mapping[int, int], reach: Mapping[int, int]) -> dict[int, list[Minute]]:
    """By point the minutes after ``first`` up to ``reach``, in order of time; of several rows of
    one minute the later frame speaks for the factors it has. Two queries."""
    if not first:
        return {}
    rows = sorted(MinuteReading.objects.filter(
        point__in=list(first), time__gt=min(first.values()), time__lte=max(reach.values()),
    ).values_list("point_id", "time", "frame", "source_id", "shape_id", "packed", "flags"))
    shapes = layouts({row[4] for row in rows})
    found: dict[int, list[Minute]] = {}
    for point, time, _frame, _source, shape, packed, flags in rows:
        if not first[point] < time <= reach[point]:
            continue
        own = found.setdefault(point, [])
        if not own or own[-1].time != time:
            own.append(Minute(time, {}))
        own[-1].values.update(_values(shapes[shape], bytes(packed), flags))
    return found


def begun(
    points: Sequence[int], seen: Mapping[int, int], reach: Mapping[int, int], now: int, back: int
) -> dict[int, int]:
    """By point after which instant values are new; not further back than ``back`` seconds."""
    return {pk: max(seen.get(pk, 0), reach[pk] - back, now - back)
            for pk in points if pk in reach}


def _values(shape: Layout, packed: bytes, text: str) -> Values:
    numbers = struct_of(len(packed) // 8).unpack(packed)
    plain = len(text) == 1 and text != ","
    flags = () if plain else unpack_flags(text, len(shape.factors))
    return {
        place.code: (numbers[place.column] * place.scale, text if plain else flags[place.flag])
        for place in _places(shape) if numbers[place.column] == numbers[place.column]
    }


@lru_cache(maxsize=1024)
def _places(shape: Layout) -> tuple[_Place, ...]:
    """Where the mean of each factor stands in a row of the shape."""
    found: dict[str, _Place] = {}
    for suffix in reversed(_SUFFIXES):
        for column, (code, own) in enumerate(shape.columns):
            if own == suffix:
                name, scale = under_2017(code)
                found[name] = _Place(name, column, shape.factors.index(code), scale)
    return tuple(found.values())
