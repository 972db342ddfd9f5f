"""Writes on tasks: one function a verb; each checks the role, works in one transaction and leaves
an audit line. A task of another unit is Task.DoesNotExist.

Whatever a person does to a task fixes it: planning then leaves it where it is.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem, ServiceContract
from qingyuan.areas.assets.queries import in_force, points_of, today
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import Membership, User
from qingyuan.areas.organisations.scope import MAY, Scope, may, require

from .duty_sets import duties_of
from .models import (
    DutyClock,
    MonthPlanState,
    PlanLine,
    Task,
    TaskHelper,
    TaskKind,
    TaskSheet,
    TaskState,
)
from .planning import clocks
from .planning.generate import plan
from .states import following
from .task_queries import own_tasks

Sheet = tuple[MonitoringSystem | None, str]
"""A system, or None for the whole point, and the code of a form."""


@transaction.atomic
def claim(scope: Scope, task: Task) -> Task:
    """Take an open task upon oneself."""
    require(scope, "work_task")
    if scope.user is None:
        raise PermissionDenied("nobody to claim it")
    row = _held(scope, task)
    return _give(scope, row, scope.user, "claim")


@transaction.atomic
def assign(scope: Scope, task: Task, person: User) -> Task:
    """Give a task to somebody of the unit. What the person lacks to be let in is no refusal; the
    task comes back with ``warnings``, a sentence each."""
    require(scope, "assign_task")
    row = _held(scope, task)
    _colleague(scope, person)
    _give(scope, row, person, "assign")
    row.warnings = warnings_of(row, person)
    return row


@transaction.atomic
def transfer(scope: Scope, task: Task, person: User, reason: str) -> Task:
    """Hand one's own task, or as manager anybody's, to a colleague."""
    require(scope, "work_task")
    row = _held(scope, task)
    if not may(scope, "assign_task") and row.person_id != _me(scope):
        raise PermissionDenied("not your task")
    _colleague(scope, person)
    why = _said(reason, _("请填写转交原因"))
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
    _colleague(scope, helper)
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
    row = _held(scope, task)
    following(row, "move")
    if not may(scope, "assign_task") and row.person_id not in (None, _me(scope)):
        raise PermissionDenied("not your task")
    if day == row.day:
        return row
    _movable(scope, row, day)
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
    _replan(row)
    return row


@transaction.atomic
def ask_cancel(scope: Scope, task: Task, reason: str) -> Task:
    """Ask the manager to let a task drop."""
    require(scope, "work_task")
    row = _held(scope, task)
    why = _said(reason, _("请填写取消原因"))
    before, row.state_before = row.state, row.state
    row.state, row.cancel_why, row.fixed = following(row, "ask_cancel"), why, True
    row.save(update_fields=["state", "state_before", "cancel_why", "fixed"])
    audit(scope, "ask_cancel", row, {"state": before}, {"state": row.state, "reason": why})
    return row


@transaction.atomic
def approve_cancel(scope: Scope, task: Task) -> Task:
    """Let it drop: what it held is planned again only when it is next due."""
    require(scope, "approve_cancel")
    row = _held(scope, task)
    before, row.state = row.state, following(row, "approve_cancel")
    row.save(update_fields=["state"])
    audit(scope, "approve_cancel", row, {"state": before}, {"state": row.state})
    _replan(row)
    return row


@transaction.atomic
def refuse_cancel(scope: Scope, task: Task, reason: str) -> Task:
    """It is to be done after all."""
    require(scope, "approve_cancel")
    row = _held(scope, task)
    why = _said(reason, _("请填写不同意的原因"))
    before, following_ = row.state, following(row, "refuse_cancel")
    row.state, row.state_before, row.cancel_why = row.state_before or following_, "", ""
    row.save(update_fields=["state", "state_before", "cancel_why"])
    audit(scope, "refuse_cancel", row, {"state": before}, {"state": row.state, "reason": why})
    return row


@transaction.atomic
def begin(scope: Scope, task: Task, at: int) -> Task:
    """Somebody has come (``at`` in epoch ms). Whoever begins an open task has it."""
    require(scope, "work_task")
    row = _held(scope, task)
    before, row.state = row.state, following(row, "begin")
    if before == row.state:
        return row
    row.begun_at, row.person = at, row.person or scope.user
    row.save(update_fields=["state", "begun_at", "person"])
    audit(scope, "begin_task", row, {"state": before}, {"state": row.state, "begun_at": at})
    return row


@transaction.atomic
def add_task(
    scope: Scope, point: MonitoringPoint, *, day: date, title: str,
    sheets: Sequence[Sheet] = (), person: User | None = None, kind: str = TaskKind.EXTRA,
) -> Task:
    """A task of its own beside the plan, with forms to fill in. A form also settles the duties
    that are open by then and are recorded in it."""
    require(scope, "work_task")
    held = points_of(scope).get(pk=point.pk)
    said = _said(title, _("请填写任务内容"), "title")
    if person is not None:
        _colleague(scope, person)
    row = Task(organisation=scope.organisation, point=held, kind=kind, day=day, opens=day, due=day,
               due_at=clocks.day_instant(day) + 86_400_000, fixed=True, title=said[:128],
               person=person, state=TaskState.ASSIGNED if person else TaskState.OPEN)
    _movable(scope, row, day)
    made = [_sheet(scope, row, system, form) for system, form in sheets]
    row.invalidates = _invalidates(scope, made)
    row.save()
    TaskSheet.objects.bulk_create(made)
    audit(scope, "add_task", row, None, {
        "point": held.name, "day": day, "title": row.title,
        "person": str(person) if person else "", "forms": [sheet.form for sheet in made]})
    _replan(row)
    return row


@transaction.atomic
def finish_sheet(scope: Scope, sheet: TaskSheet, *, done_at: int, done_by: str) -> TaskSheet:
    """A record says that a sheet's work was finished at ``done_at`` (epoch ms). Its duties count
    anew from then; the task is done with its last sheet; the point is planned anew."""
    require(scope, "fill_record")
    row, held = _held_sheet(scope, sheet)
    if held.done_by and held.done_by != done_by:
        clocks.undo(scope.organisation, held.done_by)
    before, state = row.state, following(row, "finish")
    held.done_at, held.done_by = int(done_at), done_by
    held.save(update_fields=["done_at", "done_by"])
    if held.system is not None:
        clocks.finish(scope.organisation, held.system, held.duties, int(done_at), done_by)
    ends = list(row.sheets.values_list("done_at", flat=True))
    whole = None not in ends
    row.state = TaskState.DONE if whole else state
    row.done_at = max(ends) if whole else None
    row.begun_at = row.begun_at or int(done_at)
    row.person = row.person or scope.user
    row.save(update_fields=["state", "done_at", "begun_at", "person"])
    audit(scope, "finish_sheet", row, {"state": before}, {
        "state": row.state, "form": held.form, "done_by": done_by})
    _replan(row)
    return held


@transaction.atomic
def reopen_sheet(scope: Scope, sheet: TaskSheet) -> TaskSheet:
    """The record of a sheet does not hold: its duties go back to what remains."""
    require(scope, "fill_record")
    row, held = _held_sheet(scope, sheet)
    if held.done_at is None:
        return held
    before = row.state
    clocks.undo(scope.organisation, held.done_by)
    gone, held.done_at, held.done_by = held.done_by, None, ""
    held.save(update_fields=["done_at", "done_by"])
    row.state, row.done_at = following(row, "reopen"), None
    row.save(update_fields=["state", "done_at"])
    audit(scope, "reopen_sheet", row, {"state": before, "done_by": gone}, {
        "state": row.state, "form": held.form})
    _replan(row)
    return held


def warnings_of(task: Task, person: User | None = None, day: date | None = None) -> list[str]:
    """What a person (default: the one in charge) lacks to be let in on the task's day."""
    from qingyuan.areas.assets.sites_queries import missing_permits

    who = person or task.person
    if who is None:
        return []
    return missing_permits(task.organisation, task.point, day or task.day, person=who)


