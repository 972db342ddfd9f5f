"""Rounding by GB/T 8170-2008 3.2: to the nearest, a tie to the even digit (四舍六入五成双).

A double is a binary fraction, so 0.125 is a tie but 2.675 lies a hair below one, and the mean of
some minutes that should be a tie lands on either side of it. Each value is therefore first snapped
to 12 significant decimal digits, which is more than any monitor has and less than a double keeps;
then the rule of the standard is applied, once, to that decimal number.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal

import numpy as np
from numpy.typing import ArrayLike, NDArray

SIGNIFICANT = 12
MOST = 90  # digits behind or before the point that can be asked for
_EXACT = Context(prec=400, rounding=ROUND_HALF_EVEN)  # 309 digits before the point, MOST behind
_WHOLE = 1e11  # from here a scaled value has twelve digits before its point: snapping may move it


def snap(x: float) -> Decimal:
    """``x`` as the decimal number of 12 significant digits nearest to it.

    >>> snap(2.675), snap(0.1 + 0.2)
    (Decimal('2.67500000000'), Decimal('0.300000000000'))

    Raises ValueError for NaN and the infinities: what is absent has no digits.
    """
    if not np.isfinite(x):
        raise ValueError(f"cannot round {x}: only a finite number has digits")
    return Decimal(f"{x:.{SIGNIFICANT - 1}e}")


def round_gbt8170(x: float, digits: int) -> Decimal:
    """The number ``x`` rounded to ``digits`` decimals (negative: tens, hundreds), GB/T 8170 3.2.

    The result has exactly ``digits`` decimals; a rounded zero carries no sign. The examples of the
    standard, 3.2.1 to 3.2.4:

    >>> round_gbt8170(12.1498, 1), round_gbt8170(10.5002, 0)
    (Decimal('12.1'), Decimal('11'))
    >>> round_gbt8170(1.050, 1), round_gbt8170(0.35, 1), round_gbt8170(2500, -3)
    (Decimal('1.0'), Decimal('0.4'), Decimal('2E+3'))
    >>> round_gbt8170(-355, -1), round_gbt8170(-0.0365, 3)
    (Decimal('-3.6E+2'), Decimal('-0.036'))

    Where plain half-even on the double goes wrong:

    >>> round_gbt8170(2.675, 2), round(2.675, 2)
    (Decimal('2.68'), 2.67)

    Raises ValueError for NaN and the infinities, and for digits beyond any double's.
    """
    if not -MOST <= digits <= MOST:
        raise ValueError(f"digits lie between -{MOST} and {MOST}, not at {digits}")
    rounded = snap(x).quantize(Decimal(1).scaleb(-digits), context=_EXACT)
    return rounded if rounded else abs(rounded)


def fixed(x: float, digits: int) -> str:
    """``x`` rounded and written out with all its decimals, never with an exponent.

    >>> fixed(40.25, 1), fixed(7, 2), fixed(-0.004, 2), fixed(2500, -3)
    ('40.2', '7.00', '0.00', '2000')

    Raises ValueError for NaN and the infinities.
    """
    return f"{round_gbt8170(x, digits):f}"


def round_all(values: NDArray[np.float64], digits: int) -> NDArray[np.float64]:
    """Each of ``values`` (any shape) rounded as ``round_gbt8170`` does, as doubles; NaN stays NaN.

    >>> round_all(np.array([2.675, 0.125, np.nan, -0.001]), 2).tolist()
    [2.68, 0.12, nan, 0.0]

    Only values near a tie need decimal arithmetic; the rest is one vector operation. Raises
    ValueError for an infinity.
    """
    values = np.asarray(values, dtype=np.float64)
    if np.isinf(values).any():
        raise ValueError("cannot round an infinity: only a finite number has digits")
    if abs(digits) > 22:  # beyond, a power of ten is no exact double
        return _one_by_one(values, ~np.isnan(values), values.copy(), digits)
    scale = 10.0 ** abs(digits)
    scaled = values * scale if digits >= 0 else values / scale
    rounded = np.rint(scaled)
    rounded = (rounded / scale if digits >= 0 else rounded * scale) + 0.0  # + 0.0: no minus zero
    from_tie = np.abs(scaled - np.floor(scaled) - 0.5)
    near = (from_tie <= 1e-11 * np.abs(scaled)) | (np.abs(scaled) >= _WHOLE)
    return _one_by_one(values, near, rounded, digits)


def above(value: ArrayLike, limit: ArrayLike) -> NDArray[np.bool_]:
    """Whether ``value`` is greater than ``limit`` within the 12 significant digits that count.

    The mean of sixty 35.1 is 35.100000000000016 as a double: it is at the limit of 35.1, not above
    it. Arrays of any shapes that fit together; false where one of the two is NaN.

    >>> above([35.100000000000016, 35.11, np.nan], 35.1).tolist()
    [False, True, False]
    """
    have, most = np.asarray(value, dtype=np.float64), np.asarray(limit, dtype=np.float64)
    hair = 10.0**-SIGNIFICANT * np.maximum(np.abs(have), np.abs(most))
    return np.asarray(have - most > hair)


def _one_by_one(
    values: NDArray[np.float64],
    where: NDArray[np.bool_],
    out: NDArray[np.float64],
    digits: int,
) -> NDArray[np.float64]:
    out[where] = [float(round_gbt8170(x, digits)) for x in values[where].tolist()]
    return out
