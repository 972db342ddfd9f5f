"""Days, months, quarters and years from judged hours.

A level is one table for all factors, its arrays of shape (factors, windows). A period as a whole is
judged by the rule of its first day (of the judgement's first, when that is later).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc.reasons import INDEX, LACKS, UNFILLED, provision_of, spelled
from qingyuan.calc.ruling import Ruling, number
from qingyuan.calc.sheet import NOT_JUDGED
from qingyuan.calc.types import (
    EXEMPT,
    INVALID,
    MISSING,
    STOPPED,
    VALID,
    VERDICTS,
    Floats,
    Medium,
    Period,
)
from qingyuan.kernel.windows import Groups

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Level:
    """What is known of each factor (first axis) and window (second axis), or of each hour. NaN is
    absent; ``count`` the valid hours of a day or the valid days of anything longer."""

    factors: tuple[str, ...]
    groups: Groups
    count: Numbers
    value: Floats
    converted: Floats
    mass: Floats
    substituted: Floats
    verdict: NDArray[np.uint8]
    why: NDArray[np.uint8]
    remarks: Numbers

    def periods(self, kind: Medium, ruling: Ruling) -> list[Period]:
        """As rows in order of (key, factor); none for what was not judged at all."""
        clauses: dict[tuple[int, int], str] = {}
        order = sorted(range(len(self.factors)), key=self.factors.__getitem__)
        columns = [part.tolist() for part in (
            self.count, self.value, self.converted, self.mass, self.substituted,
            self.verdict, self.why, self.remarks)]
        starts = self.groups.starts.tolist()
        made = []
        for window, (key, start) in enumerate(zip(self.groups.keys, starts, strict=True)):
            for factor in order:
                count, value, converted, mass, substituted, verdict, why, remarks = (
                    column[factor][window] for column in columns)
                if verdict == NOT_JUDGED:
                    continue
                if (window, why) not in clauses:
                    clauses[window, why] = self._clause(kind, ruling, start, why)
                made.append(Period(
                    key, start, self.factors[factor], count, _known(value), _known(converted),
                    _known(mass), _known(substituted), VERDICTS[verdict], _spelled(why, remarks),
                    clauses[window, why]))
        return made

    def _clause(self, kind: Medium, ruling: Ruling, start: int, why: int) -> str:
        own = "too_few_hours" if len(self.groups.keys[0]) == 10 else "too_few_days"
        code = _CODES[why]
        name = provision_of(own if code in ("", "exempt_hours") else code, kind)
        return ruling.at(name, max(start, ruling.start)).cite()


_CODES = {index: code for code, index in INDEX.items()}
_SPELLED: dict[tuple[int, int], tuple[str, ...]] = {}


def _spelled(why: int, remarks: int) -> tuple[str, ...]:
    found = _SPELLED.get((why, remarks))
    if found is None:
        found = _SPELLED[why, remarks] = spelled(why, remarks)
    return found


def _known(figure: float) -> float | None:
    return None if figure != figure else figure


# ── sums over windows ────────────────────────────────────────────────────────────────────────────


def bounds(index: NDArray[np.intp]) -> NDArray[np.intp]:
    """Where each window of ascending ``index`` begins; empty for an empty one."""
    return np.flatnonzero(np.diff(index, prepend=-1))


def total(values: Floats, use: Mask, firsts: NDArray[np.intp]) -> tuple[Floats, Numbers]:
    """Sum of the used, present values of each window along the last axis (NaN where none is), and
    how many they are."""
    used = use & np.isfinite(values)
    count = counted(used, firsts)
    summed = np.add.reduceat(np.where(used, values, 0.0), firsts, axis=-1)
    return np.where(count > 0, summed, np.nan), count


def mean(values: Floats, use: Mask, firsts: NDArray[np.intp]) -> Floats:
    """Arithmetic mean as ``total``."""
    summed, count = total(values, use, firsts)
    return np.asarray(summed / np.maximum(count, 1))


def weighted(values: Floats, weight: Floats, use: Mask, firsts: NDArray[np.intp]) -> Floats:
    """Mean weighted by ``weight``; NaN where the weights of a window add up to nothing."""
    used = use & np.isfinite(values) & np.isfinite(weight)
    heavy, _ = total(values * weight, used, firsts)
    whole, _ = total(np.broadcast_to(weight, values.shape), used, firsts)
    return np.asarray(heavy / np.where(whole > 0, whole, np.nan))


def counted(use: Mask, firsts: NDArray[np.intp]) -> Numbers:
    """How many of each window are true."""
    return np.add.reduceat(use.astype(np.int64), firsts, axis=-1)


def gathered(remarks: Numbers, counting: Mask, firsts: NDArray[np.intp]) -> Numbers:
    """The remarks that parts hand on to their window: those that count for it say what they lack,
    all say what could not be substituted."""
    handed = remarks & np.where(counting, LACKS | UNFILLED, UNFILLED)
    return np.bitwise_or.reduceat(handed, firsts, axis=-1)


# ── verdicts ─────────────────────────────────────────────────────────────────────────────────────


def first_day_rule(ruling: Ruling, name: str, groups: Groups) -> Floats:
    """The figure that each window as a whole is judged by, shape (windows,)."""
    return np.array([number(ruling.at(name, max(start, ruling.start)))
                     for start in groups.starts.tolist()])


def first_day_says(ruling: Ruling, name: str, word: str, groups: Groups) -> Mask:
    """For each window whether its first day's switch stands at ``word``, shape (windows,)."""
    return np.array([ruling.at(name, max(start, ruling.start)).value == word
                     for start in groups.starts.tolist()], dtype=np.bool_)


def verdicts(
    part: NDArray[np.uint8],
    firsts: NDArray[np.intp],
    enough: Callable[[Numbers], Mask],
    scarce: str,
) -> tuple[Numbers, NDArray[np.uint8], NDArray[np.uint8]]:
    """Count of valid parts, verdict and reason of each window from its parts' verdicts. ``enough``
    says whether a count of valid parts is; ``scarce`` is the reason when it is not. A window none
    of whose parts was judged is not judged."""
    valid = counted(part == VALID, firsts)
    exempt = counted(part == EXEMPT, firsts)
    whole = counted(part != NOT_JUDGED, firsts)
    verdict = np.full(valid.shape, INVALID, dtype=np.uint8)
    why = np.full(valid.shape, INDEX[scarce], dtype=np.uint8)
    for here, now, code in (
        (enough(valid + exempt), EXEMPT, "exempt_hours"),
        (enough(valid), VALID, ""),
        (counted(part == MISSING, firsts) == whole, MISSING, "no_data"),
        (counted(part == STOPPED, firsts) == whole, STOPPED, "stopped"),
    ):
        verdict[here], why[here] = now, INDEX[code]
    verdict[whole == 0] = NOT_JUDGED
    return valid, verdict, why


def stacked(parts: Sequence[NDArray[np.float64]], hours: int) -> Floats:
    """Arrays of one shape (hours,) as rows; no row at all keeps the width."""
    return np.stack(parts) if parts else np.empty((0, hours))


