"""Which part a factor plays in judging: HJ 212-2017 codes, and those of 2005 that stand for them.

Codes are those of HJ 212-2017 tables B.2 and B.4 (HJ 524, HJ 525). A factor with a code that is
none of a gas or water (equipment states, flags on the wire, noise) plays no part at all.
"""

import re
from typing import Literal

O2 = "a19001"  # oxygen of the flue gas, %
FLUE_FLOW = "a00000"  # flow of the flue gas as the logger reports it
VELOCITY = "a01011"  # m/s
TEMPERATURE = "a01012"  # degC
PRESSURE = "a01013"  # static pressure, gauge, kPa
HUMIDITY = "a01014"  # moisture by volume, %
DYNAMIC_PRESSURE = "a01017"  # kPa
SO2, NOX, NO, NO2 = "a21026", "a21002", "a21003", "a21004"

FLOW = "w00000"  # waste water, L/s
PH = "w01001"
WATER_TEMPERATURE = "w01010"  # degC
COD, AMMONIA, PHOSPHORUS, NITROGEN = "w01018", "w21003", "w21011", "w21001"  # mg/L

FLUE_PARAMETERS = (VELOCITY, TEMPERATURE, PRESSURE, HUMIDITY)
"""What a dry standard flow is made of (HJ 212-2017 D.2.4)."""
ANALYSERS = frozenset({COD, "w01020", AMMONIA, PHOSPHORUS, NITROGEN})
"""Water analysers of HJ 355-2019 1: COD, TOC, ammonia, total phosphorus, total nitrogen."""
GRABBED = frozenset({FLOW, PH, WATER_TEMPERATURE})
"""What is measured at an instant each ten minutes instead of on a composite sample (HJ 355 6.1)."""
PARTICULATE = frozenset({"a34000", "a34001", "a34002", "a34004", "a34005", "a34013", "a34017"})
"""Dust and soot by whatever name: the factors of a particulate monitor."""

_CODE = re.compile(r"[aw][0-9]{5}")
# Parameters of the stream, whose product with a flow is no mass: flow, states of the gas, oxygen,
# fallen dust; pH, colour, dissolved oxygen, temperature, turbidity, conductivity, germs,
# radioactivity.
_NO_MASS = re.compile(
    r"a00000|a01\d{3}|a19001|a34011|w00000|w010(?:01|02|03|09|10|14)|w0[23]\d{3}"
)

_OF_2005: dict[str, tuple[str, float]] = {
    "S01": (O2, 1.0),
    "S02": (VELOCITY, 1.0),  # the 2005 table prints m3/h beside a velocity: a misprint for m/s
    "S03": (TEMPERATURE, 1.0),
    "S04": (DYNAMIC_PRESSURE, 1000.0),  # MPa to kPa
    "S05": (HUMIDITY, 1.0),
    "S08": (PRESSURE, 1000.0),  # MPa to kPa
    "B02": (FLUE_FLOW, 1.0),
    "01": ("a34013", 1.0),
    "02": (SO2, 1.0),
    "03": (NOX, 1.0),
    "04": ("a21005", 1.0),
    "05": ("a21028", 1.0),
    "06": ("a21018", 1.0),
    "08": ("a21024", 1.0),
    "25": ("a24087", 1.0),
    "31": ("a20057", 1.0),
    "B01": (FLOW, 1.0),
    "001": (PH, 1.0),
    "003": ("w01012", 1.0),
    "010": ("w01017", 1.0),
    "011": (COD, 1.0),
    "015": ("w01020", 1.0),
    "060": (AMMONIA, 1.0),
    "065": (NITROGEN, 1.0),
    "101": (PHOSPHORUS, 1.0),
}


def medium(code: str) -> Literal["gas", "water"] | None:
    """What a 2017 code measures; None for states, flags, noise, air and codes of 2005.

    >>> medium("a21026"), medium("w01018"), medium("i12001"), medium("a21026-Flag")
    ('gas', 'water', None, None)
    """
    if not _CODE.fullmatch(code):
        return None
    return "gas" if code[0] == "a" else "water"


def is_pollutant(code: str) -> bool:
    """Whether concentration times flow of this factor (2017 code) is a mass that counts.

    Parameters of the stream (oxygen, velocity, pH) are not pollutants, nor is anything that is no
    factor of gas or water at all, such as an equipment state or a flag that came as a field.

    >>> [is_pollutant(code) for code in ("a34013", "w21003", "a19001", "w01001", "i13013", "EFlag")]
    [True, True, False, False, False, False]
    """
    return medium(code) is not None and not _NO_MASS.fullmatch(code)


def is_particulate(code: str) -> bool:
    """Whether a particulate monitor measures the factor.

    >>> is_particulate("a34013"), is_particulate("a34039")  # soot; sulphuric acid mist
    (True, False)
    """
    return code in PARTICULATE


def is_gaseous(code: str) -> bool:
    """Whether the factor belongs to the gas analysers, oxygen included, so that calibrations of
    gaseous monitors (HJ 75-2017 11.2) concern it.

    >>> [is_gaseous(code) for code in ("a21026", "a19001", "a34013", "a01011", "w01018")]
    [True, True, False, False, False]
    """
    if code == O2:
        return True
    return medium(code) == "gas" and is_pollutant(code) and not is_particulate(code)


def under_2017(code: str) -> tuple[str, float]:
    """The 2017 code of a factor and what its value is multiplied with to have that code's unit.

    Codes of 2017, and those of 2005 that judging does not know, come back as they are.

    >>> under_2017("S08"), under_2017("02"), under_2017("a21026"), under_2017("020")
    (('a01013', 1000.0), ('a21026', 1.0), ('a21026', 1.0), ('020', 1.0))
    """
    return _OF_2005.get(code, (code, 1.0))
