"""Writes on presence: coming, going, approving. One transaction and one audit line each; sending
the same ``client_id`` twice makes one presence. Instants are epoch milliseconds.

A check-in begins the task or order that it names and writes the house's entry log; a check-out
ends that line. Neither is lost because a task was closed meanwhile: presence is a fact.
"""

import math
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.assets.sites_queries import distance, place_of
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.maintenance.models import OrderState, Task, TaskState, WorkOrder
from qingyuan.areas.maintenance.orders.actions import arrive
from qingyuan.areas.maintenance.orders.queries import orders_of
from qingyuan.areas.maintenance.task_queries import own_tasks
from qingyuan.areas.maintenance.tasks import begin
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.ui.numbers import china_time

from ..models import Approval, HouseEntry, Presence, PresenceKind
from . import queries
from .rules import Judged, credited, judge

UNPLACED_FENCE = 300  # m, of a point whose place nobody has entered
STARTABLE = (TaskState.OPEN, TaskState.ASSIGNED, TaskState.UNDER_WAY)
REACHABLE = (OrderState.OPEN, OrderState.ACCEPTED)
OLDEST = 30 * 86_400_000  # ms: a phone's time before this is a clock that was never set


def check_in(
    scope: Scope, point: MonitoringPoint, *, client_id: str, phone_at: int,
    latitude: float | None = None, longitude: float | None = None, accuracy: float | None = None,
    task: Task | None = None, order: WorkOrder | None = None, reason: str = "", photo: str = "",
) -> Presence:
    """Say that one has come to a visible point. Off-site, without a sound position or late it
    needs a ``reason`` and waits for approval. ``photo`` is the SHA-256 of a kept file."""
    facts = {"phone_at": phone_at, "latitude": latitude, "longitude": longitude,
             "accuracy": accuracy, "reason": reason, "photo": photo}
    return _once(scope, point, PresenceKind.IN, client_id, facts, task, order)


def check_out(
    scope: Scope, point: MonitoringPoint, *, client_id: str, phone_at: int,
    latitude: float | None = None, longitude: float | None = None, accuracy: float | None = None,
    reason: str = "", photo: str = "",
) -> Presence:
    """Say that one leaves: ends the visit that the person began at the point."""
    facts = {"phone_at": phone_at, "latitude": latitude, "longitude": longitude,
             "accuracy": accuracy, "reason": reason, "photo": photo}
    return _once(scope, point, PresenceKind.OUT, client_id, facts, None, None)


def _once(
    scope: Scope, point: MonitoringPoint, kind: str, client_id: str, facts: dict[str, Any],
    task: Task | None, order: WorkOrder | None,
) -> Presence:
    require(scope, "check_in")
    if scope.user is None:
        raise ValidationError(_("签到须由本人登录后进行"))
    client_id = client_id.strip()
    if not 8 <= len(client_id) <= 40:
        raise ValidationError({"client_id": _("编号应为 8 到 40 个字符")})
    here = points_of(scope).get(pk=point.pk)
    known = _known(scope, here, kind, client_id)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return _write(scope, here, kind, client_id, facts, task, order)
    except IntegrityError:
        # The same message came over two links at once; the other one has been written.
        known = _known(scope, here, kind, client_id)
        if known is None:
            raise
        return known


def _known(
    scope: Scope, point: MonitoringPoint, kind: str, client_id: str
) -> Presence | None:
    row = Presence.objects.filter(organisation=scope.organisation, client_id=client_id).first()
    if row is not None and (row.person_id, row.point_id, row.kind) != (
            scope.user.pk if scope.user else None, point.pk, kind):
        raise ValidationError({"client_id": _("该编号已用于另一次签到")})
    return row


def _write(
    scope: Scope, point: MonitoringPoint, kind: str, client_id: str, facts: dict[str, Any],
    task: Task | None, order: WorkOrder | None,
) -> Presence:
    at = queries.now_ms()
    _check(facts, at)
    if facts["photo"] and not Attachment.objects.filter(
            organisation=scope.organisation, sha256=facts["photo"]).exists():
        raise ValidationError({"photo": _("照片还没有上传")})
    place = place_of(point)
    away = None
    if (place is not None and place.latitude is not None and place.longitude is not None
            and facts["latitude"] is not None and facts["longitude"] is not None):
        away = distance(facts["latitude"], facts["longitude"], place.latitude, place.longitude)
    fence = place.fence if place is not None else UNPLACED_FENCE
    found = judge(away, facts["accuracy"], fence, facts["phone_at"], at)
    if found.needs_reason and not facts["reason"]:
        raise ValidationError({"reason": _why_reason(found, facts, at)})
    when = credited(facts["phone_at"], at)
    visit = queries.open_entry(scope, point, when)
    if kind == PresenceKind.IN:
        if visit is not None:
            raise ValidationError(_("您已于 %s 在本点签到，尚未签退") % china_time(visit.came_at))
        task, order = _task(scope, point, task), _order(scope, point, order)
    elif visit is None:
        raise ValidationError(_("没有找到您在本点未签退的签到，请先签到"))
    else:
        begun = visit.presence
        task, order = (begun.task, begun.order) if begun else (None, None)
    row = Presence.objects.create(
        organisation=scope.organisation, point=point, person=scope.user, task=task, order=order,
        kind=kind, client_id=client_id, at=at, distance=away, fence=fence,
        off_site=found.off_site, late=found.late or found.ahead,
        approval=Approval.PENDING if found.needs_reason else Approval.NONE, **facts)
    if kind == PresenceKind.IN:
        _came(scope, row, when)
    elif visit is not None:
        visit.left_at = max(when, visit.came_at)
        visit.save(update_fields=["left_at"])
    audit(scope, "check_in" if kind == PresenceKind.IN else "check_out", row, None, {
        "point": point.name, "distance": None if away is None else round(away), "fence": fence,
        "off_site": row.off_site, "late": row.late, "reason": row.reason}, at=at)
    return row


