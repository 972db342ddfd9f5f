"""The ranges of a point's instruments as judging reads them: ``range.CODE`` of a factor for which
nobody has set that parameter, so that a range is entered once, where the instrument is.

Each judged point keeps the ranges that its hours were judged by. Comparing them with those in
force finds every change, whoever made it and however late its transaction was committed."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction

from qingyuan.areas.assets.measuring import factor_unit
from qingyuan.areas.assets.models import InstrumentRange
from qingyuan.areas.assets.queries import midnight
from qingyuan.calc.types import Dated

from ..models import JudgedPoint
from .dirty import mark_span

SOME = 500  # points a query
Kept = dict[str, list[list[float | None]]]  # range.CODE -> [instant, upper end] as JSON has it


class _Span(NamedTuple):
    start: int
    end: int | None
    high: float


def ranges_of(point: int) -> dict[str, Dated]:
    """``range.CODE`` → upper ends of range over time, None while no instrument measures the factor.
    Where several do at once the widest holds. Ranges in another unit than HJ 212-2017 gives the
    factor's values in are left out. One query."""
    return _ranges_of([point])[point]


def ranges_of_points(points: Sequence[int]) -> dict[int, dict[str, Dated]]:
    """``ranges_of`` many points by primary key. One query."""
    return _ranges_of(points)


def mark_changed(point: int) -> int:
    """Mark the hours from the first instant on that the ranges differ from those the point was
    judged by, and keep those in force; how many. Of a point that was never judged they are only
    kept: its first hour is judged by them."""
    with transaction.atomic():
        held = JudgedPoint.objects.select_for_update().filter(pk=point)
        row = held.values_list("ranges", "last").first()
        if row is None:
            return 0
        (before, last), now = row, _kept(ranges_of(point))
        if before == now:
            return 0
        held.update(ranges=now)
        since = _first_difference(before or {}, now)
        if since is None or (before is None and last is None):
            return 0
        return mark_span(point, since, None)


def mark_all_changed() -> int:
    """``mark_changed`` for every judged point; how many hours. Two queries for 500 points."""
    marked, keys = 0, list(JudgedPoint.objects.order_by("pk").values_list("pk", flat=True))
    for first in range(0, len(keys), SOME):
        some = keys[first:first + SOME]
        known = dict(JudgedPoint.objects.filter(pk__in=some).values_list("pk", "ranges"))
        now = _ranges_of(some)
        marked += sum(mark_changed(point) for point, ranges in known.items()
                      if ranges != _kept(now[point]))
    return marked


def _kept(ranges: dict[str, Dated]) -> Kept:
    return {name: [[*pair] for pair in zip(one.since, one.values, strict=True)]
            for name, one in ranges.items()}


def _first_difference(before: Kept, now: Kept) -> int | None:
    """The first instant that only one of them has, or each with another value."""
    def pairs(ranges: Kept) -> set[tuple[str, float | None, float | None]]:
        return {(name, since, high) for name, own in ranges.items() for since, high in own}

    return min((int(since) for _name, since, _high in pairs(before) ^ pairs(now)
                if since is not None), default=None)


def _ranges_of(points: Sequence[int]) -> dict[int, dict[str, Dated]]:
    rows = InstrumentRange.objects.filter(instrument__system__point__in=points).order_by(
        "instrument_id", "factor", "-since").values_list(
        "instrument__system__point", "instrument_id", "factor", "since", "high", "unit",
        "instrument__until")
    spans: dict[int, dict[str, list[_Span]]] = {point: {} for point in points}
    follows: dict[tuple[int, str], int] = {}
    for point, instrument, factor, since, high, unit, until in rows:
        start = int(since.timestamp())
        ends = [follows.get((instrument, factor)), None if until is None else int(
            midnight(until + timedelta(days=1)).timestamp())]
        follows[instrument, factor] = start
        end = min((e for e in ends if e is not None), default=None)
        if _same_unit(unit, factor) and (end is None or end > start):
            spans[point].setdefault(factor, []).append(_Span(start, end, high))
    return {point: {f"range.{factor}": _dated(own) for factor, own in sorted(found.items())}
            for point, found in spans.items()}


def _same_unit(unit: str, factor: str) -> bool:
    def plain(text: str) -> str:
        return text.replace("³", "3").replace(" ", "").lower()

    return unit == "" or plain(unit) == plain(factor_unit(factor))


def _dated(spans: Iterable[_Span]) -> Dated:
    known = list(spans)
    times = sorted({t for span in known for t in (span.start, span.end) if t is not None})
    values = [max((s.high for s in known if s.start <= t and (s.end is None or t < s.end)),
                  default=None) for t in times]
    return Dated(tuple(times), tuple(values))
