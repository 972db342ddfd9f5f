"""CSV and XLSX of exactly the columns and the window that the page shows, written as it is read."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import chain
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import quote

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from qingyuan.areas.organisations.access import page
from qingyuan.areas.telemetry.models import Interval, Source
from qingyuan.areas.telemetry.queries import readings
from qingyuan.areas.telemetry.queries.columns import Column, columns
from qingyuan.ui.numbers import china_time
from qingyuan.ui.states import state

from .point import heads, newest_of, point_or_404
from .window import Window, window_of

SHEET_ROWS = 1_000_000  # XLSX holds 1,048,576


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
        # The mark lets Excel read the file as UTF-8.
        response = StreamingHttpResponse(_csv(lines), content_type="text/csv; charset=utf-8")
    elif form == "xlsx":
        response = FileResponse(_xlsx(lines, ILLEGAL_CHARACTERS_RE.sub("", point.name)))
        response["Content-Type"] = (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
    else:
        raise Http404
    response["Content-Disposition"] = (
        f"attachment; filename=\"readings.{form}\"; filename*=UTF-8''{quote(f'{name}.{form}')}"
    )
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


def _csv(lines: Iterable[list[Any]]) -> Iterator[bytes]:
    out = io.StringIO()
    writer = csv.writer(out)
    yield "\ufeff".encode()
    for number, line in enumerate(lines, 1):
        writer.writerow([_plain(cell) for cell in line])
        if number % 500 == 0:
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()


def _plain(cell: Any) -> Any:
    """Numbers as they are; a text without control characters, which no sheet can hold, and with an
    apostrophe where a spreadsheet would run it as a formula."""
    if isinstance(cell, str):
        cell = ILLEGAL_CHARACTERS_RE.sub("", cell)
        return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
    return "" if cell is None else cell


def _xlsx(lines: Iterator[list[Any]], title: str) -> Any:
    """A workbook in a temporary file, row by row; whoever sends it closes it."""
    book = Workbook(write_only=True)
    sheet = None
    first: list[Any] = next(lines)
    for number, line in enumerate(lines):
        if sheet is None or number % SHEET_ROWS == 0:
            sheet = _sheet(book, title, first, number // SHEET_ROWS)
        sheet.append([_plain(cell) if isinstance(cell, str) else cell for cell in line])
    if sheet is None:
        _sheet(book, title, first, 0)
    file = TemporaryFile()  # noqa: SIM115
    book.save(file)
    file.seek(0)
    return file


def _sheet(book: Workbook, title: str, first: list[Any], number: int) -> Any:
    safe = "".join(c for c in title if c not in "[]:*?/\\")[:24] or "数据"
    sheet = book.create_sheet(safe if number == 0 else f"{safe}-{number + 1}")
    sheet.freeze_panes = "B2"
    sheet.column_dimensions["A"].width = 20
    cells = [WriteOnlyCell(sheet, value=_plain(text)) for text in first]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    return sheet
