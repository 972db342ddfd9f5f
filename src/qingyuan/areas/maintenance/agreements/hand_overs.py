"""Hand-over: from one engineer to another, or from one unit to the next. Both sign; with the second
signature one transaction gives everything into the other hands."""

import time
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.assets.sites_queries import colleagues
from qingyuan.areas.maintenance.models import HandOver, HandOverKind
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import Organisation, OrganisationKind, Role, User
from qingyuan.areas.organisations.scope import Scope, require

from . import reassigning
from .attached import attached
from .hand_over_items import PARTS, Item, collected, item
from .queries import hand_overs_of

MOST_ITEMS = 2000


@transaction.atomic
def draft(
    scope: Scope, *, kind: str, points: Iterable[MonitoringPoint], day: date,
    giver: User | None = None, taker: User | None = None,
    taking_unit: Organisation | None = None, note: str = "",
) -> HandOver:
    """Draw up a hand-over with everything that the data tell. Between engineers ``giver`` and
    ``taker`` are colleagues, and an engineer hands over only his own; of a contract the manager
    hands over to ``taking_unit``, ``day`` being the last one of his own."""
    require(scope, "hand_over")
    row = HandOver(organisation=scope.organisation, kind=kind, day=day, note=note.strip()[:400])
    if kind == HandOverKind.ENGINEER:
        row.giver, row.taker = _two(scope, giver or scope.user, taker)
    elif kind == HandOverKind.CONTRACT:
        _manager(scope)
        row.taking_unit = _unit(scope, taking_unit)
    else:
        raise ValidationError({"kind": _("没有这种交接：%s") % kind})
    held = _points(scope, points)
    row.save()
    row.points.set(held)
    row.items = collected(row, held)
    row.save(update_fields=["items"])
    audit(scope, "draft_hand_over", row, None, {
        "kind": row.get_kind_display(), "day": day, "giver": str(row.giver or row.organisation),
        "taker": str(row.taker or row.taking_unit), "points": [p.name for p in held]})
    return row


@transaction.atomic
def redraw(scope: Scope, hand_over: HandOver) -> HandOver:
    """Collect anew what the data tell; typed lines and remarks stay."""
    row = _drafted(scope, hand_over)
    notes = {line["ref"]: line["note"] for line in row.items if line["ref"] and line["note"]}
    typed = [line for line in row.items if not line["ref"]]
    found = collected(row, list(row.points.select_related("organisation")))
    items = [{**one, "note": notes.get(one["ref"], one["note"])} for one in found] + typed
    return _listed(scope, row, items, "redraw_hand_over")


@transaction.atomic
def add_item(scope: Scope, hand_over: HandOver, part: str, what: str, note: str = "") -> HandOver:
    """A typed line in any part: a key, a cylinder, what the van carries."""
    row = _drafted(scope, hand_over)
    if part not in PARTS:
        raise ValidationError({"part": _("没有这一部分：%s") % part})
    if not what.strip():
        raise ValidationError({"what": _("请填写内容")})
    return _listed(scope, row, [*row.items, item(part, what.strip(), "", note.strip())],
                   "add_hand_over_item")


@transaction.atomic
def remove_item(scope: Scope, hand_over: HandOver, place: int) -> HandOver:
    """Take out a typed line; what the data tell cannot be left out."""
    row = _drafted(scope, hand_over)
    if not 0 <= place < len(row.items) or row.items[place]["ref"]:
        raise ValidationError({"what": _("只能删除手工填写的内容")})
    return _listed(scope, row, [*row.items[:place], *row.items[place + 1:]],
                   "remove_hand_over_item")


@transaction.atomic
def give(
    scope: Scope, hand_over: HandOver, *, name: str = "", signature: Any = None
) -> HandOver:
    """The giving side signs; nothing changes hands yet, and the list can no longer be altered."""
    row = _drafted(scope, hand_over)
    _signs(scope, row.organisation, row.giver)
    row.given = _signed(scope, name, signature)
    row.save(update_fields=["given"])
    audit(scope, "give_hand_over", row, None, {"given": row.given["name"]})
    return row


@transaction.atomic
def take(
    scope: Scope, hand_over: HandOver, *, name: str = "", signature: Any = None
) -> HandOver:
    """The taking side signs: care, tasks and orders are its own from now on, all or nothing."""
    row = _given(scope, hand_over)
    _signs(scope, row.taking_unit or row.organisation, row.taker)
    row.taken = _signed(scope, name, signature)
    row.done_at = row.taken["at"]
    row.save(update_fields=["taken", "done_at"])
    moved = reassigning.reassign(scope, row)
    audit(scope, "take_hand_over", row, None, {"taken": row.taken["name"], **moved})
    return row


@transaction.atomic
def send_back(scope: Scope, hand_over: HandOver, why: str) -> HandOver:
    """The taking side does not sign, with the reason; the list is open again to the giver."""
    row = _given(scope, hand_over)
    _signs(scope, row.taking_unit or row.organisation, row.taker)
    if not why.strip():
        raise ValidationError({"why": _("请填写退回原因")})
    row.given, row.note = None, why.strip()[:400]
    row.save(update_fields=["given", "note"])
    audit(scope, "send_back_hand_over", row, None, {"why": row.note})
    return row


