"""A visit that ends with something left undone: what was done stays, the rest goes back to the
plan. Called by the plan for visits whose day is over, and by whoever ends one with a reason."""

import time
from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import midnight
from qingyuan.areas.maintenance.duty_sets import duties_of
from qingyuan.areas.maintenance.models import Task, TaskKind, TaskSheet, TaskState
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope
from qingyuan.kernel.clock import CST

ENDING = (TaskKind.ROUND, TaskKind.EXTRA)
"""Kinds of visits that end with their day. A joint test or a restart has an end of its own."""
NIGHT = 12 * 3_600_000  # ms: work that was begun late in the evening may go on past midnight
OVER = "到场当日未做"


class Planner(Scope):
    """The plan itself, in whose name a visit is ended that nobody has ended."""

    @property
    def who(self) -> str:
        return _("自动编排")


def visit_day(task: Task) -> date:
    """The China day on which a visit was begun; the planned one before that."""
    return task.day if task.begun_at is None else datetime.fromtimestamp(
        task.begun_at / 1000, CST).date()


def is_over(task: Task, today: date) -> bool:
    """Whether a visit that goes on should have ended: its day is past, also a night's work."""
    now = max(time.time(), midnight(today).timestamp()) * 1000
    return (task.state == TaskState.UNDER_WAY and task.kind in ENDING
            and task.begun_at is not None and visit_day(task) < today
            and now - task.begun_at >= NIGHT)


def end(scope: Scope, task: Task, why: str, at: int | None = None) -> list[TaskSheet]:
    """End a begun visit at an instant (epoch ms; by default that of its last sheet): done, with
    the sheets that were left undone and why. A visit at which nothing was done is none: it is
    still to be made, on the day on which it stands. What was left."""
    sheets = list(task.sheets.select_related("system"))
    left, done = [s for s in sheets if s.open], [s for s in sheets if s.done_at is not None]
    before = task.state
    if left and not done:
        task.state = TaskState.ASSIGNED if task.person_id else TaskState.OPEN
        task.begun_at, task.fixed = None, True
    else:
        last = max((s.done_at or 0 for s in done), default=task.begun_at)
        task.state, task.done_at = TaskState.DONE, last if at is None or done else at
        for sheet in left:
            sheet.left_why = why[:200]
        TaskSheet.objects.bulk_update(left, ["left_why"])
    task.save(update_fields=["state", "begun_at", "done_at", "fixed"])
    titles = duties_of(task.organisation).forms
    audit(scope, "end_visit", task, {"state": before}, {
        "state": task.state, "reason": why,
        "undone": [titles.get(sheet.form, sheet.form) for sheet in left]})
    return left if task.state == TaskState.DONE else []


def again(task: Task, left: Sequence[TaskSheet], day: date) -> Task:
    """A further task for what was left of one that stood beside the plan, on a day: no clock
    would bring it back."""
    made = Task.objects.create(
        organisation_id=task.organisation_id, point_id=task.point_id, kind=task.kind, day=day,
        opens=task.opens, due=task.due, due_at=task.due_at, invalidates=task.invalidates,
        fixed=True, title=task.title, person_id=task.person_id, rest_of=task,
        state=TaskState.ASSIGNED if task.person_id else TaskState.OPEN)
    TaskSheet.objects.bulk_create([
        TaskSheet(task=made, system=sheet.system, form=sheet.form, duties=sheet.duties,
                  opens=sheet.opens, due=sheet.due, due_at=sheet.due_at) for sheet in left])
    return made
