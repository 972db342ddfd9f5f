"""A joint verification or comparison (比对/校验): the hour is agreed with plant and third party,
the load confirmed, both clocks noted, the report attached."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import Medium, MonitoringPoint, MonitoringSystem
from qingyuan.areas.assets.queries import in_force, points_of, today
from qingyuan.areas.maintenance import tasks
from qingyuan.areas.maintenance.models import JointSlot, Task, TaskKind, TaskSheet
from qingyuan.areas.maintenance.planning.generate import plan
from qingyuan.areas.maintenance.task_queries import tasks_of
from qingyuan.areas.organisations.audit import audit, changes
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.areas.telemetry import facts
from qingyuan.areas.telemetry.models import EventKind
from qingyuan.kernel.clock import CST

from .attached import attached
from .clocked import clocked
from .queries import OPEN, joints_of

TESTS = {"gas": "hj75.g5", "water": "hj355.h"}
"""Kind of system → the sheet that such a test fills: verification, comparison of samples."""
LONGEST = timedelta(days=10)
AFRESH = {"load": None, "load_by": "", "clock_ours": None, "clock_theirs": None, "report": "",
          "report_number": "", "passed": None}


@transaction.atomic
def arrange(
    scope: Scope, task: Task, *, third_party: str, begins: datetime, ends: datetime
) -> JointSlot:
    """Propose an hour for a task with a third party, or another one. What was agreed before holds
    no longer. The task moves to the day on which the test begins, if it lies on another."""
    require(scope, "edit_joint")
    held = tasks_of(scope).select_related("point").get(
        pk=task.pk, organisation=scope.organisation)
    if held.state not in OPEN:
        raise ValidationError(_("任务已完成或取消，不能再约定比对"))
    _check_span(begins, ends)
    if not third_party.strip():
        raise ValidationError({"third_party": _("请填写检测机构")})
    row = JointSlot.objects.select_for_update().filter(task=held).first()
    wanted = {"third_party": third_party.strip()[:128], "begins": begins, "ends": ends}
    if row is None:
        row = JointSlot(task=held, **wanted)
        before: dict[str, Any] | None = None
        after: dict[str, Any] = wanted
    else:
        _refuse_reported(row)
        before, after = changes(row, wanted)
        if after:
            after |= {"agreed_plant": "", "agreed_third": ""}
            # Another hour after a failed test is another test: nothing noted then holds for it.
            after |= AFRESH if row.passed is False else {}
            for name, value in after.items():
                setattr(row, name, value)
    row.save()
    if after:
        audit(scope, "arrange_joint", row, before, {**after, "point": held.point.name})
    _follow(scope, held, begins.astimezone(CST).date())
    return row


@transaction.atomic
def arrange_at(
    scope: Scope, point: MonitoringPoint, *, third_party: str, begins: datetime, ends: datetime
) -> JointSlot:
    """``arrange`` where there is no task yet: one of its own, with the sheets of the test for the
    systems that run at the point on that day."""
    require(scope, "edit_joint")
    held = points_of(scope).get(pk=point.pk)
    _check_span(begins, ends)
    day = begins.astimezone(CST).date()
    found = MonitoringSystem.objects.filter(in_force(day), point=held, kind__in=TESTS)
    task = tasks.add_task(
        scope, held, day=day, title=_("比对校验"), kind=TaskKind.JOINT,
        sheets=[(system, TESTS[system.kind]) for system in found.order_by("id")])
    # A test before its window opens counts all the same: the next is due from its real finish.
    settles = clocked(scope.organisation, found)
    for sheet in task.sheets.all():
        sheet.duties = settles.get((sheet.system_id, sheet.form), sheet.duties)
        sheet.save(update_fields=["duties"])
    plan(scope.organisation, points=[held])
    return arrange(scope, task, third_party=third_party, begins=begins, ends=ends)


@transaction.atomic
def agree(scope: Scope, slot: JointSlot, *, plant: str = "", third: str = "") -> JointSlot:
    """Who of the plant and who of the third party agreed to the hour; one may come later."""
    row = _held(scope, slot)
    if not (plant.strip() or third.strip()):
        raise ValidationError({"plant": _("请填写确认人")})
    return _changed(scope, row, "agree_joint", {
        "agreed_plant": plant.strip()[:64] or row.agreed_plant,
        "agreed_third": third.strip()[:64] or row.agreed_third})


@transaction.atomic
def confirm_load(scope: Scope, slot: JointSlot, load: float, by: str) -> JointSlot:
    """The production load in percent during the test, and who of the plant confirmed it."""
    row = _held(scope, slot)
    if not 0 <= load <= 150:
        raise ValidationError({"load": _("生产负荷应在 0 与 150 % 之间")})
    if not by.strip():
        raise ValidationError({"load_by": _("请填写确认负荷的人")})
    return _changed(scope, row, "confirm_load", {"load": load, "load_by": by.strip()[:64]})


@transaction.atomic
def note_clocks(scope: Scope, slot: JointSlot, ours: datetime, theirs: datetime) -> JointSlot:
    """What the logger's and the third party's clock showed at one moment."""
    row = _held(scope, slot)
    if abs(ours - theirs) > timedelta(days=1):
        raise ValidationError({"clock_theirs": _("两个时钟相差超过一天，请核对")})
    return _changed(scope, row, "note_clocks", {"clock_ours": ours, "clock_theirs": theirs})


@transaction.atomic
def attach_report(
    scope: Scope, slot: JointSlot, *, number: str, passed: bool, file: Any
) -> JointSlot:
    """The third party's report with its number and result. One that passed finishes the task's
    sheets of the test at the end of the slot; one that failed leaves them to be done again."""
    row = _held(scope, slot)
    if lacking(row):
        raise ValidationError(_("还缺：%s") % "、".join(lacking(row)))
    if row.ends > timezone.now():
        raise ValidationError({"number": _("检测尚未结束")})
    if not number.strip():
        raise ValidationError({"number": _("请填写报告编号")})
    if file is None:
        raise ValidationError({"report": _("请选择报告文件")})
    report = attached(scope, file, kind="file", name=number.strip(), field="report")
    _changed(scope, row, "attach_report", {
        "report": report, "report_number": number.strip()[:64], "passed": passed})
    reference = f"joint:{row.pk}"
    gas = row.task.point.kind == Medium.GAS
    facts.record_event(
        scope, row.task.point, kind=EventKind.VERIFICATION if gas else EventKind.COMPARISON,
        start=int(row.ends.timestamp()), passed=passed, note=row.report_number,
        reference=reference)
    if passed:
        done_at = round(row.ends.timestamp() * 1000)
        for sheet in test_sheets(row.task):
            tasks.finish_sheet(scope, sheet, done_at=done_at, done_by=reference)
    return row


def test_sheets(task: Task) -> list[TaskSheet]:
    """The open sheets of a task that such a test fills."""
    return list(task.sheets.filter(done_at=None, form__in=list(TESTS.values())).order_by("id"))


def lacking(row: JointSlot) -> list[str]:
    """What must be noted before the report can be attached."""
    parts = (
        (row.agreed_plant, _("厂方确认人")), (row.agreed_third, _("检测机构确认人")),
        (row.load is not None, _("生产负荷")), (row.clock_ours, _("时钟核对")))
    return [word for there, word in parts if not there]


def clock_difference(row: JointSlot) -> float | None:
    """Seconds by which the logger's clock was ahead of the third party's; None when not noted."""
    if row.clock_ours is None or row.clock_theirs is None:
        return None
    return (row.clock_ours - row.clock_theirs).total_seconds()


def state_of(row: JointSlot) -> str:
    """A code of the family ``joint``."""
    if row.passed is not None:
        return "passed" if row.passed else "failed"
    if not (row.agreed_plant and row.agreed_third):
        return "waiting"
    return "tested" if row.ends <= timezone.now() else "agreed"


def _held(scope: Scope, slot: JointSlot) -> JointSlot:
    require(scope, "edit_joint")
    row = joints_of(scope).select_for_update(of=("self",)).get(
        pk=slot.pk, task__organisation=scope.organisation)
    _refuse_reported(row)
    return row


def _refuse_reported(row: JointSlot) -> None:
    # After a failed test the same task takes another one.
    if row.passed:
        raise ValidationError(_("检测报告已合格，不能再修改"))


def _changed(scope: Scope, row: JointSlot, verb: str, facts_: dict[str, Any]) -> JointSlot:
    before, after = changes(row, facts_)
    for name, value in after.items():
        setattr(row, name, value)
    row.save()
    if after:
        audit(scope, verb, row, before, after)
    return row


def _check_span(begins: datetime, ends: datetime) -> None:
    if ends <= begins:
        raise ValidationError({"ends": _("结束时间应晚于开始时间")})
    if ends - begins > LONGEST:
        raise ValidationError({"ends": _("一次检测最多 %d 天") % LONGEST.days})


def _follow(scope: Scope, task: Task, day: date) -> None:
    # An appointment entered afterwards leaves the task where it was.
    if task.day != day and day >= today():
        tasks.move(scope, task, day, _("与检测机构约定的日期"))
