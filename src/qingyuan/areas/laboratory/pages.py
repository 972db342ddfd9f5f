"""Pages of the samples."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.references import shown
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.kernel.clock import CST
from qingyuan.ui import sheets
from qingyuan.ui.address import small_int
from qingyuan.ui.numbers import china_time

from . import actions, queries
from .forms import DropForm, HandForm, ReceiveForm, ReportForm, ResultsForm, SampleForm
from .holding import holdings
from .lab_pages import BIG, answered, kept
from .models import Sample, State

PAGE = 50
TABS = ("", *State.values, "all")


@page("see_samples")
def samples(request: HttpRequest) -> HttpResponse:
    """Samples by state, those that are due first; one is entered here."""
    scope = request.scope
    form = _sample_form(request)
    if request.method == "POST" and form.is_valid():
        try:
            made = _take(scope, form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已登记样品 %s。") % made.number)
            return redirect("laboratory:sample", pk=made.pk)
    by, rows = _filtered(request)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    shown_ = Paginator(_of_tab(rows, by["state"]), PAGE).get_page(request.GET.get("page"))
    for row in shown_.object_list:
        row.warned = queries.warnings(row)
    tabs = [("", sum(counts.get(one, 0) for one in queries.OPEN)),
            *((one, counts.get(one, 0)) for one in State.values), ("all", sum(counts.values()))]
    return render(request, "laboratory/samples.html", {
        "page": shown_, "by": by, "tabs": tabs, "form": form, "query": request.GET.urlencode(),
        "names": {code: one.name for code, one in holdings().items()},
        "labs": queries.laboratories_of(scope), "may_take": may(scope, "handle_samples"),
        "any": bool(by["q"] or by["lab"]), "open_form": form.errors or request.GET.get("record"),
    }, status=422 if form.errors else 200)


def _sample_form(request: HttpRequest) -> SampleForm:
    scope = request.scope
    record = small_int(request.GET.get("record", ""), None, BIG)
    return SampleForm(
        points_of(scope).filter(active=True, kind="water"), queries.laboratories_of(scope),
        [(code, one.name) for code, one in holdings().items()], request.POST or None,
        initial={"taken_at": timezone.now().astimezone(CST), "taken_by": str(request.user),
                 "point": small_int(request.GET.get("point", ""), None, BIG),
                 "record_ref": f"record:{record}" if record else ""})


def _take(scope: Scope, said: dict[str, Any]) -> Sample:
    facts = dict(said)
    point, parallels = facts.pop("point"), facts.pop("parallels")
    for sign in ",，、;；":
        parallels = parallels.replace(sign, " ")
    return actions.take(scope, point, parallels=parallels.split(),
                        taken_at=_ms(facts.pop("taken_at")), **facts)


def _ms(moment: datetime | None) -> Any:
    return None if moment is None else round(moment.timestamp() * 1000)


def _filtered(request: HttpRequest) -> tuple[dict[str, str], QuerySet[Sample]]:
    given = request.GET
    by = {"state": given.get("state", "") if given.get("state", "") in TABS else "",
          "q": given.get("q", "").strip()[:64], "lab": given.get("lab", "")}
    rows = queries.samples_of(request.scope)
    if by["q"]:
        rows = rows.filter(
            Q(number__icontains=by["q"]) | Q(point__name__icontains=by["q"])
            | Q(point__organisation__name__icontains=by["q"]) | Q(bottle__icontains=by["q"]))
    if by["lab"]:
        rows = rows.filter(laboratory=small_int(by["lab"], 0, BIG))
    return by, rows


def _of_tab(rows: QuerySet[Sample], tab: str) -> QuerySet[Sample]:
    if tab == "all":
        return rows.order_by("-taken_at", "-id")
    return queries.due_first(rows.filter(state__in=queries.OPEN if not tab else (tab,)))


@page("see_samples")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The listed samples as a sheet."""
    if form not in sheets.FORMS:
        raise Http404
    by, rows = _filtered(request)
    heads = [_("样品编号"), _("点位"), _("排污单位"), _("检测项目"), _("样品瓶"), _("平行样瓶"),
             _("采样时间"), _("采样人"), _("保存期限"), _("实验室"), _("约定出结果"), _("状态"),
             _("结果"), _("报告编号")]
    lines = ([row.number, row.point.name, row.point.organisation.name, "、".join(
                 holdings()[code].name if code in holdings() else code for code in row.factors),
              row.bottle, "、".join(row.parallels), china_time(row.taken_at, "minute"),
              row.taken_by, china_time(row.hold_until, "minute") if row.hold_until else "",
              str(row.laboratory or ""), row.due.isoformat() if row.due else "",
              row.get_state_display(), "；".join(
                  f"{one['name']} {one['value']:g} {one['unit']}" for one in row.results),
              row.report_no] for row in _of_tab(rows, by["state"])[:20_000])
    return sheets.answer(form, _("送检样品"), heads, lines, file="samples", widths=(18, 24, 28))


