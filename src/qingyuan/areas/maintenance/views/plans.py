"""The month's plan: list, the plan itself for both sides, its paper, its file."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import dischargers, today
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.maintenance.agreements import months, queries
from qingyuan.areas.maintenance.agreements.forms import (
    MonthForm,
    PaperForm,
    SendForm,
    WhyForm,
)
from qingyuan.areas.maintenance.models import MonthPlan, MonthPlanState, PlanLine
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.ui.sheets import FORMS, answer
from qingyuan.ui.states import state as state_word

from .verbs import Verb, found, handled, refuse, status

PAGE = 50
S = MonthPlanState


@page("see_tasks")
def plan_list(request: HttpRequest) -> HttpResponse:
    """Plans, newest month first; the unit's manager draws one up here."""
    scope = request.scope
    rows = _search(queries.plans_of(scope), request.GET)
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    chosen = request.GET.get("state", "")
    listed = rows.filter(state=chosen) if chosen in S.values else rows
    listed = listed.annotate(line_count=Count("lines", distinct=True)).order_by(
        "-month", "discharger__name", "pk")
    verbs = _new(scope)
    went = handled(request, verbs, reverse("maintenance:plans"))
    states = [one for one in S.choices if one[0] != S.DRAFT or may(scope, "plan_tasks")]
    return went or render(request, "maintenance/plans.html", {
        "page": Paginator(listed, PAGE).get_page(request.GET.get("page")), "chosen": chosen,
        "verbs": verbs, "both": scope.organisation.kind == "regulator",
        "tabs": [("", _("全部"), sum(counts.values())),
                 *((code, state_word("plan", code).label, counts.get(code, 0))
                   for code, _label in states)],
        "filtered": any(request.GET.get(name) for name in ("q", "month", "state")),
    }, status=status(verbs))


def _search(rows: QuerySet[MonthPlan], params: Any) -> QuerySet[MonthPlan]:
    text = params.get("q", "").strip()[:64]
    if text:
        rows = rows.filter(
            Q(discharger__name__icontains=text) | Q(organisation__name__icontains=text))
    month = _month(params.get("month", ""))
    return rows.filter(month=month) if month else rows


def _month(said: str) -> date | None:
    try:
        return parse_date(f"{said}-01")
    except ValueError:
        return None


def _new(scope: Scope) -> list[Verb]:
    if not may(scope, "plan_tasks"):
        return []

    def form(*args: Any, **kwargs: Any) -> MonthForm:
        return MonthForm(dischargers(scope).order_by("name"), *args, **kwargs)

    def run(facts: dict[str, Any]) -> str:
        if facts["discharger"] is None:
            if not months.prepare_all(scope, facts["month"]):
                raise ValidationError(_("该月没有需要编制的计划：没有任务，或都已发出"))
            return _drafts(facts["month"])
        row = months.prepare_month(scope, facts["discharger"], facts["month"])
        return reverse("maintenance:plan", args=[row.pk])

    def send_all(facts: dict[str, Any]) -> str:
        if not months.send_all(scope, facts["month"]):
            raise ValidationError(_("该月没有编制中的计划"))
        return _drafts(facts["month"], S.SENT)

    following = {"month": f"{queries.next_month(today().replace(day=1)):%Y-%m}"}
    verbs = [Verb("prepare", _("编制月度计划"), run, _("计划已编制，请核对后发出。"), form,
                  icon="calendar-event", initial=following)]
    if queries.plans_of(scope).filter(organisation=scope.organisation, state=S.DRAFT).exists():
        verbs.append(Verb(
            "send-all", _("发出编制中的计划"), send_all, _("计划已发给各排污单位，待其确认。"),
            lambda *args, **kwargs: MonthForm(None, *args, **kwargs), icon="send",
            initial=following, note=_("发出该月全部编制中的计划；没有任务的不发。")))
    return verbs


def _drafts(month: date, state: str = S.DRAFT) -> str:
    return f"{reverse('maintenance:plans')}?state={state}&month={month:%Y-%m}"


