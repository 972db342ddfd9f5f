"""Cells of a CSV or XLSX file as text, whatever program wrote it."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime, time

from django.utils.translation import gettext as _

from qingyuan.areas.assets.workbook import SheetError, workbook_rows

__all__ = ["SheetError", "cells", "text"]
MOST_ROWS = 600_000


def cells(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """(line number from 1, texts) of each line that is not empty. SheetError when unreadable."""
    lines = workbook_rows(content) if content[:2] == b"PK" else _csv(content, name)
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
