"""Accuracy against the reference method: three figures, and the one that the table asks for.

HJ 75-2017 9.3.8 table 2 (also the criterion of 11.4), HJ 1013-2018 and HJ 1286-2023 for
hydrocarbons. Relative accuracy needs 2 to 31 pairs (Student's t is tabled for 1 to 30 degrees of
freedom), a relative figure a reference mean above 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from qingyuan.calc import accuracy, roles
from qingyuan.calc.exact import above, mean, within
from qingyuan.calc.quality.bands import Band, band_of
from qingyuan.calc.quality.drift import HYDROCARBONS
from qingyuan.calc.quality.figures import Figures, number

UNITS = {"relative_accuracy": "%", "relative_error": "%"}


@dataclass(frozen=True, slots=True)
class Scheme:
    """How a factor is accepted: its table in the book (none: the limit for other gases), whether a
    band's lower bound belongs to it, whose number of pairs it needs, the units that have bands."""

    table: str
    lower: str
    pairs: str
    units: tuple[str, ...]


_MASS = ("mg/m3",)
_EITHER = ("mg/m3", "umol/mol")
_SCHEMES = {
    roles.SO2: Scheme("gas.accuracy.so2", "from", "gas", _EITHER),
    roles.NOX: Scheme("gas.accuracy.nox", "from", "gas", _EITHER),
    roles.O2: Scheme("gas.accuracy.o2", "above", "gas", ("%",)),
    roles.VELOCITY: Scheme("gas.accuracy.velocity", "above", "other", ("m/s",)),
    roles.TEMPERATURE: Scheme("gas.accuracy.temperature", "from", "other", ("degC",)),
    roles.HUMIDITY: Scheme("gas.accuracy.humidity", "above", "other", ("%",)),
}


def scheme(code: str) -> Scheme | None:
    """How a factor (2017 code) is accepted; None for what the tables do not have.

    >>> scheme("a34013").lower, scheme("a21024").table, scheme("a01013")
    ('above', '', None)
    """
    if code in _SCHEMES:
        return _SCHEMES[code]
    if code in HYDROCARBONS:
        return Scheme("nmhc.accuracy", "from", "gas", _MASS)
    if roles.is_particulate(code):
        return Scheme("gas.accuracy.pm", "above", "other", _MASS)
    return Scheme("", "from", "gas", (*_EITHER, "%")) if roles.is_gaseous(code) else None


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What pairs of monitor and reference give; None where it cannot be had. ``mean_reference``,
    ``mean_monitor``, ``absolute_error``, ``deviation`` (of the differences) and ``confidence`` are
    in the unit of the pairs, the relative ones in %."""

    count: int
    mean_reference: Fraction | None
    mean_monitor: Fraction | None
    absolute_error: Fraction | None
    relative_error: Fraction | None
    relative_accuracy: Fraction | None
    deviation: Fraction | None
    confidence: Fraction | None

    def figure(self, kind: str) -> Fraction | None:
        """The figure that a criterion names."""
        by_kind = {"relative_accuracy": self.relative_accuracy,
                   "relative_error": self.relative_error, "absolute_error": self.absolute_error}
        return by_kind[kind]


def accuracy_of(
    figures: Figures, monitor: Sequence[Fraction], reference: Sequence[Fraction]
) -> Accuracy:
    """All three figures of the pairs, by the t that ``gas.accuracy.tails`` asks for."""
    if not reference:
        return Accuracy(0, None, None, None, None, None, None, None)
    middle, count = mean(reference), len(reference)
    tails = str(figures.limit("gas.accuracy.tails"))
    spread = (accuracy.spread(monitor, reference, tails)
              if 2 <= count <= accuracy.MOST_PAIRS else None)
    positive = middle > 0
    return Accuracy(
        count, middle, mean(monitor), accuracy.absolute_error(monitor, reference),
        accuracy.relative_error(monitor, reference) if positive else None,
        accuracy.relative_accuracy(monitor, reference, tails) if spread and positive else None,
        spread.Sd if spread else None, spread.cc if spread else None,
    )


def criterion(
    figures: Figures, found: Scheme, unit: str, mean_reference: Fraction,
    emission_limit: Fraction | None = None,
) -> Band:
    """What is judged and within what, for a reference mean in ``unit``.

    Hydrocarbons below ``nmhc.trueness.low_level`` whose emission limit lies below it too are judged
    by ``nmhc.trueness.low_limit`` (HJ 1286-2023).
    """
    if not found.table:
        name = "gas.accuracy.other.limit"
        return Band(0.0, "relative_accuracy", number(figures, name), (name,))
    if found.table == "nmhc.accuracy" and emission_limit is not None:
        level, limit = "nmhc.trueness.low_level", "nmhc.trueness.low_limit"
        if figures.has(limit):
            line = number(figures, level)
            if above(line, mean_reference) and above(line, emission_limit):
                return Band(0.0, "absolute_error", number(figures, limit), (limit, level))
    suffix = "_mass" if unit == "mg/m3" else ""
    return band_of(figures, found.table, mean_reference, found.lower, suffix)


def verdict(found: Accuracy, band: Band, needed: int) -> tuple[bool, str]:
    """Whether the pairs pass, and why not where that is not for the limit."""
    if found.count < needed:
        return False, f"{found.count} pairs: at least {needed} are needed"
    value = found.figure(band.kind)
    if value is None and not 2 <= found.count <= accuracy.MOST_PAIRS:
        return False, (f"{found.count} pairs: relative accuracy takes 2 to {accuracy.MOST_PAIRS}, "
                       "as far as Student's t is tabled")
    if value is None:
        return False, "a relative figure needs a reference mean above 0"
    return within(value, band.limit), ""
