"""Prepared marks as the national platform's tables, for the discharger to declare from: a sheet a
class, field names in the first line, Chinese headings in the second."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from qingyuan.areas.organisations.scope import Scope
from qingyuan.kernel.windows import HOUR
from qingyuan.ui.numbers import china_time
from qingyuan.ui.sheets import csv_lines, plain

from ..models import Mark
from .queries import expected_factors, own_places
from .suggestions import names_of
from .tables import (
    BY_FACTOR,
    COMMUNICATION,
    CONDITION_NAMES,
    DEVICE,
    FLAG_NAMES,
    HEADINGS,
    PRODUCTION,
    Table,
    sheet_name,
    table_for,
)

WRITTEN = (DEVICE, COMMUNICATION, PRODUCTION)
Row = dict[str, Any]


def tables_of(scope: Scope, marks: Iterable[Mark]) -> dict[str, list[Row]]:
    """Rows ({field: value}) by table code. A mark of all factors is a row for each pollutant of its
    point, as the platform keeps it; what only the platform knows (ids and codes) is left out."""
    held = list(marks)
    places = {row.point_id: row for row in own_places(scope)}
    factors = expected_factors({mark.point_id for mark in held})
    names = names_of({code for some in factors.values() for code in some}
                     | {mark.factor for mark in held})
    found: dict[str, list[Row]] = {table.code: [] for table in WRITTEN}
    for mark in held:
        own = sorted(factors.get(mark.point_id, ())) if mark.kind in BY_FACTOR else []
        for code in [mark.factor] if mark.factor or not own else own:
            found[table_for(mark.kind).code].append(_row(mark, code, names, places))
    return found


def _row(mark: Mark, code: str, names: dict[str, str], places: dict[int, Any]) -> Row:
    place = places.get(mark.point_id)
    seconds = mark.end - mark.start
    return {
        "ps_name": place.ps_name if place and place.ps_name else mark.point.organisation.name,
        "mp_id": place.mp_id if place else mark.point.code,
        "mp_name": place.mp_name if place and place.mp_name else mark.point.name,
        "poll_code": code, "poll_name": names.get(code, ""),
        "revise_flag_name": FLAG_NAMES.get(mark.kind, ""),
        "cordation_name": CONDITION_NAMES.get(mark.kind, ""),
        "start_time": china_time(mark.start, "second"), "end_time": china_time(mark.end, "second"),
        "cxsc": round(seconds / HOUR, 2), "hours": seconds // HOUR,
        "minutes": seconds % HOUR // 60, "reason": mark.note, "marking_reason": mark.note,
        "created_by": mark.by, "created_time": china_time(mark.at, "second"),
        "status": 0, "data_status": 1,
    }


def lines_of(table: Table, rows: Iterable[Row]) -> Iterator[list[Any]]:
    """Field names, Chinese headings, then the rows in the table's own order of fields."""
    yield list(table.fields)
    yield [HEADINGS[name][0] for name in table.fields]
    for row in rows:
        yield [row.get(name, "") for name in table.fields]


def csv_of(table: Table, rows: Iterable[Row]) -> bytes:
    """One table as CSV."""
    return b"".join(csv_lines(lines_of(table, rows)))


def workbook_of(found: dict[str, list[Row]]) -> bytes:
    """Every table that has rows as a sheet; the first alone, empty, when none has."""
    book = Workbook()
    book.remove(book.active)
    shown = [table for table in WRITTEN if found[table.code]] or [WRITTEN[0]]
    for table in shown:
        sheet = book.create_sheet(sheet_name(table))
        for line in lines_of(table, found[table.code]):
            sheet.append([plain(cell) for cell in line])
        for cell in (*sheet[1], *sheet[2]):
            cell.font = Font(bold=True)
        sheet.freeze_panes = "A3"
        for column in sheet.columns:
            longest = max(len(str(cell.value or "")) for cell in column)
            sheet.column_dimensions[column[0].column_letter].width = min(32, 8 + longest)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
