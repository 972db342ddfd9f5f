"""A finding becomes a work order, and is closed with it."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.findings import actions as findings
from qingyuan.areas.findings import register
from qingyuan.areas.findings.kinds import KINDS
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.maintenance.models import OrderKind, OrderSource, WorkOrder
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope, require

from .opening import open_order

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
    row = findings.own(scope, finding)
    if not row.open or row.order:
        raise ValidationError(_("已转为工单，请勿重复转单") if row.order
                              else _("该发现已关闭，不能转工单"))
    if row.kind in KINDS and not KINDS[row.kind].orders:
        raise ValidationError(_("“%s”类发现不转工单") % KINDS[row.kind].label)
    members = list(row.members.filter(open=True, order="").select_related("point"))
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


def ended(scope: Scope, order: WorkOrder, at: int, *, cancelled: bool) -> int:
    """Tell the register that an order is over; how many findings that concerned."""
    return register.order_closed(
        order.organisation, reference(order), at, scope.who, cancelled=cancelled,
        text=order.closed_why if cancelled else order.handling)


def reference(order: WorkOrder) -> str:
    """How the register names an order."""
    return f"order:{order.pk}"
