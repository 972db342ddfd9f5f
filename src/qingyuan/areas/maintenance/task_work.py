"""The work itself: begun by who comes, finished and reopened by records, ended with a reason; tasks
beside the plan."""

import time
from collections.abc import Iterable, Sequence
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope, may, require

from .duty_sets import duties_of
from .models import DutyClock, Task, TaskKind, TaskSheet, TaskState
from .planning import clocks, ending
from .states import following
from .states import may as may_do
from .task_rows import colleague, held, held_sheet, me, movable, replan, said

Sheet = tuple[MonitoringSystem | None, str]
"""A system, or None for the whole point, and the code of a form."""
DAY = 86_400_000  # ms


@transaction.atomic
def begin(scope: Scope, task: Task, at: int) -> Task:
    """Somebody has come (``at`` in epoch ms). Whoever begins an open task has it. A round takes
    along whatever is open by now, also when it comes later than planned."""
    require(scope, "work_task")
    row = held(scope, task)
    if following(row, "begin") == row.state:
        return row
    if row.kind == TaskKind.ROUND and row.day <= today():
        Task.objects.filter(pk=row.pk).update(fixed=True)
        replan(row)
        row.refresh_from_db()
        if not may_do(row, "begin"):
            return row  # the contract has ended; who came has come all the same
    before, row.state = row.state, following(row, "begin")
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
    place = points_of(scope).get(pk=point.pk)
    text = said(title, _("请填写任务内容"), "title")
    if person is not None:
        colleague(scope, person)
    row = Task(organisation=scope.organisation, point=place, kind=kind, day=day, opens=day, due=day,
               due_at=clocks.day_instant(day) + DAY, fixed=True, title=text[:128],
               person=person, state=TaskState.ASSIGNED if person else TaskState.OPEN)
    movable(scope, row, day)
    made = [_sheet(scope, row, system, form) for system, form in sheets]
    row.invalidates = _invalidates(scope, made)
    row.save()
    TaskSheet.objects.bulk_create(made)
    audit(scope, "add_task", row, None, {
        "point": place.name, "day": day, "title": row.title,
        "person": str(person) if person else "", "forms": [sheet.form for sheet in made]})
    replan(row)
    return row


@transaction.atomic
def finish_sheet(
    scope: Scope, sheet: TaskSheet, *, done_at: int, done_by: str, beside: Sequence[str] = (),
) -> TaskSheet:
    """A record says that a sheet's work was finished at ``done_at`` (epoch ms). Its duties, and
    those done ``beside`` them, count anew from then; the task is done with its last sheet; the
    point is planned anew."""
    require(scope, "fill_record")
    row, line = held_sheet(scope, sheet)
    if line.done_by and line.done_by != done_by:
        clocks.undo(scope.organisation, line.done_by)
    before, state = row.state, following(row, "finish")
    line.done_at, line.done_by, line.left_why = int(done_at), done_by, ""
    line.save(update_fields=["done_at", "done_by", "left_why"])
    if line.system is not None:
        # said at once: what a source says again stands in for all that it said before
        clocks.finish(scope.organisation, line.system, [*line.duties, *beside], int(done_at),
                      done_by)
    every = list(row.sheets.all())
    whole = not any(one.open for one in every)
    row.state = TaskState.DONE if whole else state
    row.done_at = max(one.done_at or 0 for one in every) if whole else None
    row.begun_at = row.begun_at or int(done_at)
    row.person = row.person or scope.user
    row.save(update_fields=["state", "done_at", "begun_at", "person"])
    audit(scope, "finish_sheet", row, {"state": before}, {
        "state": row.state, "form": line.form, "done_by": done_by})
    replan(row)
    return line


@transaction.atomic
def end_visit(scope: Scope, task: Task, reason: str) -> Task:
    """Leave with something undone, and say why: the task is done with what was done, the duties of
    the rest are planned anew by their clocks. Where nothing was done the visit is still to be
    made."""
    require(scope, "work_task")
    row = held(scope, task)
    why = said(reason, _("请填写其余未做的原因"))
    following(row, "end_visit")
    mine = row.person_id == me(scope) or row.helpers.filter(person=scope.user).exists()
    if not (mine or may(scope, "assign_task")):
        raise PermissionDenied("not your task")
    if row.kind not in ending.ENDING:
        raise ValidationError(_("%s任务以其检测报告或启运结束") % row.get_kind_display())
    left = ending.end(scope, row, why, at=round(time.time() * 1000))
    replan(row, left)
    return row


@transaction.atomic
def reopen_sheet(scope: Scope, sheet: TaskSheet) -> TaskSheet:
    """The record of a sheet does not hold: its duties go back to what remains."""
    require(scope, "fill_record")
    row, line = held_sheet(scope, sheet)
    if line.done_at is None:
        return line
    before = row.state
    clocks.undo(scope.organisation, line.done_by)
    gone, line.done_at, line.done_by = line.done_by, None, ""
    line.save(update_fields=["done_at", "done_by"])
    row.state, row.done_at = following(row, "reopen"), None
    row.save(update_fields=["state", "done_at"])
    audit(scope, "reopen_sheet", row, {"state": before, "done_by": gone}, {
        "state": row.state, "form": line.form})
    replan(row)
    return line


def _sheet(scope: Scope, row: Task, system: MonitoringSystem | None, form: str) -> TaskSheet:
    found: list[str] = []
    if system is not None:
        if system.point_id != row.point_id:
            raise ValidationError({"sheets": _("设施不在该点位")})
        found = _settled(scope, row, system, form)
    return TaskSheet(task=row, system=system, form=form, duties=found, opens=row.day, due=row.day,
                     due_at=row.due_at)


def _settled(scope: Scope, row: Task, system: MonitoringSystem, form: str) -> list[str]:
    """Duties that a form filled in on that day settles: those whose window is open by then. What
    is done earlier than that is not taken for the whole of a duty."""
    duties = duties_of(scope.organisation)
    opens = set(DutyClock.objects.filter(
        organisation=scope.organisation, system=system, active=True, opens__lte=row.day,
    ).values_list("duty", flat=True))
    return [
        duty.key for duty in duties
        if duty.key in opens and duty.holds(system.kind, system.technique)
        and duty.form(system.technique) == form
    ]


def _invalidates(scope: Scope, sheets: Iterable[TaskSheet]) -> bool:
    duties = duties_of(scope.organisation)
    return any(duties[key].invalidates for sheet in sheets for key in sheet.duties)
