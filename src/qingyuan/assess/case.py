"""From rows to a case: clock hours, and each factor's values on the grid of its slots."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qingyuan.assess.facts import Manual
from qingyuan.assess.minutes import Minutes
from qingyuan.assess.point import Point, judged
from qingyuan.assess.refusal import Complaints, Refused
from qingyuan.calc.roles import FLUE_PARAMETERS, GRABBED, O2
from qingyuan.calc.types import Case, Event, Grid, Mark
from qingyuan.kernel.clock import CST

MOST_HOURS = 10 * 8784
"""Ten years: a longer file has a wrong year in it, and its empty hours would fill the memory."""
_SPACED = {60: "minute", 6: "ten minutes", 1: "hour"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands beside the minutes."""

    events: tuple[Event, ...] = ()
    marks: tuple[Mark, ...] = ()
    manual: Manual | None = None


def make_case(path: Path, rows: Minutes, point: Point, facts: Facts) -> tuple[Case, list[str]]:
    """The case of a point, from the first clock hour of MIN.csv (``path``) to its last, and notes
    on what was left out. Refused where two rows are for the same slot, or the file is too long."""
    start, hours = _span(path, rows)
    rules = judged(point.kind, point.factors)
    slots = {code: _slots(point, code) for code in (*rules, *_parameters(point))}
    complaints = Complaints(path)
    doubles: list[tuple[int, int, str, int]] = []
    grids = {}
    for index, code in enumerate(rows.factors):
        own = np.flatnonzero(rows.factor == index)
        place = rows.minute[own] - np.int32(start // 60)
        size = slots.get(code, 60)
        doubles += _doubles(place * size // 60, rows, own)
        if code in slots:
            grids[code] = _grid(place, rows, own, (hours, size), stamped=point.kind == "water")
    for line, earlier, code, minute in sorted(doubles):
        complaints.add(line, f"{_time(minute)},{code}", _expected(slots.get(code, 60), earlier))
    complaints.refuse()
    used = tuple(code for code in rules if code in point.factors)
    case = Case(point.kind, start, hours, grids, used, rules, point.parameters, facts.events,
                facts.marks, facts.manual or {})
    return case, _notes(path, rows.factors, slots, facts)


def _span(path: Path, rows: Minutes) -> tuple[int, int]:
    first, last = int(rows.minute.min()) // 60, int(rows.minute.max()) // 60
    if last - first >= MOST_HOURS:
        ends = [int(rows.line[at]) for at in (rows.minute.argmin(), rows.minute.argmax())]
        raise Refused(f"{path}:{ends[1]}: {_time(int(rows.minute.max()))!r}: expected a time "
                      f"within ten years of line {ends[0]}, {_time(int(rows.minute.min()))}")
    return first * 3600, last - first + 1


def _parameters(point: Point) -> tuple[str, ...]:
    return (O2, *FLUE_PARAMETERS) if point.kind == "gas" else ()


def _slots(point: Point, code: str) -> int:
    if point.kind == "gas":
        return 60 // point.minutes_per_value
    return 6 if code in GRABBED else 1


def _doubles(place: NDArray[np.int32], rows: Minutes, own: NDArray[np.intp]
             ) -> list[tuple[int, int, str, int]]:
    """Rows for a slot that an earlier line has filled: line, earlier line, code, minute."""
    if own.size == 0 or int(np.bincount(place).max()) < 2:
        return []
    line = rows.line[own]
    order = np.lexsort((line, place))
    again = np.flatnonzero(np.diff(place[order]) == 0) + 1
    return [(int(line[order[at]]), int(line[order[at - 1]]), rows.factors[rows.factor[own[0]]],
             int(rows.minute[own[order[at]]])) for at in again]


def _grid(place: NDArray[np.int32], rows: Minutes, own: NDArray[np.intp], shape: tuple[int, int],
          *, stamped: bool) -> Grid:
    """The rows ``own``, ``place`` minutes after the first hour's start, on their slots.
    ``stamped``: a value that is not of its slot's start keeps its own time, which decides what
    covers it."""
    hours, size = shape
    slot, width = place * size // 60, 60 // size
    values, flags = np.full(shape, np.nan), np.zeros(shape, np.uint8)
    values.reshape(-1)[slot] = rows.value[own]
    flags.reshape(-1)[slot] = rows.flag[own]
    if not stamped or not (place % width).any():
        return Grid(values, flags, rows.letters)
    stamps = np.tile(np.arange(size, dtype=np.int16) * np.int16(width * 60), (hours, 1))
    stamps.reshape(-1)[slot] = place % 60 * 60
    return Grid(values, flags, rows.letters, stamps)


def _expected(slots: int, earlier: int) -> str:
    spacing = _SPACED.get(slots, f"{60 // slots} minutes")
    return f"one row for each factor and {spacing}, and line {earlier} has one"


def _notes(path: Path, seen: tuple[str, ...], slots: Mapping[str, int], facts: Facts) -> list[str]:
    named = {event.factor for event in facts.events} | {mark.factor for mark in facts.marks}
    named |= set(facts.manual or {})
    unused = sorted(set(seen) - set(slots))
    idle = sorted(named - set(slots) - {""})
    return [*([f"{path}: not judged and not a parameter, ignored: {', '.join(unused)}"]
              if unused else []),
            *([f"events, marks or samples of factors that are not judged: {', '.join(idle)}"]
              if idle else [])]


def _time(minute: int) -> str:
    return f"{datetime.fromtimestamp(minute * 60, CST):%Y-%m-%d %H:%M}"