@transaction.atomic
def withdraw(scope: Scope, hand_over: HandOver, why: str) -> HandOver:
    """The giving side gives it up before the other has signed."""
    require(scope, "hand_over")
    row = _own(scope, hand_over)
    _signs(scope, row.organisation, row.giver)
    if not why.strip():
        raise ValidationError({"why": _("请填写撤销原因")})
    row.withdrawn_why = why.strip()[:200]
    row.save(update_fields=["withdrawn_why"])
    audit(scope, "withdraw_hand_over", row, None, {"why": row.withdrawn_why})
    return row


def state_of(row: HandOver) -> str:
    """A code of the family ``handover``."""
    if row.withdrawn_why:
        return "withdrawn"
    if row.done_at is not None:
        return "done"
    return "given" if row.given else "draft"


def may_sign(scope: Scope, row: HandOver) -> bool:
    """Whether it is the caller's turn to sign."""
    if state_of(row) == "draft":
        return _is_side(scope, row.organisation, row.giver)
    return state_of(row) == "given" and _is_side(
        scope, row.taking_unit or row.organisation, row.taker)


def is_giver(scope: Scope, row: HandOver) -> bool:
    """Whether the caller acts for the giving side."""
    return _is_side(scope, row.organisation, row.giver)


def may_edit(scope: Scope, row: HandOver) -> bool:
    """Whether the caller may alter the list."""
    return state_of(row) == "draft" and _is_side(scope, row.organisation, row.giver)


def _is_side(scope: Scope, unit: Organisation, person: User | None) -> bool:
    if scope.organisation != unit:
        return False
    return scope.role == Role.MANAGER or (person is not None and scope.user == person)


def _signs(scope: Scope, unit: Organisation, person: User | None) -> None:
    if not _is_side(scope, unit, person):
        raise PermissionDenied("only the named person, or the manager, signs for a side")


def _signed(scope: Scope, name: str, signature: Any) -> dict[str, Any]:
    said = name.strip() or scope.who
    file = attached(scope, signature, kind="signature", name=said,
                    field="signature") if signature else ""
    return {"name": said[:64], "at": round(time.time() * 1000), "sha256": file,
            "by": scope.who[:128]}


def _own(scope: Scope, hand_over: HandOver) -> HandOver:
    """The scope's own hand-over that is neither done nor withdrawn, locked."""
    pk = hand_overs_of(scope).values_list("pk", flat=True).get(
        pk=hand_over.pk, organisation=scope.organisation)
    return _standing(pk)


def _standing(pk: int) -> HandOver:
    row = HandOver.objects.select_for_update(of=("self",)).select_related(
        "organisation", "giver", "taker", "taking_unit").get(pk=pk)
    if row.withdrawn_why or row.done_at is not None:
        raise ValidationError(_("交接已完成或已撤销"))
    return row


def _drafted(scope: Scope, hand_over: HandOver) -> HandOver:
    require(scope, "hand_over")
    row = _own(scope, hand_over)
    if row.given:
        raise ValidationError(_("移交方已签字，清单不能再改；须先由接收方退回"))
    _signs(scope, row.organisation, row.giver)
    return row


def _given(scope: Scope, hand_over: HandOver) -> HandOver:
    require(scope, "hand_over")
    row = _standing(hand_overs_of(scope).values_list("pk", flat=True).get(pk=hand_over.pk))
    if not row.given:
        raise ValidationError(_("移交方还没有签字"))
    return row


def _listed(scope: Scope, row: HandOver, items: list[Item], verb: str) -> HandOver:
    if len(items) > MOST_ITEMS:
        raise ValidationError({"what": _("清单最多 %d 行") % MOST_ITEMS})
    before, row.items = {"items": len(row.items)}, items
    row.save(update_fields=["items"])
    audit(scope, verb, row, before, {"items": len(items)})
    return row


def _two(scope: Scope, giver: User | None, taker: User | None) -> tuple[User, User]:
    known = {person.pk: person for person in colleagues(scope)}
    if giver is None or taker is None or giver.pk not in known or taker.pk not in known:
        raise ValidationError({"taker": _("请选择本单位的移交人与接收人")})
    if giver.pk == taker.pk:
        raise ValidationError({"taker": _("移交人与接收人不能是同一人")})
    if scope.role != Role.MANAGER and scope.user != giver:
        raise PermissionDenied("an engineer hands over only his own")
    return known[giver.pk], known[taker.pk]


def _manager(scope: Scope) -> None:
    if scope.role != Role.MANAGER:
        raise PermissionDenied("a contract is handed over by the manager")


def _unit(scope: Scope, unit: Organisation | None) -> Organisation:
    kinds = (OrganisationKind.OM_UNIT, OrganisationKind.DISCHARGER)
    if unit is None or unit == scope.organisation or unit.kind not in kinds or not unit.active:
        raise ValidationError({"taking_unit": _("请选择接收单位")})
    return unit


def _points(scope: Scope, points: Iterable[MonitoringPoint]) -> list[MonitoringPoint]:
    wanted = {point.pk for point in points}
    found = list(points_of(scope).filter(pk__in=wanted).order_by("organisation__name", "name"))
    if not wanted or len(found) != len(wanted):
        raise ValidationError({"points": _("请选择本单位运维的点位")})
    return found
