"""Writes on a quarter's audit: the unit prepares it, the discharger confirms it.

A prepared audit keeps the figures as they stood and their digest. When hours are judged otherwise
later, the difference shows and it is prepared again; what was confirmed before stays in the trail.
"""

import time
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import Role
from qingyuan.areas.organisations.scope import Scope, require

from .facts import Proof
from .models import QuarterAudit
from .queries.audits import bounds, digest_of, figures_of

_SHOWN = ("digest", "prepared_by", "confirmed_by", "confirmed_on", "scan_digest", "note")


@transaction.atomic
def prepare_audit(
    scope: Scope, point: MonitoringPoint, quarter: str, *, note: str = "",
    now: float | None = None,
) -> QuarterAudit:
    """Freeze the figures of a visible point's quarter. An earlier confirmation of other figures
    falls away; the same figures leave everything as it is. ValidationError for a quarter that is
    not over, or that nothing is judged of."""
    require(scope, "prepare_audit")
    held = points_of(scope).get(pk=point.pk)
    moment = time.time() if now is None else now
    if moment < bounds(quarter)[1]:
        raise ValidationError(_("%s 季度还没有结束") % quarter)
    figures = figures_of(scope, held, quarter)
    if not figures["factors"]:
        raise ValidationError(_("%s 季度没有判定过的数据") % quarter)
    row = QuarterAudit.objects.select_for_update().filter(point=held, quarter=quarter).first()
    row = row or QuarterAudit(point=held, quarter=quarter)
    before = _of(row) if row.pk else None
    digest = digest_of(figures)
    if row.pk and row.digest == digest and row.note == note.strip()[:400]:
        return row
    row.organisation, row.figures, row.digest = scope.organisation, figures, digest
    row.prepared_by, row.prepared_at = scope.who[:128], int(moment * 1000)
    row.note = note.strip()[:400]
    row.confirmed_by, row.confirmed_on, row.confirmed_at = "", None, None
    row.scan, row.scan_digest = "", ""
    row.save()
    audit(scope, "prepare_audit", row, before, _of(row))
    return row


@transaction.atomic
def confirm_audit(
    scope: Scope, row: QuarterAudit, *, name: str, on: date, digest: str,
    scan: Proof | None = None, now: float | None = None,
) -> QuarterAudit:
    """The discharger's manager confirms by name and date; the unit's manager records a
    confirmation on paper and must add its scan. ``digest`` is that of the figures that were on the
    page: ValidationError when they were prepared again meanwhile, or differ from what is judged
    now."""
    require(scope, "confirm_audit")
    held = QuarterAudit.objects.select_for_update().get(pk=row.pk)
    held.point = points_of(scope).get(pk=held.point_id)
    if held.confirmed_at:
        raise ValidationError(_("该季度审核已经确认"))
    if not held.prepared_at or held.digest != digest:
        raise ValidationError(_("审核数据已重新编制，请刷新后核对再确认"))
    if digest_of(figures_of(scope, held.point, held.quarter)) != held.digest:
        raise ValidationError(_("编制后数据有变化，请先重新编制"))
    if not name.strip():
        raise ValidationError({"name": _("请填写确认人姓名")})
    if on > today():
        raise ValidationError({"on": _("确认日期不能在将来")})
    if scan is None and scope.role != Role.DISCHARGER_MANAGER:
        raise ValidationError({"scan": _("由运维单位登记时须上传排污单位签字盖章的扫描件")})
    before = _of(held)
    held.confirmed_by, held.confirmed_on = name.strip()[:64], on
    held.confirmed_at = int((time.time() if now is None else now) * 1000)
    if scan is not None:
        held.scan, held.scan_digest = scan.path, scan.digest
    held.save()
    audit(scope, "confirm_audit", held, before, _of(held))
    return held


def _of(row: QuarterAudit) -> dict[str, Any]:
    return {"point": row.point_id, "quarter": row.quarter,
            **{name: getattr(row, name) for name in _SHOWN if getattr(row, name)}}