def _check(facts: dict[str, Any], at: int) -> None:
    """Refuses what no phone says, trims what was typed."""
    facts["reason"] = facts["reason"].strip()[:200]
    facts["photo"] = facts["photo"].strip().lower()
    if facts["photo"] and not (len(facts["photo"]) == 64 and set(facts["photo"]) <= set(
            "0123456789abcdef")):
        raise ValidationError({"photo": _("照片编号有误")})
    numbers = [facts[name] for name in ("latitude", "longitude", "accuracy")]
    if any(one is not None and not math.isfinite(one) for one in numbers):
        raise ValidationError({"latitude": _("位置有误")})
    lat, lon, accuracy = numbers
    if (lat is None) != (lon is None) or (lat is not None and not -90 <= lat <= 90) or (
            lon is not None and not -180 <= lon <= 180) or (accuracy is not None and accuracy < 0):
        raise ValidationError({"latitude": _("位置有误")})
    if not at - OLDEST <= facts["phone_at"] <= at + 86_400_000:
        raise ValidationError({"phone_at": _("手机时间与服务器相差过大，请校准手机时钟")})


def _why_reason(found: Judged, facts: dict[str, Any], at: int) -> str:
    """What is out of the ordinary, as the words beside the reason's field."""
    told = []
    if found.off_site:
        told.append(_("距点位 %d 米，超出签到半径") % round(found.distance or 0))
    if found.unknown:
        told.append(_("没有可用的位置"))
    if found.late:
        told.append(_("手机时间 %(phone)s 早于收到时间 %(server)s") % {
            "phone": china_time(facts["phone_at"]), "server": china_time(at)})
    if found.ahead:
        told.append(_("手机时间 %(phone)s 晚于服务器时间 %(server)s") % {
            "phone": china_time(facts["phone_at"]), "server": china_time(at)})
    return _("%s，请填写说明，由负责人批准") % "；".join(told)


def _task(scope: Scope, point: MonitoringPoint, task: Task | None) -> Task | None:
    if task is None:
        return None
    found: Task = own_tasks(scope).get(pk=task.pk)
    if found.point_id != point.pk:
        raise ValidationError({"task": _("该任务不在本点")})
    return found


def _order(scope: Scope, point: MonitoringPoint, order: WorkOrder | None) -> WorkOrder | None:
    if order is None:
        return None
    found: WorkOrder = orders_of(scope).get(pk=order.pk, organisation=scope.organisation)
    if found.point_id != point.pk:
        raise ValidationError({"order": _("该工单不在本点")})
    return found


def _came(scope: Scope, row: Presence, when: int) -> None:
    """What follows from coming: the log's line, the task that begins, the order's arrival."""
    task, order = row.task, row.order
    if task is not None and task.state in STARTABLE:
        begin(scope, task, when)
    if order is not None and order.state in REACHABLE:
        arrive(scope, order, when)
    purpose = _("运维")
    if task is not None:
        purpose = task.title or str(task.get_kind_display())
    if order is not None:
        purpose = f"{order.number} {order.symptom}"
    HouseEntry.objects.create(
        organisation=scope.organisation, point=row.point, presence=row, name=str(row.person)[:64],
        company=scope.organisation.name, purpose=purpose[:200], came_at=when)


@transaction.atomic
def decide(scope: Scope, presence: Presence, ok: bool, why: str = "") -> Presence:
    """Approve or refuse a presence that waits; a refusal says why. Nobody decides on their own."""
    require(scope, "approve_presence")
    row = queries.presences_of(scope).filter(organisation=scope.organisation).select_for_update(
        of=("self",)).get(pk=presence.pk)
    why = why.strip()[:200]
    if row.approval != Approval.PENDING:
        raise ValidationError(_("这次签到不在等待批准"))
    if scope.user is not None and row.person_id == scope.user.pk:
        raise ValidationError(_("不能批准自己的签到"))
    if not ok and not why:
        raise ValidationError({"why": _("不批准须说明原因")})
    row.approval = Approval.APPROVED if ok else Approval.REFUSED
    row.approved_by, row.approved_at, row.approved_why = scope.who[:128], queries.now_ms(), why
    row.save(update_fields=["approval", "approved_by", "approved_at", "approved_why"])
    if not ok and row.kind == PresenceKind.IN:
        HouseEntry.objects.filter(presence=row).update(note=(_("签到未批准：%s") % why)[:200])
    audit(scope, "approve_presence" if ok else "refuse_presence", row,
          {"approval": Approval.PENDING}, {"approval": row.approval, "why": why})
    return row
