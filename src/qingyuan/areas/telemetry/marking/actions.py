"""Writes on marks: one function a verb; role, transaction, audit line. Nothing is changed in place
but a mark's state, and every change of that is a line of the audit trail."""

import time
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Min
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from ..facts import Proof, add_mark, mark_changed
from ..facts import withdraw_mark as close_mark
from ..models import Mark, MarkState, Origin, PlatformMark, PlatformPlace
from .reconcile import reconcile
from .tables import BY_FACTOR

AHEAD = 400 * 86_400  # seconds by which a planned stop may lie in the future
LONGEST = 400 * 86_400
FACTS = ("kind", "factor", "start", "end", "note")


@transaction.atomic
def prepare_mark(
    scope: Scope, point: MonitoringPoint, *, kind: str, start: int, end: int, factor: str = "",
    note: str = "", origin: str = Origin.PERSON, proof: Proof | None = None,
    now: float | None = None,
) -> Mark:
    """Prepare a mark over [start, end) for the discharger to declare. One of a communication break
    or of the process is of all factors. When the platform's rows at hand agree already, it is
    matched at once. ValidationError for a span or text that makes no sense, and for a mark that
    stands already."""
    require(scope, "prepare_mark")
    moment = time.time() if now is None else now
    factor = factor if kind in BY_FACTOR else ""
    _check(start, end, note, moment)
    twin = Mark.objects.filter(point=point.pk, replaced_by=None, withdrawn_at=None, kind=kind,
                               factor=factor, start=start, end=end).first()
    if twin is not None:
        raise ValidationError(_("该点位已有起止时间相同的同类标记"))
    row = add_mark(scope, point, kind=kind, start=start, end=end, factor=factor, note=note,
                   origin=origin, proof=proof, now=now)
    reconcile(scope, point, start, end, now=moment)
    row.refresh_from_db()
    return row


@transaction.atomic
def replace_mark(
    scope: Scope, mark: Mark, *, proof: Proof | None = None, now: float | None = None,
    **facts: Any,
) -> Mark:
    """Correct a mark: ``facts`` (kind, factor, start, end, note) or a proof that differ make a new
    one in its place, which is to be declared again. The same facts leave it as it is."""
    require(scope, "prepare_mark")
    old = standing(scope, mark)
    _own(old)
    if set(facts) - set(FACTS):
        raise ValidationError(_("没有这些字段：%s") % ", ".join(sorted(set(facts) - set(FACTS))))
    known = {name: getattr(old, name) for name in FACTS}
    wanted = {**known, **facts}
    if wanted["kind"] not in BY_FACTOR:
        wanted["factor"] = ""
    file = proof or Proof(old.proof, old.proof_digest)
    if wanted == known and file.digest == old.proof_digest:
        return old
    moment = time.time() if now is None else now
    _check(wanted["start"], wanted["end"], wanted["note"], moment)
    row = add_mark(scope, old.point, origin=old.origin, proof=file, now=now, **wanted)
    mark_changed(old)
    old.replaced_by = row
    old.save(update_fields=["replaced_by"])
    audit(scope, "replace_mark", row, known, {**wanted, "proof_digest": file.digest})
    _detach(old)
    reconcile(scope, old.point, min(old.start, row.start), max(old.end, row.end), now=moment)
    row.refresh_from_db()
    return row


@transaction.atomic
def withdraw_mark(scope: Scope, mark: Mark, why: str, *, now: float | None = None) -> Mark:
    """Close a mark of ours with the reason. What the platform declares otherwise stays."""
    require(scope, "prepare_mark")
    held = standing(scope, mark)
    _own(held)
    row = close_mark(scope, held, why, now=now)
    _detach(row)
    reconcile(scope, row.point, row.start, row.end, now=time.time() if now is None else now)
    return row


