"""Pages of stores, of counting them, and of machines lent to points."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import may
from qingyuan.areas.supplies import actions, catalogue, lending, queries
from qingyuan.areas.supplies.forms import LendForm, StoreForm
from qingyuan.areas.supplies.models import Balance, Store

PAGE = 50


@page("see_supplies")
def stores(request: HttpRequest) -> HttpResponse:
    """All stores and vans; one is added here."""
    scope = request.scope
    form = StoreForm(scope, request.POST or None, initial={"since": today()})
    if request.method == "POST" and form.is_valid():
        try:
            made = catalogue.add_store(scope, **form.facts())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已添加。"))
            return redirect("supplies:store", pk=made.pk)
    rows = queries.stores_of(scope).annotate(
        kinds=Count("balances__part", distinct=True, filter=Q(balances__quantity__gt=0)),
        pieces=Sum("balances__quantity"))
    return render(request, "supplies/stores.html", {
        "rows": list(rows), "form": form, "today": today(),
        "may_edit": may(scope, "edit_supplies")}, status=422 if form.errors else 200)


@page("see_supplies")
def store_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One store: what lies there; its facts are changed here."""
    scope, row = request.scope, _store(request, pk)
    words = {True: "yes", False: "no", None: ""}
    form = StoreForm(scope, request.POST or None, initial={
        "name": row.name, "kind": row.kind, "office": row.office_id, "keeper": row.keeper_id,
        "own": words[row.own], "shared": words[row.shared], "since": row.since,
        "until": row.until})
    if request.method == "POST" and form.is_valid():
        try:
            catalogue.edit_store(scope, row, **form.facts())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("supplies:store", pk=pk)
    return render(request, "supplies/store.html", {
        "row": row, "form": form, "today": today(), "may_edit": may(scope, "edit_supplies"),
        "lines": row.balances.filter(quantity__gt=0).select_related("part", "batch").order_by(
            "part__kind", "part__code", "batch_id"),
        "history": history(scope, row)}, status=422 if form.errors else 200)


def _store(request: HttpRequest, pk: int) -> Store:
    row = queries.stores_of(request.scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@page("see_supplies")
def count(request: HttpRequest) -> HttpResponse:
    """The count sheet of a store: printed, then what was found is entered; lines that are left
    empty were not counted."""
    scope = request.scope
    kept = list(queries.stores_of(scope).filter(until=None))
    asked = request.POST.get("store") or request.GET.get("store", "")
    row = next((one for one in kept if str(one.pk) == asked), kept[0] if kept else None)
    if asked and (row is None or str(row.pk) != asked):
        raise Http404
    lines = _lines(row) if row else []
    wrong = 0
    if request.method == "POST" and row is not None:
        done, wrong = _counted(request, row, lines)
        if not wrong:
            messages.success(request, _("已盘点 %d 项。") % done)
            return redirect(f"{request.path}?store={row.pk}")
    return render(request, "supplies/count.html", {
        "stores": kept, "row": row, "lines": lines, "wrong": wrong, "today": today(),
        "request_id": request.POST.get("request_id", "")[:32] or uuid4().hex,
        "may_count": may(scope, "move_stock")}, status=422 if wrong else 200)


def _lines(row: Store) -> list[Any]:
    return list(Balance.objects.filter(store=row).filter(
        Q(quantity__gt=0) | Q(part__active=True)).select_related("part", "batch", "store").order_by(
            "part__kind", "part__code", "batch_id"))


def _counted(request: HttpRequest, row: Store, lines: list[Any]) -> tuple[int, int]:
    """(how many were entered, how many are wrong); with one that is wrong none is entered."""
    done = wrong = 0
    with transaction.atomic():
        for line in lines:
            line.typed = request.POST.get(f"n{line.batch_id}", "").strip()[:8]
            line.said = request.POST.get(f"r{line.batch_id}", "").strip()[:200]
            if not line.typed:
                continue
            try:
                found = int(line.typed) if line.typed.isascii() and line.typed.isdecimal() else -1
                actions.count(
                    request.scope, row, line.part, found, batch=line.batch, reason=line.said,
                    client_id=f"{request.POST.get('request_id', '')[:32]}:{line.batch_id}")
                done += 1
            except ValidationError as error:
                line.refused, wrong = "；".join(error.messages), wrong + 1
        if wrong:
            transaction.set_rollback(True)
    return done, wrong


@page("see_supplies")
def loans(request: HttpRequest) -> HttpResponse:
    """Machines at points; lent and brought back here."""
    scope = request.scope
    back = request.POST.get("verb") == "back"
    form = LendForm(scope, None if back else request.POST or None)
    if back:
        return _brought_back(request)
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        machine = facts.pop("machine")
        try:
            lending.lend(scope, machine.store, machine.batch, **facts)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已借出。"))
            return redirect("supplies:loans")
    day = today()
    parts = {"out": Q(returned=None, due__gte=day), "late": Q(returned=None, due__lt=day),
             "back": Q(returned__isnull=False)}
    state = request.GET.get("state", "")
    rows = queries.loans_of(scope)
    tabs = [("", rows.count()), *((code, rows.filter(one).count()) for code, one in parts.items())]
    shown = Paginator(rows.filter(parts.get(state, Q())), PAGE).get_page(request.GET.get("page"))
    for one in shown.object_list:
        one.state = "back" if one.returned else "late" if one.due < day else "out"
    return render(request, "supplies/loans.html", {
        "page": shown, "tabs": tabs, "state": state if state in parts else "", "form": form,
        "stores": queries.stores_of(scope).filter(until=None),
        "may_lend": may(scope, "issue_stock")}, status=422 if form.errors else 200)


def _brought_back(request: HttpRequest) -> HttpResponse:
    loan = queries.loans_of(request.scope).filter(pk=_number(request.POST.get("loan"))).first()
    store = queries.stores_of(request.scope).filter(pk=_number(request.POST.get("store"))).first()
    if loan is None or store is None:
        raise Http404
    try:
        lending.bring_back(request.scope, loan, store)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, _("已登记归还。"))
    return redirect("supplies:loans")


def _number(text: str | None) -> int:
    given = text or ""
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 19 else 0
