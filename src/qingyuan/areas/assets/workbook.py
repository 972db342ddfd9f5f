"""The rows of an uploaded XLSX file, whatever is in it: an archive that is broken, too large when
unpacked, or no workbook at all is refused with a sentence."""

from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from zipfile import ZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook

MOST_BYTES = 200 << 20  # unpacked; a small archive can hold a very large sheet
MOST_COLUMNS = 1000  # a row is as long as its last cell's place, and one cell may name place 16384


class SheetError(Exception):
    """The file as a whole cannot be read; the message says what to do."""


def workbook_rows(content: bytes) -> Iterator[tuple[object, ...]]:
    """Rows of the first sheet in order, each as long as its last cell, empty ones too.

    Read while the caller goes on: SheetError may come with any row.
    """
    for _title, row in _rows(content, first=True):
        yield row


def workbook_sheets(content: bytes) -> Iterator[tuple[str, tuple[object, ...]]]:
    """(title, row) of all sheets, one sheet after the other; SheetError may come with any row."""
    yield from _rows(content)


def _rows(content: bytes, *, first: bool = False) -> Iterator[tuple[str, tuple[object, ...]]]:
    try:
        with ZipFile(BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MOST_BYTES:
            raise SheetError(_("文件解压后过大，请分成几个文件导入"))
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        for sheet in [book.worksheets[0]] if first else book.worksheets:
            # What a file says of its size is not believed: rows would be filled up to it.
            sheet.reset_dimensions()
            for row in sheet.iter_rows(values_only=True):
                if len(row) > MOST_COLUMNS:
                    raise SheetError(_("表格超过 %d 列，请删去多余的列") % MOST_COLUMNS)
                yield sheet.title, row
    except SheetError:
        raise
    except Exception as error:
        # Foreign XML in a foreign archive: the parser may raise anything, and none of it is ours.
        raise SheetError(_("无法读取该文件，请另存为 XLSX 后重试。")) from error


def cell_text(cell: object) -> str:
    """What stands in a cell, as a person reads it; "" for an empty one.

    >>> cell_text(45.0), cell_text(date(2026, 1, 2)), cell_text(" a "), cell_text("'-1")
    ('45', '2026-01-02', 'a', '-1')
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M" if cell.hour or cell.minute else "%Y-%m-%d")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).strip()
    # Our own files write an apostrophe where a spreadsheet would run the text as a formula.
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@") else text
