"""The month's plan: drawn up by the unit, confirmed by the discharger, or on paper.

A line keeps the day as it was sent. What the discharger wishes otherwise the unit accepts (the
task moves) or refuses; once confirmed the tasks are fixed.
"""

import time
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import dischargers, today
from qingyuan.areas.maintenance import queries as duties
from qingyuan.areas.maintenance import tasks
from qingyuan.areas.maintenance.models import MonthPlan, MonthPlanState, PlanLine, Task
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, require

from .attached import attached
from .queries import GONE, OPEN, next_month, plans_of, tasks_in, unsettled

ACCEPTED, REFUSED = "accepted", "refused"
Wishes = Mapping[int, tuple[date, str]]
"""Line → (the day asked for, why)."""


@transaction.atomic
def prepare_month(scope: Scope, discharger: Organisation, month: date) -> MonthPlan:
    """The plan of the month that ``month`` lies in, with every task of the unit at the
    discharger's points. A draft is drawn up anew; one that was sent stays as it was sent."""
    require(scope, "plan_tasks")
    client = dischargers(scope).get(pk=discharger.pk)
    plan, made = MonthPlan.objects.select_for_update().get_or_create(
        organisation=scope.organisation, discharger=client, month=month.replace(day=1))
    if plan.state != MonthPlanState.DRAFT:
        return plan
    before = dict(plan.lines.values_list("task_id", "day"))
    now = {task.pk: task.day for task in tasks_in(plan).exclude(state__in=GONE)}
    if before != now or made:
        plan.lines.all().delete()
        PlanLine.objects.bulk_create([
            PlanLine(plan=plan, task_id=pk, day=day) for pk, day in now.items()])
        audit(scope, "prepare_month", plan, {"lines": len(before)}, {"lines": len(now)})
    return plan


@transaction.atomic
def prepare_all(scope: Scope, month: date) -> int:
    """Draw up the month's plan for every discharger at which the unit has tasks in it and to which
    none was sent yet; how many drafts there are now."""
    require(scope, "plan_tasks")
    first = month.replace(day=1)
    busy = Task.objects.filter(
        organisation=scope.organisation, day__gte=first, day__lt=next_month(first),
    ).exclude(state__in=GONE).values("point__organisation")
    gone = MonthPlan.objects.filter(
        organisation=scope.organisation, month=first,
    ).exclude(state=MonthPlanState.DRAFT).values("discharger")
    open_ones = dischargers(scope).filter(pk__in=busy).exclude(pk__in=gone).order_by("name")
    return len([prepare_month(scope, one, first) for one in open_ones])


@transaction.atomic
def send_all(scope: Scope, month: date, note: str = "") -> int:
    """Send every draft of the month that has a task; how many went out."""
    require(scope, "plan_tasks")
    drafts = plans_of(scope).filter(
        organisation=scope.organisation, month=month.replace(day=1), state=MonthPlanState.DRAFT,
        lines__isnull=False).distinct().order_by("discharger__name")
    return len([send(scope, plan, note) for plan in drafts])


@transaction.atomic
def send(scope: Scope, plan: MonthPlan, note: str = "") -> MonthPlan:
    """Give the draft to the discharger."""
    require(scope, "plan_tasks")
    row = _held(scope, plan, MonthPlanState.DRAFT)
    if not row.lines.exists():
        raise ValidationError(_("本月没有任务，不需要确认"))
    return _became(scope, "send_plan", row, MonthPlanState.SENT, note=note.strip()[:400],
                   sent_at=_now(), sent_by=scope.who[:128])


@transaction.atomic
def recall(scope: Scope, plan: MonthPlan, why: str) -> MonthPlan:
    """Take a plan that is not confirmed yet back into drafting, with the reason."""
    require(scope, "plan_tasks")
    row = _held(scope, plan, MonthPlanState.SENT, MonthPlanState.ANSWERED)
    if not why.strip():
        raise ValidationError({"why": _("请填写撤回原因")})
    row.lines.update(wish=None, wish_why="", settled="")
    return _became(scope, "recall_plan", row, MonthPlanState.DRAFT, note=why.strip()[:400])


@transaction.atomic
def confirm(scope: Scope, plan: MonthPlan) -> MonthPlan:
    """The discharger agrees to the whole; the tasks are fixed on their days."""
    require(scope, "confirm_plan")
    row = _for_discharger(scope, plan)
    if unsettled(row).exists():
        raise ValidationError(_("还有改期要求没有答复"))
    return _confirmed(scope, row, "confirm_plan", scope.who)


@transaction.atomic
def ask(scope: Scope, plan: MonthPlan, wishes: Wishes) -> MonthPlan:
    """The discharger asks for other days, each with a reason. A day outside a task's window is
    refused with what would then be overdue."""
    require(scope, "confirm_plan")
    row = _for_discharger(scope, plan)
    lines = {line.pk: line for line in row.lines.select_related("task__point")}
    if not wishes:
        raise ValidationError(_("请至少为一项填写希望的日期"))
    if set(wishes) - set(lines):
        raise PlanLine.DoesNotExist("a line is not in this plan")
    wrong = {str(pk): said for pk, (day, why) in wishes.items()
             if (said := _trouble(lines[pk].task, day, why))}
    if wrong:
        raise ValidationError({"wishes": list(wrong.values())})
    for pk, (day, why) in wishes.items():
        line = lines[pk]
        line.wish, line.wish_why, line.settled = day, why.strip()[:200], ""
        line.save(update_fields=["wish", "wish_why", "settled"])
    told = "、".join(f"{lines[pk].task.point.name} {lines[pk].day:%m-%d}→{day:%m-%d}"
                    for pk, (day, _why) in wishes.items())
    return _became(scope, "ask_plan", row, MonthPlanState.ANSWERED, {"wishes": told})


