"""How well an instrument measures: drift, errors, accuracy and response, as the forms ask for them.

HJ 75-2017 Annex A and HJ 76-2017 (gas; equations recalled, some second hand as said) and HJ
355-2019 (water; recalled, the check's equation second hand). Whether a result passes is for the
book of rules; these functions only measure. They take plain numbers and sequences, raise
ValueError with a sentence where the numbers cannot answer, and round nothing. Doubles give doubles,
fractions give fractions (``calc.exact``): the equation is the same one.
"""

import statistics
from collections.abc import Sequence
from typing import Generic, NamedTuple

from qingyuan.calc.exact import N, deviation, like, mean, root, total

# Student's t, two-sided 95 %, for 1 to 30 degrees of freedom: mathematics, as HJ 75 prints it.
_T_95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip

# The same with 5 % in one tail only, for those who read t(f, 0.95) so.
_T_95_ONE_SIDED = (
    6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812,
    1.796, 1.782, 1.771, 1.761, 1.753, 1.746, 1.740, 1.734, 1.729, 1.725,
    1.721, 1.717, 1.714, 1.711, 1.708, 1.706, 1.703, 1.701, 1.699, 1.697,
)  # fmt: skip
MOST_PAIRS = len(_T_95) + 1
"""Pairs that a confidence coefficient can be had from."""


class Line(NamedTuple, Generic[N]):
    """A fitted line y = intercept + slope * x and its correlation coefficient."""

    slope: N
    intercept: N
    correlation: N


def student_t(freedom: int, tails: str = "two_sided") -> float:
    """95 % value of Student's t for 1 to 30 degrees of freedom, ``two_sided`` or ``one_sided``.

    >>> student_t(4), student_t(8), student_t(8, "one_sided")
    (2.776, 2.306, 1.86)

    Raises ValueError outside the table.
    """
    if not 1 <= freedom <= len(_T_95):
        raise ValueError(f"t is tabled for 1 to {len(_T_95)} degrees of freedom, not {freedom}")
    return (_T_95_ONE_SIDED if tails == "one_sided" else _T_95)[freedom - 1]


def drift(before: N, last: N, full_scale: N) -> N:
    """Zero or span drift since the last calibration, % of full scale, signed.

    (reading before this calibration - reading after the last one)/R * 100, both on the same zero
    or span gas; R is the range's width. HJ 75-2017 Annex A; that the periodic form takes the last
    calibrated reading and not the nominal value is second hand.

    >>> drift(2.5, 0.5, 100.0), drift(79.0, 80.0, 200.0)
    (2.0, -0.5)

    Raises ValueError for a full scale not above 0.
    """
    return 100 * (before - last) / _above_zero(full_scale, "full scale")


def greatest_drift(readings: Sequence[N], initial: N, full_scale: N) -> N:
    """Drift of a commissioning test, % of full scale: the largest departure from the initial
    reading. Zd = dZ_max/R * 100, dZ = Zi - Z0; the sign is that of the departure.

    >>> greatest_drift([0.2, -1.5, 1.0], 0.5, 100.0)
    -2.0
    """
    departures = [reading - initial for reading in _some(readings, "readings")]
    return 100 * max(departures, key=abs) / _above_zero(full_scale, "full scale")


def indication_error(readings: Sequence[N], nominal: N) -> N:
    """Indication error (示值误差) against the gas's nominal value, %: Le = (mean - Cs)/Cs * 100.

    >>> indication_error([101.0, 102.0, 103.0], 100.0)
    2.0

    Raises ValueError for no readings or a nominal value not above 0.
    """
    off = mean(_some(readings, "readings")) - nominal
    return 100 * off / _above_zero(nominal, "nominal value")


def indication_error_of_range(readings: Sequence[N], nominal: N, full_scale: N) -> N:
    """Indication error of a small range, % of full scale: Le = (mean - Cs)/R * 100.

    >>> indication_error_of_range([51.0, 52.0, 53.0], 50.0, 80.0)
    2.5
    """
    off = mean(_some(readings, "readings")) - nominal
    return 100 * off / _above_zero(full_scale, "full scale")


def response_time(transport: Sequence[N], rise: Sequence[N]) -> N:
    """System response time in s: mean over the runs of T1 + T2, T1 the time through the sampling
    line, T2 the time until the reading reaches 90 % of the nominal value.

    >>> response_time([40.0, 42.0, 44.0], [80.0, 78.0, 76.0])
    120.0

    Raises ValueError when the runs of T1 and T2 differ in number or there are none.
    """
    _paired(transport, rise)
    return mean([first + second for first, second in zip(transport, rise, strict=True)])


class Spread(NamedTuple, Generic[N]):
    """Statistics of pairs: mean difference ``d``, standard deviation ``Sd`` of the differences,
    confidence coefficient ``cc``, mean ``RM`` of the reference method."""

    d: N
    Sd: N
    cc: N
    RM: N


def spread(
    measured: Sequence[N], reference: Sequence[N], tails: str = "two_sided"
) -> Spread[N]:
    """What a relative accuracy is made of; cc = t(n - 1, 95 %) * Sd/sqrt(n).

    >>> spread([101.0, 103.0], [100.0, 100.0])[:2]
    (2.0, 1.4142135623730951)

    Raises ValueError for fewer than 2 or more than 31 pairs.
    """
    _paired(measured, reference)
    if len(measured) < 2:
        raise ValueError("relative accuracy needs at least 2 pairs")
    differences = [x - r for x, r in zip(measured, reference, strict=True)]
    variance, count = statistics.variance(differences), len(differences)
    confidence = like(student_t(count - 1, tails), variance) * root(variance / count)
    return Spread(mean(differences), root(variance), confidence, mean(reference))


