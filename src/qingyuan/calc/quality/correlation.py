"""Calibration line of a particulate monitor: r, confidence and tolerance half-widths.

HJ 75-2017 chapter 8 and Annex A (recalled): concentration by the reference method over the
monitor's signal; both half-widths are in % of the emission limit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from qingyuan.calc import accuracy
from qingyuan.calc.exact import above, exact, like, mean, root, total
from qingyuan.calc.quality import tolerance
from qingyuan.calc.quality.figures import Figures, Item, at_most, not_below, number

FEWEST, MOST = 3, accuracy.MOST_PAIRS + 1
"""Pairs that a line with half-widths can be had from."""

_PM = "gas.commissioning.pm"


@dataclass(frozen=True, slots=True)
class Fitted:
    """A line with ``error`` (standard error of a value, the unit of the reference) and both
    half-widths at the mean signal and at the signal where they are greatest, same unit."""

    line: accuracy.Line[Fraction]
    error: Fraction
    confidence: Fraction
    confidence_greatest: Fraction
    tolerance: Fraction
    tolerance_greatest: Fraction


def fitted(signal: Sequence[Fraction], reference: Sequence[Fraction]) -> Fitted:
    """The line and its intervals: t(n - 2) and k = u(n') v(n - 2), n' = 1/(1/n + (x - mean)2/Sxx).

    Raises ValueError for fewer than 3 or more than 32 pairs, or a signal that never changes.
    """
    count = len(signal)
    if count > MOST:
        raise ValueError(f"{count} pairs: Student's t is tabled for {MOST}")
    line = accuracy.fit(signal, reference)
    centre = mean(signal)
    rest = [y - line.intercept - line.slope * x for x, y in zip(signal, reference, strict=True)]
    error = root(total([one * one for one in rest]) / (count - 2))
    sxx = total([(x - centre) * (x - centre) for x in signal])
    far = max((x - centre) * (x - centre) for x in signal) / sxx
    t = like(accuracy.student_t(count - 2), error)
    v = exact(tolerance.v(count - 2))
    near = Fraction(1, count)
    return Fitted(
        line, error,
        t * error * root(near), t * error * root(near + far),
        exact(tolerance.u(count)) * v * error,
        exact(tolerance.u(float(1 / (near + far)))) * v * error,
    )


def judge(
    figures: Figures, found: Fitted, emission_limit: Fraction, full_scale: Fraction | None
) -> list[Item]:
    """r and both half-widths (% of the emission limit) against their limits. A range up to
    ``gas.commissioning.pm.low_range`` mg/m3 has a lower limit for r."""
    small, minimum = f"{_PM}.low_range", f"{_PM}.correlation_min"
    low = full_scale is not None and not above(full_scale, number(figures, small))
    r = not_below(figures, "correlation", found.line.correlation, "",
                  f"{minimum}_low_range" if low else minimum)
    chosen = r.provisions if full_scale is None else (*r.provisions, small)
    at = f"{_PM}.interval_at"
    greatest = figures.limit(at) == "greatest"
    widths = (
        ("confidence_half_width", found.confidence_greatest if greatest else found.confidence),
        ("tolerance_half_width", found.tolerance_greatest if greatest else found.tolerance),
    )
    items = [at_most(figures, name, 100 * width / emission_limit, "%", f"{_PM}.{name}_max")
             for name, width in widths]
    return [_with(r, chosen), *(_with(item, (*item.provisions, at)) for item in items)]


def _with(item: Item, names: tuple[str, ...]) -> Item:
    return Item(item.name, item.value, item.unit, item.state, item.limit, item.limit_unit,
                item.out, names, item.reason)
