"""Every sheet of an uploaded workbook, or the one of a CSV file, as numbered lines of text."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from qingyuan.areas.assets.workbook import MOST_BYTES, MOST_COLUMNS, SheetError

from ..importing.sheet import cells, text

__all__ = ["SheetError", "sheets_of"]
MOST_LINES = 50_000
Lines = list[tuple[int, list[str]]]


def sheets_of(content: bytes, name: str) -> list[tuple[str, Lines]]:
    """(sheet name, lines that are not empty with their number from 1). SheetError with a sentence
    for what is no readable table."""
    if content[:2] == b"PK":
        return _workbook(content)
    lines = list(_counted(cells(content, name)))
    if not lines:
        raise SheetError(_("文件是空的"))
    return [(Path(name).stem, lines)]


def _counted(lines: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    for line in lines:
        if line[0] > MOST_LINES:
            raise SheetError(_("文件超过 %d 行，请分成几个文件导入") % MOST_LINES)
        yield line


def _workbook(content: bytes) -> list[tuple[str, Lines]]:
    try:
        with ZipFile(BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MOST_BYTES:
            raise SheetError(_("文件解压后过大，请分成几个文件导入"))
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        found = []
        for sheet in book.worksheets:
            # What a file says of its size is not believed: rows would be filled up to it.
            sheet.reset_dimensions()
            lines = ((number, [text(cell) for cell in row])
                     for number, row in enumerate(_narrow(sheet.iter_rows(values_only=True)), 1))
            found.append((sheet.title, list(_counted(line for line in lines if any(line[1])))))
    except SheetError:
        raise
    except Exception as error:
        # Foreign XML in a foreign archive: the parser may raise anything, and none of it is ours.
        raise SheetError(_("无法读取该文件，请另存为 XLSX 后重试。")) from error
    if not any(lines for _name, lines in found):
        raise SheetError(_("文件是空的"))
    return found


def _narrow(rows: Iterator[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        if len(row) > MOST_COLUMNS:
            raise SheetError(_("表格超过 %d 列，请删去多余的列") % MOST_COLUMNS)
        yield row
