"""Reads on tasks: whose, of which state, what is in danger of falling due before the visit."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, When

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem, PointPlace
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.organisations.models import OrganisationKind, User
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.rules.queries import books_for
from qingyuan.standards.duties import Duty

from .duty_sets import duties_of
from .models import DutyClock, SourceStop, Task, TaskHelper, TaskSheet, TaskState
from .planning import calls
from .states import STANDING

OVERDUE = "overdue"
TABS = ("open", "assigned", "under_way", OVERDUE, "cancel_asked", "done", "cancelled", "withdrawn")
HOUR = 3_600_000  # ms
Tasks = QuerySet[Task]


def tasks_of(scope: Scope) -> Tasks:
    """Tasks the scope may read: a unit its own; a discharger and a regulator those at the points
    that they see."""
    if not may(scope, "see_tasks"):
        return Task.objects.none()
    own = scope.organisation
    seen = Q(organisation=own)
    if own.kind != OrganisationKind.OM_UNIT:
        seen |= Q(point__in=points_of(scope).values("pk"))
    return Task.objects.filter(seen).select_related(
        "point__organisation", "point__outlet", "person", "organisation", "trip")


def task(scope: Scope, pk: int) -> Task:
    """One visible task; Task.DoesNotExist for any other."""
    return tasks_of(scope).get(pk=pk)


def own_tasks(scope: Scope) -> Tasks:
    """Tasks of the scope's own organisation: those it may write."""
    return tasks_of(scope).filter(organisation=scope.organisation)


def workable(scope: Scope) -> Tasks:
    """Own tasks that can be begun or gone on with; none without the right to work."""
    if not may(scope, "work_task"):
        return Task.objects.none()
    return own_tasks(scope).filter(
        state__in=(TaskState.OPEN, TaskState.ASSIGNED, TaskState.UNDER_WAY))


def mine(person: User) -> Q:
    """Tasks that a person is in charge of, helps with, or reaches on a trip."""
    helps = TaskHelper.objects.filter(task=OuterRef("pk"), person=person)
    return Q(person=person) | Exists(helps) | Q(trip__crew__person=person)


def on_trip_or_assigned(scope: Scope, person: User, day: date) -> Tasks:
    """What a person has to do on a day: own tasks of that day and overdue ones still to be done,
    by assignment, as a helper or on a trip; done ones of the day too."""
    late = Q(day__lt=day, state__in=STANDING)
    on_day = Q(day=day, state__in=(*STANDING, TaskState.DONE))
    return own_tasks(scope).filter(mine(person)).filter(late | on_day).distinct().order_by(
        "day", "point_id", "id")


def is_overdue(day: date | None = None) -> Q:
    """Still to be done, and past the last day."""
    return Q(state__in=STANDING, due__lt=day or today())


def in_state(rows: Tasks, code: str) -> Tasks:
    """Tasks under a tab; those overdue are in no other tab of open work. "" for all: what is still
    to be done comes first, what was withdrawn last."""
    if code == "":
        over = Case(When(state__in=STANDING, then=0), When(state=TaskState.WITHDRAWN, then=2),
                    default=1, output_field=IntegerField())
        return rows.order_by(over, "day", "point_id", "id")
    if code == OVERDUE:
        return rows.filter(is_overdue())
    if code in STANDING:
        return rows.filter(state=code).exclude(is_overdue())
    return rows.filter(state=code)


def counts(rows: Tasks) -> dict[str, int]:
    """How many tasks under each tab, one query."""
    late = Case(When(is_overdue(), then=1), default=0, output_field=IntegerField())
    found = dict.fromkeys(TABS, 0)
    lines = rows.order_by().annotate(late=late).values("state", "late").annotate(
        n=Count("pk", distinct=True))
    for line in lines:
        found[OVERDUE if line["late"] else line["state"]] += line["n"]
    found[""] = sum(found.values())
    return found


def shown_state(row: Task, day: date | None = None) -> str:
    """The code of family ``task`` that a task is shown with."""
    late = row.state in STANDING and row.due < (day or today())
    return OVERDUE if late and row.state != TaskState.CANCEL_ASKED else row.state


def in_area(rows: Tasks, area: str) -> Tasks:
    """Tasks at points of a prefecture or 兵团 city (6 digits): the place's own, else the
    discharger's."""
    placed = PointPlace.objects.filter(point=OuterRef("point")).exclude(area="")
    code = area[:4] if area.endswith("00") else area
    return rows.filter(
        Exists(placed.filter(area__startswith=code))
        | ~Exists(placed) & Q(point__organisation__area__startswith=code))


@dataclass(frozen=True, slots=True)
class Danger:
    """A duty whose lateness makes data invalid, near its last instant ``at`` (epoch ms) or past it.
    ``task`` is the visit that is planned for it, None where none is. ``state``: "over", "late"
    (the visit comes after the instant), "soon"."""

    point: MonitoringPoint
    system: MonitoringSystem
    duty: Duty
    at: int
    source: str
    task: Task | None
    state: str


def endangered(scope: Scope, within_hours: float = 48, now: float | None = None) -> list[Danger]:
    """What will make data invalid: duties done on site that fall due within so many hours, or
    before the day for which their visit is planned; the nearest first. Where a filed stop suspends
    the duties there is no danger. A fixed number of queries."""
    if not may(scope, "see_tasks"):
        return []
    moment = round((time.time() if now is None else now) * 1000)
    duties = duties_of(scope.organisation)
    keys = [d.key for d in duties if d.invalidates and d.where == "site"]
    sheets = TaskSheet.objects.filter(
        task__organisation=scope.organisation, task__state__in=STANDING, task__invalidates=True,
        done_at=None, left_why="").select_related("task")
    put_off = {(s.system_id, key) for s in sheets.filter(due__lt=F("task__day"))
               for key in s.duties}
    near = Q(due_at__lt=moment + within_hours * HOUR)
    rows = list(DutyClock.objects.filter(
        near | Q(system__in={system for system, _key in put_off}),
        organisation=scope.organisation, active=True, duty__in=keys,
    ).select_related("point__organisation", "point__outlet", "system").order_by("due_at", "id"))
    still = _suspended({row.point_id: row.point for row in rows}, scope)
    visits = _visits(sheets.filter(system__in={row.system_id for row in rows}))
    found = []
    for row in rows:
        visit = visits.get((row.system_id, row.duty))
        late = visit is not None and visit.day > row.due
        soon = row.due_at < moment + within_hours * HOUR
        if row.point_id in still or not (late or soon):
            continue
        state = "over" if row.due_at <= moment else "late" if late else "soon"
        found.append(Danger(row.point, row.system, duties[row.duty], row.due_at, row.source, visit,
                            state))
    return found


def _visits(sheets: QuerySet[TaskSheet]) -> Mapping[tuple[int | None, str], Task]:
    """(system, duty) → the first visit planned for it."""
    found: dict[tuple[int | None, str], Task] = {}
    for sheet in sheets.order_by("task__day", "task_id"):
        for key in sheet.duties:
            found.setdefault((sheet.system_id, key), sheet.task)
    return found


def _suspended(points: Mapping[int, MonitoringPoint], scope: Scope) -> set[int]:
    stopped = set(SourceStop.objects.filter(
        organisation=scope.organisation, point__in=list(points), filed_on__isnull=False,
        withdrawn_why="").values_list("point_id", flat=True))
    if not stopped:
        return set()
    held = {pk: calls.Served(points[pk]) for pk in stopped}
    day = today()
    calls.suspend(scope.organisation, held, books_for(one.point for one in held.values()), day)
    return {pk for pk, one in held.items() if one.is_suspended(day)}
