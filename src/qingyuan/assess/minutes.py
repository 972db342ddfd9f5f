"""MIN.csv: ``time,factor,value,flag``, some million lines, in any order.

Lines of the plain shape are taken as arrays of bytes, whole stretches of the file at once. Every
other line goes through ``Reader.line``, which alone decides what is right and what is refused: the
fast way takes only what that one would have taken, with the same answer.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qingyuan.assess.plain import Bytes, Words, Yes, plain_lines
from qingyuan.assess.refusal import Complaints
from qingyuan.assess.text import (
    MINUTE,
    NUMBER,
    cells,
    check_header,
    parse_minute,
    parse_number,
    utf8,
)

COLUMNS = ("time", "factor", "value", "flag")
FACTOR = re.compile(r"[0-9A-Za-z_-]{1,16}")
CODE = "a factor's code, such as a21026 or w01018"
FLAG_LETTERS = 8
_MOST = 255  # different factors, different flags: they are kept as bytes
_STRETCH = 8 << 20


@dataclass(frozen=True, slots=True)
class Minutes:
    """The rows of a file as columns of one length. ``minute`` counts from 1970-01-01 UTC, ``value``
    is NaN where the cell is empty, ``factor`` and ``flag`` index ``factors`` and ``letters``
    (whose first two are "" and "N")."""

    minute: NDArray[np.int32]
    factor: Bytes
    value: NDArray[np.float64]
    flag: Bytes
    line: NDArray[np.int32]
    factors: tuple[str, ...]
    letters: tuple[str, ...]


def read_minutes(path: Path, raw: bytes) -> Minutes:
    """Read MIN.csv; Refused with every bad line (the first twenty, then a count)."""
    complaints = Complaints(path)
    body = utf8(path, raw)
    head, _, _ = body.partition(b"\n")
    reader = Reader(complaints)
    if check_header(head.decode().rstrip("\r"), COLUMNS, complaints):
        for stretch, line in _stretches(body, len(head) + 1):
            reader.stretch(stretch, line)
        if not complaints.count and not reader.rows:
            complaints.add(1, head.decode().rstrip("\r"), "at least one line of data below it")
    complaints.refuse()
    return reader.minutes()


def _stretches(body: bytes, begin: int) -> Iterator[tuple[bytes, int]]:
    """Pieces of whole lines, each ending in a line feed, with the number of their first line."""
    line = 2
    while begin < len(body):
        end = body.rfind(b"\n", begin, begin + _STRETCH) + 1 or body.find(b"\n", begin) + 1
        piece = body[begin:end] if end else body[begin:] + b"\n"
        yield piece, line
        line += piece.count(b"\n")
        begin = end or len(body)


class Reader:
    """Gathers rows; keeps which factors and flags have been seen."""

    def __init__(self, complaints: Complaints) -> None:
        self.complaints = complaints
        self.factors: dict[bytes, int] = {}
        self.letters: dict[bytes, int] = {b"": 0, b"N": 1}
        self.rows = 0
        self._parts: list[tuple[NDArray[np.generic], ...]] = []

    def minutes(self) -> Minutes:
        minute, factor, value, flag, line = (
            np.concatenate(column) for column in zip(*self._parts, strict=True))
        return Minutes(minute, factor, value, flag, line,
                       tuple(code.decode() for code in self.factors),
                       tuple(letter.decode() for letter in self.letters))

    def stretch(self, piece: bytes, first: int) -> None:
        """Take a piece of whole lines whose first has the number ``first``."""
        plain = plain_lines(np.frombuffer(piece, np.uint8))
        factor, known = self._codes(plain.factor, self.factors)
        flag, lettered = self._codes(plain.flag, self.letters)
        fast = known & lettered
        self._keep((plain.minute[fast], factor[fast], plain.value[fast], flag[fast],
                    (plain.at[fast] + first).astype(np.int32)))
        others = np.ones(plain.starts.size, bool)
        others[plain.at[fast]] = False
        slow = [row for at in np.flatnonzero(others)
                if (row := self.line(piece[plain.starts[at] : plain.ends[at]], first + int(at)))]
        if slow:
            kinds = (np.int32, np.uint8, np.float64, np.uint8, np.int32)
            columns = zip(*slow, strict=True)
            self._keep(tuple(np.array(column, kind)
                             for column, kind in zip(columns, kinds, strict=True)))

    def _keep(self, rows: tuple[NDArray[np.generic], ...]) -> None:
        self._parts.append(rows)
        self.rows += len(rows[0])

    def line(self, raw: bytes, number: int) -> tuple[int, int, float, int, int] | None:
        """One line the slow way: its row, or None and a complaint (a blank line: neither)."""
        text = raw.decode().rstrip("\r")
        if not text.strip():
            return None
        try:
            minute, code, value, letter = _row(text)
            factor = _index(self.factors, code.encode())
            flag = _index(self.letters, letter.encode())
            if factor is None or flag is None:
                raise _Wrong(text, f"at most {_MOST} different factors and as many flags")
        except _Wrong as wrong:
            self.complaints.add(number, *wrong.args)
            return None
        return minute, factor, value, flag, number

    @staticmethod
    def _codes(words: Words, seen: dict[bytes, int]) -> tuple[Bytes, Yes]:
        """Each word's index in ``seen``, which grows; False where that has no room."""
        codes = np.zeros(words.size, np.uint8)
        known = np.zeros(words.size, bool)
        numbers = words.view(f"<u{words.itemsize}")
        for word in [word for word in seen if len(word) <= words.itemsize]:
            hit = numbers == np.array([word], words.dtype).view(numbers.dtype)
            codes[hit], known[hit] = seen[word], True
        while not known.all():
            new = int(np.argmin(known))
            index = _index(seen, bytes(words[new]))
            if index is None:
                break
            hit = numbers == numbers[new]
            codes[hit], known[hit] = index, True
        return codes, known


class _Wrong(Exception):
    """A line's offending text and what was expected."""


def _row(text: str) -> tuple[int, str, float, str]:
    row = cells(text)
    if len(row) != len(COLUMNS):
        raise _Wrong(text, f"4 cells: {','.join(COLUMNS)}")
    minute = parse_minute(row[0])
    if minute is None:
        raise _Wrong(row[0], MINUTE)
    if not FACTOR.fullmatch(row[1]):
        raise _Wrong(row[1], CODE)
    value = parse_number(row[2]) if row[2] else np.nan
    if value is None:
        raise _Wrong(row[2], NUMBER)
    if len(row[3]) > FLAG_LETTERS or not row[3].isprintable():
        raise _Wrong(row[3], "a flag such as N, or nothing")
    return minute, row[1], value, row[3]


def _index(seen: dict[bytes, int], word: bytes) -> int | None:
    """The index of a word, entered when it is new; None when there is no room for it."""
    if word not in seen and len(seen) >= _MOST:
        return None
    return seen.setdefault(word, len(seen))