@page("see_samples")
def sample(request: HttpRequest, pk: int) -> HttpResponse:
    """One sample: chain of custody, result, report, and what may be done next."""
    scope = request.scope
    row = _sample(scope, pk)
    acts = _acts(request, row)
    verb = request.POST.get("verb", "")
    if request.method == "POST":
        if verb not in acts:
            raise Http404
        form = acts[verb]
        if form.is_valid():
            try:
                _ACTS[verb](request, row, form)
            except ValidationError as error:
                refuse(form, error)
            else:
                messages.success(request, _("已登记。"))
                return redirect("laboratory:sample", pk=pk)
    held = {one["code"] for one in row.holds}
    return render(request, "laboratory/sample.html", {
        "unknown": [name for code, name in actions.names_of(row.factors).items()
                    if code not in held],
        "row": row, "acts": acts if may(scope, "handle_samples") else {}, "verb": verb,
        "warned": queries.warnings(row),
        "custody": list(row.custody.all()),
        "record": shown(scope, row.record_ref) if row.record_ref else None,
        "history": history(scope, row),
    }, status=422 if request.method == "POST" else 200)


def _acts(request: HttpRequest, row: Sample) -> dict[str, django_forms.Form]:
    """What may be done next, each with its form."""
    scope, sent = request.scope, request.POST.get("verb", "") if request.method == "POST" else ""

    def data(verb: str) -> Any:
        return request.POST if sent == verb else None

    found: dict[str, django_forms.Form] = {}
    if row.state in (State.TAKEN, State.IN_TRANSIT):
        found["receive"] = ReceiveForm(
            queries.laboratories_of(scope), data("receive"), prefix="receive",
            initial={"laboratory": row.laboratory_id, "taker": str(request.user)})
        found["hand"] = HandForm(data("hand"), prefix="hand")
    if row.state == State.RECEIVED:
        found["analyse"] = ResultsForm(
            actions.names_of(row.factors), data("analyse"), prefix="analyse")
    if row.state == State.ANALYSED:
        found["report"] = ReportForm(data("report"), request.FILES or None, prefix="report")
    if row.state in queries.OPEN:
        found["drop"] = DropForm(data("drop"), prefix="drop")
    return found


def _hand(request: HttpRequest, row: Sample, form: Any) -> None:
    said = form.cleaned_data
    actions.hand_over(request.scope, row, taker=said["taker"], condition=said["condition"],
                      at=_ms(said["at"]))


def _receive(request: HttpRequest, row: Sample, form: Any) -> None:
    actions.receive(request.scope, row, **{**form.cleaned_data, "at": _ms(form.cleaned_data["at"])})


def _report(request: HttpRequest, row: Sample, form: Any) -> None:
    said = form.cleaned_data
    actions.report(request.scope, row, report_no=said["report_no"],
                   scan=kept(request, said["upload"]))


_ACTS: dict[str, Callable[[HttpRequest, Sample, Any], Any]] = {
    "hand": _hand, "receive": _receive, "report": _report,
    "analyse": lambda request, row, form: actions.analyse(
        request.scope, row, form.results(row), at=_ms(form.cleaned_data["at"])),
    "drop": lambda request, row, form: actions.drop(request.scope, row, **form.cleaned_data),
}


@page("see_samples")
def sample_file(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
    """The scan of a report."""
    row = _sample(request.scope, pk)
    return answered(request, row.organisation_id if row.report == sha256 else None, sha256)


def _sample(scope: Scope, pk: int) -> Sample:
    row = queries.samples_of(scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row
