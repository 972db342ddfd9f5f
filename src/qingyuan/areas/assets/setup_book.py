"""The workbook of a set-up: several sheets, each with its columns; its template, its lines read and
written in one layout, so that what was exported or refused can be imported again.

Which sheets there are is told by who calls: every area brings its own (``Sheet``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from qingyuan.areas.organisations.scope import Scope

from .workbook import SheetError, cell_text, workbook_sheets

LIMIT = 20_000  # lines of all sheets
MOST_ROWS = 2 * LIMIT  # of one sheet, empty ones too: a ruled sheet has a million
REASON = "问题"  # heading of the column added to the rejects; not read
GUIDE = "填写说明"
_GREEN, _RED = "0F766E", "B91C1C"
Typed = dict[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what stands in its head, the name that code knows it by, an example, a note;
    ``needed``: the sheet is not read without it."""

    heading: str
    name: str
    example: str = ""
    note: str = ""
    needed: bool = False

    @classmethod
    def of(cls, told: tuple[str, str, str, str]) -> "Column":
        """From (heading, name, example, note), where a star marks what is needed."""
        heading, name, example, note = told
        return cls(heading.rstrip("*"), name, example, note, heading.endswith("*"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of the workbook.

    ``enter(run, typed)`` brings in one line and tells in words what was done ([]: all was there);
    it raises ValidationError by column name. ``by_point``: the line names a discharger and a point
    and is entered together with that point's other lines. ``lines(scope)`` are what is stored, for
    the export. ``flush(run)`` stores what ``enter`` has gathered over several lines.
    """

    title: str
    about: str
    columns: tuple[Column, ...]
    enter: Callable[[Any, Typed], list[str]]
    lines: Callable[[Scope], Iterable[Typed]]
    by_point: bool = True
    flush: Callable[[Any], None] | None = None

    @property
    def labels(self) -> dict[str, str]:
        return {column.name: column.heading for column in self.columns}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its sheet's title, its number there, what was typed by column name."""

    sheet: str
    number: int
    typed: Typed


def read(content: bytes, sheets: Sequence[Sheet]) -> list[Line]:
    """The lines of an uploaded workbook, sheet by sheet. SheetError when it is no workbook, has
    none of the sheets, or a sheet of it lacks a needed column."""
    known = {sheet.title: sheet for sheet in sheets}
    names: dict[str, list[str | None]] = {}
    numbers: dict[str, int] = {}
    lines: list[Line] = []
    for raw, cells in workbook_sheets(content):
        title = raw.strip()
        if title not in known:
            continue
        if title not in names:
            names[title], numbers[title] = _names(known[title], cells), 1
            continue
        numbers[title] += 1
        if numbers[title] > MOST_ROWS:
            raise SheetError(_("工作表 %(sheet)s 超过 %(n)d 行（空行也计入）。请删去末尾的空行，"
                               "或拆分文件。") % {"sheet": title, "n": MOST_ROWS})
        typed = {name: cell_text(cell)
                 for name, cell in zip(names[title], cells, strict=False) if name is not None}
        if any(typed.values()):
            lines.append(Line(title, numbers[title], typed))
            if len(lines) > LIMIT:
                raise SheetError(_("一次最多导入 %(n)d 行，请拆分文件。") % {"n": LIMIT})
    if not names:
        raise SheetError(_("没有找到可以导入的工作表：%s。请使用模板。") % "、".join(known))
    if not lines:
        raise SheetError(_("表中没有数据行。"))
    order = list(known)
    return sorted(lines, key=lambda line: (order.index(line.sheet), line.number))


def _names(sheet: Sheet, headings: Sequence[object]) -> list[str | None]:
    by_heading = {column.heading: column.name for column in sheet.columns}
    names = [by_heading.get(cell_text(h).rstrip("*").strip()) for h in headings]
    missing = [c.heading for c in sheet.columns if c.needed and c.name not in names]
    if missing:
        raise SheetError(_("工作表 %(sheet)s 第一行缺少列：%(columns)s。请使用模板。") % {
            "sheet": sheet.title, "columns": "、".join(missing)})
    return names


def template(sheets: Sequence[Sheet]) -> bytes:
    """An empty workbook: the sheets with their headings, and a first one that explains them."""
    return write(sheets, {}, guide=True)


def write(
    sheets: Sequence[Sheet], lines: Mapping[str, Iterable[Typed]], *, guide: bool = False,
    reason: bool = False,
) -> bytes:
    """A workbook of all sheets with the ``lines`` of each title; with ``reason`` each line's
    ``REASON`` stands in a last column."""
    book = Workbook(write_only=True)
    if guide:
        _guide(book, sheets)
    for sheet in sheets:
        columns = [*sheet.columns, Column(REASON, REASON)] if reason else list(sheet.columns)
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "A2"
        for place, column in enumerate(columns, 1):
            page.column_dimensions[get_column_letter(place)].width = max(
                12, len(column.heading) * 2 + 4)
        page.append([_head(page, column) for column in columns])
        for typed in lines.get(sheet.title, ()):
            page.append([_text(page, typed.get(column.name, "")) for column in columns])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _head(page: Any, column: Column) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, value=f"{column.heading}*" if column.needed else column.heading)
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor=_RED if column.name == REASON else _GREEN)
    if column.note:
        cell.comment = Comment(column.note, "清源")
    return cell


def _text(page: Any, text: str) -> WriteOnlyCell:
    # As text whatever it looks like: nothing that somebody uploaded runs as a formula.
    cell = WriteOnlyCell(page, value=ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type, cell.number_format = "s", "@"
    return cell


def _guide(book: Workbook, sheets: Sequence[Sheet]) -> None:
    page = book.create_sheet(GUIDE)
    page.freeze_panes = "A2"
    for letter, width in zip("ABCDE", (18, 20, 8, 30, 70), strict=True):
        page.column_dimensions[letter].width = width
    heads = (_("工作表"), _("列"), _("必填"), _("示例"), _("说明"))
    page.append([_head(page, Column(str(text), "")) for text in heads])
    for sheet in sheets:
        page.append([_text(page, text) for text in (sheet.title, "", "", "", sheet.about)])
        for column in sheet.columns:
            page.append([_text(page, text) for text in (
                sheet.title, column.heading, _("是") if column.needed else "", column.example,
                column.note)])
