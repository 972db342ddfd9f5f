"""Reads on places, keepers, entry and permits. Days are China calendar days, both ends included;
positions are degrees in WGS 84."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.models import Membership, Organisation, OrganisationKind, User
from qingyuan.areas.organisations.regions import prefecture_of
from qingyuan.areas.organisations.scope import Scope, may

from . import queries
from .models import (
    PERMITS,
    EntryCondition,
    EntryKind,
    EntryPermit,
    MonitoringPoint,
    Office,
    PointKeeper,
    PointPlace,
    ServiceContract,
    StationHouse,
)

EARTH = 6_371_008.8  # m, mean radius of the reference ellipsoid
SOON = 30  # days before its end in which a permit is to be renewed
Points = Iterable[MonitoringPoint] | QuerySet[MonitoringPoint] | Iterable[int]


def distance(lat: float, lon: float, lat2: float, lon2: float) -> float:
    """Metres between two positions along a great circle of the mean sphere.

    >>> round(distance(43.8, 87.6, 43.8, 87.6)), round(distance(0, 0, 0, 1))
    (0, 111195)
    """
    rise, turn = radians(lat2 - lat) / 2, radians(lon2 - lon) / 2
    half = sin(rise) ** 2 + cos(radians(lat)) * cos(radians(lat2)) * sin(turn) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(half)))


def place_of(point: MonitoringPoint) -> PointPlace | None:
    """Where a point lies, None where nobody has said."""
    return PointPlace.objects.select_related("house").filter(point=point).first()


def area_of(point: MonitoringPoint, place: PointPlace | None) -> str:
    """The code of the prefecture or 兵团 city: the place's own, else the discharger's; "" unknown.
    """
    return (place.area if place else "") or prefecture_of(point.organisation.area)


def keepers_on(
    points: Points, day: date, *, unit: Organisation | None = None
) -> dict[int, list[PointKeeper]]:
    """Point id → who looks after it on a day, the main keeper first; points without anybody are
    left out. Only people of the unit that serves the point on that day; of ``unit`` alone where it
    is given."""
    serving = ServiceContract.objects.filter(
        queries.in_force(day), point=OuterRef("point"), om_unit=OuterRef("organisation"))
    rows = PointKeeper.objects.filter(
        queries.in_force(day), Q(Exists(serving)) | Q(organisation=F("point__organisation")),
        point__in=_ids(points)).select_related("person")
    if unit is not None:
        rows = rows.filter(organisation=unit)
    found: dict[int, list[PointKeeper]] = {}
    for row in rows.order_by("point_id", "backup", "since", "id"):
        found.setdefault(row.point_id, []).append(row)
    return found


def _ids(points: Points) -> Any:
    if isinstance(points, QuerySet):
        return points.order_by().values("pk")
    return [getattr(point, "pk", point) for point in points]


def colleagues(scope: Scope) -> QuerySet[User]:
    """Active members of the scope's organisation by name, each with ``role``, the first it was
    given."""
    mine = Membership.objects.filter(
        user=OuterRef("pk"), organisation=scope.organisation, active=True).order_by("id")
    return User.objects.filter(Exists(mine), is_active=True).annotate(
        role=Subquery(mine.values("role")[:1])).order_by("name", "username")


def conditions_at(point: MonitoringPoint, day: date) -> list[EntryCondition]:
    """What the site asks of whoever comes to a point on a day: the discharger's conditions and the
    point's own."""
    here = Q(discharger=point.organisation_id, point=None) | Q(point=point)
    return list(EntryCondition.objects.filter(queries.in_force(day), here))


@dataclass(frozen=True, slots=True)
class Gap:
    """A condition that a person or vehicle does not meet on a day, or not for much longer.
    ``state``: "none" no permit, "later" not yet valid, "over" expired, "soon" due for renewal."""

    condition: EntryCondition
    state: str
    sentence: str


def missing_permits(
    unit: Organisation, point: MonitoringPoint, day: date, *, person: User | None = None,
    vehicle: str = "",
) -> list[str]:
    """A sentence for each permit that the person or vehicle of the unit lacks at the point on that
    day, that has expired, or that expires within 30 days of it."""
    held = list(_permits(unit, [person] if person else [], [vehicle] if vehicle else []))
    return [gap.sentence for gap in gaps(
        conditions_at(point, day), held, point.organisation_id, day, person=person,
        vehicle=vehicle)]


def permits_for(
    unit: Organisation, people: Iterable[User], vehicles: Iterable[str] = ()
) -> list[EntryPermit]:
    """All permits of several people and vehicles of a unit, to judge many by ``gaps`` at once."""
    return list(_permits(unit, list(people), list(vehicles)))


