"""Tasks: the list with what endangers data, acts on several at once, planning anew, export."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.queries import points_of, systems_of, today
from qingyuan.areas.maintenance import task_listing, task_queries, tasks
from qingyuan.areas.maintenance.duty_sets import duties_of, sets_of
from qingyuan.areas.maintenance.models import Task
from qingyuan.areas.maintenance.planning import clocks
from qingyuan.areas.maintenance.planning.generate import plan
from qingyuan.areas.maintenance.task_forms import NewTask, SheetsForm, workers
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.standards.duty import KINDS
from qingyuan.ui import sheets
from qingyuan.ui.address import small_int
from qingyuan.ui.states import state

from .verbs import refuse

PAGE = 50
MOST = 20_000  # rows of an export
ANNOUNCED = 48  # hours before data become invalid
SHOWN = 8  # lines of what endangers data


@page("see_tasks")
def task_list(request: HttpRequest) -> HttpResponse:
    """Tasks by state; who, where, when and what are filters of the address."""
    scope, by = request.scope, task_listing.Filters.of(request.GET)
    rows = task_listing.filtered(scope, by)
    counts = task_queries.counts(rows)
    shown = Paginator(task_listing.with_sheets(task_queries.in_state(rows, by.state)),
                      PAGE).get_page(request.GET.get("page"))
    shown.object_list = task_listing.dressed(
        shown.object_list, task_listing.titles_for(scope.organisation))
    own = scope.organisation.pk
    for row in shown.object_list:
        row.choosable = row.organisation_id == own and row.state in ("open", "assigned")
    dangers = task_queries.endangered(scope, ANNOUNCED)
    return render(request, "maintenance/tasks.html", {
        "page": shown, "by": by, "total": counts[""], "query": request.GET.urlencode(),
        "tabs": [{"code": code, "count": counts[code]} for code in task_queries.TABS],
        "dangers": dangers[:SHOWN], "more_dangers": max(0, len(dangers) - SHOWN),
        "hours": ANNOUNCED, **task_listing.choices_for(scope),
        "point": points_of(scope).filter(pk=by.point).first() if by.point else None,
        "workers": list(workers(scope)) if may(scope, "assign_task") else [],
        **rights(scope), "any_choosable": any(row.choosable for row in shown.object_list),
        "mine_offered": may(scope, "work_task"), "today": today(),
    })


def rights(scope: Scope) -> dict[str, bool]:
    """What the role may do with tasks, for templates."""
    return {"may_assign": may(scope, "assign_task"), "may_work": may(scope, "work_task"),
            "may_plan": may(scope, "plan_tasks")}


@page("see_tasks")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The list as it is filtered."""
    if form not in sheets.FORMS:
        raise Http404
    scope, by = request.scope, task_listing.Filters.of(request.GET)
    rows = task_listing.with_sheets(task_queries.in_state(
        task_listing.filtered(scope, by), by.state))[:MOST]
    found = task_listing.dressed(rows, task_listing.titles_for(scope.organisation))
    heads = [_("任务"), _("点位"), _("排污单位"), _("类型"), _("状态"), _("计划日期"), _("最早"),
             _("最迟"), _("内容"), _("项目数"), _("已完成的表"), _("人员"), _("改期原因"),
             _("取消原因")]
    return sheets.answer(form, _("任务 %s") % today(), heads, _lines(found), file="tasks",
                         widths=(8, 20, 26, 10, 10, 12, 12, 12, 50, 8, 10, 12, 20, 20))


def _lines(rows: list[Task]) -> Iterator[list[Any]]:
    for row in rows:
        yield [row.pk, row.point.name, row.point.organisation.name, row.get_kind_display(),
               str(state("task", row.shown).label), row.day.isoformat(), row.opens.isoformat(),
               row.due.isoformat(), row.title or "；".join(row.words), row.items,
               f"{row.finished}/{len(row.forms)}", str(row.person or ""), row.moved_why,
               row.cancel_why]


@page("work_task")
@require_POST
def many(request: HttpRequest) -> HttpResponse:
    """Claim or assign what was ticked; all or none."""
    scope, back = request.scope, _back(request)
    keys = [pk for text in request.POST.getlist("task")
            if (pk := small_int(text, None, task_listing.BIG)) is not None]
    rows = list(task_queries.own_tasks(scope).filter(pk__in=keys))
    if not rows:
        messages.error(request, _("请先勾选任务。"))
        return redirect(back)
    try:
        if request.POST.get("verb") == "assign":
            person = workers(scope).get(
                pk=small_int(request.POST.get("person", ""), 0, task_listing.BIG))
            done = tasks.assign_many(scope, rows, person)
            messages.success(request, _("已将 %(n)d 个任务指派给 %(who)s。") % {
                "n": len(done), "who": person})
            for text in dict.fromkeys(text for row in done for text in row.warnings):
                messages.warning(request, text)
        else:
            messages.success(request, _("已领取 %d 个任务。") % len(tasks.claim_many(scope, rows)))
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    except PermissionDenied:
        raise
    except ObjectDoesNotExist:
        messages.error(request, _("请选择人员。"))
    return redirect(back)


def _back(request: HttpRequest) -> str:
    query = request.POST.get("back", "")[:2000]
    return reverse("maintenance:tasks") + (f"?{query}" if query else "")


@page("plan_tasks")
@require_POST
def plan_anew(request: HttpRequest) -> HttpResponse:
    """Bring clocks and tasks of the whole unit up to date now, not only in the morning."""
    own = request.scope.organisation
    changed = clocks.refresh(own)
    done = plan(own)
    messages.success(request, _(
        "已重新编排：新增 %(made)d 个任务，调整 %(changed)d 个，撤销 %(gone)d 个；"
        "更新 %(clocks)d 项到期日。"
    ) % {"made": done.made, "changed": done.changed, "gone": done.withdrawn, "clocks": changed})
    return redirect(_back(request))


@page("work_task")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a task beside the plan; ``?point=`` names the point and offers its forms."""
    scope = request.scope
    points = points_of(scope).order_by("organisation__name", "name")
    asked = small_int(request.GET.get("point", ""), 0, task_listing.BIG)
    point = points.filter(pk=asked).first()
    offered = offered_forms(scope, point) if point else []
    form = NewTask(scope, points, request.POST or None, initial={
        "point": point, "day": request.GET.get("day") or today(),
        "title": request.GET.get("title", "")[:128]})
    ticks = SheetsForm(point, offered, request.POST or None)
    if request.method == "POST" and form.is_valid() and ticks.is_valid():
        try:
            row = tasks.add_task(scope, sheets=ticks.pairs(), **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("任务已登记。"))
            return redirect("maintenance:task", pk=row.pk)
    return render(request, "maintenance/task_form.html", {
        "form": form, "ticks": ticks, "point": point, "offered": bool(offered),
        "address": reverse("maintenance:task-new") + (
            f"?{urlencode({'point': point.pk})}" if point else ""),
    }, status=422 if form.errors or ticks.errors else 200)


def offered_forms(scope: Scope, point: Any) -> list[Any]:
    """(system, form, title) of what the systems of a point are recorded in."""
    duties, on = duties_of(scope.organisation), sets_of(scope.organisation)
    found = []
    for system in systems_of(scope, point, on=today()):
        if system.kind not in KINDS or (system.kind == "gas" and not system.technique):
            continue
        codes = dict.fromkeys(
            duty.form(system.technique) for duty in duties
            if duty.set in on and duty.where == "site"
            and duty.holds(system.kind, system.technique))
        found += [(system, code, duties.forms.get(code, code)) for code in codes]
    return found