@transaction.atomic
def settle(scope: Scope, line: PlanLine, accept: bool) -> PlanLine:
    """The unit answers one wish: accepted, the task moves to that day; refused, it stays. When all
    are answered the plan waits for the discharger's confirmation again."""
    require(scope, "plan_tasks")
    plan = _held(scope, MonthPlan(pk=line.plan_id), MonthPlanState.ANSWERED)
    row = plan.lines.select_related("task__point").get(pk=line.pk)
    if row.wish is None or row.settled:
        raise ValidationError(_("该项没有待答复的改期要求"))
    if accept:
        tasks.move(scope, row.task, row.wish, _("排污单位要求：%s") % row.wish_why)
        row.refresh_from_db()
    row.settled = ACCEPTED if accept else REFUSED
    row.save(update_fields=["settled"])
    audit(scope, "accept_wish" if accept else "refuse_wish", plan, None, {
        "point": row.task.point.name, "day": row.day, "wish": row.wish})
    if not unsettled(plan).exists():
        plan.state = MonthPlanState.SENT
        plan.save(update_fields=["state"])
    return row


@transaction.atomic
def record_paper(scope: Scope, plan: MonthPlan, name: str, scan: Any) -> MonthPlan:
    """The unit enters a confirmation that was signed on paper: who signed, and the scan."""
    require(scope, "plan_tasks")
    row = _held(scope, plan, MonthPlanState.SENT, MonthPlanState.ANSWERED)
    if not name.strip():
        raise ValidationError({"name": _("请填写签字确认的人")})
    if scan is None:
        raise ValidationError({"scan": _("请选择确认单的扫描件")})
    if unsettled(row).exists():
        raise ValidationError(_("还有改期要求没有答复"))
    row.scan = attached(
        scope, scan, kind="scan", name=_("月度计划确认单"), field="scan")
    return _confirmed(scope, row, "record_paper_plan", name.strip())


def moved_within(task: Task, day: date) -> list[str]:
    """What speaks against a day for a task: a sentence for each sheet whose window does not reach
    it; empty when the day suits all of them."""
    titles = duties.catalogue().forms
    said = []
    for sheet in task.sheets.filter(done_at=None):
        words = {"form": titles.get(sheet.form, sheet.form), "opens": sheet.opens.isoformat(),
                 "due": sheet.due.isoformat(), "point": task.point.name}
        if day > sheet.due:
            said.append(_("%(point)s：改到该日，《%(form)s》将逾期（最迟 %(due)s）") % words)
        elif day < sheet.opens:
            said.append(_("%(point)s：该日早于《%(form)s》可以开始的日期 %(opens)s") % words)
    if not said and not task.opens <= day <= task.due:
        said.append(_("%(point)s：日期应在 %(opens)s 与 %(due)s 之间") % {
            "point": task.point.name, "opens": task.opens.isoformat(),
            "due": task.due.isoformat()})
    return said


def _trouble(task: Task, day: date, why: str) -> str:
    if task.state not in OPEN:
        return _("%s的任务已完成或取消，不能改期") % task.point.name
    if day < today():
        return _("%s：不能改到已经过去的日期") % task.point.name
    if not why.strip():
        return _("%s：请填写改期原因") % task.point.name
    return "；".join(moved_within(task, day))


def _confirmed(scope: Scope, row: MonthPlan, verb: str, who: str) -> MonthPlan:
    if row.state not in (MonthPlanState.SENT, MonthPlanState.ANSWERED):
        raise ValidationError(_("计划尚未发出或已经确认"))
    Task.objects.filter(plan_lines__plan=row, state__in=OPEN).update(fixed=True)
    return _became(scope, verb, row, MonthPlanState.CONFIRMED, confirmed_at=_now(),
                   confirmed_by=who[:128], scan=row.scan)


def _held(scope: Scope, plan: MonthPlan, *states: str) -> MonthPlan:
    """The unit's own plan, locked, in one of the states."""
    row = plans_of(scope).select_for_update(of=("self",)).get(
        pk=plan.pk, organisation=scope.organisation)
    if row.state not in states:
        raise ValidationError(_("计划目前的状态是“%s”，不能这样操作") % row.get_state_display())
    return row


def _for_discharger(scope: Scope, plan: MonthPlan) -> MonthPlan:
    row = plans_of(scope).select_for_update(of=("self",)).get(
        pk=plan.pk, discharger=scope.organisation)
    if row.state not in (MonthPlanState.SENT, MonthPlanState.ANSWERED):
        raise ValidationError(_("计划目前的状态是“%s”，不能这样操作") % row.get_state_display())
    return row


def _became(
    scope: Scope, verb: str, row: MonthPlan, state: str, told: Mapping[str, Any] | None = None,
    **facts: Any,
) -> MonthPlan:
    before = {"state": row.get_state_display()}
    row.state = state
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()
    audit(scope, verb, row, before, {"state": row.get_state_display(), **facts, **(told or {})})
    return row


def _now() -> int:
    return round(time.time() * 1000)
