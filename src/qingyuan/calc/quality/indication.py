"""Indication error by the class of the range, and system response time. HJ 75-2017 9.3 table 1.

A small range is judged against full scale, any other against the gas's nominal value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from qingyuan.calc import accuracy, roles
from qingyuan.calc.exact import above, settled
from qingyuan.calc.quality.drift import HYDROCARBONS
from qingyuan.calc.quality.figures import Figures, Item, at_most, number

LEVELS = ("low", "mid", "high")


@dataclass(frozen=True, slots=True)
class Class:
    """Against what an error is reckoned ("nominal" | "full_scale") and the figure that limits it,
    with the figures that chose; ``limit`` "" where the book has none."""

    basis: str
    limit: str
    chosen: tuple[str, ...] = ()


def class_of(figures: Figures, code: str, unit: str, full_scale: Fraction) -> Class:
    """The class of a factor's range (2017 code, full scale in ``unit``)."""
    name = {roles.SO2: "so2", roles.NOX: "nox"}.get(code)
    if name is not None:
        split = f"gas.indication.{name}.split" + ("_mass" if unit == "mg/m3" else "")
        if above(number(figures, split), full_scale):
            return Class("full_scale", f"gas.indication.{name}.limit_small_range", (split,))
        return Class("nominal", f"gas.indication.{name}.limit", (split,))
    if code == roles.O2:
        return Class("nominal", "gas.indication.o2.limit")
    return Class("nominal", "nmhc.indication.limit" if code in HYDROCARBONS else "")


def error(
    figures: Figures, found: Class, readings: Sequence[Fraction], gas: Fraction,
    full_scale: Fraction,
) -> Item:
    """One level's error against its limit; the gas must be above 0 where it is the basis."""
    if found.basis == "full_scale":
        value = accuracy.indication_error_of_range(readings, gas, full_scale)
    else:
        value = accuracy.indication_error(readings, gas)
    unit = "% F.S." if found.basis == "full_scale" else "%"
    if not found.limit:
        return Item("indication_error", value, unit, "unjudged",
                    reason="the book has no limit for the indication error of this factor")
    item = at_most(figures, "indication_error", value, unit, found.limit)
    return Item(item.name, value, unit, item.state, item.limit, unit, None,
                (found.limit, *found.chosen))


def level(figures: Figures, gas: Fraction, full_scale: Fraction) -> str | None:
    """Which of the three concentrations a gas is, by its share of full scale; None for none."""
    share = 100 * gas / full_scale
    for name in LEVELS:
        low, high = (number(figures, f"gas.indication.{name}.{end}") for end in ("from", "to"))
        if settled(low) <= share <= settled(high):
            return name
    return None


def response(figures: Figures, code: str, runs: Sequence[Sequence[Fraction]]) -> Item:
    """The mean response time in s of runs (T1, T2) against its limit."""
    value = accuracy.response_time([run[0] for run in runs], [run[1] for run in runs])
    name = "nmhc.response.max" if code in HYDROCARBONS else "gas.response.max"
    if not roles.is_gaseous(code):
        return Item("response_time", value, "s", "unjudged",
                    reason="the book has no limit for the response time of this factor")
    return at_most(figures, "response_time", value, "s", name)
