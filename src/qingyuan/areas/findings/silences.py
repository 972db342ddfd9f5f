"""Silencing: for a time nobody is told; and what a unit wants of a kind otherwise."""

import time
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import point as visible_point
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from . import queries, register
from .kinds import KINDS
from .models import Finding, FindingRule, Severity, Silence

LONGEST = 30 * 86_400_000  # ms
MOST_MINUTES = 366 * 1440


@transaction.atomic
def silence(
    scope: Scope, *, until: int, reason: str, point: MonitoringPoint | None = None,
    kind: str = "", factor: str = "",
) -> Silence:
    """Silence a kind, a point or a factor until an instant at most 30 days ahead. Findings that
    are open are marked as well and stop to escalate; clocks run on."""
    require(scope, "silence_findings")
    now = round(time.time() * 1000)
    if kind and kind not in KINDS:
        raise ValidationError({"kind": _("没有这种发现：%s") % kind})
    if not kind and point is None:
        raise ValidationError({"kind": _("请至少选择种类或点位，不能静默全部")})
    if not now < until <= now + LONGEST:
        raise ValidationError({"until": _("静默须在今后30天以内结束")})
    if not reason.strip():
        raise ValidationError({"reason": _("请填写静默原因")})
    held = visible_point(scope, point.pk) if point is not None else None
    row = Silence.objects.create(
        organisation=scope.organisation, point=held, kind=kind, factor=factor[:16], since=now,
        until=until, reason=reason.strip()[:200], by=scope.who[:128])
    open_ = Finding.objects.filter(organisation=scope.organisation, open=True, silenced=False)
    if held:
        open_ = open_.filter(point=held)
    if kind:
        open_ = open_.filter(kind=kind)
    if factor:
        open_ = open_.filter(factor=factor)
    count = open_.update(silenced=True, escalate_at=None)
    audit(scope, "silence", row, after={"kind": kind, "point": held.name if held else "",
                                        "factor": factor, "until": until, "reason": row.reason,
                                        "open": count})
    return row


@transaction.atomic
def end_silence(scope: Scope, silence: Silence) -> Silence:
    """End a silence before its time; open findings that no other silence covers speak again."""
    require(scope, "silence_findings")
    row = Silence.objects.select_for_update(of=("self",)).get(
        pk=silence.pk, organisation=scope.organisation)
    if row.ended_at is not None:
        raise ValidationError(_("该静默已经结束"))
    row.ended_at = round(time.time() * 1000)
    row.save(update_fields=["ended_at"])
    speak_again(row, row.ended_at)
    audit(scope, "end_silence", row, after={"ended_at": row.ended_at})
    return row


def speak_again(row: Silence, now: int) -> int:
    """Open findings of an ended silence that no running one covers; how many."""
    running = list(Silence.objects.filter(
        organisation=row.organisation_id, since__lte=now, until__gt=now, ended_at=None))
    held = [one for one in Finding.objects.filter(
        organisation=row.organisation_id, open=True, silenced=True)
        if register.covers(row, one) and not any(register.covers(other, one) for other in running)]
    for one in held:
        one.silenced = False
        if one.handled_at is None and one.parent_id is None:
            one.escalate_at = one.handle_due if one.acknowledged_at else (
                one.respond_due or one.handle_due)
    Finding.objects.bulk_update(held, ["silenced", "escalate_at"])
    return len(held)


@transaction.atomic
def set_rule(
    scope: Scope, kind: str, *, point: MonitoringPoint | None = None, on: bool = True,
    severity: str = "", respond_minutes: int | None = None, handle_minutes: int | None = None,
    thresholds: Mapping[str, float] | None = None, reason: str,
) -> FindingRule:
    """How the unit wants a kind, at one point or at all; takes the place of the rule before."""
    require(scope, "set_finding_rules")
    if kind not in KINDS:
        raise ValidationError({"kind": _("没有这种发现：%s") % kind})
    if severity and severity not in Severity.values:
        raise ValidationError({"severity": _("没有这种级别：%s") % severity})
    strange = set(thresholds or {}) - set(KINDS[kind].thresholds)
    if strange:
        raise ValidationError({"thresholds": _("没有这种阈值：%s") % "、".join(sorted(strange))})
    if any(not 0 <= value < 1e6 for value in (thresholds or {}).values()):
        raise ValidationError({"thresholds": _("阈值须为 0 至 1000000 之间的数")})
    if not reason.strip():
        raise ValidationError({"reason": _("请填写修改依据")})
    for name, minutes in (("respond_minutes", respond_minutes), ("handle_minutes", handle_minutes)):
        if minutes is not None and not 0 < minutes <= MOST_MINUTES:
            raise ValidationError({name: _("时限须为 1 至 %d 分钟") % MOST_MINUTES})
    held = visible_point(scope, point.pk) if point is not None else None
    old = queries.rules_of(scope).filter(kind=kind, point=held).first()
    facts = {"on": on, "severity": severity, "respond_minutes": respond_minutes,
             "handle_minutes": handle_minutes, "thresholds": dict(thresholds or {}),
             "reason": reason.strip()[:200]}
    row, _made = FindingRule.objects.update_or_create(
        organisation=scope.organisation, kind=kind, point=held,
        defaults={**facts, "by": scope.who[:128], "at": round(time.time() * 1000)})
    before = {name: getattr(old, name) for name in facts} if old else None
    audit(scope, "set_finding_rule", row, before=before, after=facts)
    return row


@transaction.atomic
def clear_rule(scope: Scope, rule: FindingRule, reason: str) -> None:
    """The table holds again (at a point: the unit's rule); FindingRule.DoesNotExist for another
    unit's."""
    require(scope, "set_finding_rules")
    row = queries.rules_of(scope).select_for_update(of=("self",)).get(pk=rule.pk)
    if not reason.strip():
        raise ValidationError({"reason": _("请填写修改依据")})
    before = {"kind": row.kind, "point": row.point.name if row.point else "", "on": row.on,
              "severity": row.severity, "respond_minutes": row.respond_minutes,
              "handle_minutes": row.handle_minutes, "thresholds": row.thresholds}
    audit(scope, "clear_finding_rule", row, before=before,
          after={**dict.fromkeys(before, ""), "reason": reason.strip()[:200]})
    row.delete()
