"""Every write to papers, rooms, vehicles and tools. Instants are epoch milliseconds."""

import time
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import Office
from qingyuan.areas.assets.queries import today
from qingyuan.areas.files.queries import attachments_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import Membership, User
from qingyuan.areas.organisations.scope import Scope, require

from .models import (
    Lending,
    PaperKind,
    Premises,
    Room,
    Tool,
    UnitPaper,
    UseState,
    Vehicle,
    VehicleUse,
)

TAKEN = (UseState.APPROVED, UseState.OUT)


@transaction.atomic
def add_paper(scope: Scope, *, kind: str, issued: date, expires: date | None = None,
              number: str = "", grade: str = "", issuer: str = "", scope_text: str = "",
              covers: bool | None = None, scan: str = "") -> UnitPaper:
    """Enter a paper or its renewal; ``covers`` is what this person has read in the licence."""
    require(scope, "edit_means")
    if kind not in PaperKind.values:
        raise ValidationError({"kind": _("请选择证照类别")})
    _ordered(issued, expires, "expires")
    read = covers if kind == PaperKind.LICENCE else None
    row = UnitPaper.objects.create(
        organisation=scope.organisation, kind=kind, number=number.strip()[:64],
        grade=grade.strip()[:32], issuer=issuer.strip()[:128], issued=issued, expires=expires,
        scope_text=scope_text.strip(), covers=read, scan=_scan(scope, scan),
        covers_by=scope.who[:128] if read is not None else "",
        covers_on=today() if read is not None else None)
    audit(scope, "add_paper", row, after={
        "kind": kind, "number": row.number, "issued": f"{issued}", "expires": _said(expires),
        "covers": _said(read)})
    return row


@transaction.atomic
def withdraw_paper(scope: Scope, paper: UnitPaper, on: date, reason: str) -> UnitPaper:
    """From a day on it does not count."""
    require(scope, "edit_means")
    row = UnitPaper.objects.select_for_update().get(
        pk=paper.pk, organisation=scope.organisation)
    row.withdrawn_on, row.withdrawn_why = on, _needed(reason, "reason")
    row.save(update_fields=["withdrawn_on", "withdrawn_why"])
    audit(scope, "withdraw_paper", row, after={"on": f"{on}", "reason": row.withdrawn_why})
    return row


@transaction.atomic
def add_premises(scope: Scope, office: Office, *, area_m2: Any, since: date,
                 until: date | None = None, lease: str = "", scan: str = "") -> Premises:
    """Enter what an office rents or owns."""
    require(scope, "edit_means")
    _office(scope, office)
    _ordered(since, until, "until")
    if area_m2 is None or area_m2 <= 0:
        raise ValidationError({"area_m2": _("面积应大于 0")})
    row = Premises.objects.create(office=office, area_m2=area_m2, since=since, until=until,
                                  lease=lease.strip()[:64], scan=_scan(scope, scan))
    audit(scope, "add_premises", office, after={
        "area_m2": f"{area_m2}", "since": f"{since}", "until": _said(until)})
    return row


@transaction.atomic
def look_at_room(scope: Scope, office: Office, *, kind: str, name: str, suitable: bool | None,
                 note: str = "", closed: bool = False) -> Room:
    """Enter a room, or how it was found today."""
    require(scope, "edit_means")
    _office(scope, office)
    row = Room.objects.select_for_update().filter(office=office, name=name.strip()).first()
    row = row or Room(office=office, name=_needed(name, "name")[:64])
    row.kind, row.suitable, row.note = kind, suitable, note.strip()[:400]
    row.looked_on, row.looked_by = (today(), scope.who[:128]) if suitable is not None else (
        None, "")
    row.closed_on = today() if closed else None
    row.full_clean(exclude=["office"])
    row.save()
    audit(scope, "look_at_room", row, after={
        "name": row.name, "kind": kind, "suitable": _said(suitable), "note": row.note})
    return row


