"""Velocity field factor and how steady it is. HJ 75-2017 chapter 8 and Annex A (recalled).

Kv = (Fs * Vs)/(Fp * Vp) for each test; a day's factor is the mean of its tests, the factor the mean
of the days; its precision is the coefficient of variation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from qingyuan.calc import accuracy
from qingyuan.calc.exact import mean
from qingyuan.calc.quality.figures import Figures, Item, at_most, not_below

_VELOCITY = "gas.commissioning.velocity"


@dataclass(frozen=True, slots=True)
class Field:
    """Factors of the tests day by day, the days' means, and their mean."""

    tests: tuple[tuple[Fraction, ...], ...]
    days: tuple[Fraction, ...]
    factor: Fraction


def field(days: Sequence[Sequence[Sequence[Fraction]]], areas: tuple[Fraction, Fraction]) -> Field:
    """The factors of days of tests (reference velocity, monitor velocity) in m/s; ``areas`` are
    those of the reference's and the monitor's section. ValueError for a monitor not above 0."""
    tests = tuple(
        tuple(accuracy.velocity_field_factor(areas[0], one, areas[1], other) for one, other in day)
        for day in days
    )
    means = tuple(mean(day) for day in tests)
    return Field(tests, means, mean(means))


def precision(figures: Figures, found: Field) -> Item:
    """The coefficient of variation of the days' factors, or of all tests' where there is one day
    or ``gas.commissioning.velocity.precision_of`` says so, against its limit."""
    by_day = figures.limit(f"{_VELOCITY}.precision_of") == "days" and len(found.days) > 1
    values = found.days if by_day else tuple(one for day in found.tests for one in day)
    limit = f"{_VELOCITY}.precision_max"
    if len(values) < 2:
        return at_most(figures, "precision", None, "%", limit, "it needs at least 2 tests")
    item = at_most(figures, "precision", accuracy.variation(values), "%", limit)
    return Item(item.name, item.value, "%", item.state, item.limit, "%", None,
                (limit, f"{_VELOCITY}.precision_of"))


def correlation(figures: Figures, pairs: Sequence[Sequence[Fraction]]) -> Item:
    """r of monitor and reference, the other way to accept a velocity monitor."""
    limit = f"{_VELOCITY}.correlation_min"
    try:
        line = accuracy.fit([one[1] for one in pairs], [one[0] for one in pairs])
    except ValueError as error:
        return not_below(figures, "correlation", None, "", limit, str(error))
    return not_below(figures, "correlation", line.correlation, "", limit)
