"""Prepared marks against declared rows of one point: what agrees, what differs, what stands alone.

A prepared mark *agrees* when declared rows have its kind, its start and its end to the minute, and
together its factors: a mark of all factors needs a row without factor, or one each. It *differs*
when only some of that is so, or when rows of the same family (about the monitor, or about the
process) overlap it with another time or kind. A row that agrees with a mark is spoken for and
contradicts no other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .tables import BY_FACTOR, family


@dataclass(frozen=True, slots=True)
class Prepared:
    """A mark of ours. ``factors`` are those that a mark of all factors must be declared for; empty:
    only a row without a factor will do."""

    key: int
    kind: str
    start: int
    end: int
    factor: str = ""
    factors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """A declared row; ``factor`` "" is for all."""

    key: int
    kind: str
    start: int
    end: int
    factor: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``state`` is matched, differs or alone; ``rows`` the keys it rests on; ``why`` time, kind or
    factor: the first thing in which they differ."""

    state: str
    rows: tuple[int, ...] = ()
    why: str = ""


def match(prepared: Sequence[Prepared], rows: Iterable[Row]) -> dict[int, Verdict]:
    """A verdict for each prepared mark by its key.

    >>> mine = Prepared(1, "calibration", 0, 1800, "a21026")
    >>> match([mine], [Row(7, "calibration", 0, 1800, "a21026")])[1]
    Verdict(state='matched', rows=(7,), why='')
    >>> match([mine], [Row(7, "calibration", 0, 3600, "a21026")])[1].why
    'time'
    >>> match([mine], [Row(7, "calibration", 1800, 3600, "a21026")])[1].state
    'alone'
    """
    held = list(rows)
    found: dict[int, Verdict] = {}
    spoken: set[int] = set()
    for one in prepared:
        keys = _agreeing(one, held)
        if keys:
            found[one.key] = Verdict("matched", keys)
            spoken |= set(keys)
    for one in prepared:
        if one.key not in found:
            left = [row for row in held if row.key not in spoken]
            found[one.key] = _against(one, left)
    return found


def _agreeing(one: Prepared, rows: Sequence[Row]) -> tuple[int, ...]:
    same = [row for row in rows if (row.kind, *_minutes(row)) == (one.kind, *_minutes(one))]
    if one.kind not in BY_FACTOR:
        return tuple(row.key for row in same)
    if one.factor:
        return tuple(row.key for row in same if row.factor == one.factor)
    for_all = tuple(row.key for row in same if not row.factor)
    if for_all or not one.factors:
        return for_all
    declared = [row for row in same if row.factor in one.factors]
    if {row.factor for row in declared} != one.factors:
        return ()
    return tuple(row.key for row in declared)


def _against(one: Prepared, rows: Sequence[Row]) -> Verdict:
    touching = [
        row for row in rows
        if family(row.kind) == family(one.kind) and row.start < one.end and one.start < row.end
        and (not row.factor or not one.factor or row.factor == one.factor)
    ]
    if not touching:
        return Verdict("alone")
    keys = tuple(row.key for row in touching)
    same_time = [row for row in touching if _minutes(row) == _minutes(one)]
    if not same_time:
        return Verdict("differs", keys, "time")
    kinds = {row.kind for row in same_time}
    return Verdict("differs", keys, "factor" if one.kind in kinds else "kind")


def _minutes(span: Prepared | Row) -> tuple[int, int]:
    return span.start // 60, span.end // 60
