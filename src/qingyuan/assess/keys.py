"""The keys that POINT.toml may have, what each may hold, and where in the file a key stands."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True, slots=True)
class Kind:
    """What a key may hold, in words and as a test."""

    expected: str
    fits: Callable[[object], bool]


def number(low: float, high: float, *, above: bool = False) -> Kind:
    """A finite number from ``low`` (``above``: not ``low`` itself) to ``high``."""

    def fits(value: object) -> bool:
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            return False
        return low <= value <= high and not (above and value == low)

    return Kind(f"a number {'above' if above else 'from'} {low:g} {'up ' * above}to {high:g}", fits)


def word(*words: str) -> Kind:
    """One of these words."""
    return Kind("one of " + ", ".join(f'"{w}"' for w in words), lambda value: value in words)


TRUTH = Kind("true or false", lambda value: isinstance(value, bool))
TEXT = Kind("some text", lambda value: isinstance(value, str) and bool(value.strip()))
REGION = Kind(
    'an administrative code of 2, 4 or 6 digits as text, such as "65"',
    lambda value: isinstance(value, str) and re.fullmatch(r"(\d\d){1,3}", value) is not None)
TABLE = Kind("a table", lambda value: isinstance(value, dict))
HOURS = Kind("whole hours from -24 to 24",
             lambda value: type(value) is int and -24 <= value <= 24)
SPACING = Kind("a whole number of minutes that divides 60",
               lambda value: type(value) is int and value > 0 and 60 % value == 0)
_CODES: Mapping[str, str] = {"gas": r"a[0-9]{5}", "water": r"w[0-9]{5}"}


def is_code(medium: str, code: str) -> bool:
    """Whether it is shaped like a 2017 code of that medium."""
    return re.fullmatch(_CODES[medium], code) is not None


def codes(medium: str) -> Kind:
    """A list of different factor codes of one medium, at least one."""

    def fits(value: object) -> bool:
        return (isinstance(value, list) and len(value) > 0
                and all(isinstance(code, str) and is_code(medium, code) for code in value)
                and len(set(value)) == len(value))

    letter = _CODES[medium][0]
    return Kind(f"a list of different factor codes, each {letter} and five digits", fits)


LIMIT = number(0, 1e9, above=True)
FLAG_F = word("instrument", "source")
GAS: Mapping[str, Kind] = {
    "technique": word("extractive", "dilution", "in_situ"),
    "auto_calibration": TRUTH,
    "o2_reference": number(0, 20.5),
    "excess_air_reference": number(1, 20),
    "combustion_air_o2": number(21, 99.9),
    "duct_area_m2": number(0, 10_000, above=True),
    "velocity_field_factor": number(0, 10, above=True),
    "atmospheric_pressure_kpa": number(30, 120),
}
"""Dated parameters of a gas point, by their key in [gas]; a table or list beside them is not."""
WATER: Mapping[str, Kind] = {
    "sampling_offset_hours": HOURS,
    "discharge": word("continuous", "intermittent"),
}
PER_FACTOR: Mapping[str, Mapping[str, tuple[str, Kind]]] = {
    # table of POINT.toml: (parameter of a judgement, what it may hold)
    "gas": {
        "basis": ("basis", word("dry_standard", "wet_standard", "dry_actual", "wet_actual")),
        "unit": ("unit", word("mg/m3", "ppm")),
    },
    "water": {"detection_limits": ("detection", number(0, 1e6))},
}


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line (from 1) on which a key of a TOML file stands, as near as can be told by its lines:
    the key itself, else its nearest table's heading, else 1.

    >>> line_of('kind = "gas"\\n[gas]\\n"o2_reference" = 6.0\\n', ("gas", "o2_reference"))
    3
    >>> line_of('rules.gas.capture.min_rate = 2', ("rules", "gas", "capture", "min_rate"))
    1
    """
    best, found = 0, 1
    table: tuple[str, ...] = ()
    for at, line in enumerate(text.splitlines(), 1):
        heading = re.match(r"\s*\[+\s*([^\[\]]+?)\s*\]", line)
        if heading:
            table = _parts(heading[1])
            here: tuple[str, ...] = table
        elif key := re.match(r"\s*([^=#]+?)\s*=", line):
            here = (*table, *_parts(key[1]))
        else:
            continue
        whole = tuple(".".join(here).split("."))
        wanted = tuple(".".join(path).split("."))
        if whole == wanted[: len(whole)] and len(whole) > best:
            best, found = len(whole), at
    return found


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(re.sub(r"[\"'\s]", "", dotted).split("."))
