"""Reads on what is agreed with others: plans, trips, stops, appointments, needs, hand-overs.

A unit sees its own rows; a discharger and a regulator those of points that they see. Drafts are
nobody's but their author's.
"""

from datetime import date, timedelta

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from qingyuan.areas.assets.queries import midnight, points_of
from qingyuan.areas.maintenance.models import (
    CustomerNeed,
    HandOver,
    HandOverKind,
    JointSlot,
    MonthPlan,
    MonthPlanState,
    PlanLine,
    SourceStop,
    Task,
    TaskState,
    Trip,
    TripMember,
)
from qingyuan.areas.organisations.models import OrganisationKind, Role
from qingyuan.areas.organisations.scope import Scope, may

GONE = (TaskState.CANCELLED, TaskState.WITHDRAWN)
OPEN = (TaskState.OPEN, TaskState.ASSIGNED, TaskState.UNDER_WAY, TaskState.CANCEL_ASKED)


def _at_points(scope: Scope) -> Q:
    """Rows with ``organisation`` and ``point`` that the scope may read."""
    own = Q(organisation=scope.organisation)
    if scope.organisation.kind == OrganisationKind.OM_UNIT:
        return own
    return own | Q(point__in=points_of(scope).values("pk"))


def plans_of(scope: Scope) -> QuerySet[MonthPlan]:
    """Plans of the unit; to the discharger and the regulator those that were sent."""
    if not may(scope, "see_tasks"):
        return MonthPlan.objects.none()
    seen = Q(organisation=scope.organisation)
    if scope.organisation.kind != OrganisationKind.OM_UNIT:
        owners = points_of(scope).order_by().values("organisation")
        seen |= Q(discharger__in=owners) & ~Q(state=MonthPlanState.DRAFT)
    return MonthPlan.objects.filter(seen).select_related("organisation", "discharger")


def lines_of(plan: MonthPlan) -> QuerySet[PlanLine]:
    """The plan's lines by day, each with its task."""
    return plan.lines.select_related("task__point__outlet", "task__person").order_by(
        "day", "task__point__name", "task_id")


def unplanned(plan: MonthPlan) -> QuerySet[Task]:
    """The unit's tasks of the month at the discharger that are not in the plan: they came, or were
    moved into the month, after it was drawn up."""
    listed = PlanLine.objects.filter(plan=plan, task=OuterRef("pk"))
    return tasks_in(plan).exclude(state__in=GONE).filter(~Exists(listed))


def tasks_in(plan: MonthPlan) -> QuerySet[Task]:
    """All the unit's tasks that lie in the plan's month at its discharger."""
    return Task.objects.filter(
        organisation=plan.organisation, point__organisation=plan.discharger,
        day__gte=plan.month, day__lt=next_month(plan.month),
    ).select_related("point__outlet", "person").order_by("day", "point__name", "id")


def next_month(first: date) -> date:
    """The first day of the following month.

    >>> next_month(date(2026, 12, 1))
    datetime.date(2027, 1, 1)
    """
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def trips_of(scope: Scope) -> QuerySet[Trip]:
    """The unit's own trips; nobody else reads them."""
    if not may(scope, "see_trips"):
        return Trip.objects.none()
    crew = Prefetch("crew", TripMember.objects.select_related("person"))
    return Trip.objects.filter(organisation=scope.organisation).prefetch_related(crew)


def with_totals(trips: QuerySet[Trip]) -> QuerySet[Trip]:
    """Trips with ``task_count`` and ``point_count``."""
    standing = ~Q(tasks__state__in=GONE)
    return trips.annotate(
        task_count=Count("tasks", filter=standing, distinct=True),
        point_count=Count("tasks__point", filter=standing, distinct=True))


def stops_of(scope: Scope) -> QuerySet[SourceStop]:
    """Stops of the source that the scope may read."""
    if not may(scope, "see_tasks"):
        return SourceStop.objects.none()
    return SourceStop.objects.filter(_at_points(scope)).select_related(
        "point__organisation", "point__outlet", "organisation")


def joints_of(scope: Scope) -> QuerySet[JointSlot]:
    """Appointments of tasks that the scope may read."""
    if not may(scope, "see_tasks"):
        return JointSlot.objects.none()
    own = Q(task__organisation=scope.organisation)
    if scope.organisation.kind != OrganisationKind.OM_UNIT:
        own |= Q(task__point__in=points_of(scope).values("pk"))
    return JointSlot.objects.filter(own).select_related("task__point__organisation")


def needs_of(scope: Scope) -> QuerySet[CustomerNeed]:
    """What dischargers were asked to provide."""
    if not may(scope, "see_tasks"):
        return CustomerNeed.objects.none()
    return CustomerNeed.objects.filter(_at_points(scope)).select_related(
        "point__organisation", "point__outlet", "organisation")


def needs_between(scope: Scope, first: date, last: date) -> QuerySet[CustomerNeed]:
    """Needs that were standing on a day of [first, last]: asked by its end and not answered before
    its beginning. Reports list them."""
    return needs_of(scope).filter(
        Q(answered_on=None) | Q(answered_on__gte=first), asked_on__lte=last,
    ).order_by("point__organisation__name", "point__name", "asked_on", "id")


def hand_overs_of(scope: Scope) -> QuerySet[HandOver]:
    """The unit's hand-overs, and those by which another unit hands over to it, once that has
    signed; of the latter only the manager reads."""
    if not may(scope, "hand_over"):
        return HandOver.objects.none()
    seen = Q(organisation=scope.organisation)
    if scope.role == Role.MANAGER:
        seen |= Q(kind=HandOverKind.CONTRACT, taking_unit=scope.organisation,
                  given__isnull=False)
    return HandOver.objects.filter(seen).select_related(
        "organisation", "giver", "taker", "taking_unit").annotate(
        point_count=Count("points", distinct=True))


def standing_stops() -> QuerySet[SourceStop]:
    """Stops that nobody withdrew."""
    return SourceStop.objects.filter(withdrawn_why="")


def stopped_on(day: date) -> QuerySet[SourceStop]:
    """Stops that run at some instant of a China day."""
    begin = midnight(day)
    return standing_stops().filter(
        Q(restart_at=None) | Q(restart_at__gt=begin), since__lt=begin + timedelta(days=1))


def unsettled(plan: MonthPlan) -> QuerySet[PlanLine]:
    """Lines whose other day the discharger asked for and the unit has not answered."""
    return plan.lines.filter(wish__isnull=False, settled="")


def changed_lines(plan: MonthPlan) -> QuerySet[PlanLine]:
    """Lines whose task lies on another day than the plan says, or has been cancelled."""
    return lines_of(plan).filter(~Q(task__day=F("day")) | Q(task__state__in=GONE))
