"""Waste water: volumes, loads and flow-weighted means. HJ 212-2017 Annex D.1, HJ 356-2019 ch. 7.

Units: flow L/s, volume m3, concentration mg/L, load kg. Arrays of doubles; NaN is absent and goes
through.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qingyuan.calc.aggregate import group_sum

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Index = NDArray[np.intp]

_M3 = 1e-3  # of a litre
_KG = 1e-3  # of a gram, and mg/L are g/m3
_SECONDS = 3600.0  # of an hour


def volume(flow: ArrayLike, seconds: ArrayLike) -> Floats:
    """Water discharged in ``seconds`` at a flow in L/s, m3.

    (1) D = Q * T * 1e-3; an hour's volume from its mean flow is (6) turned round. HJ 212-2017
    D.1.1, text.

    >>> float(volume(25.0, 600.0))
    15.0
    """
    return np.asarray(
        np.asarray(flow, dtype=np.float64) * np.asarray(seconds, dtype=np.float64) * _M3
    )


def hour_volume(flow: ArrayLike) -> Floats:
    """Volume of an hour in m3 from its mean flow in L/s. (3), (6) Dh = Qh * 3600 * 1e-3.

    >>> float(hour_volume(25.0))
    90.0
    """
    return volume(flow, _SECONDS)


def load(volumes: ArrayLike, concentration: ArrayLike) -> Floats:
    """Mass in kg carried by ``volumes`` (m3) at ``concentration`` (mg/L).

    (8) G = D * C * 1e-3. HJ 212-2017 D.1.2, text.

    >>> float(load(90.0, 40.0))
    3.6
    """
    return np.asarray(
        np.asarray(volumes, dtype=np.float64) * np.asarray(concentration, dtype=np.float64) * _KG
    )


def weighted_mean(
    concentration: Floats, volumes: Floats, use: Mask, index: Index, groups: int
) -> tuple[Floats, Floats]:
    """Flow-weighted mean (mg/L) of each window, and the load (kg) of the hours it is made of.

    (11)-(14) C = G/D * 1e3, G and D summed over the hours that are used and have both parts.
    HJ 212-2017 D.1.2.3 (text); the day mean of HJ 356-2019 ch. 7 (recalled). ``concentration``,
    ``volumes`` (m3), ``use`` and ``index`` have the shape (n,), the results (groups,). Mean and
    load are NaN for a window without such an hour; the mean also where no water flowed in them.

    >>> mean, total = weighted_mean(
    ...     np.array([40.0, 60.0, 50.0, np.nan]), np.array([100.0, 300.0, 0.0, 80.0]),
    ...     np.array([True, True, True, True]), np.array([0, 0, 1, 1]), 2)
    >>> mean.tolist(), total.tolist()
    ([55.0, nan], [22.0, 0.0])
    """
    used = use & ~np.isnan(concentration) & ~np.isnan(volumes)
    total, _ = group_sum(load(volumes, concentration), used, index, groups)
    water, _ = group_sum(volumes, used, index, groups)
    return np.asarray(total / np.where(water > 0.0, water, np.nan) / _KG), total


def with_floor(values: ArrayLike, floor: ArrayLike, detection: ArrayLike = np.nan) -> Floats:
    """Readings as they enter means and masses: at or below zero, or below the limit of detection,
    they count as ``floor``.

    HJ 356-2019 7.1 (recalled): such readings that were judged valid enter as COD 2, ammonia 0.01,
    total phosphorus 0.005, total nitrogen 0.025 mg/L (``water.below_detection.CODE``). Without a
    limit of detection only zero and below count so; a NaN floor changes nothing.

    >>> with_floor([-0.3, 0.0, 1.2, 4.0, 30.0, np.nan], 2.0, 4.0).tolist()
    [2.0, 2.0, 2.0, 4.0, 30.0, nan]
    >>> with_floor([0.0, 1.2], 2.0).tolist()
    [2.0, 1.2]
    """
    array, least = np.asarray(values, dtype=np.float64), np.asarray(floor, dtype=np.float64)
    low = (array <= 0.0) | (array < np.asarray(detection, dtype=np.float64))
    return np.asarray(np.where(low & ~np.isnan(least), least, array))


def at_sampling(hourly: Floats, offset: ArrayLike) -> Floats:
    """Flow or volume of the hour in which the water of each hour's concentration was sampled.

    ``hourly`` (hours,) is the series to meet the concentrations, ``offset`` the whole hours from
    the sampling hour to the value's time stamp: one number, or one for each hour (a dated property
    of the point). HJ 355-2019 6.2 (recalled) stamps a value when the analyser starts to draw from
    the mixing barrel, after the composite hour; then the offset is 1 and the value stamped 09:00
    belongs to the flow of 08:00.

    >>> at_sampling(np.array([10.0, 20.0, 30.0]), 1).tolist()
    [nan, 10.0, 20.0]

    NaN where the sampling hour lies outside the series. Raises ValueError for an offset that is
    not whole hours.
    """
    offsets = np.asarray(offset, dtype=np.float64)
    if not np.all(offsets == np.rint(offsets)):
        raise ValueError(f"sampling offset {offsets} is not whole hours")
    source = np.arange(hourly.size) - offsets.astype(np.intp)
    inside = (source >= 0) & (source < hourly.size)
    return np.where(inside, hourly[np.where(inside, source, 0)] if hourly.size else hourly, np.nan)
