"""Numbers as they were written: rational arithmetic, so that a limit is met where it is met.

As doubles, (0.3 - 0.1)/8 * 100 is 2.4999999999999996 and (12.5 - 10)/100 * 100 depends on the order
of its steps; a record's verdict would hang on such hairs. Two ways keep them away:

- A number that is known by its decimal digits (a record's file, a figure of the book) becomes a
  ``Fraction``. Sums, means, errors and slopes of fractions have no error at all; a root is taken to
  60 digits, and an irrational number never equals a limit.
- A number that is known as a double only (an answer of a form, a mean of minutes) is compared as
  the decimal number of 12 significant digits that it stands for, as ``kernel.rounding`` does.

The same functions serve both: they only add, subtract, multiply, divide and call ``mean`` and
``root``. Nothing is rounded before it is compared (GB/T 8170-2008 4.3.1).
"""

import math
import statistics
from collections.abc import Sequence
from decimal import Context, Decimal
from fractions import Fraction
from typing import TypeAlias, TypeVar

from qingyuan.kernel.rounding import snap

Number: TypeAlias = float | Fraction
N = TypeVar("N", float, Fraction)

_ROOT = Context(prec=60)


def exact(value: int | float | Decimal) -> Fraction:
    """The number as its shortest decimal writing says it.

    >>> exact(2.5), exact(0.1), exact(Decimal("12.50"))
    (Fraction(5, 2), Fraction(1, 10), Fraction(25, 2))
    """
    return Fraction(repr(value) if isinstance(value, float) else value)


def settled(value: Number) -> Fraction:
    """What a number is compared as: a fraction as it is, a double by its 12 digits.

    >>> settled(0.1 + 0.2) == settled(Fraction(3, 10))
    True

    Raises ValueError for NaN and the infinities.
    """
    return value if isinstance(value, Fraction) else Fraction(snap(value))


def within(value: Number, limit: Number) -> bool:
    """Whether the size of ``value`` is not above ``limit``; exactly at it is within.

    >>> within(Fraction(-5, 2), 2.5), within((12.5 - 10) / 100 * 100, 2.5), within(2.501, 2.5)
    (True, True, False)
    """
    return abs(settled(value)) <= settled(limit)


def at_least(value: Number, limit: Number) -> bool:
    """Whether ``value`` is not below ``limit``."""
    return settled(value) >= settled(limit)


def above(value: Number, limit: Number) -> bool:
    """Whether ``value`` is greater than ``limit``."""
    return settled(value) > settled(limit)


def like(value: float, pattern: N) -> N:
    """``value`` in the kind of arithmetic that ``pattern`` belongs to.

    >>> like(2.306, Fraction(1)), like(2.306, 1.0)
    (Fraction(1153, 500), 2.306)
    """
    return exact(value) if isinstance(pattern, Fraction) else value


def mean(values: Sequence[N]) -> N:
    """The arithmetic mean, without error for fractions.

    >>> mean([Fraction(1), Fraction(2)]), mean([1.0, 2.0])
    (Fraction(3, 2), 1.5)
    """
    return statistics.mean(values)


def total(values: Sequence[N]) -> N:
    """The sum, without accumulated error.

    >>> total([0.1] * 10), total([Fraction(1, 10)] * 10)
    (1.0, Fraction(1, 1))
    """
    return mean(values) * len(values)


def root(value: N) -> N:
    """The square root: exact where it is rational, else to 60 digits for a fraction.

    >>> root(Fraction(9, 16)), root(2.25), round(float(root(Fraction(2))), 12)
    (Fraction(3, 4), 1.5, 1.414213562373)
    """
    if not isinstance(value, Fraction):
        return math.sqrt(value)
    upper, lower = math.isqrt(value.numerator), math.isqrt(value.denominator)
    if upper * upper == value.numerator and lower * lower == value.denominator:
        return Fraction(upper, lower)
    quotient = _ROOT.divide(Decimal(value.numerator), Decimal(value.denominator))
    return Fraction(_ROOT.sqrt(quotient))


def deviation(values: Sequence[N]) -> N:
    """Standard deviation of a sample (n - 1), of at least two values.

    >>> deviation([Fraction(1), Fraction(2), Fraction(3)]), deviation([1.0, 3.0])
    (Fraction(1, 1), 1.4142135623730951)
    """
    return root(statistics.variance(values))
