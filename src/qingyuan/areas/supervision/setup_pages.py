"""Pages of plans, lists of checks, settings and figures."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import may
from qingyuan.ui import sheets

from . import drawing, figures, lists, planning, queries, writing
from .forms import DrawForm, SettingsForm, TemplateForm
from .models import Grade, State

NAMES = tuple(planning.BOUNDS)


@page("see_supervision")
def plans(request: HttpRequest) -> HttpResponse:
    """All plans with how far they are; a month is drawn here."""
    scope = request.scope
    form = DrawForm(request.POST or None, initial={"first": today().replace(day=1)})
    if request.method == "POST" and form.is_valid():
        try:
            made = planning.draw_plan(scope, form.cleaned_data["first"], form.cleaned_data["how"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已抽取。"))
            return redirect("supervision:supervision-plan", pk=made.pk)
    rows = list(queries.plans_of(scope).annotate(
        points=Count("inspections", filter=~Q(inspections__state=State.DROPPED)),
        done=Count("inspections", filter=Q(inspections__submitted_at__isnull=False)))[:120])
    return render(request, "supervision/plans.html", {
        "rows": rows, "form": form, "wishes": queries.settings_of(scope.organisation),
        "may_plan": may(scope, "plan_supervision")}, status=422 if form.errors else 200)


@page("see_supervision")
def plan_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: every point with why it is in, and whether the draw can be repeated."""
    row = queries.plans_of(request.scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    rows = list(queries.inspections_of(request.scope).filter(plan=row).order_by(
        "inspector", "point__organisation__name", "id"))
    for one in rows:
        one.why_word = drawing.WHYS.get(one.why, "")
    whole = len(row.facts.get("candidates", ()))
    must = sum(one.why in drawing.MUST for one in rows)
    return render(request, "supervision/plan.html", {
        "row": row, "rows": rows, "whole": whole, "must": must,
        "wanted": drawing.wanted(whole, row.percent), "again": planning.drawn_again(row),
        "done": sum(one.submitted_at is not None for one in rows),
        "history": history(request.scope, row)})


@page("see_supervision")
def settings_page(request: HttpRequest) -> HttpResponse:
    """Shares, days and the score that passes."""
    scope = request.scope
    held = queries.settings_of(scope.organisation)
    form = SettingsForm(request.POST or None, initial={
        name: getattr(held, name) for name in NAMES})
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            planning.set_settings(scope, facts.pop("reason"), **facts)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已保存，从下一次抽取起生效。"))
            return redirect("supervision:supervision-settings")
    return render(request, "supervision/settings.html", {
        "form": form, "held": held, "may_set": may(scope, "plan_supervision"),
        "history": history(scope, held) if held.pk else ()}, status=422 if form.errors else 200)


@page("see_supervision")
def template_list(request: HttpRequest) -> HttpResponse:
    """All lists of checks in use."""
    rows = [{**one, "count": len(one["items"]),
             "points": sum(item["points"] for item in one["items"])}
            for one in lists.of_unit(request.scope.organisation).values()]
    return render(request, "supervision/templates.html", {
        "rows": rows, "may_edit": may(request.scope, "edit_templates")})


@page("see_supervision")
def template_page(request: HttpRequest, code: str) -> HttpResponse:
    """One list, and its editing into a new version."""
    scope = request.scope
    held: Any = lists.of_unit(scope.organisation).get(code)
    if held is None and code != "new":
        raise Http404
    start = {} if held is None else {
        "code": held["code"], "title": held["title"], "how": held["how"],
        "medium": held["medium"],
        "items": "\n".join(writing.line_of(one) for one in lists.items_of(held))}
    form = TemplateForm(request.POST or None, initial=start)
    if held is not None:
        form.fields["code"].disabled = True
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            made = writing.edit_template(scope, facts.pop("code"), **facts)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已保存为第 %d 版，从下一次督查起使用。") % made.version)
            return redirect("supervision:template", code=made.code)
    items = lists.items_of(held) if held else []
    return render(request, "supervision/template.html", {
        "held": held, "items": items, "form": form, "may_edit": may(scope, "edit_templates"),
    }, status=422 if form.errors else 200)


def _asked(request: HttpRequest) -> tuple[str, date, date]:
    by = request.GET.get("by", "month")
    end = today()
    back = end.year * 12 + end.month - 6
    first = _day(request.GET.get("since", ""), date(back // 12, back % 12 + 1, 1))
    last = _day(request.GET.get("until", ""), date(end.year, 12, 31))
    return by if by in figures.GROUPS else "month", first, last


def _day(text: str, usual: date) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return usual


@page("see_supervision")
def figures_page(request: HttpRequest) -> HttpResponse:
    """Planned, done, passed, problems by grade, put right in time: each a link to its list."""
    by, first, last = _asked(request)
    rows = figures.lines(request.scope, by, first, last, today())
    return render(request, "supervision/figures.html", {
        "rows": rows, "total": figures.total(rows), "by": by, "first": first, "last": last,
        "query": request.GET.urlencode(), "grades": [str(label) for label in Grade.labels],
        "tabs": (("month", _("按月")), ("inspector", _("按督查人")), ("keeper", _("按责任人")),
                 ("point", _("按点位")))})


@page("see_supervision")
def figures_export(request: HttpRequest, form: str) -> HttpResponse:
    """The same as a sheet."""
    if form not in sheets.FORMS:
        raise Http404
    by, first, last = _asked(request)
    rows = figures.lines(request.scope, by, first, last, today())
    heads = [_("名称"), _("计划（次）"), _("完成（次）"), _("完成率（%）"), _("合格（次）"),
             _("合格率（%）"), _("平均分"), *(str(label) for label in Grade.labels),
             _("重复问题"), _("整改合格"), _("按期整改"), _("按期率（%）"), _("逾期未整改")]
    return sheets.answer(form, _("督查统计"), heads, (figures.cells(row) for row in rows),
                         file="supervision-figures", widths=(24,))


