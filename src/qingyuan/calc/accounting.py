"""Filling gaps for annual accounts by HJ/T 356-2007, never for judging compliance.

The replaced standard lives on where a permit's accounting guide says that gaps are filled "by
HJ/T 356". It fills concentrations; HJ 356-2019 does not. Clauses are recalled (ch. 5 and 6).
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Method = Literal["mean", "median"]


class Filled(NamedTuple):
    """``values`` with gaps filled where the history reached; ``filled`` marks those; ``short``
    marks the gaps that stay NaN because too few measured values lie before them."""

    values: Floats
    filled: Mask
    short: Mask


def fill(values: ArrayLike, method: Method = "mean") -> Filled:
    """Gaps of an evenly spaced series (hours or days; NaN absent) filled from before them.

    A gap of n values takes the arithmetic mean of the preceding period of equal length; for pH the
    median (``method="median"``). Where that period has gaps itself, go further back: the n measured
    values nearest before the gap are taken. Filled values never serve as measured ones. The same
    rule serves a missing flow (``discharge`` makes the total of it).

    >>> made = fill([10.0, 20.0, 30.0, np.nan, np.nan, 40.0])
    >>> made.values.tolist(), made.filled.tolist()
    ([10.0, 20.0, 30.0, 25.0, 25.0, 40.0], [False, False, False, True, True, False])

    With a gap in the preceding period, its place is taken by the value before:

    >>> fill([10.0, np.nan, 30.0, np.nan, np.nan]).values.tolist()
    [10.0, 10.0, 30.0, 20.0, 20.0]
    >>> fill([7.0, 7.2, 9.0, np.nan, np.nan, np.nan], "median").values.tolist()
    [7.0, 7.2, 9.0, 7.2, 7.2, 7.2]
    >>> fill([7.0, np.nan, np.nan]).short.tolist()
    [False, True, True]

    Raises ValueError for another method.
    """
    if method not in ("mean", "median"):
        raise ValueError(f"{method!r} is neither mean nor median")
    series = np.array(values, dtype=np.float64)
    absent = np.isnan(series)
    measured = series[~absent]
    before = np.cumsum(~absent)  # measured values up to each place
    filled = np.zeros(series.size, dtype=bool)
    for begin, end in _runs(absent):
        have = int(before[begin])
        if have >= end - begin:
            period = measured[have - (end - begin) : have]
            series[begin:end] = np.mean(period) if method == "mean" else np.median(period)
            filled[begin:end] = True
    return Filled(series, filled, absent & ~filled)


def discharge(mean_flow: float, hours: float) -> float:
    """Water discharged in m3 while the flow was not measured: mean flow (m3/h) times the time of
    discharge (h). HJ/T 356-2007 (recalled).

    >>> discharge(36.0, 20.0)
    720.0
    """
    return mean_flow * hours


def discharge_from_use(water_use: float, factor: float) -> float:
    """Water discharged in m3 from the water used (m3) and the discharge factor, where no flow of a
    preceding period can be had. HJ/T 356-2007 (recalled).

    >>> discharge_from_use(1000.0, 0.75)
    750.0
    """
    return water_use * factor


def _runs(mask: Mask) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]
