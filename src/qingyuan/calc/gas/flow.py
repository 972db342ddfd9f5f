"""Velocity, flow and mass of flue gas. HJ 212-2017 Annexes D.2.4 and D.2.5."""

import numpy as np
from numpy.typing import ArrayLike

from .parts import Floats, Rule, dry_share
from .state import standard_factor

_SECONDS = 3600.0  # of an hour
_KG = 1e-6  # of a milligram
_TONNE = 1e-3  # of a kilogram


def pitot_velocity(
    dynamic: ArrayLike,
    coefficient: ArrayLike,
    temperature: ArrayLike,
    static: ArrayLike,
    atmosphere: ArrayLike,
    *,
    density: Rule,
    standard_temperature: Rule,
    standard_pressure: Rule,
) -> Floats:
    """Velocity in m/s at a Pitot tube's tip.

    Vp = Kp * sqrt(2 Pd/rho), rho = rho_n * 273/(273 + ts) * (Ba + Ps)/101.325. GB/T 16157 (second
    hand). ``dynamic`` is the differential pressure Pd in Pa, ``coefficient`` Kp of the tube,
    ``density`` rho_n that of the flue gas at standard state, kg/m3.

    >>> round(float(pitot_velocity(
    ...     100.0, 0.84, 0.0, 0.0, 101.325,
    ...     density=1.28, standard_temperature=273.0, standard_pressure=101.325)), 6)
    10.5

    (sqrt(200/1.28) = 12.5.) Empty where the differential pressure is below 0.
    """
    rho = density * standard_factor(
        temperature, static, atmosphere,
        standard_temperature=standard_temperature, standard_pressure=standard_pressure,
    )
    pressure = np.asarray(dynamic, dtype=np.float64)
    pressure = np.where(pressure >= 0.0, pressure, np.nan)
    return np.asarray(np.asarray(coefficient, dtype=np.float64) * np.sqrt(2.0 * pressure / rho))


def duct_velocity(measured: ArrayLike, field_factor: ArrayLike) -> Floats:
    """Mean velocity of the duct's section in m/s from that at the monitor.

    (29) Vs = Kv * Vp, Kv the velocity field factor. HJ 212-2017 D.2.4 (1), text.

    >>> float(duct_velocity(10.0, 1.05))
    10.5
    """
    return np.asarray(
        np.asarray(field_factor, dtype=np.float64) * np.asarray(measured, dtype=np.float64)
    )


def wet_flow(velocity: ArrayLike, area: ArrayLike) -> Floats:
    """Flow in the duct as it is (wet, actual state), m3/h, from the section's mean velocity.

    (30) Qs = 3600 * F * Vs, F in m2, Vs in m/s. HJ 212-2017 D.2.4 (2), text.

    >>> float(wet_flow(10.0, 2.5))
    90000.0
    """
    return np.asarray(
        _SECONDS * np.asarray(area, dtype=np.float64) * np.asarray(velocity, dtype=np.float64)
    )


def dry_standard_flow(
    wet: ArrayLike,
    temperature: ArrayLike,
    static: ArrayLike,
    atmosphere: ArrayLike,
    humidity: ArrayLike,
    *,
    standard_temperature: Rule,
    standard_pressure: Rule,
) -> Floats:
    """Dry flow at standard state (标干流量), m3/h, from the wet actual one.

    (31) Qsn = Qs * 273/(273 + ts) * (Ba + Ps)/101.325 * (1 - Xsw). HJ 212-2017 D.2.4 (3), text.

    >>> float(dry_standard_flow(
    ...     90000.0, 91.0, 0.0, 101.325, 10.0,
    ...     standard_temperature=273.0, standard_pressure=101.325))
    60750.0

    (90,000 * 0.75 * 0.9.) Empty where humidity is below 0 or reaches 100 %.
    """
    factor = standard_factor(
        temperature, static, atmosphere,
        standard_temperature=standard_temperature, standard_pressure=standard_pressure,
    )
    return np.asarray(np.asarray(wet, dtype=np.float64) * factor * dry_share(humidity))


def hourly_mass(dry: ArrayLike, flow: ArrayLike) -> Floats:
    """Mass of an hour in kg, which is the rate in kg/h, from hour means.

    (33) Gh = CQh * Qsn * 1e-6, with the measured dry concentration, not the converted one.
    HJ 212-2017 D.2.5 (1), text.

    >>> float(hourly_mass(50.0, 60000.0))
    3.0
    """
    return np.asarray(
        np.asarray(dry, dtype=np.float64) * np.asarray(flow, dtype=np.float64) * _KG
    )


def daily_flow(hourly: ArrayLike) -> float:
    """Dry standard flow of a day, m3, from the flows of its hours with data (m3/h, NaN absent).

    (32) Qsnd = sum of Qsnh. HJ 212-2017 D.2.4 (4), text. NaN when no hour has a flow.

    >>> float(daily_flow([60000.0, np.nan, 50000.0]))
    110000.0
    """
    return _total(hourly)


def daily_mass(hourly: ArrayLike) -> float:
    """Mass of a day in kg from the masses of its hours in kg (NaN absent).

    (34) Gd = sum of Gh. HJ 212-2017 D.2.5 (2) prints "* 10^-6" behind the sum and kg/d as the
    unit. That is a misprint: (33) has brought milligrams to kilograms already, and doing so twice
    would make a power station emit grams. The sum is in kg/d; ``tonnes`` gives t/d.

    >>> float(daily_mass([3.0, np.nan, 2.5]))
    5.5
    """
    return _total(hourly)


def tonnes(kilograms: ArrayLike) -> Floats:
    """Kilograms as tonnes (* 1e-3), the unit of day, month and year reports.

    >>> float(tonnes(5500.0))
    5.5
    """
    return np.asarray(np.asarray(kilograms, dtype=np.float64) * _TONNE)


def _total(values: ArrayLike) -> float:
    array = np.asarray(values, dtype=np.float64)
    present = ~np.isnan(array)
    return float(array[present].sum()) if present.any() else float("nan")
