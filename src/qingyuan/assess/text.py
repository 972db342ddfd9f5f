"""Text files of other people: bytes, lines and cells, and the two things that cells hold."""

import csv
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from qingyuan.assess.refusal import Complaints, Refused

MINUTE = "a China time YYYY-MM-DD HH:MM in the years 2000 to 2100"
NUMBER = "a number or nothing"
_TIME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2}) ([0-9]{2}):([0-9]{2})")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_LARGEST = 1e100
_EPOCH = date(1970, 1, 1).toordinal()
_BOM = b"\xef\xbb\xbf"


def read(path: Path) -> bytes:
    """The bytes of a file; Refused when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path}: cannot be read: {error.strerror}") from None


def utf8(path: Path, raw: bytes) -> bytes:
    """A file's text as UTF-8 without byte order mark, from UTF-8 or, failing that, GBK."""
    if raw.isascii():
        return raw
    body = raw.removeprefix(_BOM)
    for name in ("utf-8", "gbk"):
        try:
            return body.decode(name).encode()
        except UnicodeDecodeError as error:
            wrong = error.start
    line = body.count(b"\n", 0, wrong) + 1
    raise Refused(f"{path}:{line}: {body[wrong : wrong + 8]!r}: expected text in UTF-8 or GBK")


def parse_minute(text: str) -> int | None:
    """A China time as minutes since 1970-01-01 UTC; None when it is not one.

    >>> parse_minute("2025-10-01 08:30") * 60
    1759278600
    >>> parse_minute("2025-02-29 00:00") is parse_minute("2025-10-01T08:30") is None
    True
    """
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute = map(int, match.groups())
    if not (2000 <= year <= 2100 and hour < 24 and minute < 60):
        return None
    try:
        days = date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return None
    return days * 1440 + hour * 60 + minute - 480


def parse_number(text: str) -> float | None:
    """A decimal number; None when it is not one, or so large that a sum of an hour's would not
    be finite.

    >>> parse_number("-1.5e1"), parse_number("nan"), parse_number("1_0"), parse_number("1e999")
    (-15.0, None, None, None)
    """
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text)
    return value if abs(value) <= _LARGEST else None


def check_header(line: str, columns: Sequence[str], complaints: Complaints) -> bool:
    """Whether the first line names exactly these columns; a complaint when not."""
    if cells(line) == list(columns):
        return True
    complaints.add(1, line, "the header " + ",".join(columns))
    return False


def cells(line: str) -> list[str]:
    """The cells of one line without surrounding blanks; [] for a blank line or a torn quote."""
    if not line.strip():
        return []
    try:
        return [cell.strip() for cell in next(csv.reader([line], strict=True))]
    except csv.Error:
        return []


def records(
    path: Path, raw: bytes, columns: Sequence[str], complaints: Complaints
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a small file with their line numbers, each as wide as ``columns``; blank lines
    are skipped, a wrong header or width is a complaint."""
    lines = utf8(path, raw).decode().split("\n")
    if not check_header(lines[0].rstrip("\r"), columns, complaints):
        return
    for number, line in enumerate(lines[1:], 2):
        text = line.rstrip("\r")
        if not text.strip():
            continue
        row = cells(text)
        if len(row) == len(columns):
            yield number, row
        else:
            complaints.add(number, text, f"{len(columns)} cells: {','.join(columns)}")
