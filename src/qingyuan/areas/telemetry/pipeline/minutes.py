"""Minutes out of packed rows straight into arrays: no object for a value, no dict for a row.

The same rule as ``readings.merge``: of several rows of one instant the later frame wins for each
factor it speaks of, of equal frames the later source. Codes of 2005 come out under those of 2017.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import psycopg
from django.db import connection

from qingyuan.calc.roles import medium, under_2017
from qingyuan.calc.types import Floats, Small
from qingyuan.kernel.windows import DAY, HOUR

from ..packing import unpack_flags
from ..readings import Layout, layouts

PIECE = 31 * DAY  # fetched by the month: a year then needs no more memory than its arrays
MOST_LETTERS = 254  # texts of flags in one stretch that are told apart; any further is the last
_SUFFIXES = ("Avg", "Rtd")  # a minute's mean; where a logger sends none, its momentary value


@dataclass(slots=True)
class Minutes:
    """What was reported for ``hours`` clock hours from ``start``: by 2017 code the values and flags
    of each minute of each hour, shape (hours, 60); NaN is no value, ``flags`` index ``letters``."""

    start: int
    hours: int
    values: dict[str, Floats] = field(default_factory=dict)
    flags: dict[str, Small] = field(default_factory=dict)
    letters: list[str] = field(default_factory=lambda: ["", "N"])

    def letter(self, text: str) -> int:
        """The index of a flag's text."""
        if text in self.letters:
            return self.letters.index(text)
        if len(self.letters) < MOST_LETTERS:
            self.letters.append(text)
        return len(self.letters) - 1

    def room(self, code: str) -> tuple[Floats, Small]:
        """The flat arrays of a factor, one place a minute; made when first asked for."""
        if code not in self.values:
            self.values[code] = np.full((self.hours, 60), np.nan)
            self.flags[code] = np.zeros((self.hours, 60), np.uint8)
        return self.values[code].reshape(-1), self.flags[code].reshape(-1)

    def some(self, first: int, until: int) -> "Minutes":
        """Views of the hours ``first`` to ``until`` (numbers of hours from the start)."""
        return Minutes(
            self.start + HOUR * first, until - first,
            {code: values[first:until] for code, values in self.values.items()},
            {code: flags[first:until] for code, flags in self.flags.items()}, self.letters,
        )


class _Rows(NamedTuple):
    """The rows of one shape: the minute of each, its place in the order of facts, its numbers
    (rows, columns), its flags (rows, factors)."""

    layout: Layout
    minutes: np.ndarray[Any, Any]
    ranks: np.ndarray[Any, Any]
    numbers: Floats
    flags: Small

    @property
    def plain(self) -> bool:
        """Whether no two rows speak of one minute."""
        return bool(np.all(np.diff(self.minutes) > 0))


def load(point: int, start: int, hours: int, kind: str) -> Minutes:
    """The minutes of a point's factors of its medium, in one query a month and one for the
    shapes."""
    found = Minutes(start, hours)
    shapes: dict[int, Layout] = {}
    for since in range(start, start + HOUR * hours, PIECE):
        span = (point, since, min(since + PIECE, start + HOUR * hours))
        rows = _fetch("flags, packed", *span)
        if _meet(rows):  # whose word counts is asked only where rows speak of one minute
            rows = _fetch("flags, packed, frame, source_id", *span)
        if rows:
            _into(found, rows, shapes, kind)
    return found


def _meet(rows: Sequence[tuple[Any, ...]]) -> bool:
    return any(after[0] // 60 <= before[0] // 60
               for before, after in zip(rows, rows[1:], strict=False))


def _fetch(columns: str, point: int, since: int, until: int) -> list[tuple[Any, ...]]:
    """(time, shape, columns …) in the order of the key."""
    asked = (f"SELECT time, shape_id, {columns} FROM telemetry_minutereading"
             " WHERE point_id = {0} AND time >= {0} AND time < {0} ORDER BY time, shape_id")
    connection.ensure_connection()
    # The drivers themselves: half a million rows a year, and no wrapper needed.
    if connection.vendor == "sqlite":
        held = connection.connection.execute(asked.format("?"), (point, since, until))
        return list(held.fetchall())
    with psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(asked.format("%b"), (point, since, until), binary=True)
        return list(cursor.fetchall())


