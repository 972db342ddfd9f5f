"""Writes on what was measured by hand at a waste-water outlet (HJ 356-2019 8), as ``facts`` does
them: role, transaction, audit line, and a mark on the hours of the sample's day.

How many values a day needs says the provision ``water.manual.min_per_day``; fewer may be entered
and are kept, but replace nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from math import isfinite
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.calc.roles import is_pollutant, medium
from qingyuan.kernel import windows
from qingyuan.kernel.clock import CST

from .facts import check_factor, close, moment, said, standing, supersede, told
from .models import ManualValue, MonitorType, Origin
from .pipeline.dirty import mark_span
from .pipeline.facts import in_force

AHEAD = 3600  # seconds that a clock may be wrong
MOST = 1e6  # mg/L; water has no more to hold
FIELDS = ("factor", "time", "value", "method", "instrument", "monitor_type", "origin", "reference",
          "platform_id")


def record_manual_value(
    scope: Scope, point: MonitoringPoint, *, factor: str, time: int, value: float, **more: Any
) -> ManualValue:
    """Enter one value; see ``record_manual_values``."""
    return record_manual_values(scope, point, factor=factor, values=[(time, value)], **more)[0]


@transaction.atomic
def record_manual_values(
    scope: Scope, point: MonitoringPoint, *, factor: str, values: Sequence[tuple[int, float]],
    method: str = "", instrument: str = "", monitor_type: str = MonitorType.OWN,
    reference: str = "", platform_id: str = "", note: str = "", origin: str = Origin.PERSON,
    now: float | None = None,
) -> list[ManualValue]:
    """Enter values of one factor (epoch second of sampling, mg/L), all or none. One value stands
    for a factor and instant: counted twice it would make a day complete that is not."""
    require(scope, "record_manual_value")
    held = points_of(scope).get(pk=point.pk)
    _lock(held)
    made = []
    for time, value in values:
        row = ManualValue(
            factor=factor, time=time, value=value, method=method.strip()[:80],
            instrument=instrument.strip()[:120], monitor_type=monitor_type, origin=origin,
            reference=reference.strip()[:120], platform_id=platform_id[:64],
            **said(scope, held, note, now))
        _check(row, moment(now))
        row.save()
        audit(scope, "record_manual_value", row, None, told(row))
        _mark(row)
        made.append(row)
    return made


@transaction.atomic
def replace_manual_value(
    scope: Scope, sample: ManualValue, *, note: str = "", now: float | None = None, **facts: Any
) -> ManualValue:
    """Correct a value: ``facts`` (FIELDS) that differ from the old row's make a new one in its
    place. The same facts leave it as it is."""
    require(scope, "record_manual_value")
    held, old = standing(scope, sample)
    _lock(held)
    known = {name: getattr(old, name) for name in FIELDS}
    if set(facts) - set(known):
        raise ValidationError(_("没有这些字段：%s") % ", ".join(sorted(set(facts) - set(known))))
    if {**known, **facts} == known:
        return old
    row = ManualValue(**{**known, **facts}, **said(scope, held, note, now))
    _check(row, moment(now), beside=old)
    row.save()
    supersede(old, row)
    audit(scope, "replace_manual_value", row, told(old), told(row))
    _mark(old)
    _mark(row)
    return row


@transaction.atomic
def withdraw_manual_value(
    scope: Scope, sample: ManualValue, why: str, *, now: float | None = None
) -> ManualValue:
    """Close a value that was wrong, with the reason."""
    require(scope, "record_manual_value")
    _held, row = standing(scope, sample)
    close(row, why, now)
    audit(scope, "withdraw_manual_value", row, told(row), {"why": why})
    _mark(row)
    return row


def _lock(point: MonitoringPoint) -> None:
    """Let one write at a time see whether a value stands already."""
    MonitoringPoint.objects.select_for_update(no_key=True).filter(pk=point.pk).first()


def _mark(row: ManualValue) -> None:
    mark_span(row.point_id, windows.start_of("day", row.time), windows.end_of("day", row.time))


def _check(row: ManualValue, now: float, beside: ManualValue | None = None) -> None:
    if row.point.kind != "water":
        raise ValidationError(_("手工监测值用于废水的排放量，该点位为废气点位"))
    check_factor(row.factor)
    if medium(row.factor) != "water" or not is_pollutant(row.factor):
        raise ValidationError({
            "factor": _("%s 不是废水污染物，应为化学需氧量、氨氮等") % row.factor})
    if not isfinite(row.value) or not 0 <= row.value <= MOST:
        raise ValidationError({"value": _("测量值应为不小于 0 的 mg/L 数值")})
    if row.time > now + AHEAD:
        raise ValidationError({"time": _("时间不能在将来")})
    if row.monitor_type not in MonitorType.values:
        raise ValidationError({"monitor_type": _("没有这种监测类型：%s") % row.monitor_type})
    same = in_force(ManualValue, row.point_id).filter(factor=row.factor, time=row.time)
    if beside is not None:
        same = same.exclude(pk=beside.pk)
    if same.exists():
        raise ValidationError({"time": _("该因子在 %s 已有手工监测值，请先撤回原值")
                               % f"{datetime.fromtimestamp(row.time, CST):%Y-%m-%d %H:%M}"})