@transaction.atomic
def save_vehicle(scope: Scope, vehicle: Vehicle | None = None, *, office: Office,
                 **facts: Any) -> Vehicle:
    """Enter or change a vehicle. ``facts``: plate, model, since, until, inspection_until,
    insurance_until, odometer."""
    require(scope, "edit_means")
    _office(scope, office)
    row = Vehicle(organisation=scope.organisation) if vehicle is None else (
        Vehicle.objects.select_for_update().get(pk=vehicle.pk, organisation=scope.organisation))
    return _saved(scope, row, "vehicle", {"office": office, **facts})


@transaction.atomic
def ask_for_vehicle(scope: Scope, vehicle: Vehicle, since: int, until: int,
                    purpose: str) -> VehicleUse:
    """Ask for a vehicle. ValidationError while somebody else has it then."""
    require(scope, "apply_vehicle")
    row = _vehicle(scope, vehicle)
    if until <= since:
        raise ValidationError({"until": _("止应晚于起")})
    _free(row, since, until)
    use = VehicleUse.objects.create(vehicle=row, person=scope.user, since=since, until=until,
                                    purpose=_needed(purpose, "purpose")[:200])
    audit(scope, "ask_for_vehicle", row, after={"purpose": use.purpose})
    return use


@transaction.atomic
def decide_use(scope: Scope, use: VehicleUse, ok: bool, reason: str = "") -> VehicleUse:
    """Approve or refuse (with the reason)."""
    require(scope, "approve_vehicle")
    row = _use(scope, use, UseState.ASKED)
    if ok:
        _free(row.vehicle, row.since, row.until, row.pk)
    row.decided_by, row.decided_why = scope.who[:128], (
        reason.strip()[:200] if ok else _needed(reason, "reason")[:200])
    return _moved(scope, row, UseState.APPROVED if ok else UseState.REFUSED, "decide_use")


@transaction.atomic
def take_out(scope: Scope, use: VehicleUse, km: int) -> VehicleUse:
    """The vehicle leaves; the reading of its odometer."""
    require(scope, "apply_vehicle")
    row = _use(scope, use, UseState.APPROVED, own=True)
    if km < row.vehicle.odometer:
        raise ValidationError({"km": _("里程不能小于上次的 %d km") % row.vehicle.odometer})
    row.out_at, row.out_km = _now(), km
    Vehicle.objects.filter(pk=row.vehicle_id).update(odometer=km)
    return _moved(scope, row, UseState.OUT, "take_out")


@transaction.atomic
def bring_back(scope: Scope, use: VehicleUse, km: int) -> VehicleUse:
    """The vehicle is back."""
    require(scope, "apply_vehicle")
    row = _use(scope, use, UseState.OUT, own=True)
    if km < (row.out_km or 0):
        raise ValidationError({"km": _("里程不能小于出车时的 %d km") % (row.out_km or 0)})
    row.back_at, row.back_km = _now(), km
    Vehicle.objects.filter(pk=row.vehicle_id).update(odometer=km)
    return _moved(scope, row, UseState.BACK, "bring_back")


@transaction.atomic
def save_tool(scope: Scope, tool: Tool | None = None, *, scan: str = "", office: Office | None,
              **facts: Any) -> Tool:
    """Enter or change a tool. ``facts``: number, name, model, kind, metrology_number,
    metrology_until, retired_on."""
    require(scope, "edit_means")
    if office is not None:
        _office(scope, office)
    row = Tool(organisation=scope.organisation) if tool is None else (
        Tool.objects.select_for_update().get(pk=tool.pk, organisation=scope.organisation))
    return _saved(scope, row, "tool", {
        "office": office, "scan": _scan(scope, scan) or row.scan, **facts})


