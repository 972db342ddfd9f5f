"""A finding becomes a work order, and is closed with it."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.findings import actions as findings
from qingyuan.areas.findings import register
from qingyuan.areas.findings.kinds import KINDS
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.maintenance.models import OrderKind, OrderSource, OrderState, WorkOrder
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope, require

from . import log
from .opening import open_order
from .queries import now_ms, orders_of

GROUP_KINDS = {"data": OrderKind.DATA, "quality": OrderKind.CHECK, "link": OrderKind.REPAIR,
               "device": OrderKind.REPAIR, "parameter": OrderKind.DATA}
"""The kind of order that a group of findings usually asks for."""


@transaction.atomic
def order_from(
    scope: Scope, finding: Finding, *, kind: str = "", symptom: str = "",
    traits: Iterable[str] = (), found_at: int | None = None, urgent: bool = False,
    person: User | None = None, point: MonitoringPoint | None = None,
) -> WorkOrder:
    """Open an order for a finding and all members of its group. What is not said follows from the
    finding: found when it was raised, at its point (of a group: the first member's).

    ValidationError for a finding that is closed, has an order or asks for none."""
    require(scope, "open_order")
    row = _convertible(scope, finding)
    members = _members(row)
    place = point or row.point or next((one.point for one in members if one.point), None)
    if place is None:
        raise ValidationError({"point": _("请选择工单所在的点位")})
    order = open_order(
        scope, place, kind=kind or GROUP_KINDS.get(row.group, OrderKind.OTHER),
        symptom=symptom or row.title, source=OrderSource.FINDING, source_ref=f"finding:{row.pk}",
        traits=traits, found_at=row.raised_at if found_at is None else found_at, urgent=urgent,
        person=person)
    for one in (row, *members):
        findings.link_order(scope, one, reference(order), order.number)
    return order


@transaction.atomic
def join_order(scope: Scope, finding: Finding, order: WorkOrder) -> WorkOrder:
    """A finding and its group go with an order of their point that is open already: one fault, one
    order. ValidationError as ``order_from``, and for an order that is over or at another point."""
    require(scope, "open_order")
    row = _convertible(scope, finding)
    own = orders_to_join(scope, row).select_for_update(of=("self",)).filter(pk=order.pk).first()
    if own is None:
        raise ValidationError(_("只能并入同一点位尚未办结的工单"))
    for one in (row, *_members(row)):
        findings.link_order(scope, one, reference(own), own.number)
    log.write(scope, own, "note", now_ms(), _("并入发现：%s") % row.title)
    return own


def orders_to_join(scope: Scope, finding: Finding) -> QuerySet[WorkOrder]:
    """Open orders of the unit at the point of a finding or at those of its group."""
    points = {finding.point_id, *finding.members.values_list("point_id", flat=True)} - {None}
    return orders_of(scope).filter(
        organisation=scope.organisation, point__in=points).exclude(
            state__in=(OrderState.CLOSED, OrderState.CANCELLED)).order_by("-found_at")


def _convertible(scope: Scope, finding: Finding) -> Finding:
    row = findings.own(scope, finding)
    if not row.open or row.order:
        raise ValidationError(_("已转为工单，请勿重复转单") if row.order
                              else _("该发现已关闭，不能转工单"))
    if row.kind in KINDS and not KINDS[row.kind].orders:
        raise ValidationError(_("“%s”类发现不转工单") % KINDS[row.kind].label)
    return row


def _members(row: Finding) -> list[Finding]:
    return list(row.members.filter(open=True, order="").select_related("point"))


def ended(scope: Scope, order: WorkOrder, at: int, *, cancelled: bool) -> int:
    """Tell the register that an order is over; how many findings that concerned."""
    return register.order_closed(
        order.organisation, reference(order), at, scope.who, cancelled=cancelled,
        text=order.closed_why if cancelled else order.handling)


def reference(order: WorkOrder) -> str:
    """How the register names an order."""
    return f"order:{order.pk}"
