"""Writes on systems, instruments and ranges: one function a verb; each checks the role, works in
one transaction and leaves an audit line.

Nothing is deleted: what is gone has an end, what was replaced stays beside its successor. Wrong
input raises ValidationError with a message per field; a thing out of sight its DoesNotExist.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit, changes
from qingyuan.areas.organisations.scope import Scope, require

from . import measuring, queries
from .models import Instrument, InstrumentRange, MonitoringPoint, MonitoringSystem, SystemKind

KINDS_AT = {"gas": {"gas", "nmhc", "video"}, "water": {"water", "video"}}
SYSTEM_FIELDS = frozenset({
    "kind", "name", "technique", "auto_calibration", "equipment", "maker", "model", "address",
    "storage_days", "since",
})
INSTRUMENT_FIELDS = frozenset({
    "name", "factors", "maker", "model", "serial", "principle", "since",
})
AHEAD = 400  # days by which a start or end may lie in the future


@transaction.atomic
def add_system(
    scope: Scope, point: MonitoringPoint, *, kind: str, name: str, since: date,
    until: date | None = None, held: bool = False, **facts: Any,
) -> MonitoringSystem:
    """Enter a system of a point, running since a day; one that has been taken away since has an
    ``until``. ``held``: the point was just got through this scope, in the same transaction.
    ``facts``: technique, auto_calibration, equipment (words, or None: not known), maker, model;
    for a camera address and storage_days."""
    require(scope, "edit_facilities")
    _known(facts, SYSTEM_FIELDS | {"ended_why"})
    place = point if held else queries.points_of(scope).get(pk=point.pk)
    row = MonitoringSystem(
        point=place, kind=kind, name=name.strip(), since=since, until=until, **facts)
    _check_system(row)
    row.save()
    audit(scope, "add_system", row, None, {
        "point": place.name, "kind": kind, "name": row.name, "since": since, "until": until,
        **_told(kind, facts)})
    return row


@transaction.atomic
def edit_system(scope: Scope, system: MonitoringSystem, **facts: Any) -> MonitoringSystem:
    """Correct what is entered of a system; the same facts change nothing."""
    require(scope, "edit_facilities")
    _known(facts, SYSTEM_FIELDS)
    row = _system(scope, system)
    before, after = changes(row, facts)
    if not after:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    _check_system(row)
    if row.instruments.filter(since__lt=row.since).exists():
        raise ValidationError({"since": _("已有仪器的启用日期早于这一天")})
    row.save()
    audit(scope, "edit_system", row, _told(row.kind, before), _told(row.kind, after))
    return row


@transaction.atomic
def end_system(
    scope: Scope, system: MonitoringSystem, until: date, *, why: str = ""
) -> MonitoringSystem:
    """Take a system out of use after a day; its instruments that still run end with it."""
    require(scope, "edit_facilities")
    row = _system(scope, system)
    for instrument in row.instruments.filter(Q(until=None) | Q(until__gt=until)):
        _end(scope, "end_instrument", instrument, until, why)
    return _end(scope, "end_system", row, until, why)


@transaction.atomic
def add_instrument(
    scope: Scope, system: MonitoringSystem, *, name: str, since: date, until: date | None = None,
    held: bool = False, **facts: Any,
) -> Instrument:
    """Enter an analyser or sensor of a system (``held``: as with ``add_system``). ``facts``:
    factors (codes or names), maker, model, serial, principle."""
    require(scope, "edit_facilities")
    home = system if held else _system(scope, system)
    return _add_instrument(scope, "add_instrument", home, {
        **facts, "name": name.strip(), "since": since, "until": until})


@transaction.atomic
def edit_instrument(scope: Scope, instrument: Instrument, **facts: Any) -> Instrument:
    """Correct what is entered of an instrument. Another instrument is ``replace_instrument``."""
    require(scope, "edit_facilities")
    _known(facts, INSTRUMENT_FIELDS)
    row = _instrument(scope, instrument)
    if "factors" in facts:
        facts["factors"] = codes(facts["factors"])
    before, after = changes(row, facts)
    if not after:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    _check_instrument(row)
    row.save()
    audit(scope, "edit_instrument", row, before, after)
    return row


@transaction.atomic
def replace_instrument(
    scope: Scope, instrument: Instrument, on: date, *, why: str = "", **facts: Any
) -> Instrument:
    """The old one ends the day before, the new one begins on the day; what ``facts`` does not name
    (maker, model, principle, factors, name, but never the serial) is as with the old one, and so
    are its ranges, from the midnight of that day."""
    require(scope, "edit_facilities")
    old = _instrument(scope, instrument)
    if old.until is not None and old.until < queries.today():
        raise ValidationError(_("该仪器已停用，不能再更换"))
    if on <= old.since:
        raise ValidationError({"on": _("更换日期应晚于原仪器的启用日期")})
    kept = {name: getattr(old, name) for name in ("name", "factors", "maker", "model", "principle")}
    _end(scope, "replace_instrument", old, on - timedelta(days=1), why, field="on")
    new = _add_instrument(scope, "add_instrument", old.system, {**kept, **facts, "since": on})
    start = queries.midnight(on)
    for factor, last in ranges_at(old, start).items():
        if factor in new.factors:
            _set_range(scope, new, factor, last.low, last.high, last.unit, start)
    return new


@transaction.atomic
def end_instrument(
    scope: Scope, instrument: Instrument, until: date, *, why: str = ""
) -> Instrument:
    """Take an instrument out of use after a day without another in its place."""
    require(scope, "edit_facilities")
    return _end(scope, "end_instrument", _instrument(scope, instrument), until, why)


@transaction.atomic
def set_range(
    scope: Scope, instrument: Instrument, factor: str, *, low: float, high: float,
    unit: str | None = None, since: datetime, held: bool = False,
) -> InstrumentRange:
    """The range of a factor from an instant on; earlier ranges stay. At the instant of a range
    that is there, that one is corrected. ``unit`` defaults to that of HJ 212-2017. ``held``: as
    with ``add_system``."""
    require(scope, "edit_facilities")
    row = instrument if held else _instrument(scope, instrument)
    return _set_range(scope, row, factor, low, high, unit, since)


def ranges_at(instrument: Instrument, at: datetime) -> dict[str, InstrumentRange]:
    """Factor -> the range in force at an instant, read from the instrument's ranges."""
    begun = [one for one in instrument.ranges.all() if one.since <= at]
    return {one.factor: one for one in sorted(begun, key=lambda one: one.since)}