def consequences(scope: Scope, task: Task, day: date) -> list[str]:
    """What doing a task only on ``day`` means, a sentence for each form that is late by then."""
    duties, found = duties_of(scope.organisation), []
    for sheet in task.sheets.all():
        if sheet.done_at is not None or day <= sheet.due:
            continue
        title = duties.forms.get(sheet.form, sheet.form)
        if any(key in duties and duties[key].invalidates for key in sheet.duties):
            found.append(_("%(form)s超过 %(due)s 未做，其后的监测数据无效") % {
                "form": title, "due": sheet.due.isoformat()})
        else:
            found.append(_("%(form)s自 %(due)s 起逾期") % {
                "form": title, "due": sheet.due.isoformat()})
    return found


def _held(scope: Scope, task: Task) -> Task:
    return own_tasks(scope).select_for_update(of=("self",)).get(pk=task.pk)


def _held_sheet(scope: Scope, sheet: TaskSheet) -> tuple[Task, TaskSheet]:
    row = own_tasks(scope).select_for_update(of=("self",)).get(sheets=sheet.pk)
    return row, row.sheets.select_related("system__point").get(pk=sheet.pk)


def _me(scope: Scope) -> int | None:
    return scope.user.pk if scope.user else None


def _said(text: str, otherwise: str, field: str = "reason") -> str:
    if not text.strip():
        raise ValidationError({field: otherwise})
    return text.strip()[:200]


