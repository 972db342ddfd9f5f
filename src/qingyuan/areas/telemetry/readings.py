"""Rows back into readings, whatever the table: the one place that knows how values lie in it.

Where several rows speak of one instant (other shapes, an import beside the wire), the later frame
wins for each factor; of equal frames the later source.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from .models import DayReading, Factor, HourReading, Interval, MinuteReading, RealtimeReading, Shape
from .packing import extra_flags, unpack, unpack_flags

TABLES: dict[str, Any] = {
    Interval.REALTIME: RealtimeReading,
    Interval.MINUTE: MinuteReading,
    Interval.HOUR: HourReading,
    Interval.DAY: DayReading,
}
PACKED = frozenset({Interval.REALTIME, Interval.MINUTE})
SUFFIX_OF_COLUMN = {
    "avg": "Avg", "min": "Min", "max": "Max",
    "zs_avg": "ZsAvg", "zs_min": "ZsMin", "zs_max": "ZsMax", "cou": "Cou",
}
COLUMN_OF_SUFFIX = {suffix: column for column, suffix in SUFFIX_OF_COLUMN.items()}

Factors = dict[str, dict[str, float | str]]


class Reading(NamedTuple):
    """One point's values of one instant. ``factors`` is {code: {suffix: number, "Flag": text}};
    ``frame`` and ``source`` are the newest of the rows it was made of."""

    point: int
    time: int  # epoch second
    factors: Factors
    frame: int
    source: int


class Layout(NamedTuple):
    """A shape ready for reading."""

    columns: tuple[tuple[str, str], ...]
    factors: tuple[str, ...]


def layouts(ids: Iterable[int]) -> dict[int, Layout]:
    """Shapes by id, in one query."""
    rows = Shape.objects.filter(pk__in=set(ids)).values_list("id", "columns", "factors")
    return {pk: Layout(tuple(map(tuple, columns)), tuple(factors)) for pk, columns, factors in rows}


def load(
    interval: str, points: Sequence[int], since: int, until: int, *, codes: Sequence[str] = ()
) -> list[Reading]:
    """Readings of the points with ``since <= time < until`` (epoch seconds), in the order of
    (point, time). ``codes`` keeps only these factors. Two queries."""
    if not points:
        return []
    rows = TABLES[interval].objects.filter(point__in=points, time__gte=since, time__lt=until)
    return list(read(interval, rows, codes))


def read(interval: str, rows: Any, codes: Sequence[str] = ()) -> Iterator[Reading]:
    """The readings in a queryset of one of the tables."""
    wanted = frozenset(codes)
    facts = _packed(rows) if interval in PACKED else _reported(rows)
    for reading in merge(facts):
        if wanted:
            kept = {code: reading.factors[code] for code in reading.factors if code in wanted}
            reading = reading._replace(factors=kept)
        if reading.factors:
            yield reading


def _packed(rows: Any) -> list[Reading]:
    found = list(rows.values_list("point_id", "time", "frame", "source_id", "shape_id",
                                  "packed", "flags"))
    shapes = layouts(row[4] for row in found)
    facts = [
        Reading(point, time, unpack_row(shapes[shape], packed, flags), frame, source)
        for point, time, frame, source, shape, packed, flags in found
    ]
    facts.sort(key=_order)
    return facts


def unpack_row(layout: Layout, packed: bytes, flags: str) -> Factors:
    """{code: {suffix: number, "Flag": text}} of one packed row; what has no value is not in it."""
    factors: Factors = {code: {} for code in layout.factors}
    for (code, suffix), value in zip(layout.columns, unpack(bytes(packed)), strict=True):
        if value is not None:
            factors[code][suffix] = value
    for code, flag in zip(layout.factors, unpack_flags(flags, len(layout.factors)), strict=True):
        if flag:
            factors[code]["Flag"] = flag
    for code, flag in extra_flags(flags).items():
        factors.setdefault(code, {})["EFlag"] = flag
    return {code: values for code, values in factors.items() if values}


def _reported(rows: Any) -> list[Reading]:
    columns = tuple(SUFFIX_OF_COLUMN)
    found = list(rows.values_list("point_id", "time", "frame", "source_id", "factor_id",
                                  "flag", "more", *columns))
    codes = dict(Factor.objects.filter(pk__in={row[4] for row in found}).values_list("id", "code"))
    facts = [
        Reading(point, time, {codes[factor]: reported(values, flag, more)}, frame, source)
        for point, time, frame, source, factor, flag, more, *values in found
    ]
    facts.sort(key=_order)
    return facts


def reported(values: Sequence[float | None], flag: str, more: dict[str, Any] | None
             ) -> dict[str, float | str]:
    """{suffix: number, "Flag": text} of one hour or day row, columns as in SUFFIX_OF_COLUMN."""
    known: dict[str, float | str] = {
        suffix: value for suffix, value in zip(SUFFIX_OF_COLUMN.values(), values, strict=True)
        if value is not None
    }
    known |= more or {}
    if flag:
        known["Flag"] = flag
    return known


def _order(fact: Reading) -> tuple[int, int, int, int]:
    return fact.point, fact.time, fact.frame, fact.source


def merge(facts: Iterable[Reading]) -> Iterator[Reading]:
    """Join facts of one point and instant; they come sorted by (point, time, frame, source)."""
    held: Reading | None = None
    for fact in facts:
        if held is not None and held.point == fact.point and held.time == fact.time:
            held = fact._replace(factors={**held.factors, **fact.factors})
            continue
        if held is not None:
            yield held
        held = fact
    if held is not None:
        yield held
