"""Marks: those that flags amount to, and three values side by side.

Announcement 2022 No. 21 (污染物排放自动监测设备标记规则): the discharger declares when a device was
in maintenance, calibration or fault and when the process was not in its normal state. The national
platform keeps, beside what was reported, the value after device marks (标记后) and the value after
exemption of abnormal process states (豁免后); names of its interface V1.6, text.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc.aggregate import group_mean, hour_mean
from qingyuan.calc.types import Grid, Mark
from qingyuan.kernel.windows import HOUR

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Index = NDArray[np.intp]
Least = int | NDArray[np.integer] | NDArray[np.float64]

DEVICE = frozenset(
    {"device_maintenance", "calibration", "standard_check", "fault", "communication"}
)
"""Kinds that make minutes invalid."""
PROCESS = frozenset({"start_up", "shut_down", "banked", "accident"})
"""Kinds that exempt hours."""

MARK_OF_FLAG: Mapping[str, str] = {
    "M": "device_maintenance",
    "C": "calibration",
    "D": "fault",
    "B": "communication",
}
"""What a flag of HJ 212-2017 table 8 says of the device. F is missing: it meant the stopped source
in 2005 and means the stopped instrument since 2017, see ``from_flags``. S (set by hand) and T
(above range) are no state of the device."""


class Three(NamedTuple):
    """Values side by side (same shape): as reported, after device marks, after exemption too."""

    reported: Floats
    marked: Floats
    exempted: Floats


def from_flags(grid: Grid, start: int, factor: str, *, flag_f: str = "instrument") -> list[Mark]:
    """The marks that a factor's flags amount to: runs of slots with a device letter, in order.

    The national platform marks automatically what a logger flags, by the minute for gas and by the
    hour for water (second hand). Letter F gives ``fault`` when it means the instrument (HJ
    212-2017) and ``stopped`` when the logger keeps the meaning of 2005 (``flag_f="source"``).

    >>> grid = Grid(np.ones((1, 6)), np.array([[0, 1, 1, 0, 2, 0]], np.uint8), ("N", "C", "F"))
    >>> [(mark.start, mark.end, mark.kind) for mark in from_flags(grid, 0, "a21026")]
    [(600, 1800, 'calibration'), (2400, 3000, 'fault')]

    Raises ValueError for another meaning of F.
    """
    if flag_f not in ("instrument", "source"):
        raise ValueError(f"flag F means the instrument or the source, not {flag_f!r}")
    kinds = {**MARK_OF_FLAG, "F": "fault" if flag_f == "instrument" else "stopped"}
    flags, width = grid.flags.ravel(), HOUR // grid.slots
    edges = np.flatnonzero(np.diff(flags)) + 1
    bounds = [0, *edges.tolist(), flags.size]
    found = []
    for first, last in zip(bounds, bounds[1:], strict=False):
        kind = kinds.get(grid.letters[flags[first]]) if last > first else None
        if kind:
            found.append(Mark(start + first * width, start + last * width, kind, factor))
    return found


def hour_values(
    values: Floats,
    normal: Mask,
    marked: Mask,
    exempt: Mask,
    *,
    least: Least,
    reported: Floats | None = None,
) -> Three:
    """An hour's three values from its slots; all slot arrays have the shape (hours, slots).

    ``reported`` is the mean that the logger sent, where there is one; else the mean of all slots
    with a value. After marks: the mean of the slots that are ``normal`` and not ``marked``, absent
    when they are fewer than ``least`` (45 minutes of gas, 6 values of a grabbed water factor, 1 of
    an analyser). After exemption: the same without the slots ``exempt``.

    >>> minutes = np.array([[10.0, 20.0, 30.0, 40.0]])
    >>> yes, no = np.ones((1, 4), bool), np.zeros((1, 4), bool)
    >>> made = hour_values(minutes, yes, np.array([[True, False, False, False]]),
    ...                    np.array([[False, False, False, True]]), least=2)
    >>> made.reported.tolist(), made.marked.tolist(), made.exempted.tolist()
    ([25.0], [30.0], [25.0])
    """
    own = hour_mean(values, ~np.isnan(values))[0]
    whole = own if reported is None else np.where(np.isnan(reported), own, reported)
    return Three(
        whole,
        _enough(*hour_mean(values, normal & ~marked), least),
        _enough(*hour_mean(values, normal & ~marked & ~exempt), least),
    )


def day_values(
    hours: Three,
    valid: Mask,
    exempt: Mask,
    index: Index,
    groups: int,
    *,
    least: Least,
) -> Three:
    """A day's (or longer window's) three values from those of its hours.

    ``valid`` are the hours that stand after marks, ``exempt`` those of them in an abnormal process
    state; shape (hours,). Reported: the mean of all hours with a value. After marks: of the valid
    hours, absent when fewer than ``least`` (20 hours of gas). After exemption: of the valid hours
    that are not exempt, absent when there is none, because exemption takes hours from judging
    exceedance and does not make a day invalid.

    >>> hours = Three(*np.array([[1.0, 2.0, 3.0], [1.0, 2.0, np.nan], [1.0, np.nan, np.nan]]))
    >>> made = day_values(hours, np.array([True, True, False]), np.array([False, True, False]),
    ...                   np.zeros(3, int), 1, least=2)
    >>> made.reported.tolist(), made.marked.tolist(), made.exempted.tolist()
    ([2.0], [1.5], [1.0])
    """
    every = np.ones(valid.shape, dtype=bool)
    return Three(
        group_mean(hours.reported, every, index, groups)[0],
        _enough(*group_mean(hours.marked, valid, index, groups), least),
        _enough(*group_mean(hours.exempted, valid & ~exempt, index, groups), 1),
    )


def _enough(mean: Floats, count: NDArray[np.integer], least: Least) -> Floats:
    return np.where(count >= least, mean, np.nan)

