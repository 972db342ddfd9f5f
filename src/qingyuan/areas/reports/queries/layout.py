"""The heading of a report table: which columns a point's factors give, in the order of the printed
forms, with unit and decimals."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.telemetry.queries.verdicts import MASS_DIGITS, Quantity
from qingyuan.calc.roles import (
    AMMONIA,
    COD,
    FLOW,
    HUMIDITY,
    NITROGEN,
    NOX,
    O2,
    PARTICULATE,
    PH,
    PHOSPHORUS,
    SO2,
    TEMPERATURE,
    VELOCITY,
    WATER_TEMPERATURE,
)

LOADS = ("i33400", "I33400")  # 生产负荷, HJ 212-2017 table B.10, which prints a capital I
T_DIGITS = 4  # tonnes with 0.1 kg, as kilograms of a day are some tens
WAN_DIGITS = 3  # of 10 000 m3
# Pollutants as the printed forms have them, before all others.
_ORDER = (*sorted(PARTICULATE), SO2, NOX, COD, AMMONIA, PHOSPHORUS, NITROGEN)
_OF_GAS = ((O2, "O₂"), (TEMPERATURE, gettext_lazy("烟温")), (HUMIDITY, gettext_lazy("湿度")))
_OF_WATER = ((PH, "pH"), (WATER_TEMPERATURE, gettext_lazy("水温")))


class Column(NamedTuple):
    """One column: ``field`` of the row of ``code``; ``scale`` is what a stored figure is divided
    by for ``unit``. ``kind``: concentration, mass, flow or state."""

    code: str
    field: str
    label: str
    unit: str
    digits: int
    kind: str
    scale: float = 1.0


class Group(NamedTuple):
    """Columns under one heading; a group of one column without label stands alone."""

    title: str
    columns: tuple[Column, ...]


def groups_of(
    kind: str, level: str, known: Sequence[Quantity], *, loads: bool = False
) -> Iterable[Group]:
    """The heading of a report: pollutants first, then the flow, then the state of the stream."""
    held = {one.code: one for one in known}
    mass = _mass_column(kind, level)
    for one in sorted(known, key=_place):
        if one.pollutant:
            label = _("实测") if kind == "gas" else _("浓度")
            measured = Column(one.code, "value", label, one.unit, one.digits, "concentration")
            converted = (measured._replace(field="converted", label=_("折算")),)
            yield Group(one.name, (measured, *(converted if kind == "gas" else ()),
                                   mass._replace(code=one.code)))
    if kind == "gas":
        if VELOCITY in held:
            yield Group(_("标态干烟气流量"), (_volume(VELOCITY, level, "m³/h", 0),))
        states = (*_OF_GAS, (LOADS[0], _("负荷"))) if loads else _OF_GAS
    else:
        states = _OF_WATER
        if FLOW in held:
            one = held[FLOW]
            rate = Column(FLOW, "value", _("流量"), one.unit, one.digits, "flow")
            volume = _volume(FLOW, level, "m³", 2)._replace(label=_("水量"))
            yield Group(_("废水流量"), (rate, volume))
    for code, label in states:
        if code in LOADS:
            yield Group(str(label), (Column(code, "load", "", "%", 1, "state"),))
        elif code in held:
            one = held[code]
            yield Group(str(label), (Column(code, "value", "", one.unit, one.digits, "state"),))


def _place(one: Quantity) -> int:
    return _ORDER.index(one.code) if one.code in _ORDER else len(_ORDER)


def _mass_column(kind: str, level: str) -> Column:
    if level == "day":
        unit = "kg/h" if kind == "gas" else "kg"
        return Column("", "substituted", _("排放量"), unit, MASS_DIGITS, "mass")
    if kind == "water":
        return Column("", "substituted", _("排放量"), "kg", MASS_DIGITS, "mass")
    unit = "t/d" if level == "month" else _("t/月")
    return Column("", "substituted", _("排放量"), unit, T_DIGITS, "mass", 1000.0)


def _volume(code: str, level: str, unit: str, digits: int) -> Column:
    """The flow of an hour, or the volume of longer periods: of gas in 10 000 m3."""
    if level == "day" or code == FLOW:
        return Column(code, "converted", "", unit, digits, "volume")
    return Column(code, "converted", "", _("万m³"), WAN_DIGITS, "volume", 10_000.0)
