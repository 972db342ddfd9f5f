"""One task: what is due and by which clause, what if it is late, the place, the acts by role."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.assets.sites_queries import conditions_at, place_of
from qingyuan.areas.maintenance import states, task_listing, task_queries, tasks
from qingyuan.areas.maintenance.agreements.joint import TESTS
from qingyuan.areas.maintenance.duty_sets import duties_of
from qingyuan.areas.maintenance.models import DutyClock, Task, TaskKind
from qingyuan.areas.maintenance.planning.ending import ENDING
from qingyuan.areas.maintenance.task_forms import (
    EndForm,
    MoveForm,
    PersonForm,
    ReasonForm,
    TransferForm,
)
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.ui.navigation import address_of

from .verbs import Verb, found, handled, status


@page("see_tasks")
def task_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The page of a task; POST does one of its acts."""
    scope = request.scope
    row = found(task_listing.with_sheets(task_queries.tasks_of(scope)), pk)
    verbs = verbs_of(request, row)
    done = handled(request, verbs, reverse("maintenance:task", args=[row.pk]))
    if done is not None:
        return done
    own = row.organisation_id == scope.organisation.pk
    place = place_of(row.point)
    duties, titles = duties_of(row.organisation), task_listing.titles_for(row.organisation)
    task_listing.dressed([row], titles)
    late_day = max(row.due, today()) + timedelta(days=1)
    standing, left = row.state in states.STANDING, _left(row)
    return render(request, "maintenance/task.html", {
        "task": row, "own": own, "verbs": verbs, "standing": standing,
        "sheets": [_sheet(sheet, duties, titles) for sheet in row.forms],
        "clocks": _clocks(row) if own else {},
        "late": tasks.consequences(scope, row, late_day) if standing and own else [],
        "place": place, "conditions": conditions_at(row.point, row.day),
        "warnings": tasks.warnings_of(row) if own and standing else [],
        "helpers": [one.person for one in row.helpers.select_related("person")],
        "lines": list(row.plan_lines.select_related("plan")), "joint": _joint(row),
        "rests": list(row.rests.order_by("day", "id")) if left else [], "left": left,
        "seen": points_of(scope).filter(pk=row.point_id).exists(),
        "record_url": address_of("records:record-new"),
        "may_fill": own and standing and may(scope, "fill_record"),
        "may_add": own and row.state == "done" and may(scope, "fill_record"),
        "may_check_in": own and standing and may(scope, "check_in")
        and row.state != "cancel_asked" and _goes(scope, row),
        "history": history(scope, row),
    }, status=status(verbs))


def _sheet(sheet: Any, duties: Any, titles: dict[str, str]) -> dict[str, Any]:
    """A sheet as the page shows it: its duties with clause, the forms' name."""
    held = [duties[key] for key in sheet.duties if key in duties]
    return {"sheet": sheet, "title": titles.get(sheet.form, sheet.form), "duties": held,
            "unknown": [key for key in sheet.duties if key not in duties],
            "invalidates": any(duty.invalidates for duty in held),
            "record": _record(sheet.done_by),
            "overdue": sheet.open and sheet.due < today()}


def _goes(scope: Scope, row: Task) -> bool:
    """Whether the caller is one who goes there: in charge, helping, on its trip; anybody while
    nobody has it."""
    return row.person_id is None or scope.user is not None and (
        task_queries.own_tasks(scope).filter(task_queries.mine(scope.user), pk=row.pk).exists())


def _record(done_by: str) -> int | None:
    """The key of the record by which a sheet is done."""
    kind, _colon, key = done_by.partition(":")
    return int(key) if kind == "record" and key.isdecimal() else None


def _left(row: Task) -> list[str]:
    """Why a visit that has ended left something undone, each reason once."""
    return list(dict.fromkeys(sheet.left_why for sheet in row.forms if sheet.left_why))


def _clocks(row: Task) -> dict[tuple[int, str], DutyClock]:
    """The clocks of the task's duties: last finish, clause of the interval."""
    systems = {sheet.system_id for sheet in row.forms}
    keys = {key for sheet in row.forms for key in sheet.duties}
    held = DutyClock.objects.filter(
        organisation=row.organisation_id, system__in=systems, duty__in=keys)
    return {(clock.system_id, clock.duty): clock for clock in held}


def _joint(row: Task) -> bool:
    """Whether an hour with plant and third party belongs to the task."""
    return row.kind == TaskKind.JOINT or any(
        sheet.form in TESTS.values() for sheet in row.forms)  # type: ignore[attr-defined]


