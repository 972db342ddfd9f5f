"""Flue gas: from what an analyser sees to a mass. HJ 212-2017 Annex D.2, formulas (18) to (34).

The equation numbers are those of HJ 212-2017 (text); HJ 75-2017 Annex C and HJ 76-2017 Annex B
carry the same set under numbers of their own (recalled). All functions take doubles or arrays of
doubles that broadcast, give arrays, and let NaN (absent) through: a result is NaN where one of
its parts is, or where the equation has no meaning (said under "Empty where").

Units: temperature degC, pressures kPa (``static`` gauge, ``atmosphere`` absolute), humidity and
oxygen in % by volume, concentrations mg/m3 unless named ppm (umol/mol), flows m3/h.
"""

from .flow import (
    daily_flow,
    daily_mass,
    dry_standard_flow,
    duct_velocity,
    hourly_mass,
    pitot_velocity,
    tonnes,
    wet_flow,
)
from .oxygen import convert_by_excess_air, convert_by_oxygen, convert_enriched, excess_air
from .parts import Floats, Rule
from .signals import humidity_from_oxygen, particulate_factor, particulate_linear
from .state import (
    Basis,
    nox_from_mass,
    nox_from_ppm,
    ppm_to_mass,
    standard_factor,
    to_dry,
    to_dry_standard,
    to_standard_state,
)

__all__ = [
    "Basis",
    "Floats",
    "Rule",
    "convert_by_excess_air",
    "convert_by_oxygen",
    "convert_enriched",
    "daily_flow",
    "daily_mass",
    "dry_standard_flow",
    "duct_velocity",
    "excess_air",
    "hourly_mass",
    "humidity_from_oxygen",
    "nox_from_mass",
    "nox_from_ppm",
    "particulate_factor",
    "particulate_linear",
    "pitot_velocity",
    "ppm_to_mass",
    "standard_factor",
    "to_dry",
    "to_dry_standard",
    "to_standard_state",
    "tonnes",
    "wet_flow",
]
