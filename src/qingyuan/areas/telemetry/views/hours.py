"""Hours of a point as judged: a day as a table of factors, a month as a matrix of one factor."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.telemetry.queries import judged
from qingyuan.areas.telemetry.queries.judged import Judged, JudgedQuarter
from qingyuan.areas.telemetry.queries.judged_charts import JudgedChart, judged_charts
from qingyuan.areas.telemetry.queries.verdicts import MASS_DIGITS, Quantity, quantities
from qingyuan.calc.types import VERDICTS
from qingyuan.kernel import windows
from qingyuan.kernel.windows import DAY, HOUR, Level
from qingyuan.ui.address import small_int
from qingyuan.ui.periods import Period, asked

from .cells import Cell, Head, cells, heads, line_of, second_label, tallies
from .judging import frame, point_or_404
from .window import LATEST

SHOWS = (("values", _("浓度")), ("mass", _("排放量")), ("all", _("全部")))
SPANS = {
    "day": (("", _("7 天")), ("own", _("当日")), ("month", _("当月")), ("quarter", _("当季")),
            ("year", _("全年"))),
    "month": (("", _("当月")), ("quarter", _("当季")), ("year", _("全年"))),
}
LONGEST = 400 * DAY  # of a chart
WIDEST = 1000  # pixels of a chart that are worth a dot each


@page("see_points")
def hours_page(request: HttpRequest, pk: int) -> HttpResponse:
    """``?day=YYYY-MM-DD`` or ``?month=YYYY-MM``, else the day of the newest judged hour."""
    scope, params = request.scope, request.GET
    point = point_or_404(scope, pk)
    context = frame(scope, point)
    shown = asked(params, context["progress"].last)
    known = quantities(judged.judged_factors(scope, point))
    factor = _chosen(known, params.get("factor", ""))
    last = context["progress"].last or shown.start
    span = params.get("chart", "") if params.get("chart") in dict(SPANS[shown.level]) else ""
    verdict = params.get("verdict", "") if params.get("verdict") in VERDICTS else ""
    context |= {
        "shown": shown, "known": known, "factor": factor, "verdict": verdict,
        "verdicts": VERDICTS, "spans": SPANS[shown.level], "span": span,
        "running": shown.start <= last < shown.end - HOUR,
        "chart": chart_window(shown, span), "month": windows.key("month", shown.start),
        # From a month on to its last judged day.
        "day": windows.key("day", min(max(last, shown.start), shown.end - 1)),
    }
    if not known:
        return render(request, "telemetry/hours_empty.html", context)
    if shown.level == "month":
        one = factor or known[0]
        context |= {"factor": one} | _month(scope, point, shown, one, verdict)
        return render(request, "telemetry/hours_month.html", context)
    show = params.get("show", "") if params.get("show") in dict(SHOWS) else "values"
    context |= {"show": show, "shows": SHOWS}
    context |= _day(scope, point, shown, [factor] if factor else known, show, verdict)
    return render(request, "telemetry/hours_day.html", context)


def _chosen(known: list[Quantity], code: str) -> Quantity | None:
    return next((one for one in known if one.code == code), None)


def _day(
    scope: Scope, point: MonitoringPoint, shown: Period, known: list[Quantity], show: str,
    verdict: str,
) -> dict[str, Any]:
    """24 rows of all factors with the day's own row below."""
    codes = [one.code for one in known]
    rows = judged.hours_of(scope, point, shown.start, shown.end, codes)
    days = {row.factor: row for row in judged.days_of(scope, point, shown.start, shown.end, codes)}
    columns = [(one, found) for one in known if (found := heads(one, show))]
    held = {(row.time, row.factor): row for row in rows}
    table = [
        {"time": time, "cells": _line("hour", {c: held.get((time, c)) for c in codes}, columns)}
        for time in range(shown.start, shown.end, HOUR)
    ]
    if verdict:
        table = [line for line in table if any(c.verdict == verdict for c in line["cells"])]
    why = reverse("telemetry:why", args=[point.pk])
    for line in table:
        line["html"] = line_of(line["cells"], why)
    foot = _line("day", {code: days.get(code) for code in codes}, columns)
    return {
        "columns": [{"of": one, "heads": found} for one, found in columns],
        "rows": table, "tabs": tallies(rows, verdict), "total": len(rows),
        "foot": foot, "foot_html": line_of(foot, why),
        "tiles": [{"of": one, "row": days[one.code]} for one in known
                  if one.pollutant and one.code in days],
        "mass_digits": MASS_DIGITS,
    }