@page("see_tasks")
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: its lines by day, wishes and answers, what differs from it now."""
    scope = request.scope
    row = found(queries.plans_of(scope), pk)
    lines = _lines(row)
    if request.GET.get("form") in FORMS:
        return _export(request.GET["form"], row, lines)
    back = reverse("maintenance:plan", args=[pk])
    wrong: list[str] = []
    if request.method == "POST" and request.POST.get("verb") in ("ask", "settle"):
        went, wrong = _answered(request, scope, row, lines)
        if went:
            return redirect(back)
    verbs = _verbs(scope, row)
    went = None if wrong else handled(request, verbs, back)
    asks = row.discharger_id == scope.organisation.pk and may(scope, "confirm_plan") and (
        row.state in (S.SENT, S.ANSWERED))
    return went or render(request, "maintenance/plan.html", {
        "plan": row, "lines": lines, "verbs": verbs, "wrong": wrong, "asks": asks,
        "settles": _own(scope, row) and may(scope, "plan_tasks") and row.state == S.ANSWERED,
        "unplanned": [] if row.state == S.DRAFT else list(queries.unplanned(row)),
        "history": history(scope, row),
        "days": len({line.agreed for line in lines}), "points": len(
            {line.task.point_id for line in lines}),
    }, status=422 if wrong else status(verbs))


def _lines(plan: MonthPlan) -> list[PlanLine]:
    """The lines, each with ``agreed``, the day both sides have in mind, ``differs``, whether the
    task lies on another one now, and ``gone``, whether it is not to be done any more."""
    found_ = list(queries.lines_of(plan))
    for line in found_:
        line.agreed = line.wish if line.settled == months.ACCEPTED and line.wish else line.day
        line.gone = line.task.state in queries.GONE
        line.differs = line.task.day != line.agreed and not line.gone
    return found_


def _own(scope: Scope, row: MonthPlan) -> bool:
    return row.organisation_id == scope.organisation.pk


def _verbs(scope: Scope, row: MonthPlan) -> list[Verb]:
    verbs = []
    if _own(scope, row) and may(scope, "plan_tasks"):
        verbs += _unit_verbs(scope, row)
    mine = row.discharger_id == scope.organisation.pk and may(scope, "confirm_plan")
    if mine and row.state == S.SENT:
        verbs.append(Verb("confirm", _("确认整月计划"), lambda _facts: months.confirm(scope, row),
                          _("计划已确认。"), icon="circle-check", main=True))
    return verbs


def _unit_verbs(scope: Scope, row: MonthPlan) -> list[Verb]:
    if row.state == S.DRAFT:
        return [
            Verb("prepare", _("按现有任务重新编制"), lambda _facts: months.prepare_month(
                scope, row.discharger, row.month), _("计划已按现有任务重新编制。"), icon="refresh"),
            Verb("send", _("发给排污单位"), lambda facts: months.send(scope, row, facts["note"]),
                 _("计划已发出，待排污单位确认。"), SendForm, icon="send", open=True)]
    if row.state in (S.SENT, S.ANSWERED):
        return [
            Verb("paper", _("登记纸质确认"), lambda facts: months.record_paper(
                scope, row, facts["name"], facts["scan"]), _("确认已登记。"), PaperForm,
                icon="rubber-stamp", note=_("打印本页，由排污单位签字盖章后上传扫描件。")),
            Verb("recall", _("撤回重编"), lambda facts: months.recall(scope, row, facts["why"]),
                 _("计划已撤回。"), WhyForm, icon="arrow-back-up")]
    return []


def _answered(
    request: HttpRequest, scope: Scope, row: MonthPlan, lines: list[PlanLine]
) -> tuple[bool, list[str]]:
    """The discharger's wishes, or the unit's answer to one; (done, what was wrong)."""
    form = forms.Form({})
    try:
        if request.POST["verb"] == "ask":
            wishes = _wishes(request.POST, lines)
            months.ask(scope, row, wishes)
        else:
            line = next((one for one in lines
                         if str(one.pk) == request.POST.get("line")), None)
            if line is None:
                raise Http404
            months.settle(scope, line, request.POST.get("accept") == "1")
    except ValidationError as error:
        refuse(form, error)
        for line in lines:  # what was typed stays in its place
            line.typed_day = request.POST.get(f"day-{line.pk}", "")
            line.typed_why = request.POST.get(f"why-{line.pk}", "")
        return False, [said for errors in form.errors.values() for said in errors]
    except (MonthPlan.DoesNotExist, PlanLine.DoesNotExist) as error:
        raise Http404 from error
    return True, []


def _wishes(post: Mapping[str, str], lines: list[PlanLine]) -> dict[int, tuple[date, str]]:
    found_: dict[int, tuple[date, str]] = {}
    for line in lines:
        said = post.get(f"day-{line.pk}", "")
        if not said:
            continue
        try:
            day = parse_date(said)
        except ValueError:
            day = None
        if day is None:
            raise ValidationError(_("“%s”不是日期") % said[:20])
        if day != line.agreed:
            found_[line.pk] = (day, post.get(f"why-{line.pk}", ""))
    return found_


def _export(form: str, row: MonthPlan, lines: list[PlanLine]) -> HttpResponse:
    cells = ((line.day, line.task.point.outlet.name, line.task.point.name,
              line.task.title or line.task.get_kind_display(),
              str(line.task.person or ""), line.wish, line.wish_why,
              {"accepted": _("同意"), "refused": _("不同意")}.get(line.settled, ""),
              line.changed_to, line.changed_why,
              _("已取消") if line.gone else line.task.day) for line in lines)
    name = _("%(who)s %(month)s 运维计划") % {
        "who": row.discharger.name, "month": f"{row.month:%Y-%m}"}
    return answer(form, name, [
        _("计划日期"), _("排放口"), _("点位"), _("内容"), _("人员"), _("希望日期"), _("改期原因"),
        _("答复"), _("变更为"), _("变更原因"), _("现行日期")], cells, file="month-plan",
        widths=(12, 20, 20, 24, 14, 12, 28, 10, 12, 28, 12))


@page("see_tasks")
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """The signed paper of a plan."""
    row = found(queries.plans_of(request.scope).exclude(scan=""), pk)
    kept = Attachment.objects.filter(organisation=row.organisation_id, sha256=row.scan).first()
    if kept is None:
        raise Http404
    return served(kept, request=request)
