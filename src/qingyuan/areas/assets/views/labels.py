"""Labels to be printed, and the ledgers that are open to whoever reads one."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from qingyuan.areas.assets import labels, queries
from qingyuan.areas.assets.models import LedgerOpening, MonitoringPoint
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import histories
from qingyuan.areas.organisations.scope import may

from .filled import filled, found
from .sites import dressed, search

PAGE = 100
PRINTED = {"": Q(), "new": Q(label=None) | Q(label__printed_at=None),
           "printed": Q(label__printed_at__isnull=False)}


@page("print_labels")
def label_list(request: HttpRequest) -> HttpResponse:
    """Points to be chosen; POST answers their labels as PDF, ``all`` those of the whole list."""
    scope = request.scope
    points = search(scope, request.GET).select_related("label").order_by(
        "organisation__name", "name", "id")
    chosen = request.GET.get("state", "")
    listed = points.filter(PRINTED.get(chosen, Q()))
    refusal = ""
    if request.method == "POST":
        try:
            return _printed(request, listed)
        except ValidationError as error:
            refusal = "；".join(error.messages)
    shown = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    dressed(scope, shown.object_list)
    counts = points.order_by().aggregate(**{
        f"n{code}": Count("pk", filter=asked) if asked else Count("pk")
        for code, asked in PRINTED.items()})
    return render(request, "assets/labels.html", {
        "page": shown, "chosen": chosen, "refusal": refusal, "most": labels.MOST,
        "picked": set(request.POST.getlist("points")), "origin": labels.origin_of(request),
        "tabs": [{"code": code, "label": label, "count": counts[f"n{code}"]} for code, label in (
            ("", _("全部点位")), ("new", _("未打印")), ("printed", _("已打印")))],
        "filtered": any(request.GET.get(name) for name in ("q", "state")),
    }, status=422 if refusal else 200)


def _printed(request: HttpRequest, listed: QuerySet[MonitoringPoint]) -> HttpResponse:
    if "all" not in request.POST:
        wanted = [int(pk) for pk in request.POST.getlist("points")
                  if pk.isdecimal() and len(pk) < 19]
        listed = queries.points_of(request.scope).filter(pk__in=wanted[:labels.MOST + 1])
    pdf = labels.print_labels(request.scope, listed[:labels.MOST + 1], labels.origin_of(request))
    answer = HttpResponse(pdf, content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="labels.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@page("see_sites")
def opening_list(request: HttpRequest) -> HttpResponse:
    """Ledgers that are or were open, at the points that one sees; how often each was read."""
    scope = request.scope
    found_rows = labels.openings_of(scope)
    text = request.GET.get("q", "").strip()[:64]
    if text:
        found_rows = found_rows.filter(
            Q(point__name__icontains=text) | Q(point__organisation__name__icontains=text)
            | Q(reason__icontains=text))
    chosen = request.GET.get("state", "")
    shown = Paginator(_by_state(found_rows, chosen), PAGE).get_page(request.GET.get("page"))
    now, read = timezone.now(), labels.readings_of(shown.object_list)
    for row in shown.object_list:
        row.state = labels.state_of(row, now)
        row.read = read.get(row.pk, 0)
    return render(request, "assets/openings.html", {
        "page": shown, "chosen": chosen, "can_open": may(scope, "open_ledger"),
        "tabs": [{"code": code, "label": label, "count": _by_state(found_rows, code).count()}
                 for code, label in (
                     ("", _("全部")), ("open", _("开放中")), ("ended", _("已结束")))],
        "filtered": any(request.GET.get(name) for name in ("q", "state")),
        "history": histories(scope, list(shown.object_list), 30),
    })


def _by_state(rows: QuerySet[LedgerOpening], state: str) -> QuerySet[LedgerOpening]:
    open_ = Q(until__gt=timezone.now(), closed_at=None)
    return {"open": rows.filter(open_), "ended": rows.exclude(open_)}.get(state, rows)


class OpeningForm(forms.Form):
    """Which ledger, until when, why."""

    point = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("点位"), empty_label=gettext_lazy("请选择"))
    until = forms.DateTimeField(
        label=gettext_lazy("开放至"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"},
                                   format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("最长 7 天"))
    reason = forms.CharField(
        label=gettext_lazy("事由"), max_length=200,
        help_text=gettext_lazy("如：示例市生态环境局执法检查"))

    def __init__(self, points: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["point"].queryset = points


@page("open_ledger")
def new_opening(request: HttpRequest) -> HttpResponse:
    """Open the ledger of one of the discharger's own points."""
    scope = request.scope
    own = queries.points_of(scope).filter(organisation=scope.organisation).order_by("name", "id")
    form = OpeningForm(own, request.POST or None, initial={
        "until": timezone.now() + timedelta(hours=8), "point": request.GET.get("point")})
    back = reverse("assets:openings")
    return filled(
        request, form, heading=_("开放台账"), crumbs=[(_("台账开放"), back)], back=back,
        store=lambda facts: labels.open_ledger(
            scope, facts["point"], facts["until"], facts["reason"]),
        done=_("台账已开放，扫描点位标签即可查看。"),
        note=_("开放期间，任何人扫描该点位的标签，无需登录即可查看近 12 个月已提交的记录"
               "和站房出入登记；每次查看都会留痕。"))


@require_POST
@page("open_ledger")
def close_opening(request: HttpRequest, pk: int) -> HttpResponse:
    """End an opening before its time."""
    own = labels.openings_of(request.scope).filter(
        point__organisation=request.scope.organisation)
    labels.close_ledger(request.scope, found(own, pk))
    messages.success(request, _("台账已关闭。"))
    return redirect("assets:openings")
