"""Judged values as pages lay them out: which factors, with how many digits, under which limits."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.scope import Scope
from qingyuan.calc.reasons import REASONS
from qingyuan.calc.roles import FLOW, PARTICULATE, VELOCITY, is_pollutant, under_2017
from qingyuan.hj212 import factors
from qingyuan.kernel.windows import Level
from qingyuan.ui.states import state

from .. import parameters
from ..models import Factor, PointParameter
from .columns import pollutants_first
from .judged import RUNNING, Judged, parameters_of

# Where annex B of HJ 212-2017 gives no format.
DIGITS = 2
# Annex B prints dust as N4, without a decimal; limits of 5 and 10 mg/m3 cannot be read so.
DUST_DIGITS = 1
MASS_DIGITS = 3  # kg: a small boiler's hour has some ten grams
FLOW_DIGITS = {VELOCITY: 0, FLOW: 2}  # m3/h of dry gas, m3 of water

NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "gas": (("technique",), ("o2_reference", "excess_air_reference"), ("duct_area_m2",),
            ("velocity_field_factor",), ("atmospheric_pressure_kpa",)),
    "water": (),
}
"""Without these something stays empty; of several names one is enough."""


class Quantity(NamedTuple):
    """One factor of a judged table. ``pollutant``: it has a mass. ``second`` is what its row's
    ``converted`` holds (converted, flow, volume or ""), with unit and digits."""

    code: str
    name: str
    unit: str
    digits: int
    pollutant: bool
    second: str
    second_unit: str
    second_digits: int


def quantities(codes: Iterable[str]) -> list[Quantity]:
    """The factors of these 2017 codes, pollutants first. One query."""
    held = {f.code: f for f in Factor.objects.filter(code__in=list(codes))}
    return [_quantity(held[code]) for code in pollutants_first(sorted(held))]


def _quantity(factor: Factor) -> Quantity:
    code, digits = factor.code, digits_of(factor)
    pollutant = is_pollutant(code)
    second, unit, places = "", "", digits
    if pollutant and code.startswith("a"):
        second, unit = "converted", factor.unit
    elif code in FLOW_DIGITS:
        second, unit = ("flow", "m³/h") if code == VELOCITY else ("volume", "m³")
        places = FLOW_DIGITS[code]
    return Quantity(code, factor.name, factor.unit, digits, pollutant, second, unit, places)


def digits_of(factor: Factor) -> int:
    """Decimals of a factor's values on pages: the format of annex B, HJ 212-2017."""
    if factor.code in PARTICULATE:
        return max(factor.decimals or 0, DUST_DIGITS)
    return DIGITS if factor.decimals is None else factor.decimals


def same_codes(code: str) -> list[str]:
    """The 2017 code itself and those of 2005 that stand for it.

    >>> same_codes("a21026"), same_codes("a34039")
    (['a21026', '02'], ['a34039'])
    """
    old = {row.code for row in factors.TABLE if row.edition == "2005"}
    return [code, *sorted(one for one in old if one != code and under_2017(one)[0] == code)]


def sentences(reason: str) -> list[str]:
    """The Chinese sentences of a row's codes, the verdict's first.

    >>> sentences("fault;o2_missing")
    ['设备故障，有效数据不足。', '氧含量没有有效小时均值，未作折算。']
    >>> sentences("")
    []
    """
    return [REASONS[code].sentence if code in REASONS else code
            for code in reason.split(";") if code]


_EMPTY = {
    "converted": {"o2_missing", "o2_near_air", "state_missing"},
    "mass": {"state_missing", "flow_missing", "flow_parameter_missing"},
    "substituted": {"capture_below", "substitute_none"},
}
"""The remarks that explain an empty figure, by field of the row."""


def empty_reason(row: Judged, field: str) -> str:
    """What to say where a figure of a row is empty: the remark on it, else the verdict's reason."""
    codes = [code for code in row.reason.split(";") if code]
    own = [code for code in codes if code in _EMPTY.get(field, ())]
    if not own and codes and REASONS[codes[0]].verdict != "remark":
        own = codes[:1]
    return "".join(sentences(";".join(own))) or _("没有该值。")


def said_of(row: Judged) -> str:
    """A verdict in words with its first sentence."""
    if row.verdict == RUNNING:
        return f"{state('judged', RUNNING).label}：{state('judged', RUNNING).hint}"
    why = sentences(row.reason)
    word = str(state("judged", row.verdict).label)
    return f"{word}：{why[0]}" if why and row.verdict != "valid" else word


def why_query(level: Level, row: Judged) -> str:
    """The address of a row's reasons behind ``why/``. A factor's code is letters and digits, so
    that nothing has to be quoted."""
    return f"?level={level}&time={row.time}&factor={row.factor}"


def lacking(kind: str, names: Iterable[str]) -> list[str]:
    """Titles of the parameters that a point of that kind needs and does not have.

    >>> lacking("water", [])
    []
    """
    known = set(names)
    return [" / ".join(_title(name) for name in group)
            for group in NEEDED.get(kind, ()) if known.isdisjoint(group)]


def _title(name: str) -> str:
    found = parameters.of(name)
    return str(found.title) if found else name


class Step(NamedTuple):
    """A parameter's value over [since, until), epoch seconds; ``until`` None: to this day."""

    since: int
    until: int | None
    row: PointParameter


def steps(rows: Sequence[PointParameter]) -> dict[str, list[Step]]:
    """By name the values of parameters over time, of two entries for one instant the later; an
    entry without value ends the one before it."""
    by_name: dict[str, dict[int, PointParameter]] = {}
    for row in rows:
        by_name.setdefault(row.name, {})[row.since] = row
    return {
        name: [Step(row.since, until.since if until else None, row)
               for row, until in zip(ordered, [*ordered[1:], None], strict=True)]
        for name, held in by_name.items()
        for ordered in [[held[since] for since in sorted(held)]]
    }


def limits(
    scope: Scope, point: MonitoringPoint, since: int, until: int
) -> dict[str, list[tuple[int, int, float]]]:
    """Limits by code over a stretch: (from, to, value) as ``limit.CODE`` has them."""
    rows = list(parameters_of(scope, point).filter(name__startswith="limit."))
    return {
        name.partition(".")[2]: [
            (max(since, step.since), min(until, step.until or until), float(step.row.value))
            for step in held if isinstance(step.row.value, int | float)
            and step.since < until and (step.until is None or step.until > since)
        ]
        for name, held in steps(rows).items()
    }


def in_force(rows: Sequence[PointParameter], at: int) -> list[PointParameter]:
    """The parameters that hold at an instant."""
    return [step.row for held in steps(rows).values() for step in held
            if step.since <= at and (step.until is None or at < step.until)
            and step.row.value is not None]
