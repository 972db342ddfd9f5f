"""From clocks to tasks: load the points, walk through their days, store what differs.

A task that nobody has touched follows the walk; one that somebody has (``fixed``) stays on its day
and takes along what is open then. Running it again changes nothing. The numbers of queries do not
grow with the points, but for one round of them for each 500.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from qingyuan.areas.assets.models import MonitoringSystem, PointKeeper, ServiceContract
from qingyuan.areas.assets.queries import today as china_today
from qingyuan.areas.maintenance.models import DutyClock, Task, TaskKind, TaskSheet, TaskState
from qingyuan.areas.organisations.models import Membership, Organisation
from qingyuan.areas.rules.queries import BookFor, books_for

from . import calls, ending, store
from .clocks import Asking, _one_at_a_time, day_instant
from .reckoning import Window
from .walk import Fixed, Key, Visit, walk

STANDING = (TaskState.OPEN, TaskState.ASSIGNED, TaskState.UNDER_WAY, TaskState.CANCEL_ASKED)
LOOK_BACK = timedelta(days=400)  # a cancelled visit older than that skips nothing any more


@dataclass(frozen=True, slots=True)
class Planned:
    """Tasks that were made, changed (day, sheets or person), withdrawn."""

    made: int = 0
    changed: int = 0
    withdrawn: int = 0

    def __add__(self, other: "Planned") -> "Planned":
        return Planned(self.made + other.made, self.changed + other.changed,
                       self.withdrawn + other.withdrawn)


def horizon(today: date) -> date:
    """The last day of the next month: so far the daily job plans ahead."""
    first = (today.replace(day=1) + timedelta(days=63)).replace(day=1)
    return first - timedelta(days=1)


def plan(
    organisation: Organisation, *, points: calls.Points | None = None,
    through: date | None = None, today: date | None = None,
    left: Mapping[Key, Task] | None = None,
) -> Planned:
    """Plan the visits of all points of a unit, or of some, through a day (default: the end of the
    next month). What stands in the plan beyond that day is planned anew along with the rest. The
    plan of a whole unit also ends the visits whose day is over; that of a point follows somebody's
    act, who may still be writing. ``left``: what a visit that was just ended left undone."""
    day = today or china_today()
    last = through or horizon(day)
    keys = set(calls.points_under_contract(organisation, day)) | set(
        Task.objects.filter(organisation=organisation, state__in=STANDING).order_by()
        .values_list("point", flat=True).distinct())
    if points is not None:
        keys &= {getattr(point, "pk", point) for point in points}
    asking = Asking(organisation, day)
    return sum((_plan(asking, piece, last, points is None, left or {})
                for piece in calls.pieces(keys)), Planned())


@dataclass(slots=True)
class Case:
    """All that is known of one point: what is due, what stands, who looks after it. ``visited``: a
    round of today is done; ``left``: what is due since a visit that ended without it."""

    served: calls.Served
    book: BookFor
    systems: dict[int, MonitoringSystem]
    items: dict[Key, Window] = field(default_factory=dict)
    tasks: list[Task] = field(default_factory=list)
    keepers: list[PointKeeper] = field(default_factory=list)
    visited: bool = False
    left: dict[Key, Task] = field(default_factory=dict)


@transaction.atomic
def _plan(
    asking: Asking, keys: list[int], through: date, whole: bool, left: Mapping[Key, Task]
) -> Planned:
    _one_at_a_time(keys)
    cases = _load(asking, keys)
    changes = store.Changes(asking.organisation, asking.today)
    for key, task in left.items():
        if task.point_id in cases:
            cases[task.point_id].left[key] = task
    for case in cases.values():
        if whole:
            _end_visits(asking, case, changes)
        for task, why in _impossible(case, asking.today):
            changes.withdraw(task, why)
            case.tasks.remove(task)
        visits = _visits(asking, case, through)
        changes.take(case, visits, asking.duties)
    return Planned(*changes.save())


def _load(asking: Asking, keys: list[int]) -> dict[int, Case]:
    own, today = asking.organisation, asking.today
    points = calls.served(own, keys)
    books = books_for(one.point for one in points.values())
    calls.suspend(own, points, books, today)
    systems = calls.systems_at(keys, None)
    cases = {pk: Case(one, books[pk], {s.pk: s for s in systems.get(pk, ())})
             for pk, one in points.items()}
    rows = DutyClock.objects.filter(organisation=own, point__in=keys, active=True).values_list(
        "point_id", "system_id", "duty", "opens", "due", "due_at", "source")
    for pk, system, duty, *window in rows:
        if duty in asking.duties and asking.duties[duty].where == "site":
            found, until = Window(*window), cases[pk].systems[system].until
            if until is None or found.due <= until:
                cases[pk].items[system, duty] = found
    _skip_cancelled(asking, cases)
    tasks = Task.objects.filter(organisation=own, point__in=keys).filter(
        store.alive(today)).order_by("day", "id").prefetch_related("sheets")
    for task in tasks:
        cases[task.point_id].tasks.append(task)
    for keeper in _keepers(own, keys):
        cases[keeper.point_id].keepers.append(keeper)
    for pk in Task.objects.filter(
            organisation=own, point__in=keys, state=TaskState.DONE, kind=TaskKind.ROUND,
            day__lte=today, done_at__gte=day_instant(today),
            ).order_by().values_list("point", flat=True):
        cases[pk].visited = True
    return cases


def _keepers(own: Organisation, keys: list[int]) -> Iterable[PointKeeper]:
    members = Membership.objects.filter(organisation=own, active=True, user__is_active=True)
    return PointKeeper.objects.filter(
        organisation=own, point__in=keys, backup=False, person__in=members.values("user"),
    ).order_by("point_id", "since", "id")


def _skip_cancelled(asking: Asking, cases: Mapping[int, Case]) -> None:
    """A cancelled visit is not planned again the next morning: what it held is next due counted
    from its day. The clocks themselves do not move, for nothing was done."""
    rows = TaskSheet.objects.filter(
        task__organisation=asking.organisation, task__state=TaskState.CANCELLED,
        task__point__in=list(cases), task__day__gte=asking.today - LOOK_BACK, done_at=None,
        left_why="",
    ).order_by("task__day").values_list("task__point_id", "system_id", "duties", "task__day")
    for pk, system, duties, day in rows:
        case = cases[pk]
        follow = _after(asking, case)
        for duty in duties:
            held = case.items.get((system, duty))
            if held is not None and held.opens <= day:
                window = follow((system, duty), day)
                if window is None:
                    del case.items[system, duty]
                else:
                    case.items[system, duty] = window


def _after(asking: Asking, case: Case) -> Callable[[Key, date], Window | None]:
    chain = asking.reckoner.chain(case.book)

    def after(key: Key, day: date) -> Window | None:
        system = case.systems[key[0]]
        window = asking.reckoner.after(asking.duties[key[1]], day, case.book.book, chain,
                                       auto=system.auto_calibration)
        over = window is not None and system.until is not None and window.due > system.until
        return None if over else window

    return after


def _end_visits(asking: Asking, case: Case, changes: store.Changes) -> None:
    """End the visits whose day is over. What they left is planned by its clock; what stood beside
    the plan has none, and gets a task of its own."""
    over = [task for task in case.tasks if ending.is_over(task, asking.today)]
    for task in over:
        left = ending.end(ending.Planner(asking.organisation, ""), task, ending.OVER)
        changes.touched.add(task.pk)
        if task.state != TaskState.DONE:
            continue
        case.tasks.remove(task)
        day = case.served.allowed(asking.today)
        if task.kind == TaskKind.ROUND:
            case.left |= {(s.system_id, duty): task for s in left for duty in s.duties}
        elif left and day is not None:
            case.tasks.append(ending.again(task, left, day))
            changes.again += 1


def _impossible(case: Case, today: date) -> list[tuple[Task, str]]:
    """Tasks that stand where nobody goes any more, with the reason."""
    found = []
    for task in case.tasks:
        if task.state not in STANDING or task.state == TaskState.UNDER_WAY:
            continue
        if not case.served.under_contract(max(task.day, today)):
            ended = case.served.ended()
            found.append((task, f"合同已于 {ended} 到期" if ended else "没有运维合同"))
        elif task.kind == TaskKind.ROUND and case.served.is_suspended(max(task.day, today)):
            found.append((task, "停运已报备，运维中止"))
    return found


def _visits(asking: Asking, case: Case, through: date) -> list[Visit]:
    free = [task.day for task in case.tasks if store.follows(task) and task.state in STANDING]
    return walk(
        case.items, _after(asking, case),
        [_fixed(task) for task in case.tasks if task.state in STANDING and not store.follows(task)],
        today=asking.today, through=max([through, *free]), allowed=case.served.allowed,
        rests=_rests(asking, case))


def _rests(asking: Asking, case: Case) -> dict[Key, date]:
    """After a round of today is done nobody is sent a second time: what it left rests until
    tomorrow. Only what makes data invalid, and can still be done in time, does not."""
    if not case.visited:
        return {}
    return {key: asking.today + calls.DAY for key, window in case.items.items()
            if not (asking.duties[key[1]].invalidates and window.due == asking.today)}


def _fixed(task: Task) -> Fixed:
    holds = frozenset((sheet.system_id, duty) for sheet in task.sheets.all()
                      if sheet.open for duty in sheet.duties)
    return Fixed(task.pk, task.day, holds, fills=store.fills(task),
                 late=task.moved_from is not None)


def planned_units(today: date) -> list[Organisation]:
    """Organisations with contracts that run or will, or with clocks that still do."""
    contracts = ServiceContract.objects.filter(Q(until=None) | Q(until__gte=today))
    running = DutyClock.objects.filter(active=True).order_by().values("organisation")
    return list(Organisation.objects.filter(
        Q(pk__in=contracts.order_by().values("om_unit")) | Q(pk__in=running.distinct()),
        active=True))
