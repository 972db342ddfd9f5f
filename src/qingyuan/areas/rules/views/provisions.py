"""The book as a list: filters in the address, counts by status, the same rows as XLSX and CSV."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import may
from qingyuan.areas.rules import listing, queries, values
from qingyuan.areas.rules.links import link_word
from qingyuan.ui import sheets
from qingyuan.ui.states import state

PAGE = 50
WHEN = {"past": "已废止", "future": "尚未生效", "elsewhere": "不适用于本地区"}


@page("see_rules")
def provision_list(request: HttpRequest) -> HttpResponse:
    """Every provision on a day, as the organisation has it."""
    scope, params = request.scope, request.GET
    day, by = day_of(params), listing.Filters.of(params)
    book = queries.book_of(scope)
    entries = list(queries.overrides_of(scope))
    lines = listing.lines_of(book, day, entries)
    found = listing.select(lines, by)
    shown = Paginator(found.lines, PAGE).get_page(params.get("page"))
    return render(request, "rules/provisions.html", {
        "page": shown, "groups": grouped(shown.object_list, book.book.standards),
        "tabs": tabs(found), "by": by, "day": day, "dated": day != today(),
        "standards": _standards(found, book.book.standards, by.standard),
        "recalled": sum(line.shown.status == "recalled" for line in lines),
        "points": queries.names_of(entries), "misfits": queries.misfits(entries),
        "may_override": may(scope, "override_rule"), "query": params.urlencode(),
    })


@page("see_rules")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The rows that the list's address shows, all of them, with its columns."""
    scope, params = request.scope, request.GET
    if form not in sheets.FORMS:
        raise Http404
    day = day_of(params)
    entries = list(queries.overrides_of(scope))
    lines = listing.lines_of(queries.book_of(scope), day, entries)
    found = listing.select(lines, listing.Filters.of(params))
    rows = _cells(found.lines, queries.names_of(entries))
    return sheets.answer(form, _("规则库 %s") % day, HEADINGS, rows, file="rules", widths=WIDTHS)


HEADINGS = ("条目", "名称", "数值", "单位", "条款", "状态", "起", "止", "层级")
WIDTHS = (42, 34, 16, 8, 28, 10, 12, 12, 22)


def _cells(lines: list[listing.Line], points: dict[str, str]) -> Iterator[list[Any]]:
    for line in lines:
        p = line.shown
        number = isinstance(p.value, int | float) and not isinstance(p.value, bool)
        yield [p.title, p.name, p.value if number else values.word(p.value), values.unit(p.unit),
               p.cite(), str(state("status", p.status).label), p.since.isoformat(),
               p.until.isoformat() if p.until else "", link_word(p.link, points)]


def day_of(params: Any) -> date:
    """The China day that ``at`` names; today for none or for what is no date."""
    try:
        return date.fromisoformat(params.get("at", ""))
    except ValueError:
        return today()


def tabs(found: listing.Listing) -> list[dict[str, Any]]:
    """All, then each status with icon and count."""
    every = [{"code": "", "label": _("全部"), "count": sum(found.by_status.values())}]
    return every + [
        {"code": code, "label": state("status", code).label, "count": count}
        for code, count in found.by_status.items()
    ]


def grouped(lines: Any, titles: Any) -> list[dict[str, Any]]:
    """The lines of a page under the headings of their standards."""
    groups: list[dict[str, Any]] = []
    for line in lines:
        if not groups or groups[-1]["standard"] != line.standard:
            title = titles.get(line.standard, "")
            groups.append({"standard": line.standard, "lines": [],
                           "title": "" if title == line.standard else title})
        line_word = _(WHEN[line.when]) if line.when else ""
        groups[-1]["lines"].append({"line": line, "p": line.shown, "when": line_word})
    return groups


def _standards(
    found: listing.Listing, titles: Any, chosen: str
) -> list[tuple[str, str]]:
    """(number, label with count) of the standards that have lines."""
    listed = [s for s in sorted(titles, key=listing.standard_order)
              if found.by_standard.get(s) or s == chosen]
    return [(s, f"{s}（{found.by_standard.get(s, 0)}）") for s in listed]