def _permits(
    unit: Organisation, people: list[User], vehicles: list[str]
) -> QuerySet[EntryPermit]:
    whose = Q(person__in=[p.pk for p in people]) | Q(vehicle__in=[v for v in vehicles if v])
    return EntryPermit.objects.filter(whose, organisation=unit).order_by("until", "id")


def gaps(
    conditions: Iterable[EntryCondition], permits: Iterable[EntryPermit], discharger: int,
    day: date, *, person: User | None = None, vehicle: str = "",
) -> list[Gap]:
    """The conditions that a person or a vehicle does not meet by one of ``permits``; conditions of
    the same kind are told once. ``discharger`` is the id of the site's owner."""
    known = list(permits)
    found: list[Gap] = []
    seen: set[str] = set()
    for condition in conditions:
        kind = condition.kind
        of_vehicle = kind == EntryKind.VEHICLE_PERMIT
        if kind in seen or kind not in PERMITS or not (vehicle if of_vehicle else person):
            continue
        seen.add(kind)
        own = [p for p in known if p.kind == kind and p.discharger_id in (None, discharger) and (
            p.vehicle == vehicle if of_vehicle else p.person_id == person.pk)]  # type: ignore[union-attr]
        gap = _gap(condition, own, vehicle if of_vehicle else str(person), day)
        found += [gap] if gap else []
    return found


def _gap(
    condition: EntryCondition, permits: list[EntryPermit], whose: str, day: date
) -> Gap | None:
    words = {"who": whose, "what": condition.get_kind_display()}
    holding = [p for p in permits if p.since <= day and (p.until is None or p.until >= day)]
    if any(p.until is None for p in holding):
        return None
    if holding:
        last = max(p.until for p in holding if p.until)
        # Who renewed in time holds the next one already.
        if last > day + timedelta(days=SOON) or _renewed(permits, last):
            return None
        return Gap(condition, "soon", _("%(who)s的%(what)s将于 %(day)s 到期") % {
            **words, "day": last.isoformat()})
    ended = [p.until for p in permits if p.until and p.until < day]
    if ended:
        return Gap(condition, "over", _("%(who)s的%(what)s已于 %(day)s 到期") % {
            **words, "day": max(ended).isoformat()})
    if permits:
        return Gap(condition, "later", _("%(who)s的%(what)s自 %(day)s 起才有效") % {
            **words, "day": min(p.since for p in permits).isoformat()})
    return Gap(condition, "none", _("%(who)s没有%(what)s") % words)


def _renewed(permits: list[EntryPermit], last: date) -> bool:
    """Whether another permit goes on without a gap where the last one ends."""
    return any(p.since <= last + timedelta(days=1) and (p.until is None or p.until > last)
               for p in permits)


# -- what a scope may see -----------------------------------------------------------------------


def _served(scope: Scope) -> Q:
    """Things of dischargers at which the scope sees a point, and a discharger's own."""
    return Q(discharger__in=queries.points_of(scope).values("organisation")) | Q(
        discharger=scope.organisation)


def houses_of(scope: Scope) -> QuerySet[StationHouse]:
    """Houses of the dischargers at which the scope sees a point: the house is the discharger's,
    whoever entered it."""
    if not may(scope, "see_sites"):
        return StationHouse.objects.none()
    return StationHouse.objects.filter(_served(scope)).select_related("discharger")


def conditions_of(scope: Scope) -> QuerySet[EntryCondition]:
    """Entry conditions that hold at a point the scope sees: that point's, and its discharger's."""
    if not may(scope, "see_sites"):
        return EntryCondition.objects.none()
    seen = Q(point__in=queries.points_of(scope).values("pk")) | (Q(point=None) & _served(scope))
    return EntryCondition.objects.filter(seen).select_related("discharger", "point")


def offices_of(scope: Scope) -> QuerySet[Office]:
    """The unit's own offices, closed ones too."""
    if not may(scope, "see_permits"):
        return Office.objects.none()
    return Office.objects.filter(organisation=scope.organisation)


def keepers_of(scope: Scope) -> QuerySet[PointKeeper]:
    """The unit's own keepers, former ones too, at points that it sees; a discharger and a regulator
    read those of whoever serves a point that they see."""
    rows = PointKeeper.objects.filter(point__in=queries.points_of(scope).values("pk"))
    if not may(scope, "see_sites"):
        return rows.none()
    if scope.organisation.kind == OrganisationKind.OM_UNIT:
        rows = rows.filter(organisation=scope.organisation)
    return rows.select_related("person", "point__organisation", "point__outlet", "organisation")


def permits_of(scope: Scope) -> QuerySet[EntryPermit]:
    """Permits of the unit's people and vehicles, expired ones too; nobody else reads them."""
    if not may(scope, "see_permits"):
        return EntryPermit.objects.none()
    return EntryPermit.objects.filter(organisation=scope.organisation).select_related(
        "person", "discharger")
