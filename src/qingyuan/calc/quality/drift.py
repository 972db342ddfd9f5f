"""Zero and span drift of a periodic calibration in three states. HJ 75-2017 11.6, table 4.

Within the index: good. Beyond it: adjust. Beyond the out-of-control limit: the hours from the
discovery until the index is met again do not count. Limits are the book's, ``gas.control.*``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from qingyuan.calc import accuracy, roles
from qingyuan.calc.exact import Number, within
from qingyuan.calc.quality.figures import Figures, Item, number

State = Literal["within", "adjust", "out_of_control"]
Which = Literal["zero", "span"]
Family = Literal["gas", "pm", "velocity", "nmhc"]

STATES: tuple[State, ...] = ("within", "adjust", "out_of_control")
"""From best to worst."""

HYDROCARBONS = frozenset({"a24088", "a24087", "a05002"})
"""Non-methane, total hydrocarbons and methane: HJ 1013-2018, HJ 1286-2023."""


def family(code: str) -> Family | None:
    """Whose limits a factor (2017 code) has; None for what has no drift limits.

    >>> [family(code) for code in ("a21026", "a19001", "a34013", "a01011", "a24088", "a01012")]
    ['gas', 'gas', 'pm', 'velocity', 'nmhc', None]
    """
    if code == roles.VELOCITY:
        return "velocity"
    if code in HYDROCARBONS:
        return "nmhc"
    if roles.is_particulate(code):
        return "pm"
    return "gas" if roles.is_gaseous(code) else None


def state(value: Number, ok: Number, out: Number | None) -> State:
    """Within ``ok``, out of control beyond ``out``, adjust between; by size, in one unit.

    >>> state(-2.5, 2.5, 5.0), state(5.0, 2.5, 5.0), state(5.01, 2.5, 5.0), state(9.0, 3.0, None)
    ('within', 'adjust', 'out_of_control', 'adjust')
    """
    if within(value, ok):
        return "within"
    return "out_of_control" if out is not None and not within(value, out) else "adjust"


def worst(states: Iterable[str]) -> State:
    """The worst of some; within for none."""
    return STATES[max((STATES.index(s) for s in states if s in STATES), default=0)]


@dataclass(frozen=True, slots=True)
class Readings:
    """One gas's readings: its certified value, the reading after the last calibration, and the
    one before this one. All in the factor's unit; None was not recorded."""

    before: Fraction
    last: Fraction | None
    gas: Fraction | None


def reference(figures: Figures, readings: Readings) -> Fraction:
    """What the reading before is compared with: the one after the last calibration, or the gas
    where that is absent or ``gas.drift.reference`` says so. ValueError where neither is there."""
    nominal = figures.limit("gas.drift.reference") == "nominal"
    order = (readings.gas, readings.last) if nominal else (readings.last, readings.gas)
    found = next((value for value in order if value is not None), None)
    if found is None:
        raise ValueError("neither after_last nor gas is there")
    return found


def full_scale(figures: Figures, low: Fraction, high: Fraction) -> Fraction:
    """R of a drift: the range's width, or its upper end where ``gas.drift.full_scale`` says so."""
    return high if figures.limit("gas.drift.full_scale") == "upper" else high - low


def drift(figures: Figures, readings: Readings, low: Fraction, high: Fraction) -> Fraction:
    """Drift in % of full scale, signed."""
    return accuracy.drift(readings.before, reference(figures, readings),
                          full_scale(figures, low, high))


def judge(figures: Figures, kind: Family, which: Which, value: Number) -> Item:
    """A drift in % of full scale against its limits. A velocity's zero drift is judged together
    with its absolute error: see ``judge_velocity``."""
    ok, out = _limits(kind, which)
    if not figures.has(ok):
        return Item(f"{which}_drift", value, "% F.S.", "unjudged",
                    reason=f"the book has no limit for the {which} drift of this factor")
    limit = number(figures, ok)
    beyond = number(figures, out) if figures.has(out) else None
    names = (ok, out) if beyond is not None else (ok,)
    return Item(f"{which}_drift", value, "% F.S.", state(value, limit, beyond),
                limit, "% F.S.", beyond, names)


def judge_velocity(figures: Figures, value: Number, error: Number) -> tuple[Item, Item]:
    """Zero drift (% F.S.) and absolute error (m/s) of a velocity monitor, which share one state:
    either within its index is enough; out of control when both lie beyond their limits (or either,
    ``gas.control.velocity.combination``)."""
    drift_names = _limits("velocity", "zero")
    error_names = ("gas.control.velocity.absolute.ok", "gas.control.velocity.absolute.out")
    rule = "gas.control.velocity.combination"
    ok, out = (number(figures, name) for name in drift_names)
    error_ok, error_out = (number(figures, name) for name in error_names)
    beyond = (not within(value, out), not within(error, error_out))
    together = all(beyond) if figures.limit(rule) == "and" else any(beyond)
    found: State = "adjust"
    if within(value, ok) or within(error, error_ok):
        found = "within"
    elif together:
        found = "out_of_control"
    return (
        Item("zero_drift", value, "% F.S.", found, ok, "% F.S.", out, (*drift_names, rule)),
        Item("zero_abs", error, "m/s", found, error_ok, "m/s", error_out, (*error_names, rule)),
    )


def left(after: Fraction, gas: Fraction, low: Fraction, high: Fraction) -> Fraction:
    """How far the reading after a calibration still is from the gas, % of the range, signed."""
    return accuracy.drift(after, gas, high - low)


def met_again(
    figures: Figures, kind: Family, which: Which, share: Fraction, error: Fraction
) -> bool | None:
    """Whether what a calibration left lies within the index: ``share`` in % of the range; a
    velocity's may do so by ``error`` (m/s) instead. None where the book has no limit. That the
    index is met again is read from this residual; table 4 does not print it."""
    ok, _ = _limits(kind, which)
    if not figures.has(ok):
        return None
    if kind == "velocity" and within(error, number(figures, "gas.control.velocity.absolute.ok")):
        return True
    return within(share, number(figures, ok))


def _limits(kind: Family, which: Which) -> tuple[str, str]:
    if kind == "nmhc":
        return f"nmhc.drift.{which}.limit", f"nmhc.drift.{which}.out"
    return f"gas.control.{kind}.{which}.ok", f"gas.control.{kind}.{which}.out"