def _colleague(scope: Scope, person: User) -> None:
    held = Membership.objects.filter(
        organisation=scope.organisation, user=person, active=True, user__is_active=True)
    roles = set(held.values_list("role", flat=True))
    if not roles:
        raise User.DoesNotExist(f"{person.pk} is no colleague")
    if not roles & MAY["work_task"]:
        raise ValidationError({"person": _("%s 的角色不承担现场任务") % person})


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
    row = _held(scope, task)
    following(row, "help")
    helper = person or scope.user
    if helper is None:
        raise PermissionDenied("nobody to help")
    if helper.pk != _me(scope) and not may(scope, "assign_task"):
        raise PermissionDenied("only a manager names others")
    return row, helper


def _movable(scope: Scope, row: Task, day: date) -> None:
    """Refuse a day on which it cannot be done."""
    if day < today():
        raise ValidationError({"day": _("不能安排在已经过去的日期")})
    own = ServiceContract.objects.filter(
        Q(om_unit=scope.organisation), in_force(day), point=row.point_id)
    if not own.exists():
        raise ValidationError({"day": _("%s 不在合同期内，不能派工") % day.isoformat()})
    if row.trip is not None and not row.trip.first <= day <= row.trip.last:
        raise ValidationError({"day": _("任务在行程“%s”中，请先移出行程") % row.trip})
    if row.pk is not None and day > row.due and not may(scope, "assign_task"):
        late = "；".join(consequences(scope, row, day))
        raise ValidationError({"day": _("超过最迟日期须由负责人改期：%s") % late})


def _sheet(scope: Scope, row: Task, system: MonitoringSystem | None, form: str) -> TaskSheet:
    found: list[str] = []
    if system is not None:
        if system.point_id != row.point_id:
            raise ValidationError({"sheets": _("设施不在该点位")})
        found = _settled(scope, row, system, form)
    return TaskSheet(task=row, system=system, form=form, duties=found, opens=row.day, due=row.day,
                     due_at=row.due_at)


def _settled(scope: Scope, row: Task, system: MonitoringSystem, form: str) -> list[str]:
    """Duties that a form filled in on that day settles: those whose window is open by then, and
    calibrations at any time."""
    duties = duties_of(scope.organisation)
    held = DutyClock.objects.filter(
        organisation=scope.organisation, system=system, active=True).values_list("duty", "opens")
    opens = dict(held)
    return [
        duty.key for duty in duties
        if duty.key in opens and duty.holds(system.kind, system.technique)
        and duty.form(system.technique) == form
        and (opens[duty.key] <= row.day or duty.invalidates)
    ]


def _invalidates(scope: Scope, sheets: Iterable[TaskSheet]) -> bool:
    duties = duties_of(scope.organisation)
    return any(duties[key].invalidates for sheet in sheets for key in sheet.duties)


def _replan(row: Task) -> None:
    plan(row.organisation, points=[row.point_id])
