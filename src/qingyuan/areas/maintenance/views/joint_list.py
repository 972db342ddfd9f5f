"""All appointments for joint verification, by what they wait for."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.areas.maintenance.agreements import joint, queries
from qingyuan.areas.maintenance.models import JointSlot
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import may
from qingyuan.kernel.clock import CST
from qingyuan.ui.sheets import FORMS, answer
from qingyuan.ui.states import state as state_word

PAGE = 50
TABS = ("waiting", "agreed", "tested", "failed", "passed")


@page("see_tasks")
def joint_list(request: HttpRequest) -> HttpResponse:
    """Appointments, the latest first; ``?form=xlsx`` as a file."""
    scope = request.scope
    rows = _search(queries.joints_of(scope), request.GET.get("q", "").strip()[:64])
    chosen = request.GET.get("state", "")
    listed = _by_state(rows, chosen).order_by("-begins", "-pk")
    if request.GET.get("form") in FORMS:
        return _export(request.GET["form"], listed)
    shown = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    for row in shown.object_list:
        row.state, row.lacks = joint.state_of(row), joint.lacking(row)
    return render(request, "maintenance/joints.html", {
        "page": shown, "chosen": chosen, "can_edit": may(scope, "edit_joint"),
        "tabs": [("", _("全部"), rows.count()), *(
            (code, state_word("joint", code).label, _by_state(rows, code).count())
            for code in TABS)],
        "filtered": any(request.GET.get(name) for name in ("q", "state")),
    })


def _search(rows: QuerySet[JointSlot], text: str) -> QuerySet[JointSlot]:
    if not text:
        return rows
    return rows.filter(
        Q(task__point__name__icontains=text) | Q(third_party__icontains=text)
        | Q(task__point__organisation__name__icontains=text) | Q(report_number__icontains=text))


def _by_state(rows: QuerySet[JointSlot], code: str) -> QuerySet[JointSlot]:
    """As ``joint.state_of`` says, in the database."""
    if code in ("passed", "failed"):
        return rows.filter(passed=code == "passed")
    if code not in TABS:
        return rows
    rows, unsure = rows.filter(passed=None), Q(agreed_plant="") | Q(agreed_third="")
    if code == "waiting":
        return rows.filter(unsure)
    over = Q(ends__lte=timezone.now())
    return rows.exclude(unsure).filter(over if code == "tested" else ~over)


def _export(form: str, rows: QuerySet[JointSlot]) -> HttpResponse:
    return answer(form, _("比对校验"), [
        _("点位"), _("排污单位"), _("检测机构"), _("开始"), _("结束"), _("生产负荷（%）"),
        _("时钟差（s）"), _("报告编号"), _("状态")], map(_line, rows), file="joint",
        widths=(24, 24, 24, 18, 18, 12, 12, 20, 12))


def _line(row: JointSlot) -> tuple[Any, ...]:
    begins, ends = (f"{one.astimezone(CST):%Y-%m-%d %H:%M}" for one in (row.begins, row.ends))
    return (row.task.point.name, row.task.point.organisation.name, row.third_party, begins, ends,
            row.load, joint.clock_difference(row), row.report_number,
            str(state_word("joint", joint.state_of(row)).label))
