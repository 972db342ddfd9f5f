"""Day, month, quarter and year report of a point: page, print, XLSX in the same layout, CSV."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.models import Medium, MonitoringPoint
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.reports import tables_xlsx
from qingyuan.areas.reports.queries.tables import Cell, Figure, Report, report
from qingyuan.areas.reports.tables_xlsx import Document, workbook
from qingyuan.areas.rules.queries import book_for
from qingyuan.areas.telemetry.models import JudgedPoint
from qingyuan.areas.telemetry.queries.states import point_states, search_points
from qingyuan.areas.telemetry.queries.verdicts import (
    empty_reason,
    said_of,
    sentences,
    why_query,
)
from qingyuan.kernel import windows
from qingyuan.ui import sheets
from qingyuan.ui.numbers import figure
from qingyuan.ui.periods import Period, around, period
from qingyuan.ui.verdicts import icon_of, tone_of

from .report_words import document

PAGE = 50
LEVELS = {"day": gettext_lazy("日报"), "month": gettext_lazy("月报"),
          "quarter": gettext_lazy("季报"), "year": gettext_lazy("年报")}


class Shown(NamedTuple):
    """A cell for the page: text with its colour and signs, words on hover, way to its reasons."""

    text: str
    tone: str
    icon: str
    title: str
    query: str
    struck: bool
    mark: str


@page("see_points")
def report_page(request: HttpRequest, pk: int, level: str) -> HttpResponse:
    """``day``, ``month``, ``quarter`` or ``year`` in the address names the period; without one the
    period of the newest judged hour."""
    scope, point, shown, judging = _asked(request, pk, level)
    found = report(scope, point, level, shown.start)
    about = document(scope, point, shown, found, judging)
    return render(request, "reports/report.html", {
        "point": point, "level": level, "levels": LEVELS, "shown": shown, "report": found,
        "other": {one: windows.key(_level(one), _inside(shown, judging)) for one in LEVELS},
        "document": about, "groups": found.groups, "span": len(found.columns) + 2,
        "lines": _lines(found, about), "feet": _feet(found), "mark": tables_xlsx.MARK,
        "stale": bool(judging.rules) and judging.rules != book_for(point).book.fingerprint,
        "captures": _captures(found), "query": f"{level}={shown.key}",
    })


@page("see_points")
def report_file(request: HttpRequest, pk: int, level: str, form: str) -> HttpResponse:
    """The report as XLSX in the printed layout, or its figures as CSV."""
    if form not in sheets.FORMS:
        raise Http404
    scope, point, shown, judging = _asked(request, pk, level)
    found = report(scope, point, level, shown.start)
    about = document(scope, point, shown, found, judging)
    name = f"{point.name}-{LEVELS[level]}-{shown.key}"
    if form == "csv":
        return sheets.answer(form, name, _headings(found, about), _csv(found, about),
                             file=f"report-{shown.key}")
    return HttpResponse(workbook(about), content_type=sheets.FORMS[form], headers={
        "Content-Disposition": sheets.disposition(f"report-{shown.key}", name, form)})


@page("see_points")
def report_list(request: HttpRequest) -> HttpResponse:
    """All visible points, each with a way to its four reports."""
    points = search_points(point_states(request.scope), request.GET)
    ordered = points.order_by("organisation__name", "outlet__name", "name", "pk")
    shown = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    rows = list(shown.object_list)
    reach = dict(JudgedPoint.objects.filter(pk__in=[p.pk for p in rows])
                 .values_list("pk", "last"))
    return render(request, "reports/reports.html", {
        "page": shown, "levels": LEVELS, "kinds": Medium.choices,
        "rows": [{"point": p, "last": reach.get(p.pk)} for p in rows],
        "filtered": bool(request.GET.get("q") or request.GET.get("kind")),
    })


def _asked(
    request: HttpRequest, pk: int, level: str
) -> tuple[Scope, MonitoringPoint, Period, JudgedPoint]:
    if level not in LEVELS:
        raise Http404
    point = get_object_or_404(points_of(request.scope), pk=pk)
    judging = JudgedPoint.objects.filter(pk=point.pk).first() or JudgedPoint(point_id=point.pk)
    text = request.GET.get(level, "")
    found = period(level, text)
    if text and found is None:
        raise Http404
    if found is None:
        found = around(level, judging.last or windows.start(today().isoformat()))
    return request.scope, point, found, judging


def _level(level: str) -> Any:
    return level


def _inside(shown: Period, judging: JudgedPoint) -> int:
    """The instant at which another level is entered: the last judged hour of the period."""
    last = judging.last if judging.last is not None else shown.start
    return min(max(last, shown.start), shown.end - 1)


def _lines(found: Report, about: Document) -> list[dict[str, Any]]:
    level = found.rows_level
    made = []
    for word, line in zip(about.times, found.lines, strict=True):
        seen: set[str] = set()
        cells = []
        for cell in line.cells:
            first = cell.column.code not in seen
            seen.add(cell.column.code)
            cells.append(_shown(level, cell, first))
        made.append({"word": word, "cells": cells, "remark": line.remark, "time": line.time})
    return made


def _shown(level: str, cell: Cell, first: bool) -> Shown:
    """A figure as people see it. Loads come from the logger and lead nowhere."""
    text = figure(cell.value, cell.column.digits)
    row = cell.row
    if row is None:
        return Shown(text, "", "", "" if text else _("尚未判定"), "", False, "")
    said = said_of(row)
    title = (_("修约值：%s") % "".join(sentences(row.reason)) if cell.substituted and text else said
             ) if text else empty_reason(row, cell.column.field)
    return Shown(
        text or "—", tone_of(row.verdict), icon_of(row.verdict) if first else "", title,
        why_query(level, row), bool(text) and cell.struck,
        tables_xlsx.MARK if cell.substituted and text else "")


def _feet(found: Report) -> list[dict[str, Any]]:
    """Statistics lines; a verdict of the whole period is shown at its means only."""
    return [{"label": foot.label, "unit": foot.unit,
             "cells": [_footed(found.level, one) for one in foot.figures]} for foot in found.feet]


def _footed(level: str, one: Figure | None) -> Shown:
    if one is None:
        return Shown("", "", "", "", "", False, "")
    text, row = figure(one.value, one.digits), one.row
    if row is None:
        return Shown(text or "—", "", "", "" if text else _("没有计入统计的值"), "", False, "")
    said = said_of(row) if text else empty_reason(row, one.field)
    mean = one.field == "value"
    return Shown(text or "—", tone_of(row.verdict) if mean else "",
                 icon_of(row.verdict) if mean else "", said, why_query(level, row), False, "")


def _captures(found: Report) -> list[dict[str, Any]]:
    """Capture rates of a quarter by pollutant, in percent."""
    named = {group.columns[0].code: group.title for group in found.groups
             if group.columns[-1].kind == "mass"}
    return [{"name": name, "one": one, "rate": None if one.capture is None else 100 * one.capture,
             "query": why_query("quarter", one.row)}
            for code, name in named.items() if (one := found.captures.get(code)) is not None]


def _headings(found: Report, about: Document) -> list[str]:
    cells = [about.time_label]
    for group in found.groups:
        for column in group.columns:
            unit = f"（{column.unit}）" if column.unit else ""
            cells.append(f"{group.title} {column.label}{unit}".replace(" （", "（"))
    return [*cells, _("备注")]


def _csv(found: Report, about: Document) -> Iterator[list[Any]]:
    for word, line in zip(about.times, found.lines, strict=True):
        yield [word, *(figure(cell.value, cell.column.digits) for cell in line.cells),
               _verdicts(line.cells, line.remark)]
    for foot in found.feet:
        label = f"{foot.label}（{foot.unit}）" if foot.unit else foot.label
        yield [label, *(figure(one.value, one.digits) if one else "" for one in foot.figures), ""]


def _verdicts(cells: tuple[Cell, ...], remark: str) -> str:
    """The remark, with what is substituted: a CSV file strikes nothing and has no marks."""
    names = [cell.column.code for cell in cells if cell.substituted and cell.value is not None]
    word = _("修约排放量：%s") % "、".join(names) if names else ""
    return "；".join(part for part in (remark, word) if part)
