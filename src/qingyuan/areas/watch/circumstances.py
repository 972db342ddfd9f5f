"""What holds at a piece of points while their minutes are looked at: limits, ranges, references,
what was declared, how often minutes come."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Q

from qingyuan.areas.assets.models import LoggerAssignment, MonitoringPoint
from qingyuan.areas.rules.queries import BookFor, books_for
from qingyuan.areas.telemetry.models import Event, EventKind, Mark, MarkState, PointParameter
from qingyuan.areas.telemetry.pipeline.ranges import ranges_of_points
from qingyuan.calc.gas.oxygen import convert_by_excess_air, convert_by_oxygen
from qingyuan.calc.roles import O2
from qingyuan.calc.types import Dated
from qingyuan.kernel.clock import CST

_SPANS = (EventKind.STOP, EventKind.MAINTENANCE, EventKind.FAULT)
_OTHER = ("wet_standard", "dry_actual", "wet_actual")
_DEFAULT = 600  # s between two minute packets where no logger says otherwise


class Span(NamedTuple):
    """Something declared over [start, end), ``end`` None while it goes on; factor "" means all."""

    factor: str
    start: int
    end: int | None


@dataclass(slots=True)
class Place:
    """One point. ``step`` is how many seconds a minute value stands for."""

    step: int = _DEFAULT
    parameters: dict[str, Dated] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    air: float = 0.0
    guard: float = 0.0
    limited: tuple[str, ...] = ()
    ranged: frozenset[str] = frozenset()

    def at(self, name: str, time: int) -> Any:
        """A parameter's value at an instant; None where there is none."""
        dated = self.parameters.get(name)
        place = bisect_right(dated.since, time) if dated else 0
        return dated.values[place - 1] if dated and place else None

    def declared(self, code: str, time: int) -> bool:
        """Whether a stop, maintenance or fault is on record there, or a mark of any kind."""
        return any(span.start <= time and (span.end is None or time < span.end)
                   and span.factor in ("", code) for span in self.spans)

    def comparable(self, code: str, time: int) -> bool:
        """Whether minutes of the factor are mg/m3 of dry gas at standard state, like a limit."""
        return (self.at(f"unit.{code}", time) != "ppm"
                and self.at(f"basis.{code}", time) not in _OTHER)

    def conversion(self, oxygen: float | None, time: int) -> float | None:
        """What a mean is multiplied with to stand at the reference (HJ 212-2017 D.2.3): 1 where the
        emission standard converts nothing, None where oxygen is unknown or near that of air."""
        reference, excess = self.at("o2_reference", time), self.at("excess_air_reference", time)
        if reference is None and excess is None:
            return 1.0
        if oxygen is None or not self.comparable(O2, time):
            return None
        if reference is not None:
            made = convert_by_oxygen(1.0, oxygen, reference, air=self.air, guard=self.guard,
                                     combustion_air=self.at("combustion_air_o2", time))
        else:
            made = convert_by_excess_air(1.0, oxygen, excess, air=self.air, guard=self.guard)
        return float(made) if np.isfinite(made) else None


def places(points: Sequence[MonitoringPoint], since: int, now: int) -> dict[int, Place]:
    """The places of the points, for minutes from ``since`` on (epoch seconds). Five queries, two
    more where a point has limits and a reference."""
    keys = [point.pk for point in points]
    found = {pk: Place() for pk in keys}
    for pk, ranges in ranges_of_points(keys).items():
        found[pk].parameters.update(ranges)
    for pk, held in _parameters(keys).items():
        found[pk].parameters.update(held)
    for pk, span in (*_events(keys, since), *_marks(keys, since)):
        found[pk].spans.append(span)
    for pk, spacing in _spacing(keys, now):
        found[pk].step = max(60, 60 * spacing)
    _convert(points, found, now)
    return found


def _convert(points: Sequence[MonitoringPoint], found: dict[int, Place], now: int) -> None:
    day = datetime.fromtimestamp(now, CST).date()
    for place in found.values():
        place.limited = tuple(sorted(_factors(place, "limit.")))
        place.ranged = frozenset(_factors(place, "range."))
    asked = [point for point in points if found[point.pk].limited and found[
        point.pk].parameters.keys() & {"o2_reference", "excess_air_reference"}]
    for pk, book in (books_for(asked) if asked else {}).items():
        found[pk].air, found[pk].guard = (_number(book, name, day)
                                          for name in ("gas.o2.air", "gas.o2.guard"))


def _factors(place: Place, word: str) -> list[str]:
    return [name.removeprefix(word) for name in place.parameters if name.startswith(word)]


def _number(book: BookFor, name: str, day: Any) -> float:
    return float(book.at(name, day).value)


def _parameters(points: Iterable[int]) -> dict[int, dict[str, Dated]]:
    """Of two entries for one instant the later one holds."""
    rows: dict[int, dict[str, dict[int, Any]]] = defaultdict(lambda: defaultdict(dict))
    asked = Q(name__in=("o2_reference", "excess_air_reference", "combustion_air_o2"))
    for word in ("limit", "range", "unit", "basis"):
        asked |= Q(name__startswith=f"{word}.")
    for point, name, since, value in PointParameter.objects.filter(
        asked, point__in=list(points), replaced_by=None, withdrawn_at=None,
    ).order_by("since", "id").values_list("point_id", "name", "since", "value"):
        rows[point][name][since] = value
    return {point: {name: Dated(tuple(own), tuple(own.values())) for name, own in held.items()}
            for point, held in rows.items()}


def _events(points: Iterable[int], since: int) -> list[tuple[int, Span]]:
    rows = Event.objects.filter(
        Q(end=None) | Q(end__gt=since), point__in=list(points), kind__in=_SPANS, replaced_by=None,
        withdrawn_at=None).values_list("point_id", "factor", "start", "end")
    return [(point, Span(*facts)) for point, *facts in rows]


def _marks(points: Iterable[int], since: int) -> list[tuple[int, Span]]:
    """One that is only prepared counts too: somebody knows."""
    rows = Mark.objects.filter(
        point__in=list(points), end__gt=since, replaced_by=None, withdrawn_at=None,
    ).exclude(state=MarkState.WITHDRAWN).values_list("point_id", "factor", "start", "end")
    return [(point, Span(*facts)) for point, *facts in rows]


def _spacing(points: Iterable[int], now: int) -> list[tuple[int, int]]:
    moment = datetime.fromtimestamp(now, CST)
    return list(LoggerAssignment.objects.filter(
        Q(until=None) | Q(until__gt=moment), point__in=list(points), since__lte=moment,
    ).order_by("since").values_list("point_id", "logger__minute_minutes"))
