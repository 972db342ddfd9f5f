"""Lines of MIN.csv that look as they should, found and read as arrays of bytes.

A plain line is ``YYYY-MM-DD HH:MM,code,number,flag`` with a code of at most 8 letters, a number
without exponent in at most 24 characters (or none), and a flag of one letter (or none).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LF, _CR, _COMMA, _DOT, _MINUS, _PLUS, _ZERO = b"\n\r,.-+0"
_DIGITS = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15)
_SIGNS = ((4, ord("-")), (7, ord("-")), (10, ord(" ")), (13, ord(":")))
_WIDTHS = (16, 8, 24, 1)

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
Yes = NDArray[np.bool_]
Words = NDArray[np.bytes_]


@dataclass(frozen=True, slots=True)
class Plain:
    """All lines' ``starts`` and ``ends`` (without line end), and, for the plain ones ``at``, their
    cells: minutes since 1970-01-01 UTC, values (NaN: empty), words of 8 and of 1 bytes."""

    starts: Places
    ends: Places
    at: Places
    minute: NDArray[np.int32]
    value: NDArray[np.float64]
    factor: Words
    flag: Words


def plain_lines(text: Bytes) -> Plain:
    """Read the plain lines of a stretch that ends in a line feed.

    >>> text = b"2025-10-01 00:00,a21026,12.5,N\\r\\n2025-10-01 00:01,a21026,,\\nabc\\n"
    >>> plain = plain_lines(np.frombuffer(text, np.uint8))
    >>> plain.at, plain.value, plain.factor.tolist(), plain.flag.tolist()
    (array([0, 1]), array([12.5,  nan]), [b'a21026', b'a21026'], [b'N', b''])
    """
    feeds = np.flatnonzero(text == _LF)
    starts = np.concatenate((np.zeros(1, np.int64), feeds[:-1] + 1))
    ends = feeds - ((feeds > starts) & (text[feeds - 1] == _CR))
    at, begins, widths = _cells(text, starts, ends, feeds)
    minute, timely = _minutes(text, begins[:, 0])
    factor, coded = _words(text, begins[:, 1], widths[:, 1], _WIDTHS[1])
    value, counted = _numbers(text, begins[:, 2], widths[:, 2])
    flag, flagged = _words(text, begins[:, 3], widths[:, 3], _WIDTHS[3])
    good = timely & coded & counted & flagged
    return Plain(starts, ends, at[good], minute[good], value[good], factor[good], flag[good])


def _cells(text: Bytes, starts: Places, ends: Places, feeds: Places
           ) -> tuple[Places, Places, Places]:
    """The lines of four cells of plain widths, and where their cells begin and how wide they are,
    both of shape (lines, 4)."""
    commas = np.flatnonzero(text == _COMMA)
    first = np.searchsorted(commas, starts)
    at = np.flatnonzero(np.searchsorted(commas, feeds) - first == 3)
    cuts = commas[first[at, None] + np.arange(3)]
    begins = np.column_stack((starts[at], cuts + 1))
    widths = np.column_stack((cuts, ends[at])) - begins
    good = ((widths <= _WIDTHS).all(1) & (widths[:, 0] == _WIDTHS[0]) & (widths[:, 1] > 0))
    return at[good], begins[good], widths[good]


def _minutes(text: Bytes, begins: Places) -> tuple[NDArray[np.int32], Yes]:
    cell = text[begins[:, None] + np.arange(_WIDTHS[0])]
    digit = cell[:, _DIGITS] - np.uint8(_ZERO)
    good: Yes = (digit <= 9).all(1)
    for place, sign in _SIGNS:
        good &= cell[:, place] == sign
    n = digit.astype(np.int64).T
    year = n[0] * 1000 + n[1] * 100 + n[2] * 10 + n[3]
    month, day, hour, minute = (n[i] * 10 + n[i + 1] for i in (4, 6, 8, 10))
    good &= (year >= 2000) & (year <= 2100) & (month >= 1) & (month <= 12) & (day >= 1)
    good &= (hour < 24) & (minute < 60)
    months = (np.where(good, (year - 1970) * 12 + month - 1, 0)).astype("datetime64[M]")
    begin = months.astype("datetime64[D]").astype(np.int64)
    good &= day <= (months + 1).astype("datetime64[D]").astype(np.int64) - begin
    total = (begin + day - 1) * 1440 + hour * 60 + minute - 480
    return np.where(good, total, 0).astype(np.int32), good


def _matrix(text: Bytes, begins: Places, widths: Places, size: int) -> tuple[Bytes, Yes]:
    """Cells as rows of ``size`` bytes, zero behind their end, and which bytes are inside."""
    span = np.arange(size)
    inside: Yes = span < widths[:, None]
    places = np.minimum(begins[:, None] + span, text.size - 1)
    return np.where(inside, text[places], np.uint8(0)), inside


def _words(text: Bytes, begins: Places, widths: Places, size: int) -> tuple[Words, Yes]:
    matrix, inside = _matrix(text, begins, widths, size)
    lower = matrix | np.uint8(0x20)
    digits = matrix - np.uint8(_ZERO) <= 9
    letters = (lower - np.uint8(ord("a")) <= 25) & (matrix < 0x80)
    good: Yes = np.logical_and.reduce(digits | letters | ~inside, axis=1)
    return matrix.view(f"S{size}").ravel(), good


def _numbers(text: Bytes, begins: Places, widths: Places) -> tuple[NDArray[np.float64], Yes]:
    matrix, inside = _matrix(text, begins, widths, max(int(widths.max(initial=1)), 1))
    digits = matrix - np.uint8(_ZERO) <= 9
    dots = matrix == _DOT
    signs = (matrix == _MINUS) | (matrix == _PLUS)
    good: Yes = (digits | dots | ~inside).all(1) if not signs.any() else (
        (digits | dots | signs | ~inside).all(1) & ~signs[:, 1:].any(1))
    good &= (dots.sum(1) <= 1) & digits.any(1)
    value = np.full(widths.size, np.nan)
    value[good] = matrix.view(f"S{matrix.shape[1]}").ravel()[good].astype(np.float64)
    return value, good | (widths == 0)
