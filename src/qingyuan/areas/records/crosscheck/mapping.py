"""Where each form says what: which answers are gas values, readings, pairs, times. A new form of a
calibration, check or comparison is an entry here; a form without one is known by its kind alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from qingyuan.crosscheck.types import RecordKind


@dataclass(frozen=True, slots=True)
class StepAt:
    """A step by the names of its answers. ``gas_new`` is the gas where the bottle was changed,
    ``at`` the moment at which the reading was taken."""

    name: str
    label: str
    gas: str
    reading: str
    last: str = ""
    gas_new: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class PairsAt:
    """Data pairs by their table and the names in its rows; without ``end`` a grab sample."""

    table: str
    reference: str
    analyser: str
    start: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class Analysers:
    """A section with a block for each analyser (``factor`` in its keys), or about ``factor`` alone.

    ``unit`` names the answer that has the unit, ``of`` is a fixed one. The range comes from the
    answers ``low`` and ``high``, ``zero_based`` says that the form counts it from zero; without
    ``high`` the register's range is taken. ``table`` has the steps as rows.
    """

    section: str
    factor: str = ""
    unit: str = ""
    of: str = ""
    low: str = ""
    high: str = ""
    zero_based: bool = False
    steps: tuple[StepAt, ...] = ()
    table: str = ""
    pairs: PairsAt | None = None
    done: str = ""


@dataclass(frozen=True, slots=True)
class BottlesAt:
    """A table of gas bottles or standards that the record brought to the point."""

    section: str
    table: str
    serial: str
    expires: str
    name: str = "name"
    concentration: str = "concentration"
    unit: str = "concentration_unit"


@dataclass(frozen=True, slots=True)
class FormMap:
    """A form. ``whole`` (section, answer, option, kind): the option that makes it another kind."""

    kind: RecordKind
    analysers: tuple[Analysers, ...] = ()
    whole: tuple[str, str, str, RecordKind] | None = None
    bottles: BottlesAt | None = None


_ZERO = (
    StepAt("zero_before", "零点校前", "zero_gas", "zero_before", "zero_last"),
    StepAt("zero_after", "零点校后", "zero_gas", "zero_after"),
)
_SPAN = (
    StepAt("span_before", "量程校前", "span_gas", "span_before", "span_last"),
    StepAt("span_after", "量程校后", "span_gas", "span_after", gas_new="span_gas_new"),
)
_LEVELS = (
    StepAt("low", "低浓度", "low_gas", "low_mean"), StepAt("mid", "中浓度", "mid_gas", "mid_mean"),
    StepAt("high", "高浓度", "high_gas", "high_mean"),
)
_FULL: tuple[str, str, str, RecordKind] = (
    "header", "scope", "全系统校准", "full_calibration")
_WATER = "mg/L"

FORMS: Mapping[str, FormMap] = {
    # The velocity's zero is left out: gauges are zeroed shut off, often without a trace.
    "hj75.g4": FormMap("calibration", (Analysers(
        "analysers", unit="unit", low="range_low", high="range_high", steps=_ZERO + _SPAN),),
        whole=_FULL),
    "hj1286.calibration": FormMap("calibration", (Analysers(
        "analysers", unit="unit", high="range_high", zero_based=True, steps=_ZERO + _SPAN),),
        whole=_FULL),
    "om.indication": FormMap("indication", (
        Analysers("gases", unit="unit", high="full_scale", zero_based=True, steps=_LEVELS),
        Analysers("others", unit="unit", high="full_scale", zero_based=True, steps=_LEVELS))),
    "hj75.g5": FormMap("verification", (Analysers(
        "factors", unit="unit", pairs=PairsAt("pairs", "reference", "cems", "begin", "end")),)),
    "hj1286.trueness": FormMap("verification", (Analysers(
        "trueness", factor="a24088", of="mg/m3",
        pairs=PairsAt("pairs", "reference", "cems", "begin", "end")),)),
    "hj355.d1": FormMap("standard_check", (Analysers(
        "analysers", of=_WATER, high="range_high", zero_based=True, table="checks", done="done",
        steps=(StepAt("check", "标样核查", "nominal", "measured", at="done"),)),)),
    # Of the calibration's own points the form has signals, not values: only its check is a reading.
    "hj355.d2": FormMap("calibration", (Analysers(
        "analysers", of=_WATER, table="calibrations", done="finished",
        steps=(StepAt("check", "校准后核查", "check_nominal", "check_measured"),)),)),
    "hj355.h": FormMap("comparison", (
        Analysers("analysers", of=_WATER,
                  pairs=PairsAt("samples", "reference", "online", "sampled")),
        Analysers("field", pairs=PairsAt("readings", "reference", "online", "at")))),
    "hj355.flow": FormMap("comparison"),
    # Who changes a bottle, a solution or a reagent need not touch the measurement.
    "hj75.g8": FormMap("other", bottles=BottlesAt(
        "replaced", "rows", "cylinder", "valid_until")),
    "om.standard_material": FormMap("other", bottles=BottlesAt(
        "replaced", "rows", "cylinder", "valid_until")),
    "hj355.g": FormMap("other"),
    "hj355.g2": FormMap("other"),
}

KINDS: Mapping[str, RecordKind] = {
    "inspection": "inspection", "calibration": "calibration", "verification": "verification",
    "comparison": "comparison", "repair": "repair", "replacement": "replacement",
    "upkeep": "maintenance",
}
"""What a form's kind stands for where the form has no entry; any other kind is ``other``."""
ON_SITE = frozenset({"inspection", "calibration", "verification", "check", "comparison", "repair",
                     "replacement", "upkeep", "parameters", "acceptance"})
