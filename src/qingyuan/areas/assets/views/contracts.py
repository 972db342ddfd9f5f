"""Contracts: list, page, entry, end."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Max, Min, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets import contracts, queries
from qingyuan.areas.assets.facility_forms import ContractForm, EndContractForm, NumberForm
from qingyuan.areas.assets.forms import days_left, refuse
from qingyuan.areas.assets.models import ServiceContract
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import histories
from qingyuan.areas.organisations.models import Organisation, OrganisationKind
from qingyuan.areas.organisations.scope import Scope, may

from .stations import due

PAGE = 50
# What makes rows one contract to people.
SAME = ("om_unit_id", "point__organisation_id", "number")


@page("see_contracts")
def contract_list(request: HttpRequest) -> HttpResponse:
    """Contracts, filtered by what stands in the address."""
    scope = request.scope
    found = _search(queries.contracts_of(scope), request.GET.get("q", "").strip()[:64])
    chosen = request.GET.get("state", "")
    listed = _grouped(_by_state(found, chosen))
    shown = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    for line in shown.object_list:
        line["pk"] = line["newest"]
        line["end"] = line["last"] if not line["open"] else None
        line["due"] = due(days_left(line["end"], queries.today()))
    return render(request, "assets/contracts.html", {
        "page": shown, "chosen": chosen, "can_edit": may(scope, "edit_contracts"),
        "tabs": [{"code": code, "label": label, "count": _grouped(_by_state(found, code)).count()}
                 for code, label in (("", _("全部")), ("now", _("履行中")), ("over", _("已结束")))],
        "filtered": any(request.GET.get(name) for name in ("q", "state")),
    })


def _search(rows: QuerySet[ServiceContract], text: str) -> QuerySet[ServiceContract]:
    if not text:
        return rows
    return rows.filter(
        Q(number__icontains=text) | Q(om_unit__name__icontains=text)
        | Q(point__organisation__name__icontains=text) | Q(point__name__icontains=text))


def _by_state(rows: QuerySet[ServiceContract], state: str) -> QuerySet[ServiceContract]:
    today = queries.today()
    if state == "now":
        return rows.filter(Q(until=None) | Q(until__gte=today))
    return rows.filter(until__lt=today) if state == "over" else rows


def _grouped(rows: QuerySet[ServiceContract]) -> QuerySet[Any]:
    """One dict a contract: number, names, points, first and last day, a row's pk."""
    return rows.order_by().values(
        *SAME, "om_unit__name", "point__organisation__name").annotate(
        newest=Max("id"), points=Count("point", distinct=True), first=Min("since"),
        last=Max("until"), open=Count("id", filter=Q(until=None))).order_by("-first", "-newest")


def _rows(scope: Scope, pk: int) -> list[ServiceContract]:
    """All rows of the contract that one visible row belongs to; 404 for any other."""
    visible = queries.contracts_of(scope)
    one = visible.filter(pk=pk).values(*SAME).first()
    if one is None:
        raise Http404
    return list(visible.filter(**one).order_by("point__name", "point_id", "-since"))


@page("see_contracts")
def contract(request: HttpRequest, pk: int) -> HttpResponse:
    """One contract: who, for whom, which points from when to when, what happened to it."""
    scope = request.scope
    rows = _rows(scope, pk)
    today = queries.today()
    seen = set(queries.points_of(scope).filter(
        pk__in=[row.point_id for row in rows]).values_list("pk", flat=True))
    for row in rows:
        row.state = "over" if row.until is not None and row.until < today else "ok"
        row.open_page = row.point_id in seen
    points = [list(group) for _key, group in groupby(rows, key=lambda row: row.point_id)]
    return render(request, "assets/contract.html", {
        "first": rows[0], "rows": rows, "pk": pk, "points": len(points),
        "can_edit": _writes(scope, rows),
        "self_run": rows[0].om_unit_id == rows[0].point.organisation_id,
        "history": histories(scope, rows, 30),
    })


def _writes(scope: Scope, rows: list[ServiceContract]) -> bool:
    own = scope.organisation.pk
    return may(scope, "edit_contracts") and own in (
        rows[0].om_unit_id, rows[0].point.organisation_id)


@page("edit_contracts")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a contract over one or several points."""
    scope = request.scope
    units = None
    if scope.organisation.kind == OrganisationKind.DISCHARGER:
        units = Organisation.objects.filter(kind=OrganisationKind.OM_UNIT, active=True)
    points = queries.contractable(scope).order_by("organisation__name", "name")
    form = ContractForm(points, units, request.POST or None, initial={"since": queries.today()})
    if request.method == "POST" and form.is_valid():
        try:
            rows = contracts.add_contract(scope, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("合同已登记，共 %d 个点位。") % len(rows))
            return redirect("assets:contract", pk=rows[0].pk)
    return render(request, "assets/contract_form.html", {
        "form": form, "heading": _("登记合同")}, status=422 if form.errors else 200)


@page("edit_contracts")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """The last day of a contract, for all its running points or some."""
    scope = request.scope
    rows = _rows(scope, pk)
    if not _writes(scope, rows):
        raise Http404
    today = queries.today()
    running = [row.pk for row in rows if row.until is None or row.until >= today]
    choice = queries.contracts_of(scope).filter(pk__in=running)
    form = EndContractForm(choice, request.POST or None,
                           initial={"until": today, "rows": running})
    if request.method == "POST" and form.is_valid():
        try:
            done = contracts.end_contract(
                scope, form.cleaned_data["rows"], form.cleaned_data["until"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已设定 %d 个点位的最后一日。") % len(done))
            return redirect("assets:contract", pk=pk)
    return render(request, "assets/contract_form.html", {
        "form": form, "heading": _("结束合同"), "first": rows[0], "pk": pk},
        status=422 if form.errors else 200)


@page("edit_contracts")
def number(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a contract the number of its paper."""
    scope = request.scope
    rows = _rows(scope, pk)
    if not _writes(scope, rows):
        raise Http404
    form = NumberForm(request.POST or None, initial={"number": rows[0].number})
    if request.method == "POST" and form.is_valid():
        contracts.number_contract(scope, rows, form.cleaned_data["number"])
        messages.success(request, _("合同编号已保存。"))
        return redirect("assets:contract", pk=pk)
    return render(request, "assets/contract_form.html", {
        "form": form, "heading": _("填写合同编号"), "first": rows[0], "pk": pk},
        status=422 if form.errors else 200)
