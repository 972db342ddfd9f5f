"""One factor's slots, counted by hour: which are valid, and whether they make an hour's mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc import control, spans
from qingyuan.calc.aggregate import hour_mean
from qingyuan.calc.ruling import Ruling
from qingyuan.calc.spans import Span
from qingyuan.calc.types import Case, Counts, Floats, Grid
from qingyuan.kernel.windows import HOUR

Mask = NDArray[np.bool_]

REPORTED_HOUR = "reported_hour"
"""A flag letter of our own, no logger's: the slot holds the hour's value as the logger reported it,
because no minutes arrived. It counts as N, and the hour says so."""

GOOD = ("", "N", REPORTED_HOUR)
"""Flags that let a slot be valid."""

_TAKEN_BY_MARK: Mapping[str, str] = {
    "fault": "fault", "device_maintenance": "maintenance", "calibration": "calibrating",
    "standard_check": "standard_check", "communication": "communication",
}


@dataclass(frozen=True, slots=True)
class Minutes:
    """One factor's slots, counted by hour, shape (hours,). ``mean`` is that of the valid slots, NaN
    without one; ``valid`` is minutes for gas, values for water; ``enough`` says that they make an
    hour's mean."""

    mean: Floats
    valid: Counts
    enough: Mask
    present: Mask
    reported: Mask  # holds an hour's value that the logger reported


def taken(case: Case, factor: str) -> dict[str, list[Span]]:
    """The spans that take minutes from a factor, by the reason's code, the strongest first."""
    events = spans.own(case.events, factor)
    end = case.start + HOUR * case.hours
    found = {"stopped_part": control.stops(case, factor)}
    for kind, code in _TAKEN_BY_MARK.items():
        found.setdefault(code, []).extend(spans.marked(case.marks, kind, factor))
    found["fault"] += spans.between(events, "fault", case.start, end)
    found["maintenance"] += spans.between(events, "maintenance", case.start, end)
    # a point's whole history may be given; what lies outside the case takes nothing from it
    inside = {code: [s for s in own if s[0] < end and s[1] > case.start]
              for code, own in found.items()}
    return {code: own for code, own in inside.items() if own}


def count(
    case: Case, ruling: Ruling, factor: str, by: Mapping[str, Sequence[Span]]
) -> tuple[Minutes, Mask | None]:
    """Count a factor's slots; beside it the mask of the valid ones, shape (hours, slots), None when
    the factor never reported. ``by`` are the spans that take minutes (see ``taken``)."""
    grid = case.grids.get(factor)
    if grid is None:
        none = np.zeros(case.hours, dtype=np.bool_)
        absent = np.full(case.hours, np.nan)
        return Minutes(absent, np.zeros(case.hours, np.int16), none, none, none), None
    has = np.isfinite(grid.values)
    valid = has & good_flags(grid)
    for own in by.values():
        valid &= ~covered(own, case, grid)
    mean, counted = hour_mean(grid.values, valid)
    minutes = counted * (60 // grid.slots) if case.kind == "gas" else counted
    reported = _reported(grid, valid) if case.kind == "gas" else np.zeros(case.hours, np.bool_)
    least = needed(case, ruling, factor, grid.slots)
    enough = np.asarray(minutes >= least, dtype=np.bool_)
    present = np.asarray(has.any(axis=1), dtype=np.bool_)
    return Minutes(mean, minutes.astype(np.int16), enough, present, reported), valid


def covered(own: Sequence[Span], case: Case, grid: Grid) -> Mask:
    """For each slot whether the time of its value (without ``stamps`` its first second) lies in one
    of the spans."""
    if grid.stamps is None:
        return spans.slots_covered(own, case.start, case.hours, grid.slots)
    starts = case.start + HOUR * np.arange(case.hours, dtype=np.int64)
    moments = starts[:, None] + grid.stamps
    found = np.zeros(grid.values.shape, dtype=np.bool_)
    for begin, end in own:
        found |= (moments >= begin) & (moments < end)
    return found


def needed(case: Case, ruling: Ruling, factor: str, slots: int) -> Floats:
    """The valid minutes (gas) or values (water) that make an hour's mean, shape (hours,). An
    analyser needs its one value; flow, pH and temperature six ten-minute values, or as many of
    another grid."""
    if case.kind == "gas":
        return ruling.numbers("gas.hour.min_valid_minutes")
    if factor in case.pollutants:
        return np.ones(case.hours)
    return ruling.numbers("water.hour.min_values") * slots / 6


def good_flags(grid: Grid) -> Mask:
    """For each slot whether its flag lets it be valid."""
    good = np.array([letter in GOOD for letter in grid.letters], dtype=np.bool_)
    if good.all():
        return np.ones(grid.flags.shape, dtype=np.bool_)
    return good[grid.flags]


def _reported(grid: Grid, valid: Mask) -> Mask:
    if grid.slots == 1:
        return valid[:, 0]
    if REPORTED_HOUR not in grid.letters:
        return np.zeros(grid.hours, dtype=np.bool_)
    letter = grid.letters.index(REPORTED_HOUR)
    return np.asarray(((grid.flags == letter) & valid).any(axis=1), dtype=np.bool_)