def codes(factors: Iterable[str]) -> list[str]:
    """Codes or names as codes, each once; ValidationError names what is no factor."""
    found = [(text, measuring.factor_code(text)) for text in factors]
    strange = [text for text, code in found if code is None]
    if strange:
        raise ValidationError({"factors": _("不认识的监测因子：%s。请填 HJ 212 编码或名称") % (
            "、".join(strange))})
    return list(dict.fromkeys(code for _text, code in found if code))


def _told(kind: str, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts as the trail tells them: parts by what people call them."""
    words = facts.get("equipment")
    if words is None:
        return facts
    return facts | {"equipment": [measuring.parts()[kind].get(word, word) for word in words]}


def _known(facts: dict[str, Any], fields: frozenset[str]) -> None:
    strange = sorted(set(facts) - fields)
    if strange:
        raise ValidationError(_("没有这些字段：%s") % ", ".join(strange))


def _system(scope: Scope, system: MonitoringSystem) -> MonitoringSystem:
    return queries.systems_of(scope).select_for_update(of=("self",)).get(pk=system.pk)


def _instrument(scope: Scope, instrument: Instrument) -> Instrument:
    return queries.instruments_of(scope).select_for_update(of=("self",)).get(pk=instrument.pk)


def _check_system(row: MonitoringSystem) -> None:
    row.clean_fields(exclude=["point"])
    if row.kind not in KINDS_AT[row.point.kind]:
        raise ValidationError({"kind": _("%(kind)s设施不能装在%(medium)s点位") % {
            "kind": SystemKind(row.kind).label, "medium": row.point.get_kind_display()}})
    if row.kind == SystemKind.GAS and not row.technique:
        raise ValidationError({"technique": _("废气设施须选择采样方式")})
    if row.kind not in (SystemKind.GAS, SystemKind.NMHC) and row.technique:
        raise ValidationError({"technique": _("只有废气和 NMHC 设施有采样方式")})
    if row.kind != SystemKind.VIDEO and (row.address or row.storage_days is not None):
        raise ValidationError({"address": _("只有视频设施有摄像机地址和录像保存天数")})
    strange = sorted(set(row.equipment or ()) - set(measuring.parts()[row.kind]))
    if strange:
        raise ValidationError({"equipment": _("这类设施没有这些部件：%s") % "、".join(strange)})
    _check_days(row)
    _refuse_double(row, MonitoringSystem.objects.filter(point=row.point))


def _add_instrument(
    scope: Scope, verb: str, system: MonitoringSystem, facts: dict[str, Any]
) -> Instrument:
    _known(facts, INSTRUMENT_FIELDS | {"until", "ended_why"})
    facts["factors"] = codes(facts.get("factors") or [])
    row = Instrument(system=system, **facts)
    _check_instrument(row)
    row.save()
    audit(scope, verb, row, None, {"system": system.name, **facts})
    return row


def _check_instrument(row: Instrument) -> None:
    row.clean_fields(exclude=["system"])
    _check_days(row)
    system = row.system
    if row.since < system.since:
        raise ValidationError({
            "since": _("仪器的启用日期不能早于设施的启用日期 %s") % system.since})
    if system.until is not None and (row.until is None or row.until > system.until):
        raise ValidationError({"since": _("设施已于 %s 停用") % system.until})
    _refuse_double(row, Instrument.objects.filter(system=system))


def _check_days(row: MonitoringSystem | Instrument) -> None:
    last = queries.today() + timedelta(days=AHEAD)
    for field, day in (("since", row.since), ("until", row.until)):
        if day is not None and day > last:
            raise ValidationError({field: _("日期过远，请核对年份")})
    if row.until is not None and row.until < row.since:
        raise ValidationError({"until": _("停用日期不能早于启用日期")})


def _refuse_double(row: MonitoringSystem | Instrument, others: Any) -> None:
    """Two of one name may follow each other, never stand side by side."""
    same = others.filter(Q(until=None) | Q(until__gte=row.since), name=row.name).exclude(pk=row.pk)
    if row.until is not None:
        same = same.filter(since__lte=row.until)
    if same.exists():
        raise ValidationError({"name": _("同一时段已有名为 %s 的条目") % row.name})


def _end(
    scope: Scope, verb: str, row: Any, until: date, why: str, *, field: str = "until"
) -> Any:
    if until < row.since:
        raise ValidationError({field: _("停用日期不能早于启用日期")})
    before = {"until": row.until}
    row.until, row.ended_why = until, why.strip()[:200]
    try:
        (_check_system if isinstance(row, MonitoringSystem) else _check_instrument)(row)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error
    row.save(update_fields=["until", "ended_why"])
    audit(scope, verb, row, before, {"until": until, "ended_why": row.ended_why})
    return row


def _set_range(
    scope: Scope, row: Instrument, factor: str, low: float, high: float, unit: str | None,
    since: datetime,
) -> InstrumentRange:
    code = measuring.factor_code(factor)
    if code is None or code not in row.factors:
        raise ValidationError({"factor": _("该仪器不测 %s") % factor})
    if not (high > low and isfinite(high - low)):
        raise ValidationError({"high": _("量程上限应大于下限")})
    if since < queries.midnight(row.since):
        raise ValidationError({"since": _("量程的起始时间不能早于仪器的启用日期 %s") % row.since})
    if row.until is not None and since >= queries.midnight(row.until + timedelta(days=1)):
        raise ValidationError({"since": _("仪器已于 %s 停用") % row.until})
    words = measuring.factor_unit(code) if unit is None else unit.strip()
    facts = {"low": low, "high": high, "unit": words}
    held = row.ranges.filter(factor=code, since=since).first()
    one = held or InstrumentRange(instrument=row, factor=code, since=since, **facts)
    before, after = changes(one, facts)
    if held is not None and not after:
        return held
    for name, value in after.items():
        setattr(one, name, value)
    one.clean_fields(exclude=["instrument"])
    one.save()
    audit(scope, "set_range", row, before or None,
          {"factor": measuring.factor_name(code), **(after or facts), "since": since})
    return one
