"""Series for charts: decimated on the server, with the extremes and the gaps kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qingyuan.areas.assets.models import LoggerAssignment, MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope

from ..models import Factor, Interval
from ..packing import layout as struct_of
from ..packing import unpack_flags
from ..readings import PACKED, TABLES, layouts, load

Dot = tuple[int, float | None, str]  # epoch second, value (None: a gap begins), flag


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart. ``total`` counts the readings before decimation."""

    code: str
    suffix: str
    name: str
    unit: str
    decimals: int | None
    dots: list[Dot]
    total: int


def series(
    scope: Scope, point: MonitoringPoint, interval: str, factors: Sequence[str],
    since: int, until: int, *, max_points: int = 2000,
) -> list[Series]:
    """Lines of the factors ("a21026", or "a21026-ZsAvg" for a suffix) with since <= time < until
    (epoch seconds). Without suffix: Rtd for real time, Avg otherwise. A gap longer than one and a
    half intervals (two and a half in real time) shows as a dot without value."""
    points_of(scope).get(pk=point.pk)
    asked = [_split(name, interval) for name in factors]
    lines = (_packed if interval in PACKED else _reported)(point.pk, interval, asked, since, until)
    step = _step(point.pk, interval)
    known = {f.code: f for f in Factor.objects.filter(code__in=[code for code, _ in asked])}
    return [
        Series(
            code, suffix, known[code].name if code in known else code,
            known[code].unit if code in known else "",
            known[code].decimals if code in known else None,
            with_gaps(decimate(lines[code, suffix], max_points), lines[code, suffix], step),
            len(lines[code, suffix]),
        )
        for code, suffix in asked
    ]


def _split(name: str, interval: str) -> tuple[str, str]:
    code, _hyphen, suffix = name.partition("-")
    return code, suffix or ("Rtd" if interval == Interval.REALTIME else "Avg")


def _packed(
    point: int, interval: str, asked: Sequence[tuple[str, str]], since: int, until: int
) -> dict[tuple[str, str], list[Dot]]:
    """Reads only the asked columns of each row: a season of real time is a quarter million rows."""
    rows = list(
        TABLES[interval].objects.filter(point=point, time__gte=since, time__lt=until)
        .order_by("time", "frame", "source")
        .values_list("time", "shape_id", "packed", "flags")
    )
    shapes = layouts({row[1] for row in rows})
    places = {
        pk: [
            (key, shape.columns.index(key), shape.factors.index(key[0]))
            for key in asked if key in shape.columns
        ]
        for pk, shape in shapes.items()
    }
    lines: dict[tuple[str, str], list[Dot]] = {key: [] for key in asked}
    for time, shape, packed, flags in rows:
        values = struct_of(len(packed) // 8).unpack(packed)
        letters = None if len(flags) == 1 else unpack_flags(flags, len(shapes[shape].factors))
        for key, column, factor in places[shape]:
            value = values[column]
            if value == value:  # NaN is no value
                line = lines[key]
                if line and line[-1][0] == time:
                    line.pop()
                line.append((time, value, flags if letters is None else letters[factor]))
    return lines


def _reported(
    point: int, interval: str, asked: Sequence[tuple[str, str]], since: int, until: int
) -> dict[tuple[str, str], list[Dot]]:
    lines: dict[tuple[str, str], list[Dot]] = {key: [] for key in asked}
    for reading in load(interval, [point], since, until, codes=[code for code, _ in asked]):
        for code, suffix in asked:
            value = reading.factors.get(code, {}).get(suffix)
            if isinstance(value, float):
                flag = str(reading.factors[code].get("Flag", ""))
                lines[code, suffix].append((reading.time, value, flag))
    return lines


def _step(point: int, interval: str) -> float:
    """Seconds after which a missing reading is a gap."""
    if interval == Interval.DAY:
        return 1.5 * 86_400
    if interval == Interval.HOUR:
        return 1.5 * 3600
    link = (
        LoggerAssignment.objects.filter(point=point).order_by("-since")
        .values_list("logger__realtime_seconds", "logger__minute_minutes").first()
    ) or (30, 10)
    return 2.5 * link[0] if interval == Interval.REALTIME else 1.5 * 60 * link[1]


def decimate(dots: Sequence[Dot], limit: int) -> list[Dot]:
    """At most about ``limit`` dots: of each stretch the lowest and the highest, in order of time.

    >>> decimate([(t, float(t % 7), "N") for t in range(100)], 10)[:2]
    [(0, 0.0, 'N'), (6, 6.0, 'N')]
    """
    if len(dots) <= limit:
        return list(dots)
    size = max(2, -(-len(dots) * 2 // max(limit, 2)))
    kept: list[Dot] = []
    for start in range(0, len(dots), size):
        stretch = dots[start:start + size]
        low, high = min(stretch, key=_value), max(stretch, key=_value)
        kept += sorted({low, high})
    return kept


def _value(dot: Dot) -> float:
    return dot[1] or 0.0


def with_gaps(kept: Sequence[Dot], every: Sequence[Dot], step: float) -> list[Dot]:
    """The kept dots with a dot without value wherever ``every`` pauses longer than ``step``.

    >>> with_gaps([(0, 1.0, ""), (90, 2.0, "")], [(0, 1.0, ""), (30, 1.5, ""), (90, 2.0, "")], 45)
    [(0, 1.0, ''), (31, None, ''), (90, 2.0, '')]
    """
    gaps = list(_gaps(every, step))
    return sorted([*kept, *gaps], key=lambda dot: dot[0]) if gaps else list(kept)


def _gaps(dots: Sequence[Dot], step: float) -> Iterator[Dot]:
    for before, after in zip(dots, dots[1:], strict=False):
        if after[0] - before[0] > step:
            yield (before[0] + 1, None, "")
