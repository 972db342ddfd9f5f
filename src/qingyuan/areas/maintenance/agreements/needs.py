"""What the discharger has to provide (ladder, power, air, house …): asked for, answered."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.files.queries import attachments_of
from qingyuan.areas.maintenance.models import CustomerNeed, NeedKind, NeedState
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from .queries import needs_of

MOST_PHOTOS = 12


@transaction.atomic
def ask_need(
    scope: Scope, point: MonitoringPoint, *, kind: str, text: str, due: date | None = None,
    asked_on: date | None = None, photos: Iterable[str] = (),
) -> CustomerNeed:
    """Ask the point's discharger for something. ``photos``: digests of files kept before."""
    require(scope, "edit_needs")
    held = points_of(scope).get(pk=point.pk)
    day = asked_on or today()
    if kind not in NeedKind.values:
        raise ValidationError({"kind": _("没有这种类别：%s") % kind})
    if not text.strip():
        raise ValidationError({"text": _("请写明需要厂方提供什么")})
    if day > today():
        raise ValidationError({"asked_on": _("提出日期不能在将来")})
    if due is not None and due < day:
        raise ValidationError({"due": _("要求完成的日期不能早于提出日期")})
    row = CustomerNeed(
        organisation=scope.organisation, point=held, kind=kind, text=text.strip()[:400],
        asked_on=day, due=due, photos=_own_photos(scope, photos, []))
    row.save()
    audit(scope, "ask_need", row, None, {
        "point": held.name, "kind": row.get_kind_display(), "text": row.text, "due": due})
    return row


@transaction.atomic
def answer_need(
    scope: Scope, need: CustomerNeed, *, answer: str = "", answered_on: date | None = None,
    photos: Iterable[str] = (),
) -> CustomerNeed:
    """It is provided; said by the discharger, or by the unit's manager who saw it."""
    return _settle(scope, need, NeedState.DONE, answer, answered_on, photos)


@transaction.atomic
def refuse_need(
    scope: Scope, need: CustomerNeed, why: str, *, answered_on: date | None = None,
) -> CustomerNeed:
    """It will not be provided, with the reason; the line stays in the ledger and the report."""
    if not why.strip():
        raise ValidationError({"answer": _("请填写不能落实的原因")})
    return _settle(scope, need, NeedState.REFUSED, why, answered_on, ())


def _settle(
    scope: Scope, need: CustomerNeed, state: str, answer: str, day: date | None,
    photos: Iterable[str],
) -> CustomerNeed:
    require(scope, "answer_needs")
    row = needs_of(scope).select_for_update(of=("self",)).get(pk=need.pk)
    if row.state == NeedState.DONE:
        raise ValidationError(_("该事项已经落实"))
    on = day or today()
    if not row.asked_on <= on <= today():
        raise ValidationError({"answered_on": _("答复日期应在提出日期与今天之间")})
    before = {"state": row.get_state_display()}
    row.state, row.answer, row.answered_on = state, answer.strip()[:400], on
    row.photos = _own_photos(scope, photos, row.photos)
    row.save()
    audit(scope, "answer_need" if state == NeedState.DONE else "refuse_need", row, before, {
        "state": row.get_state_display(), "answer": row.answer, "answered_on": on})
    return row


def _own_photos(scope: Scope, photos: Iterable[str], held: list[str]) -> list[str]:
    added = [one for one in dict.fromkeys(photos) if one not in held]
    known = set(attachments_of(scope).filter(sha256__in=added).values_list("sha256", flat=True))
    if len(known) != len(added):
        raise ValidationError({"photos": _("照片没有上传成功，请重新选择")})
    if len(held) + len(added) > MOST_PHOTOS:
        raise ValidationError({"photos": _("最多 %d 张照片") % MOST_PHOTOS})
    return [*held, *added]
