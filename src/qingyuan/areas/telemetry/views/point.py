"""One point: newest values, charts, table, export, and the commands that touched what is shown."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import render

from qingyuan.areas.assets import queries as assets
from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.telemetry.models import Interval, LatestReading
from qingyuan.areas.telemetry.queries import commands_touching, table
from qingyuan.areas.telemetry.queries import point_latest as latest
from qingyuan.areas.telemetry.queries.charts import charts
from qingyuan.areas.telemetry.queries.columns import Column, columns
from qingyuan.areas.telemetry.queries.states import point_states
from qingyuan.ui.address import small_int
from qingyuan.ui.numbers import decimals

from .command_words import described
from .overview import ordered_tiles
from .steady import usual_digits
from .window import PRESETS, Window, field_value, window_of

ROWS = 50
MOST_PAGES = 10**9
SIDE_BY_SIDE = 1200  # dots a line; more than the pixels of a small chart say nothing


def point_or_404(scope: Scope, pk: int) -> MonitoringPoint:
    """A visible point with its state; what is not visible does not exist."""
    found = (
        point_states(scope).filter(pk=pk).first() or assets.points_of(scope).filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    return found


def newest_of(point: MonitoringPoint) -> dict[str, int | None]:
    """Interval → time of its newest reading, in the order in which a page offers them."""
    row = LatestReading.objects.filter(point=point.pk).first()
    return {i: getattr(row, i, None) for i in Interval.values}


@page("see_points")
def point_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole page; values, states and charts keep themselves up to date."""
    scope = request.scope
    point = point_or_404(scope, pk)
    newest = newest_of(point)
    window = window_of(request.GET, newest)
    shown = columns(scope, point, window.interval, window.since, window.until)
    whole = request.GET.get("columns") == "all"
    picked = shown if whole else [c for c in shown if c.main] or shown
    number = request.GET.get("page", "1")
    found = table(
        scope,
        point,
        window.interval,
        window.since,
        window.until,
        page=max(1, small_int(number, 1, MOST_PAGES)),
        size=ROWS,
    )
    pages = Paginator(range(found.total), ROWS).get_page(number)
    context = {
        "point": point,
        **live_context(scope, point),
        "window": window,
        "following": not window.moved and "from" not in request.GET,
        "newest": newest,
        "intervals": Interval.choices,
        "presets": PRESETS[window.interval],
        "from_value": field_value(window.since),
        "to_value": field_value(window.until),
        "from_epoch": window.since,
        "to_epoch": window.until,
        "columns": picked,
        "heads": heads(picked),
        "more_columns": len(shown) > len(picked),
        "whole": whole,
        "rows": rows_of(found, picked),
        "page": pages,
        "commands": described(scope, commands_touching(scope, point, window.since, window.until)),
        "links": loggers(assets.links_of_point(scope, point)),
        "can_frames": may(scope, "see_frames"),
        "can_edit": may(scope, "edit_stations"),
        "can_stations": may(scope, "see_stations"),
        "can_command": may(scope, "send_command"),
        "time_form": {"rtd": "second", "day": "day"}.get(window.interval, "minute"),
    }
    return render(request, "telemetry/point.html", context)


def loggers(links: Any) -> list[dict[str, Any]]:
    """A point's loggers over time, newest first, the ST codes of one span side by side."""
    spans: dict[tuple[Any, ...], dict[str, Any]] = {}
    for link in links:
        span = spans.setdefault(
            (link.logger_id, link.since, link.until),
            {"logger": link.logger, "since": link.since, "until": link.until, "sts": []},
        )
        span["sts"].append(link.st)
    return list(spans.values())


def heads(picked: list[Column]) -> list[dict[str, Any]]:
    """Columns grouped by factor for the table's upper heading; each factor has a flag beside it."""
    groups: list[dict[str, Any]] = []
    for column in picked:
        if not groups or groups[-1]["code"] != column.code:
            groups.append({"code": column.code, "name": column.name, "columns": []})
        groups[-1]["columns"].append(column)
    return groups


def rows_of(found: Any, picked: list[Column]) -> list[dict[str, Any]]:
    """Readings as the cells of the picked columns; the flag stands with a factor's last value."""
    groups = heads(picked)
    digits = {
        column: decimals(
            reading.factors.get(column.code, {}).get(column.suffix) for reading in found.rows
        )
        for column in picked
    }
    return [
        {
            "time": reading.time,
            "frame": reading.frame,
            "source": found.sources.get(reading.source),
            "cells": [
                {
                    "code": group["code"],
                    "value": reading.factors.get(group["code"], {}).get(column.suffix),
                    "digits": digits[column],
                    "flag": str(reading.factors.get(group["code"], {}).get("Flag", ""))
                    if column is group["columns"][-1]
                    else None,
                }
                for group in groups
                for column in group["columns"]
            ],
        }
        for reading in found.rows
    ]


def live_context(scope: Scope, point: MonitoringPoint) -> dict[str, Any]:
    state = latest(scope, point)
    return {
        "state": state,
        "tiles": ordered_tiles(state.tiles),
        "digits": usual_digits([state]).get(point.pk, {}),
        "tag": f'"{state.state}-{state.at}-{state.frame}"',
        "patience": getattr(point, "patience", 120_000) // 1000,
    }


@page("see_points")
def point_live(request: HttpRequest, pk: int) -> HttpResponse:
    """The tiles alone, for the poll; 304 while no packet has come."""
    scope = request.scope
    point = point_or_404(scope, pk)
    context = live_context(scope, point)
    tag = context["tag"]
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    context |= {"point": point, "polled": True}
    response = render(request, "telemetry/point_live.html", context)
    response["ETag"] = tag
    response["Cache-Control"] = "no-store"
    return response


@page("see_points")
def series_json(request: HttpRequest, pk: int) -> JsonResponse:
    """Small charts of a window; ``width`` is a chart's width in pixels."""
    scope = request.scope
    point = point_or_404(scope, pk)
    window = window_of(request.GET, newest_of(point))
    width = request.GET.get("width", "")
    most = max(200, 2 * small_int(width, SIDE_BY_SIDE // 2, SIDE_BY_SIDE // 2))
    found = charts(scope, point, window.interval, window.since, window.until, max_points=most)
    return JsonResponse(_chart_document(window, found), headers={"Cache-Control": "no-store"})


def _chart_document(window: Window, found: list[Any]) -> dict[str, Any]:
    return {
        "interval": window.interval,
        "from": window.since,
        "to": window.until,
        "decimated": any(
            line.total > sum(dot[1] is not None for dot in line.dots)
            for chart in found
            for line in chart.lines
        ),
        "factors": [
            {
                "code": chart.code,
                "name": chart.name,
                "unit": chart.unit,
                "lines": [{"label": line.label, "points": line.dots} for line in chart.lines],
                "bands": [{"from": b.since, "to": b.until, "flag": b.flag} for b in chart.bands],
            }
            for chart in found
        ],
    }
