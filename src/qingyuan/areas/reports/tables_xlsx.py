"""A report table as a workbook that looks like the printed form: merged heads, units, statistics,
signatures, A4 across."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from qingyuan.kernel.rounding import round_gbt8170
from qingyuan.ui.sheets import plain, sheet_title
from qingyuan.ui.states import TONES, state

from .queries.layout import Column
from .queries.tables import Cell, Figure, Foot, Report

FONT = "宋体"
_THIN = Side(style="thin", color="FF666666")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_RIGHT = Alignment(horizontal="right", vertical="center")
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
_SHADE = PatternFill("solid", fgColor="FFF0F3F5")
_LINES = 46  # characters of a remark that fit its column in one line
MARK = "*"


@dataclass(frozen=True, slots=True)
class Document:
    """What is printed around a report: ``facts`` are (label, text) above the table, ``notes``
    sentences below it, ``times`` the words of its rows."""

    title: str
    facts: Sequence[tuple[str, str]]
    notes: Sequence[str]
    signatures: Sequence[str]
    time_label: str
    times: Sequence[str]
    report: Report


def workbook(document: Document) -> bytes:
    """The file."""
    book = Workbook()
    sheet = book.active
    sheet.title = sheet_title(document.title)
    width = len(document.report.columns) + 2
    at = _head(sheet, document, width)
    first = at
    at = _headings(sheet, document, at)
    _set_up(sheet, document, first, at - 1, width)
    for word, line in zip(document.times, document.report.lines, strict=True):
        _put(sheet, at, 1, word, _CENTRE)
        for place, cell in enumerate(line.cells, 2):
            _value(sheet, at, place, cell)
        _put(sheet, at, width, line.remark, _LEFT)
        sheet.row_dimensions[at].height = 15 * (1 + len(line.remark) // _LINES)
        at += 1
    for foot in document.report.feet:
        _foot(sheet, at, foot, document.report.columns, width)
        at += 1
    _below(sheet, document, at, width)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def figure(value: float, digits: int) -> float:
    """A figure as it stands in a cell: rounded once, by GB/T 8170."""
    return float(round_gbt8170(value, digits))


def _format(digits: int) -> str:
    return "0." + "0" * digits if digits else "0"


def _put(sheet: Any, row: int, column: int, value: Any, how: Alignment, **style: Any) -> Any:
    cell = sheet.cell(row, column, plain(value))
    cell.alignment, cell.border = how, _BOX
    cell.font = Font(name=FONT, size=9, **style)
    return cell


def _line(sheet: Any, row: int, width: int, text: str, size: int, how: Alignment,
          height: float, **style: Any) -> None:
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
    cell = sheet.cell(row, 1, plain(text))
    cell.font, cell.alignment = Font(name=FONT, size=size, **style), how
    sheet.row_dimensions[row].height = height


def _head(sheet: Any, document: Document, width: int) -> int:
    """Title and facts, three to a line; the row behind them."""
    _line(sheet, 1, width, document.title, 14, _CENTRE, 28, bold=True)
    row, facts = 2, [f"{label}：{text}" for label, text in document.facts if len(text) < _LINES]
    edges = [1 + width * third // 3 for third in range(4)]
    for start in range(0, len(facts), 3):
        for place, text in enumerate(facts[start:start + 3]):
            sheet.merge_cells(start_row=row, end_row=row, start_column=edges[place],
                              end_column=edges[place + 1] - 1)
            cell = sheet.cell(row, edges[place], plain(text))
            cell.font, cell.alignment = Font(name=FONT, size=9), _LEFT
        sheet.row_dimensions[row].height = 16
        row += 1
    for label, text in document.facts:
        if len(text) >= _LINES:
            _line(sheet, row, width, f"{label}：{text}", 9, _LEFT, 26)
            row += 1
    return row


def _headings(sheet: Any, document: Document, row: int) -> int:
    """Two lines of headings: what is measured, and how with its unit."""
    _both(sheet, row, 1, document.time_label)
    place = 2
    for group in document.report.groups:
        last = place + len(group.columns) - 1
        if len(group.columns) == 1 and not group.columns[0].label:
            _both(sheet, row, place, heading(group.title, group.columns[0]))
        else:
            for column in range(place, last + 1):
                _shaded(sheet, row, column, group.title if column == place else None)
            sheet.merge_cells(start_row=row, end_row=row, start_column=place, end_column=last)
            for column, one in enumerate(group.columns, place):
                _shaded(sheet, row + 1, column, heading(one.label, one))
        place = last + 1
    _both(sheet, row, place, _("备注"))
    sheet.row_dimensions[row].height, sheet.row_dimensions[row + 1].height = 20, 30
    return row + 2


def heading(label: str, column: Column) -> str:
    """A column's words with its unit."""
    return f"{label}\n（{column.unit}）" if column.unit else label


