"""What is known before a form is filled in: the register, the visit, the order, the last record.

Sources are those of ``forms.SOURCES``; one that differs between analysers stands as
``source@block`` too. Days are China calendar days, instants epoch milliseconds.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from qingyuan.areas.assets.models import Instrument, InstrumentRange, MonitoringPoint, SystemKind
from qingyuan.areas.assets.models import MonitoringSystem as System
from qingyuan.areas.assets.queries import in_force, midnight
from qingyuan.areas.maintenance.duty_sets import sets_of
from qingyuan.areas.maintenance.models import WorkOrder
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.telemetry.models import PointParameter
from qingyuan.forms import SETS, Form, Section, Setting
from qingyuan.forms.definition import UNIT_WORDS
from qingyuan.kernel.clock import CST

from ..models import Presence, PresenceKind, Record
from ..queries import context_of

PARTICULATE = "a34013"
# Words of a measuring principle, or parts of a system, and the finer method that they mean.
_PRINCIPLES = (
    ("β", "pm_beta"), ("称重", "pm_gravimetric"), ("光散射", "pm_optical"),
    ("激光", "pm_optical"), ("浊度", "pm_optical"), ("皮托", "velocity_pitot"),
    ("差压", "velocity_pitot"), ("热平衡", "velocity_thermal"), ("热质", "velocity_thermal"),
    ("超声", "velocity_ultrasonic"), ("阻容", "humidity_resistance"),
    ("电极", "ammonia_electrode"),
)
_PARTS = {
    "pm_optical": "pm_optical", "pitot": "velocity_pitot", "thermal_velocity": "velocity_thermal",
    "ultrasonic_velocity": "velocity_ultrasonic", "toc": "toc",
}
_UNITS = {printed: unit for unit, printed in UNIT_WORDS.items()}


def setting_of(
    organisation: Organisation, form: Form, system: System | None, technique: str,
    chain: tuple[str, ...] = (),
) -> Setting:
    """How a form is asked at a system: technique, finer methods by its instruments, the sets that
    the company has switched on, the book's chain. Without a system the ``technique``, or the
    form's first. Two queries."""
    if system is not None:
        technique = technique_of(system)
    if technique not in form.techniques:
        technique = form.techniques[0]
    sets = frozenset(sets_of(organisation)).intersection(SETS)
    return Setting(technique, _methods(system), sets, chain)


def technique_of(system: System) -> str:
    """The forms' word for how a system samples: of gas its technique, else its kind."""
    return system.technique if system.kind == SystemKind.GAS else str(system.kind)


def _methods(system: System | None) -> frozenset[str]:
    if system is None:
        return frozenset()
    said = [one.principle for one in system.instruments.all()]
    found = {method for word, method in _PRINCIPLES if any(word in text for text in said)}
    return frozenset(found | {_PARTS[p] for p in system.equipment or () if p in _PARTS})


def known_for(
    scope: Scope, point: MonitoringPoint, form: Form, *, system: System | None, day: date,
    order: WorkOrder | None = None, last: Record | None = None,
) -> Mapping[str, Any]:
    """The context of ``forms.prepare`` for a visible point on a day."""
    known: dict[str, Any] = dict(context_of(scope, point))
    known |= {
        "visit:day": day.isoformat(), "visit:engineer": scope.who,
        "period:begin": day.replace(day=1).isoformat(), "period:end": day.isoformat(),
    }
    known |= _visit(scope, point, day)
    known |= _parameters(point, day)
    if last is not None:
        known["record:last_day"] = last.day.isoformat()
    if order is not None:
        known |= {"order:fault_time": minute(order.found_at), "order:symptom": order.symptom}
    if system is not None:
        parts = list(system.instruments.filter(in_force(day)).order_by("name", "id"))
        known |= _system(system, parts) | _blocks(form, _described(parts, day), known)
    return {source: value for source, value in known.items() if value not in ("", None)}