def relative_accuracy(
    measured: Sequence[N], reference: Sequence[N], tails: str = "two_sided"
) -> N:
    """Relative accuracy RA in %, from pairs of monitor and reference method.

    RA = (|d| + |cc|)/RM * 100, see ``Spread``. HJ 75-2017 Annex A (recalled; second hand in tools
    of the trade).

    Nine pairs whose differences are four times +1, four times -1 and once 0: d = 0, Sd = 1,
    cc = 2.306 * 1/3 = 0.768667, so RA of a mean of 100 is 0.768667 %.

    >>> round(relative_accuracy([101.0] * 4 + [99.0] * 4 + [100.0], [100.0] * 9), 6)
    0.768667

    Raises ValueError for fewer than 2 or more than 31 pairs, or a reference mean not above 0.
    """
    found = spread(measured, reference, tails)
    below = _above_zero(found.RM, "mean of the reference method")
    return 100 * (abs(found.d) + abs(found.cc)) / below


def relative_error(measured: Sequence[N], reference: Sequence[N]) -> N:
    """Relative error of the means, %: Re = (mean of the monitor - RM)/RM * 100.

    >>> relative_error([109.0, 111.0], [100.0, 100.0])
    10.0
    """
    below = _above_zero(mean(_some(reference, "reference values")), "mean of the reference method")
    return 100 * (mean(_some(measured, "measured values")) - below) / below


def absolute_error(measured: Sequence[N], reference: Sequence[N]) -> N:
    """Mean difference between monitor and reference method, in their unit.

    >>> absolute_error([10.0, 13.0], [11.0, 9.0])
    1.5
    """
    _paired(measured, reference)
    return mean([x - r for x, r in zip(measured, reference, strict=True)])


def check_error(measured: N, nominal: N) -> N:
    """Error of a water analyser on a standard solution, or on a water sample against the
    reference method, %: (X - B)/B * 100. HJ 355-2019 (recalled; second hand).

    >>> check_error(110.0, 100.0)
    10.0
    """
    return 100 * (measured - nominal) / _above_zero(nominal, "nominal value")


def difference(measured: N, nominal: N) -> N:
    """Error of one reading in its own unit: X - B. HJ 355-2019 (recalled).

    >>> difference(27.5, 25.0)
    2.5
    """
    return measured - nominal


def flow_error(portable: N, installed: N) -> N:
    """Error of an open-channel flow meter over ten minutes, %: (F1 - F2)/F1 * 100, F1 the total of
    the portable meter, F2 that of the installed one. HJ 355-2019 (recalled).

    >>> flow_error(50.0, 48.0)
    4.0
    """
    return 100 * (portable - installed) / _above_zero(portable, "total of the portable meter")


def level_error(portable: Sequence[N], installed: Sequence[N]) -> N:
    """Error of an ultrasonic meter's level, mm: the largest |H1 - H2| of readings taken together
    (six, every two minutes). HJ 355-2019 (recalled).

    >>> level_error([100.0, 102.0, 104.0], [101.0, 105.0, 104.0])
    3.0
    """
    _paired(portable, installed)
    return max(abs(one - other) for one, other in zip(portable, installed, strict=True))


def velocity_field_factor(
    reference_area: N, reference: N, monitor_area: N, monitor: N
) -> N:
    """Velocity field factor Kv = (Fs * Vs)/(Fp * Vp): area (m2) and mean velocity (m/s) of the
    reference section over those of the monitor's. HJ 75-2017 Annex A (recalled).

    >>> velocity_field_factor(2.0, 10.5, 2.0, 10.0)
    1.05
    """
    below = _above_zero(monitor_area * monitor, "area times velocity at the monitor")
    return reference_area * reference / below


def variation(values: Sequence[N]) -> N:
    """Coefficient of variation, %: standard deviation over mean. The precision of velocity field
    factors (HJ 75-2017 Annex A, recalled).

    >>> round(variation([9.0, 10.0, 11.0]), 9)
    10.0
    """
    if len(values) < 2:
        raise ValueError("a coefficient of variation needs at least 2 values")
    return 100 * deviation(values) / _above_zero(mean(values), "mean")


def fit(signal: Sequence[N], reference: Sequence[N]) -> Line[N]:
    """Least squares line through pairs of a particulate monitor's signal and the reference's
    concentration (mg/m3). HJ 75-2017 Annex A (recalled).

    >>> line = fit([1.0, 2.0, 3.0, 4.0], [3.5, 5.5, 7.5, 9.5])
    >>> line.slope, line.intercept, round(line.correlation, 9)
    (2.0, 1.5, 1.0)

    Raises ValueError for fewer than 3 pairs or a signal that never changes.
    """
    _paired(signal, reference)
    x, y = mean(signal), mean(reference)
    sxx = total([(one - x) * (one - x) for one in signal])
    syy = total([(other - y) * (other - y) for other in reference])
    sxy = total([(o - x) * (r - y) for o, r in zip(signal, reference, strict=True)])
    if len(signal) < 3 or sxx == 0:
        raise ValueError("a line needs at least 3 pairs and a signal that changes")
    slope = sxy / sxx
    return Line(slope, y - slope * x, sxy / root(sxx * syy) if syy else 0 * sxy)


def _above_zero(value: N, what: str) -> N:
    if not value > 0:
        raise ValueError(f"the {what} must be above 0, not {float(value):g}")
    return value


def _some(values: Sequence[N], what: str) -> Sequence[N]:
    if not values:
        raise ValueError(f"there are no {what}")
    return values


def _paired(one: Sequence[N], other: Sequence[N]) -> None:
    if not one or len(one) != len(other):
        raise ValueError(f"values must come in pairs, not {len(one)} beside {len(other)}")
