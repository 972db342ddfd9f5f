"""Pages of the stock by part, of what expires, and of what to order."""

from datetime import timedelta
from fractions import Fraction
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import may
from qingyuan.areas.supplies import queries, reordering
from qingyuan.areas.supplies.models import PartKind
from qingyuan.areas.supplies.standing import Standing, standings
from qingyuan.ui import sheets

PAGE = 50
SOON = 60  # days
TABS = ("", "short", "expiring", "unknown")


@page("see_supplies")
def stock(request: HttpRequest) -> HttpResponse:
    """Every part with its stock, the limits by both readings and its state."""
    scope, day = request.scope, today()
    by, rows = _filtered(request)
    small = {one.part.pk: one for one in queries.office_short(scope.organisation, day)}
    soon = queries.expiring(scope.organisation, day, SOON)
    chosen = [one for one in rows if _in_tab(one, by["state"], small)]
    tabs = [("", _("全部"), len(rows)),
            ("short", _("不足"), sum(_in_tab(one, "short", small) for one in rows)),
            ("expiring", _("将到期"), len(soon)),
            ("unknown", _("无从评价"), sum(one.state == "unknown" for one in rows))]
    shown = Paginator(soon if by["state"] == "expiring" else chosen, PAGE).get_page(
        request.GET.get("page"))
    return render(request, "supplies/stock.html", {
        "page": shown, "by": by, "tabs": tabs, "kinds": PartKind.choices, "small": small,
        "query": request.GET.urlencode(), "any": bool(by["q"] or by["kind"]), "soon_days": SOON,
        "today": day, "soon_day": day + timedelta(days=SOON),
        "may_edit": may(scope, "edit_supplies")})


def _filtered(request: HttpRequest) -> tuple[dict[str, str], list[Standing]]:
    given = request.GET
    by = {"state": given.get("state", "") if given.get("state", "") in TABS else "",
          "kind": given.get("kind", "") if given.get("kind", "") in PartKind.values else "",
          "q": given.get("q", "").strip()[:64]}
    rows = standings(request.scope.organisation, today())
    if by["kind"]:
        rows = [one for one in rows if one.part.kind == by["kind"]]
    if by["q"]:
        word = by["q"].lower()
        rows = [one for one in rows if word in " ".join(
            (one.part.code, one.part.name, one.part.maker, one.part.model)).lower()]
    return by, rows


def _in_tab(one: Standing, tab: str, small: dict[int, Any]) -> bool:
    if tab == "short":
        return one.low or one.part.pk in small
    return tab != "unknown" or one.state == "unknown"


@page("see_supplies")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The listed stock as a sheet."""
    if form not in sheets.FORMS:
        raise Http404
    by, rows = _filtered(request)
    small = {one.part.pk: one for one in queries.office_short(
        request.scope.organisation, today())}
    heads = [_("编码"), _("名称"), _("类别"), _("厂商"), _("型号"), _("库存"), _("计量单位"),
             _("限值"), _("采用读法"), _("另一读法限值"), _("月使用量"), _("设备保有量"),
             _("套数"), _("故障数"), _("状态")]
    words = {"ok": _("充足"), "low": _("不足"), "unknown": _("无从评价"), "none": _("无限值")}
    lines = ([one.part.code, one.part.name, one.part.get_kind_display(), one.part.maker,
              one.part.model, one.stock, one.part.unit, number(one.limit),
              queries.reading_word(one.reading), number(one.other), number(one.monthly),
              number(one.installed), one.sets, one.failures, words[one.state]]
             for one in rows if _in_tab(one, by["state"], small))
    return sheets.answer(form, _("库存"), heads, lines, file="stock", widths=(14, 24))


@page("see_supplies")
def reorder(request: HttpRequest) -> HttpResponse:
    """What to order so that every stock is above its limit when the delivery comes."""
    lines = reordering.proposals(request.scope.organisation, today())
    return render(request, "supplies/reorder.html", {
        "rows": lines, "today": today(), "total": reordering.total(lines)})


@page("see_supplies")
def reorder_export(request: HttpRequest, form: str) -> HttpResponse:
    """The proposals as a sheet."""
    if form not in sheets.FORMS:
        raise Http404
    heads = [_("编码"), _("名称"), _("厂商"), _("型号"), _("库存"), _("限值"), _("依据"),
             _("建议采购"), _("计量单位"), _("到货期（天）"), _("最迟下单"), _("供应商"),
             _("参考单价（元）"), _("金额（元）")]
    lines = ([one.part.code, one.part.name, one.part.maker, one.part.model, one.stock,
              number(one.limit), queries.reading_word(one.reading), one.quantity, one.part.unit,
              one.part.lead_days, one.by.isoformat() if one.by else "", one.supplier, one.price,
              one.amount]
             for one in reordering.proposals(request.scope.organisation, today()))
    return sheets.answer(form, _("采购建议"), heads, lines, file="reorder", widths=(14, 24))


def number(value: Fraction | None) -> float | int | None:
    """A limit as it may stand in a cell, to two places."""
    if value is None:
        return None
    return int(value) if value.denominator == 1 else round(float(value), 2)