def _into(
    found: Minutes, rows: list[tuple[Any, ...]], shapes: dict[int, Layout], kind: str
) -> None:
    times, ids, flags, packed, *order = zip(*rows, strict=True)
    new = set(ids) - set(shapes)
    if new:
        shapes.update(layouts(new))
    moments = np.array(times, np.int64)
    minutes = (moments - found.start) // 60
    ranks = _ranks(moments, *order) if order else minutes
    several = len(set(ids)) > 1
    parts: list[_Rows] = []
    for shape in dict.fromkeys(ids):
        own = [number for number, one in enumerate(ids) if one == shape] if several else None
        parts.append(_part(
            found, shapes[shape], minutes if own is None else minutes[own],
            ranks if own is None else ranks[own],
            packed if own is None else [packed[n] for n in own],
            flags if own is None else [flags[n] for n in own],
        ))
    for code, speakers in _speakers(parts, kind):
        _place(found, code, speakers)


def _ranks(moments: np.ndarray[Any, Any], frames: Sequence[int], sources: Sequence[int]
           ) -> np.ndarray[Any, Any]:
    """Each row's place in the order of (time, frame, source)."""
    order = np.lexsort((np.array(sources), np.array(frames, np.int64), moments))
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(len(order))
    return ranks


def _part(found: Minutes, layout: Layout, minutes: np.ndarray[Any, Any],
          ranks: np.ndarray[Any, Any], packed: Sequence[Any], flags: Sequence[str]) -> _Rows:
    numbers = np.frombuffer(b"".join(packed), "<f8").reshape(len(packed), len(layout.columns))
    texts = {text: number for number, text in enumerate(dict.fromkeys(flags))}
    count = len(layout.factors)
    table = np.zeros((len(texts), count), np.uint8)
    for text, number in texts.items():
        table[number] = [found.letter(flag) for flag in unpack_flags(text, count)]
    which = np.fromiter(map(texts.__getitem__, flags), np.intp, len(flags))
    return _Rows(layout, minutes, ranks, numbers, table[which])


def _speakers(parts: list[_Rows], kind: str) -> Iterator[tuple[str, list[tuple[_Rows, str]]]]:
    """Each factor of the medium under its 2017 code, with the shapes that have it and under which
    code."""
    found: dict[str, list[tuple[_Rows, str]]] = {}
    for part in parts:
        for code in part.layout.factors:
            name = under_2017(code)[0]
            if medium(name) == kind:
                found.setdefault(name, []).append((part, code))
    yield from found.items()


def _place(found: Minutes, name: str, speakers: list[tuple[_Rows, str]]) -> None:
    values, flags = found.room(name)
    if len(speakers) == 1 and speakers[0][0].plain:
        part, code = speakers[0]
        values[part.minutes] = _values(part, code)
        flags[part.minutes] = part.flags[:, part.layout.factors.index(code)]
        return
    facts = [_facts(part, code) for part, code in speakers]
    minutes, ranks, numbers, marks = (np.concatenate(column) for column in zip(*facts, strict=True))
    order = np.argsort(ranks, kind="stable")[::-1]
    taken, first = np.unique(minutes[order], return_index=True)
    values[taken] = numbers[order][first]
    flags[taken] = marks[order][first]


def _facts(part: _Rows, code: str) -> tuple[np.ndarray[Any, Any], ...]:
    """Minutes, ranks, values and flags of the rows that say anything of the factor."""
    own = [place for place, (factor, _suffix) in enumerate(part.layout.columns) if factor == code]
    marks = part.flags[:, part.layout.factors.index(code)]
    says = (~np.isnan(part.numbers[:, own])).any(axis=1) | (marks > 0)
    return part.minutes[says], part.ranks[says], _values(part, code)[says], marks[says]


def _values(part: _Rows, code: str) -> Floats:
    places = {suffix: place for place, (factor, suffix) in enumerate(part.layout.columns)
              if factor == code}
    suffix = next((suffix for suffix in _SUFFIXES if suffix in places), None)
    if suffix is None:
        return np.full(len(part.minutes), np.nan)
    scale = under_2017(code)[1]
    column = part.numbers[:, places[suffix]]
    return column if scale == 1.0 else column * scale
