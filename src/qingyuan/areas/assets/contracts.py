"""Writes on contracts: who operates which point from when to when. A row is one point under one
contract; rows of one unit, discharger and number are one contract to people.

A discharger that operates its own points enters a contract with itself.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import Organisation, OrganisationKind
from qingyuan.areas.organisations.scope import Scope, require

from . import queries
from .models import MonitoringPoint, ServiceContract


@transaction.atomic
def add_contract(
    scope: Scope, points: Iterable[MonitoringPoint], *, since: date, until: date | None = None,
    number: str = "", om_unit: Organisation | None = None,
) -> list[ServiceContract]:
    """Put points under a contract. A unit enters its own contracts; a discharger gives its points
    to a unit, or to itself (``om_unit`` left out), which is the entry of self-operation."""
    require(scope, "edit_contracts")
    unit = om_unit or scope.organisation
    own = scope.organisation
    if unit != own and own.kind != OrganisationKind.DISCHARGER:
        raise PermissionDenied(f"{own} may not enter contracts of {unit}")
    if unit.kind not in (OrganisationKind.OM_UNIT, OrganisationKind.DISCHARGER) or (
        unit.kind == OrganisationKind.DISCHARGER and unit != own
    ):
        raise ValidationError({"om_unit": _("只能与运维单位签订合同，或由本单位自行运维")})
    wanted = [point.pk for point in points]
    held = list(queries.contractable(scope).filter(pk__in=wanted))
    if not wanted or len(held) != len(set(wanted)):
        raise ValidationError({"points": _("请选择本单位可以签订合同的点位")})
    if until is not None and until < since:
        raise ValidationError({"until": _("结束日期不能早于开始日期")})
    # One after the other: of two units at once the second finds the first one's row.
    list(MonitoringPoint.objects.select_for_update().filter(pk__in=wanted).order_by("pk"))
    made = []
    for point in held:
        _refuse_overlap(point, since, until)
        row = ServiceContract(
            om_unit=unit, point=point, since=since, until=until, number=number.strip())
        row.full_clean(exclude=["ended_by"])
        row.save()
        audit(scope, "add_contract", row, None, {
            "point": point.name, "om_unit": unit.name, "number": row.number,
            "since": since, "until": until})
        made.append(row)
    return made


@transaction.atomic
def end_contract(
    scope: Scope, rows: Iterable[ServiceContract], until: date
) -> list[ServiceContract]:
    """The last day of a contract's points. A unit ends its own contracts, a discharger any on its
    points; an end may be put off while no other contract of the point follows."""
    require(scope, "edit_contracts")
    found = list(_own(scope).select_for_update(of=("self",)).filter(pk__in=[r.pk for r in rows]))
    for row in found:
        if until < row.since:
            raise ValidationError({"until": _("结束日期不能早于开始日期")})
        if row.until is not None and until > row.until:
            if row.ended_by not in (None, scope.organisation):
                raise ValidationError({"until": _("合同由排污单位结束，不能由本单位延长")})
            _refuse_overlap(row.point, row.since, until, but=row)
        before: dict[str, Any] = {"until": row.until}
        row.until, row.ended_by = until, scope.organisation
        row.save(update_fields=["until", "ended_by"])
        audit(scope, "end_contract", row, before, {"until": until, "point": row.point.name})
    return found


@transaction.atomic
def number_contract(
    scope: Scope, rows: Iterable[ServiceContract], number: str
) -> list[ServiceContract]:
    """Give the number of the paper to rows that were entered without it, or correct it."""
    require(scope, "edit_contracts")
    found = list(_own(scope).select_for_update(of=("self",)).filter(pk__in=[r.pk for r in rows]))
    for row in found:
        before, row.number = {"number": row.number}, number.strip()
        row.full_clean(exclude=["ended_by"])
        row.save(update_fields=["number"])
        audit(scope, "number_contract", row, before,
              {"number": row.number, "point": row.point.name})
    return found


def _own(scope: Scope) -> Any:
    """Contracts the scope may write: its own ones, and those on a discharger's own points."""
    mine = Q(om_unit=scope.organisation) | Q(point__organisation=scope.organisation)
    return queries.contracts_of(scope).filter(mine)


def _refuse_overlap(
    point: MonitoringPoint, since: date, until: date | None, but: ServiceContract | None = None
) -> None:
    others = ServiceContract.objects.filter(Q(until=None) | Q(until__gte=since), point=point)
    if until is not None:
        others = others.filter(since__lte=until)
    if others.exclude(pk=but.pk if but else None).exists():
        raise ValidationError({"points": _("点位 %s 在该时段已有合同，请先结束原合同")
                               % point.name})
