"""What the equations of flue gas share: their types, and where a part has no meaning."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Rule = float | Floats
"""A figure of the book of rules: one, or one for each value (it may change within the array)."""


def positive(values: ArrayLike) -> Floats:
    """The values, NaN where one is not above 0."""
    array = np.asarray(values, dtype=np.float64)
    return np.where(array > 0.0, array, np.nan)


def dry_share(humidity: ArrayLike) -> Floats:
    """The dry share of gas by its humidity in %, NaN where that is below 0 or reaches 100."""
    share = 1.0 - np.asarray(humidity, dtype=np.float64) / 100.0
    return np.where((share > 0.0) & (share <= 1.0), share, np.nan)
