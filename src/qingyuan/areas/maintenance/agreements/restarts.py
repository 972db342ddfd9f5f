"""What a restart after a long stop asks for: start and calibration of the CEMS before the source,
verification within two weeks after it (HJ 75-2017 12.1.2)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringSystem, SystemKind
from qingyuan.areas.assets.queries import in_force, today
from qingyuan.areas.assets.sites_queries import keepers_on
from qingyuan.areas.maintenance.models import (
    SourceStop,
    Task,
    TaskKind,
    TaskSheet,
    TaskState,
)
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.rules.queries import book_for
from qingyuan.kernel.clock import CST

from .clocked import clocked
from .queries import OPEN
from .stop_rules import READY, VERIFY, outlasted, standing

Forms = dict[str, tuple[str, ...]]
STARTING: Forms = {
    "extractive": ("hj75.g1", "hj75.g4"), "dilution": ("hj75.g2", "hj75.g4"),
    "in_situ": ("hj75.g3", "hj75.g4"), "nmhc": ("hj1286.inspection", "hj1286.calibration"),
}
VERIFYING: Forms = {
    "extractive": ("hj75.g5",), "dilution": ("hj75.g5",), "in_situ": ("hj75.g5",),
}


def prepare(scope: Scope, stop: SourceStop) -> list[Task]:
    """The tasks of a stop's restart, made or set to its instant; those that are no longer asked
    for are withdrawn. Nothing for water, nor after a stop that was not long."""
    assert stop.restart_at is not None
    book = book_for(stop.point)
    stands = standing(stop, book)
    at = stop.restart_at.astimezone(CST)
    # What only was planned to be long, but ended within the quarter, needs no verification.
    long = stands.long and outlasted(stop, stands.limit, today())
    made: list[Task | None] = []
    ready = book.find(READY, at.date()) if stands.suspends else None
    if ready is not None:
        made.append(_task(scope, stop, TaskKind.RESTART, STARTING, today(),
                          at - timedelta(hours=float(ready.value))))
    else:
        _withdraw(scope, stop, TaskKind.RESTART)
    rule = book.find(VERIFY, at.date()) if long else None
    if rule is not None:
        last = at + timedelta(days=float(rule.value))
        made.append(_task(scope, stop, TaskKind.JOINT, VERIFYING, at.date(), last))
    else:
        _withdraw(scope, stop, TaskKind.JOINT)
    return [task for task in made if task is not None]


def withdraw(scope: Scope, stop: SourceStop) -> None:
    """Take back the open tasks of a stop's restart."""
    for kind in (TaskKind.RESTART, TaskKind.JOINT):
        _withdraw(scope, stop, kind)


def tasks_of_stop(stop: SourceStop) -> Iterable[Task]:
    """The restart's tasks that were not withdrawn, in the order in which they are due."""
    return Task.objects.filter(
        organisation=stop.organisation, point=stop.point,
        title__in=[title(stop, kind) for kind in (TaskKind.RESTART, TaskKind.JOINT)],
    ).exclude(state=TaskState.WITHDRAWN).order_by("due_at")


def title(stop: SourceStop, kind: str) -> str:
    """What such a task is called; with the stop's begin it is the only one of its point."""
    words = {"since": stop.since.astimezone(CST).strftime("%Y-%m-%d %H:%M")}
    if kind == TaskKind.RESTART:
        return _("启运前 CEMS 启动与校准（%(since)s 起停运）") % words
    return _("启运后校验（%(since)s 起停运）") % words


def _task(
    scope: Scope, stop: SourceStop, kind: str, forms: Forms, opens: date, last: datetime,
) -> Task | None:
    """The stop's task of a kind, to be finished before ``last``."""
    due = max((last - timedelta(microseconds=1)).astimezone(CST).date(), opens)
    due_at = round(last.timestamp() * 1000)
    systems = _systems(stop, due)
    wanted = [(system, form) for system in systems
              for form in forms.get(system.technique or system.kind, ())]
    if not wanted:
        return None
    task = Task.objects.filter(
        organisation=stop.organisation, point=stop.point, kind=kind, state__in=OPEN,
        title=title(stop, kind)).first()
    facts = {"day": due, "opens": opens, "due": due, "due_at": due_at}
    if task is None:
        keeper = _keeper(stop, due)
        task = Task(organisation=stop.organisation, point=stop.point, kind=kind, fixed=True,
                    invalidates=True, title=title(stop, kind), person=keeper,
                    state=TaskState.ASSIGNED if keeper else TaskState.OPEN)
    for name, value in facts.items():
        setattr(task, name, value)
    task.save()
    if not task.sheets.exists():
        settles = clocked(stop.organisation, systems)
        TaskSheet.objects.bulk_create([
            TaskSheet(task=task, system=system, form=form, opens=opens, due=due, due_at=due_at,
                      duties=settles.get((system.pk, form), []))
            for system, form in wanted])
    task.sheets.filter(done_at=None).update(opens=opens, due=due, due_at=due_at)
    audit(scope, "plan_restart", task, None, {"day": due, "due": due, "title": task.title})
    return task


def _withdraw(scope: Scope, stop: SourceStop, kind: str) -> None:
    for task in Task.objects.filter(
            organisation=stop.organisation, point=stop.point, kind=kind,
            state__in=(TaskState.OPEN, TaskState.ASSIGNED), title=title(stop, kind)):
        task.state, task.cancel_why = TaskState.WITHDRAWN, _("启运安排有变")
        task.save(update_fields=["state", "cancel_why"])
        audit(scope, "withdraw_task", task, None, {"why": task.cancel_why})


def _systems(stop: SourceStop, day: date) -> list[MonitoringSystem]:
    return list(MonitoringSystem.objects.filter(
        in_force(day), point=stop.point, kind__in=(SystemKind.GAS, SystemKind.NMHC)))


def _keeper(stop: SourceStop, day: date) -> User | None:
    rows = keepers_on([stop.point], day, unit=stop.organisation).get(stop.point_id, [])
    return next((row.person for row in rows if not row.backup), None)
