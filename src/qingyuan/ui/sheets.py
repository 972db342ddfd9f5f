"""Rows as CSV and XLSX files that a spreadsheet opens without running anything in them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SHEET_ROWS = 1_000_000  # XLSX holds 1,048,576
_TITLE = 24  # characters of a sheet's name; 31 fit, the number of a further sheet included
_AT_ONCE = 500  # lines of a CSV file that are sent together


def plain(cell: Any) -> Any:
    """A cell as it may stand in a sheet: numbers as they are; a text without control characters,
    which no sheet can hold, and with an apostrophe where a spreadsheet would run it as a formula.

    >>> plain("=1+1"), plain(45), plain(None)
    ("'=1+1", 45, '')
    """
    if isinstance(cell, str):
        text = ILLEGAL_CHARACTERS_RE.sub("", cell)
        return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
    return "" if cell is None else cell


def csv_lines(lines: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A CSV file as it is written, in pieces."""
    out = io.StringIO()
    writer = csv.writer(out)
    # The mark lets Excel read the file as UTF-8.
    yield "\ufeff".encode()
    for number, line in enumerate(lines, 1):
        writer.writerow([plain(cell) for cell in line])
        if number % _AT_ONCE == 0:
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()


def xlsx_file(lines: Iterator[Sequence[Any]], title: str, widths: Sequence[float] = (20,)) -> Any:
    """A workbook in a temporary file, row by row, the first line bold and frozen; whoever sends it
    closes it. ``widths`` are those of the first columns."""
    book = Workbook(write_only=True)
    sheet = None
    first = next(lines)
    for number, line in enumerate(lines):
        if sheet is None or number % SHEET_ROWS == 0:
            sheet = _sheet(book, title, first, number // SHEET_ROWS, widths)
        sheet.append([plain(cell) if isinstance(cell, str) else cell for cell in line])
    if sheet is None:
        _sheet(book, title, first, 0, widths)
    file = TemporaryFile()  # noqa: SIM115
    book.save(file)
    file.seek(0)
    return file


def sheet_title(text: str) -> str:
    """A text as the name of a sheet.

    >>> sheet_title("1 号排口[日/月]"), sheet_title("***")
    ('1 号排口日月', '数据')
    """
    return "".join(c for c in ILLEGAL_CHARACTERS_RE.sub("", text) if c not in "[]:*?/\\'")[
        :_TITLE] or "数据"


def _sheet(
    book: Workbook, title: str, first: Sequence[Any], number: int, widths: Sequence[float]
) -> Any:
    name = sheet_title(title)
    sheet = book.create_sheet(name if number == 0 else f"{name}-{number + 1}")
    sheet.freeze_panes = "B2"
    for place, width in enumerate(widths):
        sheet.column_dimensions[chr(ord("A") + place)].width = width
    cells = [WriteOnlyCell(sheet, value=plain(text)) for text in first]
    for cell in cells:
        cell.font = Font(bold=True)
    sheet.append(cells)
    return sheet


def answer(
    form: str, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], *,
    file: str = "table", widths: Sequence[float] = (20,),
) -> HttpResponse:
    """Rows under their headings as a download; ``form`` is a key of FORMS, ``name`` what people
    see, ``file`` its name where only ASCII is understood."""
    lines = iter([headings, *rows])
    if form == "csv":
        content = b"".join(csv_lines(lines))
    else:
        with xlsx_file(lines, name, widths) as made:
            content = made.read()
    return HttpResponse(content, content_type=FORMS[form], headers={
        "Content-Disposition": disposition(file, name, form)})


def disposition(file: str, name: str, form: str) -> str:
    """The header that names a download in ASCII and in full."""
    return f"attachment; filename=\"{file}.{form}\"; filename*=UTF-8''{quote(f'{name}.{form}')}"