def minute(at: int) -> str:
    """An instant in epoch milliseconds as an answer: China time to the minute."""
    return datetime.fromtimestamp(at / 1000, CST).strftime("%Y-%m-%dT%H:%M")


def _visit(scope: Scope, point: MonitoringPoint, day: date) -> dict[str, str]:
    """The person's check-in of the day, the first one."""
    begin = int(midnight(day).timestamp() * 1000)
    came = Presence.objects.filter(
        point=point, person=scope.user, kind=PresenceKind.IN, organisation=scope.organisation,
        phone_at__gte=begin, phone_at__lt=begin + 86_400_000).order_by("phone_at").first()
    return {"visit:begin": minute(came.phone_at)} if came else {}


def _parameters(point: MonitoringPoint, day: date) -> dict[str, Any]:
    row = PointParameter.objects.filter(
        point=point, name="duct_area_m2", replaced_by=None, withdrawn_at=None,
        since__lt=midnight(day + timedelta(days=1)).timestamp()).order_by("-since", "-id").first()
    return {"asset:point.flue_area": row.value} if row else {}


def _system(system: System, parts: list[Instrument]) -> dict[str, str]:
    known = {"asset:system.name": system.name, "asset:system.maker": system.maker,
             "asset:system.model": system.model}
    if system.kind in (SystemKind.GAS, SystemKind.NMHC):
        known |= {"asset:gas.maker": system.maker, "asset:gas.model": system.model}
    if system.kind == SystemKind.VIDEO:
        known["asset:camera.name"] = system.name
    for one in parts:
        if PARTICULATE in one.factors:
            known |= {"asset:pm.maker": one.maker, "asset:pm.model": one.model}
    return known


def _described(parts: list[Instrument], day: date) -> list[tuple[Instrument, str, dict[str, Any]]]:
    """(instrument, factor, what is known of it), the range being that of the day's end."""
    ranges: dict[tuple[int, str], InstrumentRange] = {}
    until = midnight(day + timedelta(days=1))
    for row in InstrumentRange.objects.filter(
            instrument__in=parts, since__lt=until).order_by("since"):
        ranges[row.instrument_id, row.factor] = row
    found = []
    for one in parts:
        own = {"name": one.name, "maker": one.maker, "model": one.model, "serial": one.serial,
               "principle": one.principle}
        for factor in one.factors or [""]:
            row = ranges.get((one.pk, factor))
            span = {} if row is None else {"range_low": row.low, "range_high": row.high,
                                           "unit": _UNITS.get(row.unit, row.unit)}
            found.append((one, factor, own | span))
    return found


def _blocks(
    form: Form, described: list[tuple[Instrument, str, dict[str, Any]]], known: Mapping[str, Any]
) -> dict[str, Any]:
    """Which blocks the system has, and each one's instrument. A form without blocks is told of the
    instrument where the system has only one."""
    found: dict[str, Any] = {}
    opened: dict[str, list[str]] = {}
    for section in form.sections:
        if not any("factor" in block.keys for block in section.blocks):
            continue
        opened[section.name] = []
        for name, facts in _paired(section, described):
            opened[section.name].append(name)
            found |= {f"asset:instrument.{key}@{name}": value for key, value in facts.items()
                      if value not in ("", None)}
    if len({one.pk for one, _factor, _facts in described}) == 1:
        found |= {f"asset:instrument.{key}": v for key, v in described[0][2].items()
                  if v not in ("", None)}
    return found | ({"blocks": opened} if described else {})


def _paired(
    section: Section, described: list[tuple[Instrument, str, dict[str, Any]]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Blocks with an instrument of their factor; a second block of a factor takes a second one."""
    left = list(described)
    for block in section.blocks:
        match = next((one for one in left if one[1] == block.keys.get("factor")), None)
        if match is not None:
            left.remove(match)
            yield block.name, match[2]
