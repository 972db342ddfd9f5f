"""Factors of a tolerance interval: mathematics, as tables of the trade print it.

A tolerance interval about a fitted line covers a share of all future values with a given
confidence; its half-width is k * S with k = u * v (W. A. Wallis 1951, A. Weissberg and G. H. Beatty
1960). HJ 75-2017 Annex A takes 75 % of the values at 95 % confidence (recalled).
"""

import math
from collections.abc import Callable
from statistics import NormalDist

_NORMAL = NormalDist()
_COVERED, _DOUBT = 0.75, 0.05
_STEPS = 200


def u(count: float) -> float:
    """u of ``count`` effective observations: phi(1/sqrt(n) + u) - phi(1/sqrt(n) - u) = 0.75.

    >>> round(u(15), 3), round(u(9), 3)
    (1.189, 1.214)
    """
    shift = 1 / math.sqrt(count)
    return _solved(lambda x: _NORMAL.cdf(shift + x) - _NORMAL.cdf(shift - x), _COVERED)


def v(freedom: int) -> float:
    """v of ``freedom`` degrees: sqrt(f / chi2), chi2 with 5 % of its distribution below it.

    >>> round(v(13), 4), round(v(7), 4)
    (1.4854, 1.7972)
    """
    chi2 = _solved(lambda x: _lower_gamma(freedom / 2, x / 2), _DOUBT)
    return math.sqrt(freedom / chi2)


def _solved(rising: Callable[[float], float], wanted: float) -> float:
    low, high = 0.0, 1.0
    while rising(high) < wanted:
        high *= 2
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2


def _lower_gamma(a: float, x: float) -> float:
    """The regularised incomplete gamma function P(a, x) by its power series."""
    if x <= 0:
        return 0.0
    term = total = 1 / a
    at = a
    while term > total * 1e-17:
        at += 1
        term *= x / at
        total += term
    return min(1.0, total * math.exp(a * math.log(x) - x - math.lgamma(a)))
