"""The appointment of a task for joint verification: hour, consents, load, clocks, report."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.maintenance.agreements import joint, queries
from qingyuan.areas.maintenance.agreements.forms import (
    AgreeForm,
    ClocksForm,
    JointForm,
    LoadForm,
    NewJointForm,
    ReportForm,
)
from qingyuan.areas.maintenance.models import JointSlot, Task
from qingyuan.areas.maintenance.task_queries import tasks_of
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import Scope, may

from .verbs import Verb, filled, found, handled, status


@page("edit_joint")
def new(request: HttpRequest) -> HttpResponse:
    """Agree on an hour for which there is no task yet."""
    scope = request.scope
    points = points_of(scope).order_by("organisation__name", "name")
    form = NewJointForm(points, request.POST or None, initial={"point": request.GET.get("point")})

    def store(facts: dict[str, Any]) -> str:
        row = joint.arrange_at(scope, facts.pop("point"), **facts)
        return reverse("maintenance:joint", args=[row.task_id])

    return filled(
        request, form, heading=_("约定比对校验"),
        crumbs=[(_("任务"), reverse("maintenance:tasks")),
                (_("比对校验"), reverse("maintenance:joints"))], store=store,
        done=_("已登记时段，并生成任务，待双方确认。"), back=reverse("maintenance:joints"),
        note=_("自动生成当日的比对校验任务；已有任务的，请在该任务中约定。"))


@page("see_tasks")
def slot(request: HttpRequest, pk: int) -> HttpResponse:
    """The appointment of one task."""
    scope = request.scope
    task = found(tasks_of(scope), pk)
    row = queries.joints_of(scope).filter(task=task).first()
    verbs = _verbs(scope, task, row)
    went = handled(request, verbs, reverse("maintenance:joint", args=[pk]))
    return went or render(request, "maintenance/joint.html", {
        "task": task, "slot": row, "verbs": verbs,
        "state": joint.state_of(row) if row else "none",
        "difference": joint.clock_difference(row) if row else None,
        "lacking": joint.lacking(row) if row else [],
        "sheets": joint.test_sheets(task),
        "history": history(scope, row) if row else [],
    }, status=status(verbs))


def _verbs(scope: Scope, task: Task, row: JointSlot | None) -> list[Verb]:
    if task.organisation_id != scope.organisation.pk or not may(scope, "edit_joint"):
        return []
    if row is not None and row.passed:
        return []
    arrange = Verb(
        "arrange", _("约定时段") if row is None else _("改约时段"),
        lambda facts: joint.arrange(scope, task, **facts), _("时段已登记，待双方确认。"),
        JointForm, icon="calendar-event", open=row is None,
        note="" if row is None else _("改约后双方须重新确认。"),
        initial={} if row is None else {
            "third_party": row.third_party, "begins": row.begins, "ends": row.ends})
    if row is None:
        return [arrange]
    return [
        Verb("agree", _("登记双方确认"), lambda facts: joint.agree(scope, row, **facts),
             _("确认人已登记。"), AgreeForm, icon="users",
             initial={"plant": row.agreed_plant, "third": row.agreed_third}),
        Verb("load", _("登记生产负荷"), lambda facts: joint.confirm_load(
            scope, row, facts["load"], facts["load_by"]), _("生产负荷已登记。"), LoadForm,
            icon="activity", initial={"load": row.load, "load_by": row.load_by}),
        Verb("clocks", _("核对时钟"), lambda facts: joint.note_clocks(
            scope, row, facts["clock_ours"], facts["clock_theirs"]), _("时钟已登记。"),
            ClocksForm, icon="clock", note=_("同一时刻读取两个时钟，精确到秒。"),
            initial={"clock_ours": row.clock_ours, "clock_theirs": row.clock_theirs}),
        Verb("report", _("上传检测报告"), lambda facts: joint.attach_report(
            scope, row, number=facts["number"], passed=facts["passed"], file=facts["report"]),
            _("检测报告已登记。"), ReportForm, icon="upload",
            note=_("合格：任务中的校验（比对）表以时段结束的时间完成；不合格：任务保留，须重新约定。")),
        arrange,
    ]


@page("see_tasks")
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report of a task's test."""
    task = found(tasks_of(request.scope), pk)
    row = queries.joints_of(request.scope).filter(task=task).exclude(report="").first()
    kept = None if row is None else Attachment.objects.filter(
        organisation=task.organisation_id, sha256=row.report).first()
    if kept is None:
        raise Http404
    return served(kept, request=request)
