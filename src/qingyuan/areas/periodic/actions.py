"""Every write to a report. Instants are epoch milliseconds."""

import hashlib
import json
import time
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import dischargers, today
from qingyuan.areas.notices.actions import tell
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import Membership, Organisation, Role
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.reporting import blocks

from . import queries, states
from .models import Level, PeriodicReport, ReportState
from .sections import PARTS, written
from .subject import Subject, span_of

LONGEST = 4000  # characters of a passage


@transaction.atomic
def make(scope: Scope, discharger: Organisation, level: str, start: date) -> PeriodicReport:
    """Write the report of the month, quarter or half year that ``start`` lies in, or write a draft
    anew: figures as they are now, passages kept. ValidationError for a time that has not begun, a
    discharger without contract in it, or a report that is sealed."""
    require(scope, "edit_periodic")
    if level not in Level.values:
        raise ValidationError({"level": _("请选择报告类型")})
    first, last = span_of(level, start)
    if first > today():
        raise ValidationError({"first": _("报告期尚未开始")})
    plant = dischargers(scope).get(pk=discharger.pk)
    subject = Subject(scope, plant, first, last)
    if not subject.points:
        raise ValidationError({"discharger": _("报告期内与该单位没有运维合同")})
    row = PeriodicReport.objects.select_for_update().filter(
        organisation=scope.organisation, discharger=plant, level=level, first=first).first()
    if row is not None and not states.can(row.state, "renew"):
        raise ValidationError(_("报告%s，不能重新生成") % row.get_state_display())
    content = blocks.to_json(written(subject))
    if row is None:
        row = PeriodicReport(organisation=scope.organisation, discharger=plant, level=level,
                             first=first, last=last)
    row.content, row.made_at, row.made_by = content, _now(), scope.who[:128]
    row.save()
    audit(scope, "make_report", row, after={"first": f"{first}", "level": level})
    return row


@transaction.atomic
def write(scope: Scope, report: PeriodicReport, passages: Mapping[str, str]) -> PeriodicReport:
    """Set what people say under the parts; figures cannot be written. ValidationError by part."""
    require(scope, "edit_periodic")
    row = _own(scope, report, "write")
    kept = {}
    for key, _title, _part in PARTS:
        said = passages.get(key, "").replace("\x00", "").strip()
        if len(said) > LONGEST:
            raise ValidationError({key: _("不能超过 %d 字") % LONGEST})
        if said:
            kept[key] = said
    before, row.passages = row.passages, kept
    row.save(update_fields=["passages"])
    changed = sorted(key for key, _t, _p in PARTS if before.get(key, "") != kept.get(key, ""))
    audit(scope, "write_report", row, after={"parts": len(changed)})
    return row


def approve(scope: Scope, report: PeriodicReport) -> PeriodicReport:
    """Release it; another person than who wrote it, where the unit has one, is the unit's rule."""
    return _step(scope, report, "approve", "approve_periodic",
                 approved_at=_now(), approved_by=scope.who[:128])


def reopen(scope: Scope, report: PeriodicReport, reason: str) -> PeriodicReport:
    """Take an approval back before the seal."""
    if not reason.strip():
        raise ValidationError({"reason": _("请填写原因")})
    return _step(scope, report, "reopen", "approve_periodic", reason=reason.strip()[:200],
                 approved_at=None, approved_by="")


@transaction.atomic
def seal(scope: Scope, report: PeriodicReport) -> PeriodicReport:
    """Fix it for good under its SHA-256."""
    require(scope, "approve_periodic")
    row = _own(scope, report, "seal")
    return _done(scope, row, "seal", {"sealed_at": _now(), "digest": digest(row)}, "")


@transaction.atomic
def send(scope: Scope, report: PeriodicReport, how: str = "") -> PeriodicReport:
    """Lay it before the discharger: its people are told and find it on their page."""
    require(scope, "approve_periodic")
    row = _own(scope, report, "send")
    people = [one.user for one in Membership.objects.filter(
        organisation=row.discharger, role=Role.DISCHARGER_MANAGER,
        user__is_active=True).select_related("user")]
    tell(row.discharger, people, kind="report", title=_("收到运维报告：%s") % row,
         link=f"/reports/periodic/{row.pk}/", ref=f"report:{row.pk}")
    return _done(scope, row, "send", {
        "sent_at": _now(), "sent_how": how.strip()[:200] or _("平台送达")}, "")


@transaction.atomic
def receive(scope: Scope, report: PeriodicReport) -> PeriodicReport:
    """The discharger has read it."""
    require(scope, "receive_periodic")
    row = queries.reports_of(scope).select_for_update(of=("self",)).get(
        pk=report.pk, discharger=scope.organisation)
    if not states.can(row.state, "read"):
        raise ValidationError(_("报告%s，不能签收") % row.get_state_display())
    return _done(scope, row, "read", {"read_at": _now(), "read_by": scope.who[:128]}, "")


def digest(row: PeriodicReport) -> str:
    """SHA-256 over all that the report says and who approved it."""
    said = {"unit": row.organisation.name, "discharger": row.discharger.name, "level": row.level,
            "first": f"{row.first}", "last": f"{row.last}", "content": row.content,
            "passages": row.passages, "made_at": row.made_at, "approved_at": row.approved_at,
            "approved_by": row.approved_by}
    return hashlib.sha256(json.dumps(
        said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _own(scope: Scope, report: PeriodicReport, verb: str) -> PeriodicReport:
    row = PeriodicReport.objects.select_for_update(of=("self",)).select_related(
        "organisation", "discharger").get(pk=report.pk, organisation=scope.organisation)
    if not states.can(row.state, verb):
        raise ValidationError(_("报告%s，不能进行此操作") % row.get_state_display())
    return row


@transaction.atomic
def _step(scope: Scope, report: PeriodicReport, verb: str, right: str, reason: str = "",
          **facts: Any) -> PeriodicReport:
    require(scope, right)
    return _done(scope, _own(scope, report, verb), verb, facts, reason)


def _done(scope: Scope, row: PeriodicReport, verb: str, facts: Mapping[str, Any],
          reason: str) -> PeriodicReport:
    row.state = ReportState(states.LIFE[row.state, verb])
    for name, value in facts.items():
        setattr(row, name, value)
    row.save(update_fields=["state", *facts])
    audit(scope, f"{verb}_report", row, after={
        "state": row.state, **({"reason": reason} if reason else {})})
    return row


def _now() -> int:
    return round(time.time() * 1000)
