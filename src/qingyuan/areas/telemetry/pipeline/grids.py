"""Minutes and reported hours as the grids of a case: how many slots an hour has, and what fills
them.

Water has six slots always: HJ 355-2019 6.1 asks for a value each ten minutes, and a logger that
sends more of them has no more duties. Gas has as many as its logger sends.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qingyuan.areas.assets.models import LoggerAssignment
from qingyuan.calc.roles import GRABBED, is_pollutant
from qingyuan.calc.types import Floats, Grid, Medium, Small
from qingyuan.calc.verdict import REPORTED_HOUR
from qingyuan.kernel.windows import HOUR

from .hourly import Hourly
from .minutes import Minutes

_SPACINGS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60)  # minutes that divide an hour
_DEFAULT = 10  # minutes between two minute packets where no logger says otherwise
WATER_SLOTS = 6
Slots = NDArray[np.int64]
Link = tuple[int, int | None, int]  # since, until (epoch seconds), minutes between two packets


class Stretch(NamedTuple):
    """Hours ``first`` to ``until`` of a stretch that have the same number of slots."""

    first: int
    until: int
    grids: dict[str, Grid]


def links_of(point: int) -> list[Link]:
    """How often the point's loggers send minutes, over time. One query."""
    rows = LoggerAssignment.objects.filter(point=point).order_by("since", "-id").values_list(
        "since", "until", "logger__minute_minutes")
    return [(int(since.timestamp()), None if until is None else int(until.timestamp()), spacing)
            for since, until, spacing in rows]


def slots_of(minutes: Minutes, links: Sequence[Link], kind: Medium) -> Slots:
    """How many slots each hour has: by the interval of the logger that stood there, or by the data
    where they are denser."""
    if kind == "water":
        return np.full(minutes.hours, WATER_SLOTS, np.int64)
    base = np.full(minutes.hours, 60 // _DEFAULT, np.int64)
    starts = minutes.start + HOUR * np.arange(minutes.hours, dtype=np.int64)
    for since, until, spacing in links:
        holds = starts >= since - since % HOUR
        if until is not None:
            holds &= starts < until
        base[holds] = 60 // _fitting(spacing)
    there = _presence(minutes)
    denser = there.sum(axis=1) > base
    base[denser] = np.maximum(base[denser], _densest(there[denser]))
    return base


def _fitting(spacing: int) -> int:
    """The greatest spacing that divides an hour and is no longer.

    >>> _fitting(10), _fitting(7), _fitting(0), _fitting(90)
    (10, 6, 1, 60)
    """
    return max((one for one in _SPACINGS if one <= spacing), default=1)


def _presence(minutes: Minutes) -> NDArray[np.bool_]:
    there = np.zeros((minutes.hours, 60), np.bool_)
    for code, values in minutes.values.items():
        there |= ~np.isnan(values) | (minutes.flags[code] > 0)
    return there


def _densest(there: NDArray[np.bool_]) -> Slots:
    """Slots by the least distance between two minutes of each hour."""
    spacing = np.full(len(there), 60)
    for distance in range(59, 0, -1):
        near = (there[:, distance:] & there[:, :-distance]).any(axis=1)
        spacing[near] = _fitting(distance)
    return 60 // spacing


def stretches(
    minutes: Minutes, hourly: Hourly, slots: Slots, kind: Medium, codes: Iterable[str]
) -> Iterator[Stretch]:
    """The grids of ``codes``, one stretch after the other wherever the number of slots changes."""
    wanted = list(codes)
    edges = [0, *(np.flatnonzero(np.diff(slots)) + 1).tolist(), minutes.hours]
    for first, until in zip(edges, edges[1:], strict=False):
        some, reported = minutes.some(first, until), hourly.some(first, until)
        yield Stretch(first, until, {
            code: _one_an_hour(some, reported, code) if composite(code, kind)
            else _each_slot(some, reported, code, int(slots[first]), kind)
            for code in wanted
        })


def composite(code: str, kind: Medium) -> bool:
    """Whether the factor has one value an hour: what water analysers measure on the composite
    sample (HJ 355-2019 6.1), which the logger reports as hours."""
    return kind == "water" and is_pollutant(code) and code not in GRABBED


def _one_an_hour(minutes: Minutes, hourly: Hourly, code: str) -> Grid:
    values = hourly.values.get(code)
    if values is None:
        return _empty(minutes, 1)
    return Grid(values.reshape(-1, 1), hourly.flags[code].reshape(-1, 1), tuple(minutes.letters))


def _each_slot(minutes: Minutes, hourly: Hourly, code: str, slots: int, kind: Medium) -> Grid:
    grid = _empty(minutes, slots)
    if code in minutes.values:
        grid = Grid(*_thinned(minutes.values[code], minutes.flags[code], slots), grid.letters)
    if kind == "gas" and code in hourly.values:
        return _filled(grid, hourly.values[code], hourly.flags[code])
    return grid


def _filled(grid: Grid, values: Floats, flags: Small) -> Grid:
    """Hours without a minute filled with the hour's value as reported; a normal one carries the
    engine's own flag, so that the verdict says where it came from."""
    stands = np.isnan(grid.values).all(axis=1) & ~np.isnan(values)
    if not stands.any():
        return grid
    letters = (*grid.letters, REPORTED_HOUR)
    normal = np.array([text in ("", "N") for text in grid.letters])
    marks = np.where(normal[flags], len(grid.letters), flags).astype(np.uint8)
    numbers, slots = grid.values.copy(), grid.flags.copy()
    numbers[stands] = values[stands, None]
    slots[stands] = marks[stands, None]
    return Grid(numbers, slots, letters)


def _thinned(values: Floats, flags: Small, slots: int) -> tuple[Floats, Small]:
    """Sixty places of an hour as so many slots; a slot holds the last minute sent in it."""
    if slots == 60:
        return values, flags
    shape = (len(values), slots, 60 // slots)
    numbers, marks = values.reshape(shape), flags.reshape(shape)
    there = ~np.isnan(numbers) | (marks > 0)
    last = shape[2] - 1 - np.argmax(there[:, :, ::-1], axis=2)[:, :, None]
    return (np.take_along_axis(numbers, last, axis=2)[:, :, 0],
            np.take_along_axis(marks, last, axis=2)[:, :, 0])


def _empty(minutes: Minutes, slots: int) -> Grid:
    shape = (minutes.hours, slots)
    return Grid(np.full(shape, np.nan), np.zeros(shape, np.uint8), tuple(minutes.letters))
