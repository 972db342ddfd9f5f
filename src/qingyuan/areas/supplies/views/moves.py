"""The ledger: every move, its filters and its sheet; a wrong one is taken back here."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import midnight
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.references import shown_all
from qingyuan.areas.organisations.scope import may
from qingyuan.areas.supplies import actions, queries
from qingyuan.areas.supplies.forms import ReasonForm
from qingyuan.areas.supplies.models import Move, MoveKind
from qingyuan.ui import sheets
from qingyuan.ui.numbers import china_time

PAGE = 50
MOST = 100_000


@page("see_supplies")
def moves(request: HttpRequest) -> HttpResponse:
    """The ledger, newest first."""
    by, rows = _filtered(request)
    counts = dict(rows.order_by().values_list("kind").annotate(n=Count("pk")))
    tabs = [("", sum(counts.values())), *((code, counts.get(code, 0)) for code in MoveKind.values)]
    shown = Paginator(_of_kind(rows, by["kind"]), PAGE).get_page(request.GET.get("page"))
    known = shown_all(request.scope, {one.ref for one in shown.object_list if one.ref})
    for one in shown.object_list:
        one.about = known.get(one.ref)
    return render(request, "supplies/moves.html", {
        "page": shown, "by": by, "tabs": tabs, "stores": queries.stores_of(request.scope),
        "query": request.GET.urlencode(),
        "any": any(value for name, value in by.items() if name != "kind")})


def _filtered(request: HttpRequest) -> tuple[dict[str, str], QuerySet[Move]]:
    given = request.GET
    by = {"kind": given.get("kind", "") if given.get("kind", "") in MoveKind.values else "",
          "q": given.get("q", "").strip()[:64], "store": given.get("store", "")[:18],
          "since": _day(given.get("since", "")), "until": _day(given.get("until", "")),
          "part": given.get("part", "")[:18], "ref": given.get("ref", "").strip()[:64]}
    rows = queries.moves_of(request.scope).select_related("reversed_by")
    if by["q"]:
        rows = rows.filter(Q(part__name__icontains=by["q"]) | Q(part__code__icontains=by["q"])
                           | Q(batch__lot__icontains=by["q"]) | Q(batch__serial__icontains=by["q"])
                           | Q(who__icontains=by["q"]))
    for name in ("store", "part"):
        if by[name].isascii() and by[name].isdecimal():
            rows = rows.filter(**{f"{name}_id": int(by[name])})
    if by["ref"]:
        rows = rows.filter(ref=by["ref"])
    if by["since"]:
        rows = rows.filter(at__gte=_ms(date.fromisoformat(by["since"])))
    if by["until"]:
        rows = rows.filter(at__lt=_ms(date.fromisoformat(by["until"]) + timedelta(days=1)))
    return by, rows


def _of_kind(rows: QuerySet[Move], kind: str) -> QuerySet[Move]:
    return rows.filter(kind=kind) if kind else rows


def _day(text: str) -> str:
    """A day as it was asked for; "" for anything else, and for years that no clock can hold."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return ""
    return day.isoformat() if 2000 <= day.year <= 2100 else ""


def _ms(day: date) -> int:
    return round(midnight(day).timestamp() * 1000)


@page("see_supplies")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The listed moves as a sheet, the oldest first."""
    if form not in sheets.FORMS:
        raise Http404
    by, rows = _filtered(request)
    heads = [_("编号"), _("时间"), _("类型"), _("编码"), _("名称"), _("库房"), _("批号"),
             _("出厂编号"), _("有效期至"), _("数量"), _("计量单位"), _("用途"), _("原因"),
             _("经办人"), _("冲正编号")]
    found = list(_of_kind(rows, by["kind"]).order_by("at", "id")[:MOST])
    known = shown_all(request.scope, {one.ref for one in found if one.ref})
    lines = ([one.pk, china_time(one.at), one.get_kind_display(), one.part.code, one.part.name,
              one.store.name, one.batch.lot, one.batch.serial,
              one.batch.expires.isoformat() if one.batch.expires else "", one.quantity,
              one.part.unit, known[one.ref].label if one.ref in known else one.ref, one.reason,
              one.who, one.reverses_id] for one in found)
    return sheets.answer(form, _("出入库台账"), heads, lines, file="moves", widths=(8, 18))


@page("see_supplies")
def move_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One move; taken back here, with the reason."""
    row = queries.moves_of(request.scope).select_related(
        "reverses", "reversed_by", "pair__store", "pair_of__store").filter(pk=pk).first()
    if row is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.reverse(request.scope, row, form.cleaned_data["reason"])
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已冲正，原记录保留。"))
            return redirect("supplies:move", pk=pk)
    about: Any = shown_all(request.scope, [row.ref]).get(row.ref)
    taken = getattr(row, "reversed_by", None)
    pair = row.pair or getattr(row, "pair_of", None)
    return render(request, "supplies/move.html", {
        "row": row, "form": form, "about": about, "taken": taken, "pair": pair,
        "may_reverse": may(request.scope, "move_stock") and taken is None and bool(row.quantity)
        and row.reverses_id is None and not row.ref.startswith("loan:"),
    }, status=422 if form.errors else 200)
