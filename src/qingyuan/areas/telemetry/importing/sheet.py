"""Cells of a CSV or XLSX file as text, whatever program wrote it."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

MOST_ROWS = 600_000
MOST_BYTES = 200 << 20  # unpacked; a small archive can hold a very large sheet


class SheetError(Exception):
    """The file as a whole cannot be read; the message says what to do."""


def cells(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """(line number from 1, texts) of each line that is not empty. SheetError when unreadable."""
    lines = _xlsx(content) if content[:2] == b"PK" else _csv(content, name)
    for number, line in enumerate(lines, 1):
        if number > MOST_ROWS:
            raise SheetError(_("文件超过 %d 行，请分成几个文件导入") % MOST_ROWS)
        texts = [text(cell) for cell in line]
        if any(texts):
            yield number, texts


def _csv(content: bytes, name: str) -> Iterator[list[str]]:
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            decoded = content.decode("gb18030")
        except UnicodeDecodeError:
            raise SheetError(_("%s 既不是 UTF-8 也不是 GBK 文本") % name) from None
    if "\x00" in decoded:
        raise SheetError(_("%s 不是文本文件，请另存为 CSV 或 XLSX") % name)
    first = decoded.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise SheetError(_("CSV 无法读取：%s") % error) from None


def _xlsx(content: bytes) -> Iterator[tuple[object, ...]]:
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                raise SheetError(_("文件解压后过大，请分成几个文件导入"))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise SheetError(_("不是可读的 XLSX 文件：%s") % error) from None
    try:
        yield from book.worksheets[0].iter_rows(values_only=True)
    finally:
        book.close()


def text(cell: object) -> str:
    """A cell as the person sees it; moments in ISO form, whole numbers without ``.0``.

    >>> text(datetime(2026, 11, 23, 14, 5)), text(3.0), text(None), text(" 12.50 ")
    ('2026-11-23 14:05:00', '3', '', '12.50')
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()
