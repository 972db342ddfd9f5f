"""The work itself: begun by who comes, finished and reopened by records; tasks beside the plan."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope, require

from .duty_sets import duties_of
from .models import DutyClock, Task, TaskKind, TaskSheet, TaskState
from .planning import clocks
from .states import following
from .task_rows import colleague, held, held_sheet, movable, replan, said

Sheet = tuple[MonitoringSystem | None, str]
"""A system, or None for the whole point, and the code of a form."""
DAY = 86_400_000  # ms


@transaction.atomic
def begin(scope: Scope, task: Task, at: int) -> Task:
    """Somebody has come (``at`` in epoch ms). Whoever begins an open task has it."""
    require(scope, "work_task")
    row = held(scope, task)
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
    line.done_at, line.done_by = int(done_at), done_by
    line.save(update_fields=["done_at", "done_by"])
    if line.system is not None:
        # said at once: what a source says again stands in for all that it said before
        clocks.finish(scope.organisation, line.system, [*line.duties, *beside], int(done_at),
                      done_by)
    ends = list(row.sheets.values_list("done_at", flat=True))
    whole = None not in ends
    row.state = TaskState.DONE if whole else state
    row.done_at = max(ends) if whole else None
    row.begun_at = row.begun_at or int(done_at)
    row.person = row.person or scope.user
    row.save(update_fields=["state", "done_at", "begun_at", "person"])
    audit(scope, "finish_sheet", row, {"state": before}, {
        "state": row.state, "form": line.form, "done_by": done_by})
    replan(row)
    return line


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