@transaction.atomic
def lend(scope: Scope, tool: Tool, person: User, due: date, note: str = "") -> Lending:
    """Hand a tool out. ValidationError while somebody has it or its metrology has run out."""
    require(scope, "lend_tool")
    row = Tool.objects.select_for_update().get(pk=tool.pk, organisation=scope.organisation)
    if not Membership.objects.filter(organisation=scope.organisation, user=person).exists():
        raise ValidationError({"person": _("请选择本单位的人员")})
    if row.retired_on is not None or Lending.objects.filter(tool=row, returned_at=None).exists():
        raise ValidationError(_("该工具已停用或已借出"))
    if row.metrology_until is not None and row.metrology_until < today():
        raise ValidationError(_("检定已过期，不能借出"))
    made = Lending.objects.create(tool=row, person=person, lent_at=_now(), due=due,
                                  note=note.strip()[:200])
    audit(scope, "lend_tool", row, after={"person": str(person), "due": f"{due}"})
    return made


@transaction.atomic
def give_back(scope: Scope, tool: Tool) -> Lending:
    """The tool is back."""
    require(scope, "lend_tool")
    row = Lending.objects.select_for_update(of=("self",)).select_related("tool").filter(
        tool=tool.pk, tool__organisation=scope.organisation, returned_at=None).first()
    if row is None:
        raise ValidationError(_("该工具没有借出"))
    row.returned_at = _now()
    row.save(update_fields=["returned_at"])
    audit(scope, "give_back_tool", row.tool, after={"person": str(row.person)})
    return row


def _saved(scope: Scope, row: Any, what: str, facts: dict[str, Any]) -> Any:
    fresh = row.pk is None
    before = None if fresh else {name: _said(getattr(row, name)) for name in facts}
    for name, value in facts.items():
        setattr(row, name, value)
    row.full_clean(exclude=["organisation", "office"])
    row.save()
    audit(scope, f"save_{what}", row, before,
          {name: _said(getattr(row, name)) for name in facts})
    return row


def _free(vehicle: Vehicle, since: int, until: int, but: int | None = None) -> None:
    taken = vehicle.uses.filter(state__in=TAKEN, since__lt=until, until__gt=since).exclude(pk=but)
    if taken.exists():
        raise ValidationError({"since": _("该时段车辆已安排")})


def _vehicle(scope: Scope, vehicle: Vehicle) -> Vehicle:
    return Vehicle.objects.select_for_update().get(
        pk=vehicle.pk, organisation=scope.organisation)


def _use(scope: Scope, use: VehicleUse, state: str, *, own: bool = False) -> VehicleUse:
    row = VehicleUse.objects.select_related("vehicle").get(
        pk=use.pk, vehicle__organisation=scope.organisation)
    row.vehicle = _vehicle(scope, row.vehicle)
    row.refresh_from_db(fields=["state", "out_km"])
    if own and row.person_id != (scope.user.pk if scope.user else None) and (
            scope.role != "manager"):
        raise ValidationError(_("只有申请人可以办理"))
    if row.state != state:
        raise ValidationError(_("该用车%s，不能进行此操作") % row.get_state_display())
    return row


def _moved(scope: Scope, row: VehicleUse, state: str, verb: str) -> VehicleUse:
    row.state = state
    row.save()
    audit(scope, verb, row.vehicle, after={
        "state": state, "reason": row.decided_why, "km": _said(row.back_km or row.out_km)})
    return row


def _office(scope: Scope, office: Office) -> None:
    if office.organisation_id != scope.organisation.pk:
        raise ValidationError({"office": _("请选择本单位的办事处")})


def _ordered(first: date, last: date | None, field: str) -> None:
    if last is not None and last < first:
        raise ValidationError({field: _("结束不能早于开始")})


def _needed(text: str, field: str) -> str:
    if not text.strip():
        raise ValidationError({field: _("请填写")})
    return text.strip()


def _scan(scope: Scope, digest: str) -> str:
    if digest and not attachments_of(scope).filter(sha256=digest).exists():
        raise ValidationError({"scan": _("附件不存在，请重新上传")})
    return digest


def _said(value: Any) -> str:
    return "" if value is None else _("是") if value is True else _("否") if value is False else (
        str(value))


def _now() -> int:
    return round(time.time() * 1000)


