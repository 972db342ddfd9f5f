"""The quarterly data capture rate (季度有效数据捕集率), HJ 75-2017 12.1.3."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc.aggregate import group_count
from qingyuan.calc.ruling import Ruling, number
from qingyuan.calc.types import INVALID, MISSING, OUT_OF_CONTROL, STOPPED, Capture, Small
from qingyuan.kernel.windows import Groups


class Rates(NamedTuple):
    """One factor's quarters, shape (quarters,): hours counted, stopped and bad, and the rate, NaN
    where every hour was stopped."""

    hours: NDArray[np.int64]
    stopped: NDArray[np.int64]
    bad: NDArray[np.int64]
    rate: NDArray[np.float64]


def rates(verdict: Small, quarters: Groups) -> Rates:
    """(hours − stopped − bad) / (hours − stopped); bad are invalid, out of control and missing.
    ``verdict`` has the shape (hours,), entries behind the closed list (no hour at all) count for
    nothing.

    >>> from qingyuan.kernel import windows
    >>> quarter = windows.group("quarter", windows.hours(windows.start("2025Q4"), 4))
    >>> found = rates(np.array([0, 2, 5, 1], np.uint8), quarter)
    >>> found.stopped.tolist(), found.bad.tolist(), found.rate.round(3).tolist()
    ([1], [1], [0.667])
    """
    count, index = len(quarters), quarters.index
    hours = group_count(verdict <= STOPPED, index, count)
    stopped = group_count(verdict == STOPPED, index, count)
    bad = group_count(
        (verdict == INVALID) | (verdict == OUT_OF_CONTROL) | (verdict == MISSING), index, count)
    due = hours - stopped
    rate = np.where(due > 0, (due - bad) / np.maximum(due, 1), np.nan)
    return Rates(hours, stopped, bad, rate)


def captures(found: Rates, quarters: Groups, ruling: Ruling) -> list[Capture]:
    """Each quarter's rate with its judgement against ``gas.capture.min_rate`` (gas). HJ 355 and 356
    know no such rate; water gets the number, judged by the same line where the book has one."""
    made = []
    for index, start in enumerate(quarters.starts.tolist()):
        rate = float(found.rate[index])
        least = number(ruling.at("gas.capture.min_rate", max(start, ruling.start)))
        none = np.isnan(rate)
        made.append(Capture(
            int(found.hours[index]), int(found.stopped[index]), int(found.bad[index]),
            None if none else rate, None if none else rate >= least))
    return made
