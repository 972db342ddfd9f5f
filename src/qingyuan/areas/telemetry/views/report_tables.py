"""Day, month, quarter and year report of a point: page, print, XLSX in the same layout, CSV."""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.models import Medium, MonitoringPoint, ServiceContract
from qingyuan.areas.assets.queries import in_force as contracts_on
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.rules.queries import BookFor, book_for
from qingyuan.areas.telemetry import tables_xlsx
from qingyuan.areas.telemetry.models import JudgedPoint
from qingyuan.areas.telemetry.queries.judged import parameters_of
from qingyuan.areas.telemetry.queries.report_tables import Cell, Figure, Report, report
from qingyuan.areas.telemetry.queries.states import point_states, search_points
from qingyuan.areas.telemetry.queries.verdicts import empty_reason, in_force, sentences
from qingyuan.areas.telemetry.tables_xlsx import Document, workbook
from qingyuan.kernel import windows
from qingyuan.kernel.clock import day_of
from qingyuan.ui import sheets
from qingyuan.ui.numbers import china_time, figure

from .cells import icon_of, query, said_of, tone_of
from .periods import Period, around, period
from .point import point_or_404

PAGE = 50
LEVELS = {"day": gettext_lazy("日报"), "month": gettext_lazy("月报"),
          "quarter": gettext_lazy("季报"), "year": gettext_lazy("年报")}
TITLES = {
    "gas": {"day": gettext_lazy("烟气排放连续监测小时平均值日报表"),
            "month": gettext_lazy("烟气排放连续监测日平均值月报表"),
            "quarter": gettext_lazy("烟气排放连续监测月平均值季报表"),
            "year": gettext_lazy("烟气排放连续监测月平均值年报表")},
    "water": {"day": gettext_lazy("水污染源在线监测小时值日报表"),
              "month": gettext_lazy("水污染源在线监测日均值月报表"),
              "quarter": gettext_lazy("水污染源在线监测月均值季报表"),
              "year": gettext_lazy("水污染源在线监测月均值年报表")},
}
RULES = {
    "gas": {"day": ("gas.hour.min_valid_minutes", "gas.day.min_valid_hours"),
            "month": ("gas.day.min_valid_hours", "gas.month.min_valid_days"),
            "quarter": ("gas.month.min_valid_days", "gas.capture.min_rate"),
            "year": ("gas.month.min_valid_days",)},
    "water": {"day": ("water.hour.min_values", "water.day.min_share", "water.day.mean"),
              "month": ("water.day.min_share", "water.month.min_share", "water.month.mean"),
              "quarter": ("water.month.min_share",), "year": ("water.month.min_share",)},
}
SHORT = {
    "gas.hour.min_valid_minutes": gettext_lazy("有效小时 ≥ %s min"),
    "gas.day.min_valid_hours": gettext_lazy("有效日 ≥ %s h"),
    "gas.month.min_valid_days": gettext_lazy("有效月 ≥ %s d"),
    "gas.capture.min_rate": gettext_lazy("季度捕集率 ≥ %s"),
    "water.hour.min_values": gettext_lazy("有效小时 ≥ %s 个 10 min 值（流量、pH、水温）"),
    "water.day.min_share": gettext_lazy("有效日 ≥ %s 的应有小时"),
    "water.month.min_share": gettext_lazy("有效月 ≥ %s 的应有日"),
    "water.day.mean": gettext_lazy("日均值：%s"), "water.month.mean": gettext_lazy("月均值：%s"),
}
WORDS = {"flow_weighted": gettext_lazy("流量加权"), "arithmetic": gettext_lazy("算术平均"),
         "mean_of_days": gettext_lazy("日均值的算术平均")}
