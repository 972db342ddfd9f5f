"""Answered and handled in time: by kind, person, month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import today
from qingyuan.areas.findings import kinds, listing, queries, rates
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope
from qingyuan.ui import sheets

USUAL, MOST = 3, 12  # months


@dataclass(frozen=True, slots=True)
class Span:
    """Months, both included; the last three where the address says nothing that makes sense."""

    first: date
    last: date
    by: str

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Span":
        last = listing.month(params.get("to", "")) or today().replace(day=1)
        first = listing.month(params.get("from", "")) or _back(last, USUAL - 1)
        if first > last:
            first, last = last, first
        by = params.get("by", "")
        return cls(max(first, _back(last, MOST - 1)), last, by if by in rates.GROUPS else "kind")

    @property
    def query(self) -> dict[str, str]:
        return {"from": f"{self.first:%Y-%m}", "to": f"{self.last:%Y-%m}"}


def _back(month: date, count: int) -> date:
    months = month.year * 12 + month.month - 1 - count
    return date(months // 12, months % 12 + 1, 1)


def _figures(scope: Scope, span: Span) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    rows = queries.findings_of(scope).filter(
        organisation=scope.organisation, raised_at__gte=rates.begins(span.first),
        raised_at__lt=rates.begins(rates.after(span.last)))
    groups, whole = rates.rates(rates.lines(rows), span.by)
    if span.by == "month":
        groups.sort(key=lambda one: one.key)
    names = {one.pk: str(one) for one in User.objects.filter(
        pk__in=[one.key for one in groups if one.key])} if span.by == "person" else {}
    return [_line(one, span, names) for one in groups], _line(whole, span, {}, whole=True)


def _line(
    rate: rates.Rate, span: Span, names: Mapping[int, str], *, whole: bool = False
) -> dict[str, Any]:
    key, narrowed = rate.key, {}
    if whole:
        label = _("合计")
    elif span.by == "kind":
        label, narrowed = kinds.label(key), {"kind": key}
    elif span.by == "month":
        label, narrowed = key, {"from": key, "to": key}
    else:
        label, narrowed = names.get(key, _("未指定处理人")), {"person": str(key or 0)}
    link = urlencode({"state": "all", **span.query, **narrowed})
    return {"label": label, "rate": rate, "link": link, "clocks": [
        {"clock": clock, "name": name}
        for name, clock in (("respond", rate.respond), ("handle", rate.handle))]}


@page("see_findings")
def rate_page(request: HttpRequest) -> HttpResponse:
    """The table, each number a link to the findings it counts."""
    span = Span.of(request.GET)
    lines, whole = _figures(request.scope, span)
    return render(request, "findings/rates.html", {
        "lines": lines, "whole": whole, "span": span,
        "tabs": [("kind", _("按种类")), ("person", _("按处理人")), ("month", _("按月"))],
        "query": request.GET.urlencode(),
    })


@page("see_findings")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The table as a file."""
    if form not in sheets.FORMS:
        raise Http404
    span = Span.of(request.GET)
    lines, whole = _figures(request.scope, span)
    first = {"kind": _("种类"), "person": _("处理人"), "month": _("月份")}[span.by]
    heads = [first, _("发现"), _("应响应"), _("按时响应"), _("响应超时"), _("响应及时率（%）"),
             _("响应中位数（分钟）"), _("应处理"), _("按时处理"), _("处理超时"),
             _("处理及时率（%）"), _("处理中位数（分钟）")]
    return sheets.answer(form, _("响应统计"), heads, (_row(one) for one in [*lines, whole]),
                         file="response", widths=(24,))


def _row(line: dict[str, Any]) -> list[Any]:
    rate, cells = line["rate"], [line["label"], line["rate"].count]
    for clock in (rate.respond, rate.handle):
        cells += [clock.due, clock.met, clock.late,
                  None if clock.share is None else round(clock.share, 1),
                  None if clock.median is None else round(clock.median)]
    return cells
