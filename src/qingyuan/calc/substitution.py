"""Substituted masses (数据修约). HJ 75-2017 12.2 tables 5 and 6 for gas, HJ 356-2019 chapter 8 for
water. Only the mass is ever substituted, never a concentration.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc.reasons import BIT
from qingyuan.calc.types import EXEMPT, INVALID, MISSING, OUT_OF_CONTROL, VALID, Floats, Small
from qingyuan.kernel.windows import DAY, HOUR

Remarks = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Windows:
    """How far back each hour looks, shape (hours,) each: in a run of at most ``long_run`` hours of
    a quarter above the high rate ``short`` valid hours, in a longer one ``long``; between the two
    rates ``low``. ``grade`` is 2 above the high rate, 1 between, 0 below the least rate."""

    grade: NDArray[np.int8]
    long_run: Floats
    short: Floats
    long: Floats
    low: Floats


def gas(
    verdict: Small,
    mass: Floats,
    start: int,
    begin: int,
    windows: Windows,
    calibrations: Sequence[int],
) -> tuple[Floats, Remarks]:
    """Substituted mass (kg) and remarks of the hours from ``begin`` on, shape (hours - begin,).

    ``verdict`` and ``mass`` cover all hours from ``start`` (epoch second), the history before
    ``begin`` included; ``windows`` those from ``begin`` on. ``calibrations`` are the instants that
    count as a previous calibration, ascending.

    A run is the real consecutive run of hours of one table: table 5 out of control, table 6 invalid
    or missing. Its substitute is the largest mass of the last valid hours that have one, before the
    previous calibration (table 5; without one before the run, noted) or before the run (table 6).
    Fewer hours than the window asks for are used as they are (noted); none leave it empty (noted),
    as does a capture rate below the least (noted).
    """
    plain = (verdict == VALID) | (verdict == EXEMPT)
    result = np.where(plain, mass, np.nan)[begin:]
    remarks = np.zeros(verdict.size - begin, dtype=np.int64)
    table = np.where(verdict == OUT_OF_CONTROL, 5, 0)
    table[(verdict == INVALID) | (verdict == MISSING)] = 6
    usable = np.flatnonzero((verdict == VALID) & np.isfinite(mass))
    masses = mass[usable]
    edges = np.flatnonzero(np.diff(table)) + 1
    firsts = np.concatenate([[0], edges])
    lasts = np.concatenate([edges, [table.size]])
    chosen = (table[firsts] > 0) & (lasts > begin) if table.size else np.zeros(1, np.bool_)
    known = np.array(calibrations, dtype=np.int64)
    for first, end in zip(firsts[chosen].tolist(), lasts[chosen].tolist(), strict=True):
        limit, note = first, 0
        if table[first] == 5:
            before = int(np.searchsorted(known, start + HOUR * first, side="right")) - 1
            if before < 0:
                note = BIT["no_previous_calibration"]
            else:  # hours that ended by then
                limit = min(first, max(0, (int(known[before]) - start) // HOUR))
        position = int(np.searchsorted(usable, limit))
        hours = slice(max(first, begin) - begin, end - begin)
        width = _widths(windows, hours, end - first)
        for reach in np.unique(width).tolist():
            here = np.flatnonzero(width == reach) + hours.start
            if not reach:
                remarks[here] |= BIT["capture_below"]
            elif not position:
                remarks[here] |= BIT["substitute_none"] | note
            else:
                result[here] = masses[max(0, position - reach) : position].max()
                short = BIT["substituted_short_window"] if position < reach else 0
                remarks[here] |= short | note
    return result, remarks


def _widths(windows: Windows, hours: slice, length: int) -> NDArray[np.int64]:
    by_length = np.where(
        length <= windows.long_run[hours], windows.short[hours], windows.long[hours])
    grade = windows.grade[hours]
    width = np.where(grade == 2, by_length, np.where(grade == 1, windows.low[hours], 0))
    return width.astype(np.int64)


@dataclass(frozen=True, slots=True)
class Load:
    """A day's substituted load: kg or None, with the remarks that explain it."""

    mass: float | None
    remarks: int


def water(
    day: int,
    volume: float,
    manual: Sequence[float],
    least_manual: int,
    loads: Sequence[tuple[int, float]],
    checks: Sequence[int],
    days: int,
) -> Load:
    """The load of a day (epoch second of its start) without a valid mean.

    With at least ``least_manual`` values of manual monitoring (mg/L) on that day their mean times
    the day's ``volume`` (m3, NaN when unknown). Else the largest of the last ``days`` valid daily
    loads (start of the day, kg; ascending) that ended by the last passed check (``checks``,
    instants, ascending) before the day; without a check before the day, noted.
    """
    if len(manual) >= max(1, least_manual) and np.isfinite(volume):
        return Load(sum(manual) / len(manual) * volume * 1e-3, BIT["manual_used"])
    passed = [instant for instant in checks if instant <= day]
    until = passed[-1] if passed else day
    note = 0 if passed else BIT["no_previous_check"]
    earlier = [mass for start, mass in loads if start + DAY <= until]
    if not earlier:
        return Load(None, note | BIT["substitute_none"])
    short = BIT["substituted_short_window"] if len(earlier) < days else 0
    return Load(max(earlier[-days:]), note | short)
