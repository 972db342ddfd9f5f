"""Writes on tasks: one function a verb; each checks the role, works in one transaction and leaves
an audit line. A task of another unit is Task.DoesNotExist.

Whatever a person does to a task fixes it: planning then leaves it where it is.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope, may, require

from .models import MonthPlanState, PlanLine, Task, TaskHelper
from .states import following
from .task_rows import (
    colleague,
    consequences,
    held,
    me,
    movable,
    replan,
    said,
    warnings_of,
)
from .task_work import add_task, begin, end_visit, finish_sheet, reopen_sheet

__all__ = [
    "add_task", "approve_cancel", "ask_cancel", "assign", "assign_many", "begin", "claim",
    "claim_many", "consequences", "end_visit", "finish_sheet", "help_with", "leave", "move",
    "refuse_cancel", "reopen_sheet", "transfer", "warnings_of",
]


@transaction.atomic
def claim(scope: Scope, task: Task) -> Task:
    """Take an open task upon oneself."""
    require(scope, "work_task")
    if scope.user is None:
        raise PermissionDenied("nobody to claim it")
    row = held(scope, task)
    return _give(scope, row, scope.user, "claim")


@transaction.atomic
def assign(scope: Scope, task: Task, person: User) -> Task:
    """Give a task to somebody of the unit. What the person lacks to be let in is no refusal; the
    task comes back with ``warnings``, a sentence each."""
    require(scope, "assign_task")
    row = held(scope, task)
    colleague(scope, person)
    _give(scope, row, person, "assign")
    row.warnings = warnings_of(row, person)
    return row


@transaction.atomic
def transfer(scope: Scope, task: Task, person: User, reason: str) -> Task:
    """Hand one's own task, or as manager anybody's, to a colleague."""
    require(scope, "work_task")
    row = held(scope, task)
    if not may(scope, "assign_task") and row.person_id != me(scope):
        raise PermissionDenied("not your task")
    colleague(scope, person)
    why = said(reason, _("请填写转交原因"))
    _give(scope, row, person, "transfer", reason=why)
    row.warnings = warnings_of(row, person)
    return row


@transaction.atomic
def claim_many(scope: Scope, tasks: Iterable[Task]) -> list[Task]:
    """``claim`` of several; none when one cannot be claimed."""
    return [claim(scope, one) for one in tasks]


@transaction.atomic
def assign_many(scope: Scope, tasks: Iterable[Task], person: User) -> list[Task]:
    """``assign`` of several; none when one cannot be assigned."""
    return [assign(scope, one, person) for one in tasks]


@transaction.atomic
def help_with(scope: Scope, task: Task, person: User | None = None) -> Task:
    """Join in a task; a manager may name somebody else."""
    row, helper = _helping(scope, task, person)
    colleague(scope, helper)
    if helper.pk == row.person_id:
        raise ValidationError(_("%s 已是该任务的负责人") % helper)
    _one, made = TaskHelper.objects.get_or_create(task=row, person=helper)
    if made:
        audit(scope, "help_with", row, None, {"helper": str(helper)})
    return row


@transaction.atomic
def leave(scope: Scope, task: Task, person: User | None = None) -> Task:
    """No longer help with a task."""
    row, helper = _helping(scope, task, person)
    gone, _by = TaskHelper.objects.filter(task=row, person=helper).delete()
    if gone:
        audit(scope, "leave_task", row, {"helper": str(helper)}, {"helper": ""})
    return row


@transaction.atomic
def move(scope: Scope, task: Task, day: date, reason: str = "") -> Task:
    """Another day for a task. Putting it off needs a reason, so does any change to a confirmed
    month's plan, which keeps it. Beyond the last day only a manager may; what then is overdue
    stays with this task and is not planned elsewhere."""
    require(scope, "work_task")
    row = held(scope, task)
    following(row, "move")
    if not may(scope, "assign_task") and row.person_id not in (None, me(scope)):
        raise PermissionDenied("not your task")
    if day == row.day:
        return row
    movable(scope, row, day)
    lines = list(PlanLine.objects.select_for_update(of=("self",)).filter(
        task=row, plan__state=MonthPlanState.CONFIRMED))
    why = reason.strip()[:200]
    if not why and (day > row.day or lines):
        raise ValidationError({"reason": _("请填写改期原因")})
    before = {"day": row.day}
    row.moved_from, row.moved_why = row.moved_from or row.day, why
    row.day, row.fixed = day, True
    row.save(update_fields=["moved_from", "moved_why", "day", "fixed"])
    for line in lines:
        line.changed_to, line.changed_why = day, why
        line.save(update_fields=["changed_to", "changed_why"])
    audit(scope, "move_task", row, before, {"day": day, "reason": why})
    replan(row)
    return row


@transaction.atomic
def ask_cancel(scope: Scope, task: Task, reason: str) -> Task:
    """Ask the manager to let a task drop."""
    require(scope, "work_task")
    row = held(scope, task)
    why = said(reason, _("请填写取消原因"))
    before, row.state_before = row.state, row.state
    row.state, row.cancel_why, row.fixed = following(row, "ask_cancel"), why, True
    row.save(update_fields=["state", "state_before", "cancel_why", "fixed"])
    audit(scope, "ask_cancel", row, {"state": before}, {"state": row.state, "reason": why})
    return row


@transaction.atomic
def approve_cancel(scope: Scope, task: Task) -> Task:
    """Let it drop: what it held is planned again only when it is next due."""
    require(scope, "approve_cancel")
    row = held(scope, task)
    before, row.state = row.state, following(row, "approve_cancel")
    row.save(update_fields=["state"])
    audit(scope, "approve_cancel", row, {"state": before}, {"state": row.state})
    replan(row)
    return row


@transaction.atomic
def refuse_cancel(scope: Scope, task: Task, reason: str) -> Task:
    """It is to be done after all."""
    require(scope, "approve_cancel")
    row = held(scope, task)
    why = said(reason, _("请填写不同意的原因"))
    before, following_ = row.state, following(row, "refuse_cancel")
    row.state, row.state_before, row.cancel_why = row.state_before or following_, "", ""
    row.save(update_fields=["state", "state_before", "cancel_why"])
    audit(scope, "refuse_cancel", row, {"state": before}, {"state": row.state, "reason": why})
    return row



def _give(scope: Scope, row: Task, person: User, verb: str, **more: Any) -> Task:
    before = {"person": str(row.person) if row.person else "", "state": row.state}
    row.state = following(row, verb)
    row.person, row.fixed = person, True
    row.save(update_fields=["state", "person", "fixed"])
    TaskHelper.objects.filter(task=row, person=person).delete()
    audit(scope, f"{verb}_task", row, before, {
        "person": str(person), "state": row.state, **more})
    return row


def _helping(scope: Scope, task: Task, person: User | None) -> tuple[Task, User]:
    require(scope, "work_task")
    row = held(scope, task)
    following(row, "help")
    helper = person or scope.user
    if helper is None:
        raise PermissionDenied("nobody to help")
    if helper.pk != me(scope) and not may(scope, "assign_task"):
        raise PermissionDenied("only a manager names others")
    return row, helper
