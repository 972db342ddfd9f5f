"""CSV and XLSX of exactly the columns and the window that the page shows, written as it is read."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse

from qingyuan.areas.organisations.access import page
from qingyuan.areas.telemetry.models import Interval, Source
from qingyuan.areas.telemetry.queries import readings
from qingyuan.areas.telemetry.queries.columns import Column, columns
from qingyuan.ui.numbers import china_time
from qingyuan.ui.sheets import FORMS, csv_lines, disposition, xlsx_file
from qingyuan.ui.states import state

from .point import heads, newest_of, point_or_404
from .window import Window, window_of


@page("see_points")
def export(request: HttpRequest, pk: int, form: str) -> HttpResponse | StreamingHttpResponse:
    """The readings of the address's window in order of time."""
    scope = request.scope
    point = point_or_404(scope, pk)
    window = window_of(request.GET, newest_of(point))
    shown = columns(scope, point, window.interval, window.since, window.until)
    if request.GET.get("columns") != "all":
        shown = [c for c in shown if c.main] or shown
    found = readings(scope, point, window.interval, window.since, window.until)
    lines = chain([heading(shown)], _lines(found, shown, window))
    name = f"{point.name}-{Interval(window.interval).label}-{china_time(window.since, 'day')}"
    if form == "csv":
        response = StreamingHttpResponse(csv_lines(lines), content_type=FORMS[form])
    elif form == "xlsx":
        response = FileResponse(xlsx_file(lines, point.name))
        response["Content-Type"] = FORMS[form]
    else:
        raise Http404
    response["Content-Disposition"] = disposition("readings", name, form)
    return response


def heading(shown: list[Column]) -> list[str]:
    """Time, then per factor its columns and its flag, then source and frame."""
    cells = ["时间（北京时间）"]
    for group in heads(shown):
        for column in group["columns"]:
            unit = f"（{column.unit}）" if column.unit else ""
            cells.append(f"{column.name} {column.code} {column.label}{unit}")
        cells.append(f"{group['name']} {group['code']} 标识")
    return [*cells, "来源", "报文序号"]


def _lines(found: Iterable[Any], shown: list[Column], window: Window) -> Iterator[list[Any]]:
    groups = heads(shown)
    form = {"rtd": "second", "day": "day"}.get(window.interval, "minute")
    sources: dict[int, str] = {}
    for reading in found:
        cells: list[Any] = [china_time(reading.time, form)]
        for group in groups:
            values = reading.factors.get(group["code"], {})
            cells += [values.get(column.suffix) for column in group["columns"]]
            cells.append(values.get("Flag", ""))
        yield [*cells, _source(sources, reading.source), reading.frame or ""]


def _source(known: dict[int, str], pk: int) -> str:
    if pk not in known:
        row = Source.objects.filter(pk=pk).first()
        word = str(state("source", row.kind).label) if row else ""
        known[pk] = f"{word} {row.name}" if row and row.kind == "import" else word
    return known[pk]
