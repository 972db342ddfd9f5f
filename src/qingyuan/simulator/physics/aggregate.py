"""From readings to minutes, from minutes to hours, from hours to days; their data flag."""

import math
from collections import Counter
from collections.abc import Sequence

NORMAL = "N"
FAULT = "D"
ENOUGH = 0.75
"""Share of normal readings that makes a flue-gas period normal (HJ 212-2017, notes to C.16-18)."""


def period_flag(flags: Sequence[str], kind: str, rule: str = "standard") -> str:
    """The data flag of a period from those of its parts.

    HJ 212-2017 notes to C.16 to C.18: waste water is abnormal as soon as one part is (the note
    names no letter, so the commonest abnormal one is taken); flue gas is N with at least 75 %
    normal parts and D otherwise. Rule "letter" is what many loggers do instead: the commonest
    abnormal letter in place of D.

    >>> period_flag("NNNNNC", "gas"), period_flag("NNNNCC", "gas")
    ('N', 'D')
    >>> period_flag("NNNNCC", "gas", "letter")
    'C'
    >>> period_flag("NNNNNM", "water")
    'M'
    """
    abnormal = [f for f in flags if f != NORMAL]
    if not abnormal:
        return NORMAL
    if kind == "gas":
        if len(abnormal) <= (1.0 - ENOUGH) * len(flags):
            return NORMAL
        if rule == "standard":
            return FAULT
    return Counter(abnormal).most_common(1)[0][0]


def valid(values: Sequence[float | None], flags: Sequence[str]) -> list[float]:
    """The values that count: normal ones; if there are none, all there are.

    >>> valid([1.0, 9.0, None], "NDB"), valid([1.0, 9.0, None], "CDB"), valid([None], "B")
    ([1.0], [1.0, 9.0], [])
    """
    normal = [v for v, f in zip(values, flags, strict=True) if f == NORMAL and v is not None]
    return normal or [v for v in values if v is not None]


def mean(values: Sequence[float]) -> float | None:
    """Arithmetic mean (HJ 212-2017 formulas 15 to 17 and 23 to 25); None of nothing.

    >>> mean([1.0, 2.0]), mean([])
    (1.5, None)
    """
    return math.fsum(values) / len(values) if values else None


def combine(how: str, values: Sequence[float | None], flags: Sequence[str]) -> float | None:
    """One column of a longer period from the same column of its parts, by the column's suffix.

    >>> [combine(how, [1.0, 3.0], "ND") for how in ("Max", "Avg", "Cou")]
    [1.0, 1.0, 4.0]
    """
    if how == "Cou":
        parts = [v for v in values if v is not None]
        return math.fsum(parts) if parts else None
    counted = valid(values, flags)
    if not counted:
        return None
    if how.endswith("Min"):
        return min(counted)
    return max(counted) if how.endswith("Max") else mean(counted)
