"""The arithmetic of an hour, step by step, with the numbers put in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from qingyuan.areas.rules.values import unit as unit_word
from qingyuan.areas.telemetry.queries.hour_inputs import Hour
from qingyuan.areas.telemetry.queries.judged import Judged
from qingyuan.calc import roles
from qingyuan.calc.derived import entering
from qingyuan.calc.formulas import FORMULAS, Unsolvable, figures
from qingyuan.calc.ruling import Properties
from qingyuan.kernel.clock import day_of
from qingyuan.standards import Unregulated

SIGNIFICANT = 7  # digits of a number in a formula: one more than any monitor reports
# Relative difference up to which what is computed here is what is stored: both are doubles.
SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Step:
    """One equation: in symbols, with numbers, and its result; ``provisions`` are the figures of the
    book in it, ``missing`` names what it lacks."""

    title: str
    symbolic: str
    numbers: str
    result: float | None
    unit: str
    cite: str
    status: str
    missing: str = ""
    provisions: tuple[Any, ...] = ()


def tidy(text: str) -> str:
    """An expression as people write it.

    >>> tidy("90 * (21 - 6) / (21 - 11)")
    '90 × (21 − 6) / (21 − 11)'
    """
    return text.replace(" * ", " × ").replace(" - ", " − ").replace("(-", "(−")


def written_unit(unit: str) -> str:
    """A formula's unit as people write it.

    >>> written_unit("m3/h"), written_unit("mg/m3"), written_unit("kg")
    ('m³/h', 'mg/m³', 'kg')
    """
    return unit_word(unit).replace("m3", "m³").replace("m2", "m²")


def solved(name: str, hour: Hour, values: Mapping[str, float | None]) -> Step:
    """A formula of the registry with these values and the figures in force in the hour."""
    formula = FORMULAS[name]
    book = hour.ruling.book
    try:
        found = figures(formula, book, date.fromisoformat(day_of(hour.case.start)),
                        hour.ruling.scope)
    except Unregulated:
        found = {}
    known: dict[str, float | None] = {key: float(one.value) for key, one in found.items()
                                      if not isinstance(one.value, str)}
    known |= values
    lacking = [p.label for p in formula.parameters if known.get(p.name) is None]
    whole = {p.name: known[p.name] for p in formula.parameters if known.get(p.name) is not None}
    result = None
    if not lacking:
        try:
            result = formula.solve(whole)
        except Unsolvable:
            lacking = [_("在这些数值下没有结果")]
    shown = {key: float(f"{value:.{SIGNIFICANT}g}") for key, value in whole.items()}
    return Step(
        formula.title, tidy(formula.symbolic()),
        "" if result is None else tidy(formula.with_numbers(shown)), result,
        written_unit(formula.unit), formula.cite(), formula.status, "、".join(lacking),
        tuple(found.values()))


def solved_with(name: str, values: Mapping[str, float]) -> Step:
    """A formula that takes no figure of the book."""
    formula = FORMULAS[name]
    try:
        result = formula.solve(values)
    except Unsolvable:
        result = None
    return Step(formula.title, tidy(formula.symbolic()), tidy(formula.with_numbers(values)), result,
                written_unit(formula.unit), formula.cite(), formula.status)


def gas_steps(hour: Hour, code: str) -> Iterator[Step]:
    """Of a pollutant: to mg/m3, to dry standard state, to the reference oxygen, flow, mass."""
    dry = hour.means[code].mean if code in hour.means else None
    for step in _to_dry(hour, code, dry):
        dry = step.result
        yield step
    converted = _converted(hour, dry)
    if converted is not None:
        yield converted
    flow = None
    for step in flow_steps(hour):
        flow = step.result
        yield step
    yield solved("hourly_mass", hour, {"dry": dry, "flow": flow})


def _to_dry(hour: Hour, code: str, measured: float | None) -> Iterator[Step]:
    value = measured
    if hour.parameter(f"unit.{code}") == "ppm":
        molar = {roles.NO: "no", roles.NO2: roles.NOX}.get(code, code)
        mass = hour.ruling.at(f"gas.molar_mass.{molar}", hour.case.start).value
        step = solved("ppm_to_mass", hour, {"ppm": value, "molar_mass": float(mass)})
        value = step.result
        yield step
    basis = str(hour.parameter(f"basis.{code}") or "dry_standard")
    if basis.endswith("actual"):
        step = solved("to_standard_state", hour, {"actual": value, **_state(hour)})
        value = step.result
        yield step
    if basis.startswith("wet"):
        yield solved("to_dry", hour, {"wet": value, "humidity": hour.mean(roles.HUMIDITY)})


def _converted(hour: Hour, dry: float | None) -> Step | None:
    oxygen = hour.mean(roles.O2)
    if str(hour.parameter(f"basis.{roles.O2}") or "").startswith("wet") and oxygen is not None:
        oxygen = solved(
            "to_dry", hour, {"wet": oxygen, "humidity": hour.mean(roles.HUMIDITY)}).result
    reference, excess = (_number(hour.parameter(name))
                         for name in ("o2_reference", "excess_air_reference"))
    if reference is not None:
        enriched = _number(hour.parameter("combustion_air_o2"))
        values = {"dry": dry, "o2": oxygen, "reference": reference}
        if enriched is not None:
            return solved("convert_enriched", hour, values | {"combustion_air": enriched})
        return solved("convert_by_oxygen", hour, values)
    if excess is not None:
        return solved("convert_by_excess_air", hour, {"dry": dry, "o2": oxygen,
                                                      "reference": excess})
    return None


def flow_steps(hour: Hour) -> Iterator[Step]:
    """From the velocity to the dry flow at standard state."""
    velocity = solved("duct_velocity", hour, {
        "measured": hour.mean(roles.VELOCITY),
        "field_factor": _number(hour.parameter("velocity_field_factor"))})
    yield velocity
    wet = solved("wet_flow", hour, {
        "velocity": velocity.result, "area": _number(hour.parameter("duct_area_m2"))})
    yield wet
    yield solved("dry_standard_flow", hour, {
        "wet": wet.result, "humidity": hour.mean(roles.HUMIDITY), **_state(hour)})


def water_steps(hour: Hour, code: str, weight: Judged | None) -> Iterator[Step]:
    """Of an analyser: the volume of the sampling hour, the value as it enters, the load."""
    measured = hour.means[code].mean if code in hour.means else None
    entered = None
    if measured is not None:
        entered = float(entering(
            hour.ruling, Properties(hour.case), code, np.array([measured]))[0])
    volume = solved("water_hour_volume", hour, {"flow": None if weight is None else weight.value})
    yield volume
    yield solved("water_load", hour, {"volumes": volume.result, "concentration": entered})


def _state(hour: Hour) -> dict[str, float | None]:
    return {"temperature": hour.mean(roles.TEMPERATURE), "static": hour.mean(roles.PRESSURE),
            "atmosphere": _number(hour.parameter("atmospheric_pressure_kpa"))}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def agree(one: float | None, other: float | None) -> bool:
    """Whether two figures are the same but for the last bits.

    >>> agree(1.0, 1.0 + 1e-13), agree(1.0, 1.001), agree(None, None), agree(None, 0.0)
    (True, False, True, False)
    """
    if one is None or other is None:
        return one is other
    return abs(one - other) <= SAME * max(abs(one), abs(other), 1e-12)
