"""The part of a text that shows why it was found, with the words marked. The parts are plain text:
whoever shows them escapes them."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from .tokens import Piece, fold

WIDTH, BEFORE = 120, 24  # characters shown, and how many of them before the first word
Part = tuple[str, bool]
"""(text, whether it is marked)"""


def spans(text: str, pieces: Sequence[Piece]) -> list[tuple[int, int]]:
    """Where the pieces stand, in order, overlapping ones as one."""
    if not pieces:
        return []
    found: list[tuple[int, int]] = []
    for hit in _pattern(tuple(pieces)).finditer(fold(text)):
        if found and hit.start() <= found[-1][1]:
            found[-1] = (found[-1][0], hit.end())
        else:
            found.append(hit.span())
    return found


@lru_cache(maxsize=64)
def _pattern(pieces: tuple[Piece, ...]) -> re.Pattern[str]:
    longest = sorted(pieces, key=lambda one: -len(one.text))
    return re.compile("|".join(
        re.escape(one.text) if one.is_han else f"(?<![0-9a-z]){re.escape(one.text)}(?![0-9a-z])"
        for one in longest))


def marked(text: str, pieces: Sequence[Piece]) -> tuple[Part, ...]:
    """The whole text in parts."""
    return _parts(text, spans(text, pieces))


def extract(text: str, pieces: Sequence[Piece]) -> tuple[Part, ...]:
    """Some 120 characters where the most pieces stand together; the beginning of a text in which
    none stands (the title was it)."""
    found = spans(text, pieces)
    first = _densest(found) if found else 0
    begin = max(0, first - BEFORE)
    end = min(len(text), begin + WIDTH)
    shown = [(at - begin, min(until, end) - begin) for at, until in found if begin <= at < end]
    parts = _parts(_plain(text[begin:end]), shown)
    if begin:
        parts = (("…", False), *parts)
    return (*parts, ("…", False)) if end < len(text) else parts


def _densest(found: Sequence[tuple[int, int]]) -> int:
    best, most = found[0][0], 0
    for at, _until in found[:200]:
        n = sum(at <= other < at + WIDTH - BEFORE for other, _end in found[:200])
        if n > most:
            best, most = at, n
    return best


def _plain(text: str) -> str:
    """As long as it was, on one line."""
    return "".join(one if one.isprintable() else " " for one in text)


def _parts(text: str, found: Sequence[tuple[int, int]]) -> tuple[Part, ...]:
    edges = [0, *(edge for span in found for edge in span), len(text)]
    return tuple((text[at:until], place % 2 == 1)
                 for place, (at, until) in enumerate(pairwise(edges)) if at < until)
