"""Reads on presence and entry logs. Scope first; instants are epoch milliseconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import midnight, points_of, today
from qingyuan.areas.organisations.models import OrganisationKind
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.kernel import windows

from ..models import Approval, HouseEntry, Presence, PresenceKind

OPEN_HOURS = 18  # a check-in without check-out is forgotten after so long
SERVING = (OrganisationKind.OM_UNIT, OrganisationKind.DISCHARGER)


def now_ms() -> int:
    """The server's time, epoch milliseconds."""
    return int(timezone.now().timestamp() * 1000)


def presences_of(scope: Scope) -> QuerySet[Presence]:
    """Check-ins and check-outs: a unit's own; a discharger's and a regulator's of points that they
    see."""
    if not may(scope, "see_presence"):
        return Presence.objects.none()
    own = Q(organisation=scope.organisation)
    if scope.organisation.kind != OrganisationKind.OM_UNIT:
        own |= Q(point__in=points_of(scope).values("pk"))
    return Presence.objects.filter(own).select_related(
        "point__organisation", "point__outlet", "person", "organisation", "task", "order")


def presence(scope: Scope, pk: int) -> Presence:
    """One visible presence; Presence.DoesNotExist for any other."""
    return presences_of(scope).get(pk=pk)


def entries_of(scope: Scope) -> QuerySet[HouseEntry]:
    """Lines of entry logs: a unit reads its own, and of points it serves also what the discharger
    wrote; a discharger and a regulator all of points that they see."""
    if not may(scope, "see_presence"):
        return HouseEntry.objects.none()
    here = Q(point__in=points_of(scope).values("pk"))
    if scope.organisation.kind == OrganisationKind.OM_UNIT:
        here &= Q(organisation=F("point__organisation"))
        here |= Q(organisation=scope.organisation)
    return HouseEntry.objects.filter(here).select_related(
        "point__organisation", "point__outlet", "presence")


def log_of(scope: Scope, point: MonitoringPoint, first: int, until: int) -> QuerySet[HouseEntry]:
    """A point's entry log over [first, until), oldest first, as it stands on paper."""
    rows = entries_of(scope).filter(point=point, came_at__gte=first, came_at__lt=until)
    return rows.order_by("came_at", "id")


def open_entry(scope: Scope, point: MonitoringPoint, at: int) -> HouseEntry | None:
    """The visit that the scope's person has not ended at a point: a check-in of the last
    ``OPEN_HOURS`` without a check-out."""
    return HouseEntry.objects.filter(
        organisation=scope.organisation, point=point, left_at=None, presence__person=scope.user,
        came_at__gt=at - OPEN_HOURS * 3_600_000, came_at__lte=at + 3_600_000,
    ).select_related("presence__task", "presence__order").order_by("-came_at").first()


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of presences shows: approval or kind as ``state``, days both included."""

    state: str = ""
    point: int | None = None
    person: int | None = None
    first: date | None = None
    last: date | None = None
    text: str = ""

    @property
    def narrowed(self) -> bool:
        return bool(self.point or self.person or self.first or self.last or self.text)


STATES = ("pending", "none", "approved", "refused")
"""Every presence is in one of these."""
TAGS = ("off_site", "late")
"""What may be odd about a presence in whatever state."""
TABS = (*STATES, *TAGS)


def presences_for(scope: Scope, by: Filters) -> QuerySet[Presence]:
    """The presences that the filters keep, pending ones first, then the newest."""
    rows = _state(_narrowed(scope, by), by.state)
    return rows.annotate(waits=Q(approval=Approval.PENDING)).order_by("-waits", "-phone_at", "-id")


def tallies(scope: Scope, by: Filters) -> dict[str, int]:
    """How many each tab has; "" for all, which the states add up to. One query."""
    found: dict[str, int] = _narrowed(scope, by).aggregate(
        all=Count("pk"), **{tab: Count("pk", filter=_CONDITION[tab]) for tab in TABS})
    return {"": found.pop("all"), **found}


_CONDITION = {
    **{code: Q(approval=code) for code in STATES},
    "off_site": Q(off_site=True), "late": Q(late=True),
}


def _state(rows: QuerySet[Presence], state: str) -> QuerySet[Presence]:
    return rows.filter(_CONDITION[state]) if state in _CONDITION else rows


def _narrowed(scope: Scope, by: Filters) -> QuerySet[Presence]:
    rows = presences_of(scope)
    if by.point is not None:
        rows = rows.filter(point=by.point)
    if by.person is not None:
        rows = rows.filter(person=by.person)
    if by.first:
        rows = rows.filter(phone_at__gte=_start(by.first))
    if by.last:
        rows = rows.filter(phone_at__lt=_start(by.last + timedelta(days=1)))
    for word in by.text.split():
        rows = rows.filter(
            Q(point__name__icontains=word) | Q(point__organisation__name__icontains=word)
            | Q(person__name__icontains=word))
    return rows


def _start(day: date) -> int:
    return int(midnight(day).timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class PersonMonth:
    """One person's presence over some days: visits (check-ins), how many of them were off-site,
    late, waiting or refused, different points and days, and hours between coming and going;
    ``open`` visits were never ended."""

    person: int
    name: str
    visits: int
    points: int
    days: int
    off_site: int
    late: int
    pending: int
    refused: int
    open: int
    hours: float


def people_figures(scope: Scope, first: int, until: int) -> list[PersonMonth]:
    """Each person's visits over [first, until), those with most first. One query."""
    ended = HouseEntry.objects.filter(presence=OuterRef("pk")).values("left_at")[:1]
    rows = presences_of(scope).filter(
        kind=PresenceKind.IN, phone_at__gte=first, phone_at__lt=until,
    ).annotate(left=Subquery(ended)).order_by("person_id", "phone_at")
    by: dict[int, list[Presence]] = {}
    for row in rows:
        by.setdefault(row.person_id, []).append(row)
    found = [_person_month(own) for own in by.values()]
    return sorted(found, key=lambda one: (-one.visits, one.name))


def _person_month(rows: Sequence[Any]) -> PersonMonth:
    spent = [row.left - row.phone_at for row in rows if row.left and row.left > row.phone_at]
    days = {(row.phone_at + 8 * 3_600_000) // 86_400_000 for row in rows}
    return PersonMonth(
        rows[0].person_id, str(rows[0].person), len(rows), len({row.point_id for row in rows}),
        len(days), sum(row.off_site for row in rows), sum(row.late for row in rows),
        sum(row.approval == Approval.PENDING for row in rows),
        sum(row.approval == Approval.REFUSED for row in rows),
        sum(row.left is None for row in rows), sum(spent) / 3_600_000)


def waiting_count(scope: Scope) -> int:
    """Check-ins that wait for approval."""
    return presences_of(scope).filter(approval=Approval.PENDING).count()


def month_of(text: str) -> tuple[str, int, int]:
    """(key, first, until) of a month YYYY-MM in epoch milliseconds; this month for other text."""
    try:
        begin = windows.start(text, "month")
    except (ValueError, OverflowError):
        begin = windows.start(f"{today():%Y-%m}", "month")
    return windows.key("month", begin), begin * 1000, windows.end_of("month", begin) * 1000
