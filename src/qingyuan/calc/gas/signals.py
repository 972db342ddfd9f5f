"""Particulates from a monitor's signal, moisture from two oxygen readings."""

import numpy as np
from numpy.typing import ArrayLike

from .parts import Floats, positive


def particulate_linear(signal: ArrayLike, slope: ArrayLike, intercept: ArrayLike) -> Floats:
    """Particulate concentration in mg/m3 from the monitor's signal by the linear correlation.

    C = slope * x + intercept. HJ 75-2017 Annex A (recalled).

    >>> float(particulate_linear(4.0, 12.5, 1.5))
    51.5
    """
    slope, signal = np.asarray(slope, dtype=np.float64), np.asarray(signal, dtype=np.float64)
    return np.asarray(slope * signal + np.asarray(intercept, dtype=np.float64))


def particulate_factor(signal: ArrayLike, factor: ArrayLike) -> Floats:
    """Particulate concentration in mg/m3 by the factor K: C = K * x. HJ 75-2017 Annex A (recalled).

    >>> float(particulate_factor(40.0, 1.25))
    50.0
    """
    return np.asarray(
        np.asarray(factor, dtype=np.float64) * np.asarray(signal, dtype=np.float64)
    )


def humidity_from_oxygen(wet: ArrayLike, dry: ArrayLike) -> Floats:
    """Moisture in % from oxygen measured wet and dry: Xsw = 1 - O2,wet/O2,dry (recalled).

    >>> float(humidity_from_oxygen(6.0, 8.0))
    25.0

    Empty where the wet reading is above the dry one or below 0, or the dry one is not above 0.
    """
    wet, dry = np.asarray(wet, dtype=np.float64), positive(dry)
    return np.asarray(np.where((wet >= 0.0) & (wet <= dry), (1.0 - wet / dry) * 100.0, np.nan))