"""Kinds of forms that are filled in at the point; others leave no trace to look for."""
DESK = "remote."
"""Codes of forms that are filled in at the office begin so."""


def of(code: str, kind: str) -> FormMap:
    """What is known of a form.

    >>> of("hj75.g5", "verification").kind, of("own.visit", "upkeep").kind
    ('verification', 'maintenance')
    """
    return FORMS.get(code) or FormMap(KINDS.get(kind, "other"))


def asked(code: str, kind: str) -> bool:
    """Whether records of a form are looked at: those of work at the point.

    >>> asked("hj75.g4", "calibration"), asked("remote.gas", "inspection"), asked("om.stop", "stop")
    (True, False, False)
    """
    return kind in ON_SITE and not code.startswith(DESK)


MASSES: Mapping[str, float] = {
    "a21026": 64.0, "a21002": 46.0, "a21003": 30.0, "a21004": 46.0, "a21005": 28.0,
    "a21024": 36.5, "a24088": 12.0, "a24087": 12.0,
}
"""g/mol by which µmol/mol becomes mg/m³ (hydrocarbons as carbon, nitrogen oxides as NO2)."""
MOLAR_VOLUME = 22.4  # L/mol at 0 °C and 101.325 kPa
_SAME: Mapping[str, str] = {
    "ppm": "umol/mol", "μmol/mol": "umol/mol", "µmol/mol": "umol/mol", "mg/m³": "mg/m3",
    "%": "%", "mg/l": "mg/L", "℃": "degC", "°C": "degC", "％": "%",
}


def plain(unit: str) -> str:
    """A unit by its one name here.

    >>> plain("mg/m³"), plain("ppm"), plain("mg/L")
    ('mg/m3', 'umol/mol', 'mg/L')
    """
    return _SAME.get(unit.strip(), unit.strip())


def factor_between(code: str, unit: str, other: str) -> float | None:
    """What multiplies a figure of ``unit`` into ``other``; None where they cannot be brought
    together.

    >>> round(factor_between("a21026", "umol/mol", "mg/m³"), 3), factor_between("a1", "%", "%")
    (2.857, 1.0)
    >>> factor_between("a21026", "%", "mg/m3") is None
    True
    """
    one, two = plain(unit), plain(other)
    if one == two:
        return 1.0
    mass = MASSES.get(code)
    if mass is not None and (one, two) == ("umol/mol", "mg/m3"):
        return mass / MOLAR_VOLUME
    if mass is not None and (one, two) == ("mg/m3", "umol/mol"):
        return MOLAR_VOLUME / mass
    return None


__all__ = ["FORMS", "Analysers", "BottlesAt", "FormMap", "PairsAt", "StepAt", "asked",
           "factor_between", "of", "plain"]
