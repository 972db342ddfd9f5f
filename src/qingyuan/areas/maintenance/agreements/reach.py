"""Who, while on a trip, cannot be at a fault in time: an estimate, day by day.

A point counts when its main keeper is in the crew and none of its keepers has stayed at home. The
way is the great circle from the farthest stop of the day, times a winding factor, divided by a
mean speed; both are figures of the book and the company may enter its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from qingyuan.areas.assets.models import (
    EntryCondition,
    Medium,
    MonitoringPoint,
    PointKeeper,
    PointPlace,
)
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.assets.sites_queries import (
    conditions_of,
    distance,
    gaps,
    keepers_on,
    permits_for,
)
from qingyuan.areas.maintenance.models import Task, Trip, TripMember
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.rules.queries import BookFor, book_of
from qingyuan.standards import Provision, Unregulated

from .queries import GONE

ON_SITE = {Medium.GAS: "gas.fault.on_site", Medium.WATER: "fault.on_site"}


@dataclass(frozen=True, slots=True)
class Unreached:
    """A point that the keeper on the trip would reach too late. ``hours`` is estimated from
    ``origin``, None where a position is unknown; ``limit`` the provision in hours; ``metres`` the
    great circle; ``speed`` and ``winding`` what was reckoned with."""

    point: MonitoringPoint
    keeper: User
    origin: str
    metres: float | None
    hours: float | None
    limit: Provision
    speed: Provision
    winding: Provision

    @property
    def km(self) -> float | None:
        """The great circle in kilometres."""
        return None if self.metres is None else self.metres / 1000


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a trip with its tasks and the points that are out of reach meanwhile."""

    day: date
    tasks: list[Task]
    unreached: list[Unreached]


Places = dict[int, PointPlace]


def days_of(scope: Scope, trip: Trip) -> list[Day]:
    """The trip day by day. A day without a stop is spent where the last one was, before the first
    stop where that will be; of a trip without any stop nothing can be said yet."""
    tasks = list(trip.tasks.exclude(state__in=GONE).select_related(
        "point__organisation", "point__outlet", "person").prefetch_related("sheets").order_by(
        "day", "point__name", "id"))
    crew = {member.person_id for member in trip.crew.all()}
    kept = _kept(scope, crew, trip)
    places = _places({task.point_id for task in tasks} | {point.pk for point in kept})
    book = book_of(scope)
    found, here = [], [task.point for task in tasks[:1]]
    for day in _span(trip.first, trip.last):
        todays = [task for task in tasks if task.day == day]
        here = [task.point for task in todays] or here
        held = _left_alone(scope, kept, crew, trip, day) if here else []
        late = [line for point, keeper in held
                if (line := _judged(point, keeper, here, places, book, day)) is not None]
        found.append(Day(day, todays, sorted(late, key=_worst)))
    return found


def permits_lacking(scope: Scope, trip: Trip) -> list[tuple[MonitoringPoint, list[str]]]:
    """Points of the trip with what its people and its vehicle lack to get in on that day."""
    crew = [member.person for member in trip.crew.all()]
    vehicles = [trip.vehicle] if trip.vehicle else []
    held = permits_for(scope.organisation, crew, vehicles)
    tasks = list(trip.tasks.exclude(state__in=GONE).select_related(
        "point__organisation").order_by("day", "point__name", "id"))
    asked = list(conditions_of(scope).filter(
        discharger__in={task.point.organisation_id for task in tasks}))
    found: dict[int, tuple[MonitoringPoint, dict[str, None]]] = {}
    for task in tasks:
        said = found.setdefault(task.point_id, (task.point, {}))[1]
        here = [one for one in asked if _holds(one, task)]
        for who in [*({"person": one} for one in crew), *({"vehicle": one} for one in vehicles)]:
            lacks = gaps(here, held, task.point.organisation_id, task.day, **who)
            said.update(dict.fromkeys(gap.sentence for gap in lacks))
    return [(point, list(said)) for point, said in found.values() if said]


def _holds(condition: EntryCondition, task: Task) -> bool:
    """Whether a condition is asked at a task's point on its day."""
    there = condition.point_id == task.point_id if condition.point_id else (
        condition.discharger_id == task.point.organisation_id)
    return there and condition.since <= task.day and (
        condition.until is None or condition.until >= task.day)


def _span(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _kept(scope: Scope, crew: set[int], trip: Trip) -> dict[MonitoringPoint, None]:
    """Points that somebody of the crew looks after at any time of the trip."""
    rows = PointKeeper.objects.filter(
        organisation=scope.organisation, person__in=crew, since__lte=trip.last,
    ).exclude(until__lt=trip.first).values("point")
    return dict.fromkeys(points_of(scope).filter(pk__in=rows, active=True).order_by(
        "organisation__name", "name"))


def _left_alone(
    scope: Scope, kept: Iterable[MonitoringPoint], crew: set[int], trip: Trip, day: date,
) -> list[tuple[MonitoringPoint, User]]:
    """(point, its keeper on the trip) of the points at which nobody has stayed at home."""
    points = list(kept)
    keepers = keepers_on(points, day, unit=scope.organisation)
    away = crew | set(TripMember.objects.filter(
        trip__organisation=scope.organisation, trip__closed=False, trip__first__lte=day,
        trip__last__gte=day).exclude(trip=trip).values_list("person_id", flat=True))
    found = []
    for point in points:
        rows = keepers.get(point.pk, [])
        main = next((row.person for row in rows if not row.backup), None)
        home = any(row.person_id not in away for row in rows)
        if main is not None and main.pk in crew and not home:
            found.append((point, main))
    return found


def _judged(
    point: MonitoringPoint, keeper: User, here: Sequence[MonitoringPoint], places: Places,
    book: BookFor, day: date,
) -> Unreached | None:
    try:
        limit, speed, winding = (book.at(name, day) for name in (
            ON_SITE[Medium(point.kind)], "travel.speed", "travel.winding"))
    except Unregulated:
        return None
    origin, metres = _farthest(point, here, places)
    if metres is None:
        return Unreached(point, keeper, origin, None, None, limit, speed, winding)
    hours = travel(metres, float(winding.value), float(speed.value))
    if hours <= float(limit.value):
        return None
    return Unreached(point, keeper, origin, metres, hours, limit, speed, winding)


def travel(metres: float, winding: float, speed: float) -> float:
    """Hours by road for a great circle of ``metres``; ``speed`` in km/h.

    >>> travel(150_000, 1.4, 60)
    3.5
    """
    return metres / 1000 * winding / speed


def _farthest(
    point: MonitoringPoint, here: Sequence[MonitoringPoint], places: Places
) -> tuple[str, float | None]:
    """(name, metres) of the day's stop that lies farthest away; None where a position is
    unknown."""
    place = places.get(point.pk)
    ways = [(0.0, stop.name) if stop.pk == point.pk else
            (distance(*_position(place), *_position(places[stop.pk])), stop.name)
            for stop in here if stop.pk == point.pk or (place and stop.pk in places)]
    if len(ways) < len(here) or not ways:
        return "", None
    metres, name = max(ways)
    return name, metres


def _position(place: PointPlace | None) -> tuple[float, float]:
    assert place is not None
    return place.latitude or 0.0, place.longitude or 0.0


def _places(points: Iterable[int]) -> Places:
    known = PointPlace.objects.filter(
        point__in=list(points), latitude__isnull=False, longitude__isnull=False)
    return {place.point_id: place for place in known}


def _worst(line: Unreached) -> tuple[Any, ...]:
    return (line.hours is None, -(line.hours or 0), line.point.name)