def _shaded(sheet: Any, row: int, column: int, text: Any) -> None:
    _put(sheet, row, column, text, _CENTRE, bold=True).fill = _SHADE


def _both(sheet: Any, row: int, column: int, text: str) -> None:
    _shaded(sheet, row, column, text)
    _shaded(sheet, row + 1, column, None)
    sheet.merge_cells(start_row=row, end_row=row + 1, start_column=column, end_column=column)


def _value(sheet: Any, row: int, place: int, cell: Cell) -> None:
    """A figure; struck when it does not count, with a mark when it was put in place of another.
    Without a figure a dash, or nothing where nothing was judged."""
    if cell.value is None:
        _put(sheet, row, place, "—" if cell.row else None, _CENTRE)
        return
    verdict = cell.row.verdict if cell.row else "valid"
    style: dict[str, Any] = {"strike": cell.struck}
    if verdict != "valid":
        style["color"] = "FF" + TONES[state("judged", verdict).tone][0].lstrip("#")
    digits = cell.column.digits
    made = _put(sheet, row, place, figure(cell.value, digits), _RIGHT, **style)
    made.number_format = _format(digits) + (f'"{MARK}"' if cell.substituted else "")


def _foot(sheet: Any, row: int, foot: Foot, columns: Sequence[Column], width: int) -> None:
    label = f"{foot.label}（{foot.unit}）" if foot.unit else foot.label
    _put(sheet, row, 1, label, _CENTRE, bold=True).fill = _SHADE
    for place, one in enumerate(foot.figures, 2):
        if one is None or one.value is None:
            _put(sheet, row, place, "—" if one else None, _CENTRE)
        else:
            _number(sheet, row, place, one)
    _put(sheet, row, width, None, _LEFT)
    sheet.row_dimensions[row].height = 28 if len(label) > 7 else 15


def _number(sheet: Any, row: int, place: int, one: Figure) -> None:
    made = _put(sheet, row, place, figure(one.value or 0.0, one.digits), _RIGHT, bold=True)
    made.number_format = _format(one.digits)


def _below(sheet: Any, document: Document, row: int, width: int) -> None:
    for text in document.notes:
        _line(sheet, row, width, text, 8, _LEFT, 12 * (1 + len(text) // (width * 6)))
        row += 1
    sheet.row_dimensions[row].height = 10
    row += 1
    edges = [1 + width * place // len(document.signatures)
             for place in range(len(document.signatures) + 1)]
    for place, text in enumerate(document.signatures):
        sheet.merge_cells(start_row=row, end_row=row, start_column=edges[place],
                          end_column=edges[place + 1] - 1)
        cell = sheet.cell(row, edges[place], f"{text}：")
        cell.font, cell.alignment = Font(name=FONT, size=10), _LEFT
    sheet.row_dimensions[row].height = 24


def _set_up(sheet: Any, document: Document, first: int, last: int, width: int) -> None:
    """A4 across, one page wide, headings on every page, page numbers."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top = margins.bottom = 0.5
    sheet.print_options.horizontalCentered = True
    sheet.print_title_rows = f"{first}:{last}"
    sheet.oddFooter.center.text = _("第 &P 页 共 &N 页")
    sheet.freeze_panes = sheet.cell(last + 1, 2)
    sheet.column_dimensions["A"].width = 14
    for place in range(2, width):
        sheet.column_dimensions[get_column_letter(place)].width = 10.5
    sheet.column_dimensions[get_column_letter(width)].width = 34