@transaction.atomic
def declare_marks(
    scope: Scope, marks: Iterable[Mark], *, by: str, at: int | None = None,
    now: float | None = None,
) -> list[Mark]:
    """The discharger (or the unit's manager on its word) confirms that marks were declared on the
    enterprise end by a named person at an epoch second; from then on they count. Those that count
    already are left out."""
    require(scope, "declare_mark")
    moment = int(time.time() if now is None else now)
    instant = moment if at is None else at
    if not by.strip():
        raise ValidationError({"by": _("请填写申报人姓名")})
    if instant > moment + 60:
        raise ValidationError({"at": _("申报时间不能在将来")})
    done = []
    for mark in marks:
        row = standing(scope, mark)
        if row.state != MarkState.PREPARED:
            continue
        if instant < row.start:
            raise ValidationError({"at": _("申报时间早于标记的开始时间")})
        row.state, row.declared_by, row.declared_at = MarkState.DECLARED, by.strip()[:64], instant
        row.save(update_fields=["state", "declared_by", "declared_at"])
        audit(scope, "declare_mark", row, {"state": MarkState.PREPARED}, {
            "state": row.state, "declared_by": row.declared_by, "declared_at": instant})
        mark_changed(row)
        done.append(row)
    return done


@transaction.atomic
def map_place(
    scope: Scope, point: MonitoringPoint, *, ps_name: str, mp_id: str, mp_name: str
) -> PlatformPlace:
    """Keep which point of ours a place of the platform is. A second answer replaces the first, and
    the rows that came in under it move to the right point."""
    require(scope, "import_marks")
    held = points_of(scope).get(pk=point.pk)
    if not (mp_id or mp_name):
        raise ValidationError({"mp_name": _("平台的点位名称与编号不能都为空")})
    named = {"ps_name": ps_name[:128], "mp_id": mp_id[:64], "mp_name": mp_name[:128]}
    old = PlatformPlace.objects.filter(organisation=scope.organisation, **named).first()
    row, _made = PlatformPlace.objects.update_or_create(
        organisation=scope.organisation, **named,
        defaults={"point": held, "by": scope.who[:128], "at": int(time.time() * 1000)})
    audit(scope, "map_place", row, None if old is None else {"point": old.point_id},
          {"point": held.pk, **named})
    if old is not None and old.point_id != held.pk:
        _move(scope, old.point, held, list(named.values()))
    return row


def _move(scope: Scope, old: MonitoringPoint, new: MonitoringPoint, place: list[str]) -> None:
    rows = PlatformMark.objects.filter(point=old, place=place)
    ends = rows.aggregate(first=Min("start"), last=Max("end"))
    if ends["first"] is None:
        return
    rows.update(point=new, mark=None)
    for point in points_of(scope).filter(pk__in=(old.pk, new.pk)):
        reconcile(scope, point, ends["first"], ends["last"], now=time.time())


def standing(scope: Scope, mark: Mark) -> Mark:
    """The mark, locked, at a visible point; ValidationError when somebody has replaced or withdrawn
    it meanwhile, MonitoringPoint.DoesNotExist where the scope does not see it."""
    row = Mark.objects.select_for_update().get(pk=mark.pk)
    row.point = points_of(scope).get(pk=row.point_id)
    if row.replaced_by_id is not None or row.withdrawn_at is not None:
        raise ValidationError(_("该标记已被更正或撤回，请刷新后再操作"))
    return row


def _own(row: Mark) -> None:
    if row.origin == Origin.IMPORT:
        raise ValidationError(_("这是国发平台上的申报，请由排污单位在企业端修改后重新导入"))
    if row.state == MarkState.MATCHED:
        raise ValidationError(_("已与国发平台核对一致；如有错误，请先在企业端修改，再重新导入"))


def _detach(row: Mark) -> None:
    row.platform.update(mark=None)


def _check(start: int, end: int, note: str, now: float) -> None:
    if end <= start:
        raise ValidationError({"end": _("结束时间应晚于开始时间")})
    if start > now + AHEAD:
        raise ValidationError({"start": _("时间不能在一年以后")})
    if end - start > LONGEST:
        raise ValidationError({"end": _("标记长于一年，请核对起止时间")})
    if not note.strip():
        raise ValidationError({"note": _("请填写原因，申报时作为备注")})
