"""Writes on permits: a person's or vehicle's right to enter a site, and certificates that hold
everywhere."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.files.actions import keep
from qingyuan.areas.organisations.audit import audit, changes
from qingyuan.areas.organisations.models import Organisation, User
from qingyuan.areas.organisations.scope import Scope, require

from . import queries, sites_queries
from .checks import known
from .models import PERMITS, EntryKind, EntryPermit

PERMIT_FIELDS = frozenset({"discharger", "number", "since", "until"})
OF_VEHICLES = EntryKind.VEHICLE_PERMIT


@transaction.atomic
def add_permit(
    scope: Scope, *, kind: str, since: date, person: User | None = None, vehicle: str = "",
    discharger: Organisation | None = None, number: str = "", until: date | None = None,
    scan: UploadedFile | None = None,
) -> EntryPermit:
    """Enter a permit of a colleague or of a vehicle (number plate), for one discharger's site or,
    without ``discharger``, everywhere; ``scan`` is kept among the unit's files."""
    require(scope, "edit_permits")
    row = EntryPermit(
        organisation=scope.organisation, kind=kind, person=person, vehicle=vehicle.strip(),
        discharger=discharger, number=number.strip(), since=since, until=until)
    _check(scope, row)
    if scan is not None:
        row.sha256 = _kept(scope, scan)
    row.save()
    audit(scope, "add_permit", row, None, _told({
        "permit": str(EntryKind(kind).label), "person": person, "vehicle": row.vehicle,
        "discharger": discharger, "number": row.number, "since": since, "until": until,
        "scan_digest": row.sha256}))
    return row


@transaction.atomic
def edit_permit(
    scope: Scope, permit: EntryPermit, *, scan: UploadedFile | None = None, **facts: Any
) -> EntryPermit:
    """Correct discharger, number, days or scan of a permit. A renewed permit is a new row."""
    require(scope, "edit_permits")
    known(facts, PERMIT_FIELDS)
    row = sites_queries.permits_of(scope).select_for_update(of=("self",)).get(pk=permit.pk)
    before, after = changes(row, facts)
    if scan is not None:
        kept = _kept(scope, scan)
        before["sha256"], after["sha256"] = row.sha256, kept
    if not after:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    _check(scope, row)
    row.save()
    audit(scope, "edit_permit", row, _told(before), _told(after))
    return row


def end_permit(scope: Scope, permit: EntryPermit, until: date) -> EntryPermit:
    """The last day of a permit that was handed back or withdrawn."""
    return edit_permit(scope, permit, until=until)


def _check(scope: Scope, row: EntryPermit) -> None:
    row.clean_fields(exclude=["organisation", "person", "discharger"])
    if row.kind not in PERMITS:
        raise ValidationError({"kind": _("请选择证件的种类")})
    if (row.person_id is None) == (not row.vehicle):
        raise ValidationError({"person": _("请选择人员，或填写车牌号，二者只填其一")})
    if (row.kind == OF_VEHICLES) != bool(row.vehicle):
        field = "vehicle" if row.kind == OF_VEHICLES else "person"
        raise ValidationError({field: _("车辆入厂证填车牌号，其他证件选择人员")})
    if row.person_id is not None and row.pk is None and not sites_queries.colleagues(
            scope).filter(pk=row.person_id).exists():
        raise ValidationError({"person": _("请选择本单位的在职人员")})
    if row.discharger_id is not None and not queries.dischargers(scope).filter(
            pk=row.discharger_id).exists():
        raise ValidationError({"discharger": _("请选择本单位服务的排污单位")})
    if row.until is not None and row.until < row.since:
        raise ValidationError({"until": _("结束日期不能早于开始日期")})


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if name in ("person", "discharger") and value is not None else value
            for name, value in facts.items()}


def _kept(scope: Scope, scan: UploadedFile) -> str:
    return keep(scope, scan, kind="scan", name=scan.name or "").sha256