SIGNATURES = (gettext_lazy("运维单位"), gettext_lazy("运维负责人"), gettext_lazy("审核"),
              gettext_lazy("填报日期"))


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
    about = _document(scope, point, shown, found, judging)
    return render(request, "telemetry/report.html", {
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
    about = _document(scope, point, shown, found, judging)
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
    return render(request, "telemetry/reports.html", {
        "page": shown, "levels": LEVELS, "kinds": Medium.choices,
        "rows": [{"point": p, "last": reach.get(p.pk)} for p in rows],
        "filtered": bool(request.GET.get("q") or request.GET.get("kind")),
    })


def _asked(
    request: HttpRequest, pk: int, level: str
) -> tuple[Scope, MonitoringPoint, Period, JudgedPoint]:
    if level not in LEVELS:
        raise Http404
    point = point_or_404(request.scope, pk)
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


def _document(
    scope: Scope, point: MonitoringPoint, shown: Period, found: Report, judging: JudgedPoint
) -> Document:
    book, day = book_for(point), date.fromisoformat(day_of(shown.start))
    facts = [
        (_("排污单位"), point.organisation.name), (_("排放口"), _named(point.outlet)),
        (_("监测点位"), _named(point)), (_("报告期"), shown.key),
        (_("运维单位"), operator(point, shown)), *parameters(scope, point, shown),
        (_("有效性规则"), rules(book, point.kind, found.level, day)),
    ]
    return Document(
        title=f"{TITLES[point.kind][found.level]}", facts=facts,
        notes=_notes(point, found, judging, book), signatures=[str(s) for s in SIGNATURES],
        time_label={"hour": _("时间"), "day": _("日期"), "month": _("月份")}[found.rows_level],
        times=[time_word(found.rows_level, line.time) for line in found.lines], report=found)


def _named(thing: Any) -> str:
    return f"{thing.name}（{thing.code}）" if thing.code else str(thing.name)


def time_word(level: str, time: int) -> str:
    """A row's period: hours by their start and end, days and months by their date."""
    key = windows.key(_level(level), time)
    if level != "hour":
        return key
    hour = int(key[11:13])
    return f"{hour:02d}~{hour + 1:02d}"


def operator(point: MonitoringPoint, shown: Period) -> str:
    """The unit that operated the point when the period ended; for a time before the first contract
    (history that came with the point) the present one; without any the discharger itself."""
    then, now = date.fromisoformat(day_of(shown.end - 1)), today()
    rows = list(ServiceContract.objects.filter(contracts_on(then) | contracts_on(now), point=point)
                .select_related("om_unit").order_by("-since"))
    held = [row for row in rows if row.since <= then and (row.until is None or then <= row.until)]
    return str((held or rows)[0].om_unit.name if rows else point.organisation.name)


def parameters(
    scope: Scope, point: MonitoringPoint, shown: Period
) -> Iterator[tuple[str, str]]:
    """What conversion rests on, as it held when the period ended."""
    held = {row.name: row.value for row in
            in_force(list(parameters_of(scope, point)), shown.end - 1)}
    for name, label, unit in (("o2_reference", _("基准氧含量"), " %"),
                              ("excess_air_reference", _("基准过量空气系数"), "")):
        if name in held:
            yield label, f"{figure(held[name])}{unit}"


def rules(book: BookFor, kind: str, level: str, day: date) -> str:
    """The rules of validity that hold on a day, each with its clause."""
    words = []
    for name in RULES[kind][level]:
        one = book.find(name, day)
        if one is not None:
            value = str(WORDS.get(str(one.value), "")) or (
                f"{100 * one.value:g} %" if isinstance(one.value, float) and one.value <= 1
                else figure(one.value))
            words.append(f"{SHORT[name] % value}（{one.cite()}）")
    return "，".join(words)


def _notes(
    point: MonitoringPoint, found: Report, judging: JudgedPoint, book: BookFor
) -> list[str]:
    under = _("HJ 75-2017") if point.kind == "gas" else _("HJ 356-2019")
    basis = _("浓度与流量为标准状态干基，氮氧化物以二氧化氮计。") if point.kind == "gas" else _(
        "浓度均值按流量加权；水量由流量累计。")
    notes = [
        basis + _("无效、失控、缺失和停运时段的浓度与参数不计入统计；带 %s 的排放量为修约值。")
        % tables_xlsx.MARK,
    ]
    if found.made:
        notes.append(_("按 %(under)s 判定，规则指纹 %(print)s，判定于 %(at)s（北京时间）。") % {
            "under": under, "print": judging.rules or book.book.fingerprint,
            "at": china_time(found.made)})
    return notes


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
        query(level, row), bool(text) and not cell.counts,
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
                 icon_of(row.verdict) if mean else "", said, query(level, row), False, "")


def _captures(found: Report) -> list[dict[str, Any]]:
    """Capture rates of a quarter by pollutant, in percent."""
    named = {group.columns[0].code: group.title for group in found.groups
             if group.columns[-1].kind == "mass"}
    return [{"name": name, "one": one, "rate": None if one.capture is None else 100 * one.capture,
             "query": query("quarter", one.row)}
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