def verbs_of(request: HttpRequest, row: Task) -> list[Verb]:
    """What the caller may do with the task as it stands."""
    scope = request.scope
    if row.organisation_id != scope.organisation.pk:
        return []
    mine = scope.user is not None and row.person_id == scope.user.pk
    manager, works = may(scope, "assign_task"), may(scope, "work_task")
    helps = works and scope.user is not None and row.helpers.filter(person=scope.user).exists()
    offered = [
        (works, _claim(scope, row)), (manager, _assign(request, row)),
        (works and (mine or manager), _transfer(request, row)),
        (works and not mine and not helps, _help(scope, row)),
        (helps, _leave(scope, row)),
        (works and (mine or manager or row.person_id is None), _move(scope, row)),
        (works and (mine or helps or manager) and row.kind in ENDING, _end(scope, row)),
        (works and (mine or manager), _ask_cancel(scope, row)),
        (may(scope, "approve_cancel"), _approve(scope, row)),
        (may(scope, "approve_cancel"), _refuse(scope, row)),
    ]
    life = {"leave": "help", "end": "end_visit"}
    return [verb for ok, verb in offered if ok and states.may(row, life.get(verb.code, verb.code))]


def _claim(scope: Scope, row: Task) -> Verb:
    return Verb("claim", _("领取"), lambda f: tasks.claim(scope, row), _("已领取该任务。"),
                icon="user", main=True)


def _assign(request: HttpRequest, row: Task) -> Verb:
    def run(facts: dict[str, Any]) -> None:
        _warned(request, tasks.assign(request.scope, row, facts["person"]))

    return Verb("assign", _("指派"), run, _("已指派。"), form=_people(request.scope, PersonForm),
                icon="user-plus", initial={"person": row.person_id})


def _transfer(request: HttpRequest, row: Task) -> Verb:
    def run(facts: dict[str, Any]) -> None:
        _warned(request, tasks.transfer(request.scope, row, **facts))

    return Verb("transfer", _("转交"), run, _("已转交。"),
                form=_people(request.scope, TransferForm), icon="arrows-exchange")


def _people(scope: Scope, form: type[PersonForm]) -> Any:
    return lambda *args, **kwargs: form(scope, *args, **kwargs)


def _warned(request: HttpRequest, row: Task) -> None:
    for text in row.warnings:
        messages.warning(request, text)


def _help(scope: Scope, row: Task) -> Verb:
    return Verb("help", _("协助"), lambda f: tasks.help_with(scope, row), _("已加入协助。"),
                icon="users")


def _leave(scope: Scope, row: Task) -> Verb:
    return Verb("leave", _("退出协助"), lambda f: tasks.leave(scope, row), _("已退出协助。"),
                icon="x")


def _move(scope: Scope, row: Task) -> Verb:
    note = _("最迟 %s。") % row.due.isoformat()
    late = tasks.consequences(scope, row, row.due + timedelta(days=1))
    if late:
        note += _("超过最迟日期须由负责人改期：%s。") % "；".join(late)
    return Verb("move", _("改期"), lambda f: tasks.move(scope, row, f["day"], f["reason"]),
                _("已改期。"), form=MoveForm, icon="calendar", note=note,
                initial={"day": row.day})


def _end(scope: Scope, row: Task) -> Verb:
    """Leave: what is still open, and what becomes of it."""
    left = [sheet for sheet in row.forms if sheet.open]
    titles = task_listing.titles_for(row.organisation)
    note = "" if not left else _(
        "未做的 %s 退回计划，按各自的到期日另行安排；逾期的另生成一个任务。") % "、".join(
        f"《{titles.get(one, one)}》" for one in dict.fromkeys(sheet.form for sheet in left))
    if left and len(left) == len(row.forms):
        note = _("本次没有完成任何记录表，任务仍待执行。")
    asks = _("其余未做，原因") if left else _("完成情况")
    return Verb("end", _("结束本次到场"), lambda f: tasks.end_visit(scope, row, f["reason"]),
                _("本次到场已结束。"), icon="clock-check", note=note,
                form=lambda *args, **kwargs: EndForm(asks, *args, **kwargs))


def _ask_cancel(scope: Scope, row: Task) -> Verb:
    return Verb("ask_cancel", _("申请取消"), lambda f: tasks.ask_cancel(scope, row, f["reason"]),
                _("已提交，待负责人批准。"), form=ReasonForm, icon="ban")


def _approve(scope: Scope, row: Task) -> Verb:
    return Verb("approve_cancel", _("同意取消"), lambda f: tasks.approve_cancel(scope, row),
                _("任务已取消。"), icon="check", main=True,
                confirm=_("取消后，本次应做的项目不再安排，直至下一次到期。确定取消？"))


def _refuse(scope: Scope, row: Task) -> Verb:
    return Verb("refuse_cancel", _("不同意取消"),
                lambda f: tasks.refuse_cancel(scope, row, f["reason"]), _("任务继续执行。"),
                form=ReasonForm, icon="x")