def _line(
    level: Level, held: dict[str, Judged | None], columns: list[tuple[Quantity, list[Head]]]
) -> list[Cell]:
    return [cell for one, wanted in columns for cell in cells(level, held[one.code], one, wanted)]


def _month(
    scope: Scope, point: MonitoringPoint, shown: Period, one: Quantity, verdict: str
) -> dict[str, Any]:
    """A row a day with its 24 hours; the month's and the quarter's figures above."""
    codes = [one.code]
    rows = judged.hours_of(scope, point, shown.start, shown.end, codes)
    days = {row.time: row for row in judged.days_of(scope, point, shown.start, shown.end, codes)}
    quarter = windows.start_of("quarter", shown.start)
    quarters = judged.quarters_of(scope, point, quarter, quarter + 1, codes)
    months = judged.months_of(scope, point, shown.start, shown.start + 1, codes)
    held, why = {row.time: row for row in rows}, reverse("telemetry:why", args=[point.pk])
    value, lines = heads(one, "values")[:1], []
    for start in range(shown.start, shown.end, DAY):
        hours = [cells("hour", held.get(start + HOUR * n), one, value)[0] for n in range(24)]
        if not verdict or any(cell.verdict == verdict for cell in hours):
            lines.append({
                "key": windows.key("day", start), "number": windows.key("day", start)[-2:],
                "hours": hours, "html": line_of(hours, why, "hour", verdict),
                "day": days.get(start)})
    return {
        "rows": lines, "tabs": tallies(rows, verdict), "total": len(rows), "hours": range(24),
        "row": months[0] if months else None, "quarter": quarters[0] if quarters else None,
        "rate": _rate(quarters[0]) if quarters else None,
        "rate_hours": _rate_hours(quarters[0]) if quarters else None,
        "quarter_key": windows.key("quarter", shown.start),
        "second": second_label(one.second), "mass_digits": MASS_DIGITS,
    }


def _rate(quarter: JudgedQuarter) -> float | None:
    return None if quarter.capture is None else 100 * quarter.capture


def _rate_hours(quarter: JudgedQuarter) -> tuple[int, int]:
    """Valid and exempt hours, and all that were not stopped."""
    due = quarter.hours - quarter.stopped
    return due - quarter.invalid, due


@page("see_points")
def judged_series(request: HttpRequest, pk: int) -> JsonResponse:
    """Small charts of a stretch: ``from_epoch`` and ``to_epoch``, or the page's ``day``/``month``
    with ``chart``; ``factor`` keeps one, ``width`` is a chart's width in pixels."""
    scope, params = request.scope, request.GET
    point = point_or_404(scope, pk)
    known = quantities(judged.judged_factors(scope, point))
    factor = _chosen(known, params.get("factor", ""))
    of = [factor] if factor else [one for one in known if one.pollutant] or known
    since, until = _stretch(params)
    width = small_int(params.get("width", ""), WIDEST, WIDEST)
    found = judged_charts(scope, point, of, since, until, max_points=max(400, 2 * width))
    return JsonResponse(_document(since, until, found), headers={"Cache-Control": "no-store"})


def _stretch(params: Any) -> tuple[int, int]:
    """The stretch that the address asks for, a year and a bit at most."""
    since = small_int(params.get("from_epoch", ""), None, LATEST)
    until = small_int(params.get("to_epoch", ""), None, LATEST)
    if since is None or until is None or since >= until:
        return chart_window(asked(params, None), params.get("chart", ""))
    since -= since % HOUR
    return max(since, until - LONGEST), until


def chart_window(shown: Period, span: str) -> tuple[int, int]:
    """[since, until) of a chart: the week that ends with the page's day, or its month; on demand
    the page's own stretch, its month, quarter or year."""
    if shown.level == "day" and not span:
        return shown.end - 7 * DAY, shown.end
    if span in ("month", "quarter", "year"):
        return windows.start_of(span, shown.start), windows.end_of(span, shown.start)
    return shown.start, shown.end


def _document(since: int, until: int, found: list[JudgedChart]) -> dict[str, Any]:
    return {
        "from": since, "to": until,
        "decimated": any(
            chart.total > sum(dot[1] is not None for dot in chart.values) for chart in found),
        "factors": [
            {
                "code": chart.of.code, "name": chart.of.name, "unit": chart.of.unit,
                "digits": chart.of.digits,
                "lines": [{"label": "实测", "points": chart.values}] + (
                    [{"label": "折算", "points": chart.seconds}] if chart.seconds else []),
                "bands": [band._asdict() for band in chart.bands],
                "limits": chart.limits,
            }
            for chart in found
        ],
    }
