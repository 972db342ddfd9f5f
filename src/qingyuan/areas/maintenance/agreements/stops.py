"""A stop of the source: recorded, filed with the authority, ended by a restart, withdrawn.

Each also tells telemetry, on whose stop event the judging stands, and has the point planned anew.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.maintenance.models import SourceStop
from qingyuan.areas.maintenance.planning.generate import plan
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.areas.telemetry import facts
from qingyuan.areas.telemetry.models import Event, EventKind

from . import restarts
from .attached import attached
from .queries import standing_stops, stops_of

AHEAD = timedelta(days=366)


@transaction.atomic
def record_stop(
    scope: Scope, point: MonitoringPoint, *, since: datetime, reason: str,
    planned_until: datetime | None = None,
) -> SourceStop:
    """The source stops, or stopped, at ``since``. Times with zone."""
    require(scope, "record_stop")
    held = points_of(scope).select_for_update(of=("self",)).get(pk=point.pk)
    row = SourceStop(organisation=scope.organisation, point=held, since=since,
                     planned_until=planned_until, reason=reason.strip()[:200])
    _check(row)
    row.save()
    event = facts.record_event(
        scope, held, kind=EventKind.STOP, start=int(since.timestamp()), note=row.reason,
        reference=f"stop:{row.pk}")
    row.event = event.pk
    row.save(update_fields=["event"])
    audit(scope, "record_stop", row, None, {
        "point": held.name, "since": since, "planned_until": planned_until,
        "reason": row.reason})
    replan(scope.organisation, held)
    return row


@transaction.atomic
def file_stop(
    scope: Scope, stop: SourceStop, *, filed_on: date, filing: str, scan: Any = None,
    planned_until: datetime | None = None,
) -> SourceStop:
    """The stop was filed with the authority: on which day, under which number, with the scan. From
    that day on a long stop of gas suspends the duties."""
    require(scope, "record_stop")
    row = _held(scope, stop)
    if filed_on > today():
        raise ValidationError({"filed_on": _("报备日期不能在将来")})
    if not filing.strip():
        raise ValidationError({"filing": _("请填写报备文号；没有文号时写明报备方式与受理人")})
    before = {"filed_on": row.filed_on, "filing": row.filing}
    row.filed_on, row.filing = filed_on, filing.strip()[:128]
    if planned_until is not None:
        row.planned_until = planned_until
    _check(row)
    if scan is not None:
        row.filing_scan = attached(
            scope, scan, kind="scan", name=_("停运报备"), field="scan")
    row.save()
    told = {"filed_on": filed_on, "filing": row.filing, "scan_digest": row.filing_scan,
            "planned_until": planned_until}
    audit(scope, "file_stop", row, before, {k: v for k, v in told.items() if v})
    replan(scope.organisation, row.point)
    return row


@transaction.atomic
def restart(scope: Scope, stop: SourceStop, at: datetime) -> SourceStop:
    """The source starts, or will start, at ``at``. After a stop that suspended the duties the CEMS
    is started and calibrated before it, and after any long one it is verified within the term.
    While the instant lies ahead it may be set anew."""
    require(scope, "record_stop")
    row = _held(scope, stop)
    now = timezone.now()
    if row.restart_at is not None and row.restart_at <= now:
        raise ValidationError({"at": _("已登记启运，不能更改")})
    if at <= row.since:
        raise ValidationError({"at": _("启运时间应晚于停运开始")})
    if at > now + AHEAD:
        raise ValidationError({"at": _("启运时间最多提前一年登记")})
    before = {"restart_at": row.restart_at}
    row.restart_at = at
    _check(row)
    row.save(update_fields=["restart_at"])
    row.event = _ended(scope, row)
    row.save(update_fields=["event"])
    audit(scope, "restart_source", row, before, {"restart_at": at})
    restarts.prepare(scope, row)
    replan(scope.organisation, row.point)
    return row


@transaction.atomic
def withdraw_stop(scope: Scope, stop: SourceStop, why: str) -> SourceStop:
    """There was no such stop; with the reason. Its event and its open tasks go with it."""
    require(scope, "record_stop")
    row = _held(scope, stop)
    if not why.strip():
        raise ValidationError({"why": _("请填写撤销原因")})
    event = _event(row)
    if event is not None:
        facts.withdraw_event(scope, event, why)
    row.withdrawn_why = why.strip()[:200]
    row.save(update_fields=["withdrawn_why"])
    restarts.withdraw(scope, row)
    audit(scope, "withdraw_stop", row, None, {"why": row.withdrawn_why})
    replan(scope.organisation, row.point)
    return row


def replan(organisation: Organisation, *points: MonitoringPoint) -> None:
    """Plan points anew for the usual time ahead."""
    plan(organisation, points=points)


def _held(scope: Scope, stop: SourceStop) -> SourceStop:
    row = stops_of(scope).select_for_update(of=("self",)).get(
        pk=stop.pk, organisation=scope.organisation)
    if row.withdrawn_why:
        raise ValidationError(_("该停运已撤销"))
    return row


def _check(row: SourceStop) -> None:
    if not row.reason:
        raise ValidationError({"reason": _("请填写停运原因")})
    if row.since > timezone.now() + AHEAD:
        raise ValidationError({"since": _("停运最多提前一年登记")})
    if row.planned_until is not None and row.planned_until <= row.since:
        raise ValidationError({"planned_until": _("计划恢复时间应晚于停运开始")})
    # Two stops of one source cannot run at once, whoever recorded them.
    others = standing_stops().filter(Q(restart_at=None) | Q(restart_at__gt=row.since),
                                     point=row.point)
    if row.restart_at is not None:
        others = others.filter(since__lt=row.restart_at)
    if others.exclude(pk=row.pk).exists():
        raise ValidationError({"since": _("该时段已登记停运，请先登记前一次的启运")})


def _event(row: SourceStop) -> Event | None:
    """The event that stands for the stop: the last of those that replaced each other."""
    event = Event.objects.filter(pk=row.event).first() if row.event else None
    while event is not None and event.replaced_by_id is not None:
        event = event.replaced_by
    return None if event is None or event.withdrawn_at is not None else event


def _ended(scope: Scope, row: SourceStop) -> int | None:
    """The stop's event with its end; of an event that somebody withdrew a new one."""
    assert row.restart_at is not None
    start, end = int(row.since.timestamp()), int(row.restart_at.timestamp())
    event = _event(row)
    if event is None:
        return facts.record_event(
            scope, row.point, kind=EventKind.STOP, start=start, end=end, note=row.reason,
            reference=f"stop:{row.pk}").pk
    return facts.replace_event(scope, event, end=end, note=row.reason).pk
