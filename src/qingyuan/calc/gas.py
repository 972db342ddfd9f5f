"""Flue gas: from what an analyser sees to a mass. HJ 212-2017 Annex D.2, formulas (18) to (34).

The equation numbers are those of HJ 212-2017 (text); HJ 75-2017 Annex C and HJ 76-2017 Annex B
carry the same set under numbers of their own (recalled). All functions take doubles or arrays of
doubles that broadcast, give arrays, and let NaN (absent) through: a result is NaN where one of
its parts is, or where the equation has no meaning (said under "Empty where").

One annex, one module; most of its lines are specification.

Units: temperature degC, pressures kPa (``static`` gauge, ``atmosphere`` absolute), humidity and
oxygen in % by volume, concentrations mg/m3 unless named ppm (umol/mol), flows m3/h.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qingyuan.kernel.rounding import above

Floats = NDArray[np.float64]
Rule = float | Floats
"""A figure of the book of rules: one, or one for each value (it may change within the array)."""
Basis = Literal["dry_standard", "wet_standard", "dry_actual", "wet_actual"]

_SECONDS = 3600.0  # of an hour
_KG = 1e-6  # of a milligram
_TONNE = 1e-3  # of a kilogram


def standard_factor(
    temperature: ArrayLike,
    static: ArrayLike,
    atmosphere: ArrayLike,
    *,
    standard_temperature: Rule,
    standard_pressure: Rule,
) -> Floats:
    """Volume at standard state of one cubic metre of duct gas.

    273/(273 + ts) * (Ba + Ps)/101.325, the factor inside (18) and (31). The same 273 turns degC
    into kelvin. ``standard_temperature`` in K (``gas.standard.temperature``),
    ``standard_pressure`` in kPa (``gas.standard.pressure``).

    >>> round(float(standard_factor(
    ...     91.0, -1.0, 82.06, standard_temperature=273.0, standard_pressure=101.325)), 9)
    0.6

    (273/364 = 0.75 and 81.06/101.325 = 0.8.) Empty where the gas would have no absolute
    temperature or no pressure.
    """
    kelvin = np.asarray(temperature, dtype=np.float64) + standard_temperature
    absolute = np.asarray(atmosphere, dtype=np.float64) + np.asarray(static, dtype=np.float64)
    factor = standard_temperature / _positive(kelvin) * _positive(absolute) / standard_pressure
    return np.asarray(factor, dtype=np.float64)


def to_standard_state(
    actual: ArrayLike,
    temperature: ArrayLike,
    static: ArrayLike,
    atmosphere: ArrayLike,
    *,
    standard_temperature: Rule,
    standard_pressure: Rule,
) -> Floats:
    """Concentration at 273 K and 101.325 kPa from that in the duct, on the same (dry or wet) basis.

    (18) Csn = Cs * 101325/(Ba + Ps) * (273 + ts)/273. HJ 212-2017 D.2.1 (1), text.

    >>> round(float(to_standard_state(
    ...     60.0, 91.0, -1.0, 82.06,
    ...     standard_temperature=273.0, standard_pressure=101.325)), 9)
    100.0
    """
    factor = standard_factor(
        temperature, static, atmosphere,
        standard_temperature=standard_temperature, standard_pressure=standard_pressure,
    )
    return np.asarray(np.asarray(actual, dtype=np.float64) / factor, dtype=np.float64)


def to_dry(wet: ArrayLike, humidity: ArrayLike) -> Floats:
    """Dry concentration (mg/m3, ppm, or O2 in %) from the wet one at the same state.

    (19) Cdry = Cwet/(1 - Xsw), Xsw = humidity/100. HJ 212-2017 D.2.1 (2), text.

    >>> float(to_dry(90.0, 10.0))
    100.0

    Empty where humidity is below 0 or reaches 100 %.
    """
    return np.asarray(np.asarray(wet, dtype=np.float64) / _dry_share(humidity), dtype=np.float64)


def to_dry_standard(
    measured: ArrayLike,
    basis: Basis,
    temperature: ArrayLike,
    static: ArrayLike,
    atmosphere: ArrayLike,
    humidity: ArrayLike,
    *,
    standard_temperature: Rule,
    standard_pressure: Rule,
) -> Floats:
    """Dry concentration at standard state from one measured on ``basis``: (18) and (19) as needed.

    A part that the basis does not need may be NaN. Raises ValueError for an unknown basis.

    >>> standard = dict(standard_temperature=273.0, standard_pressure=101.325)
    >>> round(float(to_dry_standard(
    ...     54.0, "wet_actual", 91.0, -1.0, 82.06, 10.0, **standard)), 9)
    100.0
    >>> float(to_dry_standard(100.0, "dry_standard", np.nan, np.nan, np.nan, np.nan, **standard))
    100.0
    """
    if basis not in ("dry_standard", "wet_standard", "dry_actual", "wet_actual"):
        raise ValueError(f"{basis!r} is none of dry_standard, wet_standard, dry_actual, wet_actual")
    value = np.asarray(measured, dtype=np.float64)
    if basis.endswith("actual"):
        value = to_standard_state(
            value, temperature, static, atmosphere,
            standard_temperature=standard_temperature, standard_pressure=standard_pressure,
        )
    return to_dry(value, humidity) if basis.startswith("wet") else value


def ppm_to_mass(ppm: ArrayLike, *, molar_mass: Rule, molar_volume: Rule) -> Floats:
    """Mass concentration at standard state from a volume concentration in umol/mol.

    (20) CQ = M/22.4 * CV, M in g/mol, 22.4 L/mol. HJ 212-2017 D.2.1 (3), text. SO2, M = 64:

    >>> round(float(ppm_to_mass(250.0, molar_mass=64.0, molar_volume=22.4)), 1)
    714.3
    """
    return np.asarray(np.asarray(ppm, dtype=np.float64) * molar_mass / molar_volume)


def nox_from_mass(no: ArrayLike, no2: ArrayLike, *, mass_no: Rule, mass_no2: Rule) -> Floats:
    """Nitrogen oxides, counted as NO2, of a system that measures NO and NO2 apart, in mg/m3.

    (21) CNOx = CNO * M(NO2)/M(NO) + CNO2. HJ 212-2017 D.2.1 (4), text.

    >>> float(nox_from_mass(30.0, 4.0, mass_no=30.0, mass_no2=46.0))
    50.0
    """
    return np.asarray(
        np.asarray(no, dtype=np.float64) * mass_no2 / mass_no + np.asarray(no2, dtype=np.float64)
    )


def nox_from_ppm(
    no: ArrayLike, no2: ArrayLike, *, mass_no2: Rule, molar_volume: Rule
) -> Floats:
    """Nitrogen oxides as NO2, in mg/m3, from NO and NO2 in umol/mol.

    (22) CNOx = (CNO,V + CNO2,V) * M(NO2)/22.4. HJ 212-2017 D.2.1 (4), text.

    >>> round(float(nox_from_ppm(90.0, 10.0, mass_no2=46.0, molar_volume=22.4)), 4)
    205.3571
    """
    volume = np.asarray(no, dtype=np.float64) + np.asarray(no2, dtype=np.float64)
    return np.asarray(volume * mass_no2 / molar_volume)


def excess_air(o2: ArrayLike, *, air: Rule, guard: Rule) -> Floats:
    """Measured excess air factor from dry oxygen in %.

    (27) alpha = 21 %/(21 % - O2). HJ 212-2017 D.2.3 (2), text. ``air`` is the 21.

    >>> float(excess_air(6.0, air=21.0, guard=20.9))
    1.4

    Empty where O2 reaches ``guard``: see ``convert_by_oxygen``.
    """
    return np.asarray(air / _below_air(o2, air, air - guard))


def convert_by_excess_air(
    dry: ArrayLike, o2: ArrayLike, reference: ArrayLike, *, air: Rule, guard: Rule
) -> Floats:
    """Converted (折算) concentration where the emission standard sets an excess air factor.

    (26) C = Cdry,std * alpha/alpha_s. HJ 212-2017 D.2.3 (1), text. ``reference`` is alpha_s.

    >>> float(convert_by_excess_air(100.0, 11.0, 1.4, air=21.0, guard=20.9))
    150.0

    Empty where O2 reaches ``guard``, or where there is no reference.
    """
    measured = np.asarray(dry, dtype=np.float64) * excess_air(o2, air=air, guard=guard)
    return np.asarray(measured / _positive(reference))


def convert_by_oxygen(
    dry: ArrayLike,
    o2: ArrayLike,
    reference: ArrayLike,
    *,
    air: Rule,
    guard: Rule,
    combustion_air: ArrayLike | None = None,
) -> Floats:
    """Converted (折算) concentration where the emission standard sets a reference oxygen.

    (28) C = Cdry,std * (21 % - O2s)/(21 % - O2). HJ 212-2017 D.2.3 (3), text; ``air`` is the 21.

    >>> float(convert_by_oxygen(100.0, 11.0, 6.0, air=21.0, guard=20.9))
    150.0

    The guard: toward 21 % the fraction grows without bound, and a hair of oxygen decides over the
    limit. Where O2 reaches ``guard`` the result is empty rather than clamped; likewise where the
    reference is not below ``air``. ``combustion_air`` in % is for enriched combustion, see there.
    """
    phi = air if combustion_air is None else combustion_air
    return convert_enriched(dry, o2, reference, phi, air=air, guard=guard)


def convert_enriched(
    dry: ArrayLike,
    o2: ArrayLike,
    reference: ArrayLike,
    combustion_air: ArrayLike,
    *,
    air: Rule,
    guard: Rule,
) -> Floats:
    """Converted (折算) concentration of oxygen-enriched combustion.

    C = Cdry,std * (21 % - O2s)/(phi0 - O2): the 21 of the denominator of (28) gives way to phi0,
    the oxygen of the combustion air in % (``combustion_air``; 21 is plain combustion).
    GB 18484-2020 3.20, GB 39707-2020 3.30, text.

    >>> float(convert_enriched(100.0, 15.0, 11.0, 25.0, air=21.0, guard=20.9))
    100.0

    The guard keeps the same distance from phi0 as it does from ``air`` in ``convert_by_oxygen``.
    Empty there, where the reference is not below ``air``, where phi0 is below ``air``, and for
    pure oxygen, for which the rule does not hold.
    """
    phi = np.asarray(combustion_air, dtype=np.float64)
    phi = np.where((phi >= air) & (phi < 100.0), phi, np.nan)
    share = _positive(air - np.asarray(reference, dtype=np.float64))
    below = _below_air(o2, phi, air - guard)
    return np.asarray(np.asarray(dry, dtype=np.float64) * share / below)


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
    return np.asarray(np.asarray(wet, dtype=np.float64) * factor * _dry_share(humidity))


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
    wet, dry = np.asarray(wet, dtype=np.float64), _positive(dry)
    return np.asarray(np.where((wet >= 0.0) & (wet <= dry), (1.0 - wet / dry) * 100.0, np.nan))


def _positive(values: ArrayLike) -> Floats:
    array = np.asarray(values, dtype=np.float64)
    return np.where(array > 0.0, array, np.nan)


def _dry_share(humidity: ArrayLike) -> Floats:
    share = 1.0 - np.asarray(humidity, dtype=np.float64) / 100.0
    return np.where((share > 0.0) & (share <= 1.0), share, np.nan)


def _below_air(o2: ArrayLike, air: ArrayLike, distance: Rule) -> Floats:
    """air - o2, NaN where o2 comes within ``distance`` of it, or is there but for the last digits
    of a double: a mean of 20.9 may be 20.899999999999995."""
    oxygen, source = np.asarray(o2, dtype=np.float64), np.asarray(air, dtype=np.float64)
    return np.where(above(source - distance, oxygen), source - oxygen, np.nan)


def _total(values: ArrayLike) -> float:
    array = np.asarray(values, dtype=np.float64)
    present = ~np.isnan(array)
    return float(array[present].sum()) if present.any() else float("nan")
