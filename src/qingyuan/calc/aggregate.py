"""Means and counts from slots to hours and from hours to longer windows, and their flags.

Slots are the values of one factor within an hour (60 minutes of gas, 6 ten-minute values of
water). Absence is NaN; what may enter a mean is told by a mask beside the values, because a value
that is there may still be invalid.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Index = NDArray[np.intp]
Numbers = NDArray[np.int64]
Letters = NDArray[np.str_]

WORST_FIRST = ("B", "D", "F", "M", "C", "T", "S")
"""Letters of HJ 212-2017 table 8 from the worst to the mildest. The standard gives no order: first
what says least about the water or gas (no link, fault, stopped), then work on the instrument, then
values that were measured or set."""


def hour_mean(values: Floats, valid: Mask) -> tuple[Floats, NDArray[np.int16]]:
    """Arithmetic mean of the valid slots of each hour, and how many they are.

    ``values`` and ``valid`` have the shape (hours, slots); the results have (hours,). A slot counts
    when it is valid and not NaN; an hour without one has the mean NaN and the count 0. HJ 212-2017
    D.2.2 (24) for gas, D.1.3 (16) for water; both text. Whether the count suffices (45 minutes)
    is for the caller to judge.

    >>> mean, count = hour_mean(
    ...     np.array([[10.0, 20.0, np.nan], [7.0, 8.0, 9.0]]),
    ...     np.array([[True, True, True], [False, False, False]]))
    >>> mean.tolist(), count.tolist()
    ([15.0, nan], [2, 0])

    Raises ValueError when the shapes differ.
    """
    if values.shape != valid.shape or values.ndim != 2:
        raise ValueError(f"values {values.shape} and valid {valid.shape} must be (hours, slots)")
    used = valid & ~np.isnan(values)
    count = np.count_nonzero(used, axis=1)
    return _over(values.sum(axis=1, where=used), count), count.astype(np.int16)


def group_sum(values: Floats, use: Mask, index: Index, groups: int) -> tuple[Floats, Numbers]:
    """Sum of the used values of each window, and how many they are.

    ``values``, ``use`` and ``index`` (window of each value, see ``kernel.windows.group``) have the
    shape (n,), the results (groups,). A window without a used value has the sum NaN: nothing was
    measured, which is not 0.

    >>> total, count = group_sum(
    ...     np.array([1.5, 2.0, np.nan, 4.0]), np.array([True, True, True, False]),
    ...     np.array([0, 0, 0, 1]), 2)
    >>> total.tolist(), count.tolist()
    ([3.5, nan], [2, 0])
    """
    used = use & ~np.isnan(values)
    count = group_count(used, index, groups)
    total = np.bincount(index[used], weights=values[used], minlength=groups)
    return np.where(count > 0, total, np.nan), count


def group_mean(values: Floats, use: Mask, index: Index, groups: int) -> tuple[Floats, Numbers]:
    """Arithmetic mean of the used values of each window, and how many they are; as ``group_sum``.

    A day's mean from its valid hours is HJ 212-2017 D.2.2 (25) for gas, D.1.3 (17) for water.

    >>> mean, count = group_mean(
    ...     np.array([10.0, 20.0, 30.0]), np.array([True, True, True]), np.array([0, 0, 1]), 2)
    >>> mean.tolist(), count.tolist()
    ([15.0, 30.0], [2, 1])
    """
    total, count = group_sum(values, use, index, groups)
    return _over(total, count), count


def group_count(use: Mask, index: Index, groups: int) -> Numbers:
    """How many of the entries of each window are true.

    >>> group_count(np.array([True, False, True]), np.array([0, 0, 1]), 3).tolist()
    [1, 1, 0]
    """
    return np.bincount(index[use], minlength=groups).astype(np.int64)


def gas_flag(
    normal: NDArray[np.integer], total: NDArray[np.integer], *, share: float
) -> Letters:
    """Flag of an aggregated value of flue gas: N when at least ``share`` of the values it is made
    of are normal, else D; empty where there are none.

    HJ 212-2017, notes to tables C.16 to C.18 (text): 75 % or more of the real-time values for a
    minute, of the minutes for an hour, of the hours for a day. It is a flag and no verdict: 18
    hours flag a day N, of which 20 make it valid. ``share`` is ``gas.flag.normal_share``.

    >>> gas_flag(np.array([45, 44, 18, 0]), np.array([60, 60, 24, 0]), share=0.75).tolist()
    ['N', 'D', 'N', '']
    """
    letters = np.where(normal >= share * total, "N", "D")
    return np.asarray(np.where(total > 0, letters, ""))


def water_flag(flags: NDArray[np.uint8], letters: Sequence[str], present: Mask) -> Letters:
    """Flag of an aggregated value of waste water: N when every value present is normal (N or no
    flag), else the worst letter among them; empty where none is present.

    HJ 212-2017, notes to tables C.16 to C.18 (text): one abnormal value makes the ten minutes, the
    hour, the day abnormal. ``flags`` (windows, slots) index ``letters``; ``present`` has the same
    shape. Letters unknown to ``WORST_FIRST`` come behind it, in the order of ``letters``.

    >>> water_flag(np.array([[0, 1, 1], [1, 2, 3]], np.uint8), ("", "N", "C", "D"),
    ...            np.array([[True, True, False], [True, True, True]])).tolist()
    ['N', 'D']
    """
    order = {letter: rank for rank, letter in enumerate(WORST_FIRST)}
    ranks = [
        len(letters) + len(order) if letter in ("", "N") else order.get(letter, len(order) + place)
        for place, letter in enumerate(letters)
    ]
    none = len(letters) + len(order) + 1
    worst = np.where(present, np.array(ranks)[flags], none).min(axis=1, initial=none)
    named = np.array(["N", ""], dtype=f"U{max(map(len, letters), default=1)}")
    found = np.where(worst == none, named[1], named[0])
    for letter, rank in zip(letters, ranks, strict=True):
        if letter not in ("", "N"):
            found = np.where(worst == rank, letter, found)
    return np.asarray(found)


def _over(total: Floats, count: NDArray[np.integer]) -> Floats:
    mean = np.full(total.shape, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean
