"""Rows as a CSV or XLSX file that a spreadsheet opens without running anything in it."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

FORMS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def answer(
    form: str, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]
) -> HttpResponse:
    """The file as a download; ``form`` is a key of FORMS."""
    lines = [[plain(cell) for cell in row] for row in (headings, *rows)]
    content = _csv(lines) if form == "csv" else _xlsx(lines)
    return HttpResponse(content, content_type=FORMS[form], headers={
        "Content-Disposition":
            f"attachment; filename=\"rules.{form}\"; filename*=UTF-8''{quote(f'{name}.{form}')}",
    })


def plain(cell: Any) -> Any:
    """A cell as it may stand in a sheet.

    >>> plain("=1+1"), plain(45), plain(None)
    ("'=1+1", 45, '')
    """
    if isinstance(cell, str):
        text = ILLEGAL_CHARACTERS_RE.sub("", cell)
        return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text
    return "" if cell is None else cell


def _csv(lines: list[list[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(lines)
    # The mark lets Excel read the file as UTF-8.
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _xlsx(lines: list[list[Any]]) -> bytes:
    book = Workbook()
    sheet = book.active
    for line in lines:
        sheet.append(line)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDEFGHI", (42, 34, 16, 8, 28, 10, 12, 12, 22), strict=True):
        sheet.column_dimensions[letter].width = width
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
