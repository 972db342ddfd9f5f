"""Concentrations at the state that limits speak of. HJ 212-2017 Annex D.2.1."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from .parts import Floats, Rule, dry_share, positive

Basis = Literal["dry_standard", "wet_standard", "dry_actual", "wet_actual"]


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
    factor = standard_temperature / positive(kelvin) * positive(absolute) / standard_pressure
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
    return np.asarray(np.asarray(wet, dtype=np.float64) / dry_share(humidity), dtype=np.float64)


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
