"""Writing moves: rows are locked in one order, and the ledger and the balances change together.

A part's row is locked first, then its balance rows by store and batch, so that two moves of one
part wait for each other and never for each other in a circle. On SQLite every transaction that
writes is alone anyway.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.scope import Scope

from .models import Balance, Batch, Move, MoveKind, Part, Store

MOST = 1_000_000  # pieces in one move


@dataclass(frozen=True, slots=True)
class Entry:
    """One line to be written: what the store gains of the batch."""

    store: Store
    batch: Batch
    kind: str
    quantity: int
    reverses: Move | None = None
    paired: bool = False  # the other half of the line before


@dataclass(frozen=True, slots=True)
class Why:
    """What all lines of a request have in common. ``at`` in epoch ms, none for now."""

    ref: str = ""
    reason: str = ""
    client_id: str = ""
    at: int | None = None


def held(part: Part) -> Part:
    """The part, locked: whoever else moves it waits until this transaction ends."""
    return Part.objects.select_for_update(no_key=True).get(pk=part.pk)


def balances(stores: Iterable[Store], batches: Iterable[Batch]) -> dict[tuple[int, int], Balance]:
    """The balance rows of the batches in the stores by (store, batch), locked in that order; those
    that were not there are made."""
    pairs = sorted({(store.pk, batch.pk) for store in stores for batch in (*batches,)})
    parts = {batch.pk: batch.part_id for batch in batches}
    Balance.objects.bulk_create(
        (Balance(store_id=store, batch_id=batch, part_id=parts[batch]) for store, batch in pairs),
        ignore_conflicts=True)
    rows = Balance.objects.select_for_update().filter(
        store__in={store for store, _ in pairs}, batch__in={batch for _, batch in pairs},
    ).order_by("store_id", "batch_id")
    return {(row.store_id, row.batch_id): row for row in rows}


def done_before(scope: Scope, client_id: str, kind: str, part: Part) -> list[Move]:
    """The moves of the same request that was sent before; ValidationError where the number stands
    for another request. The part is locked."""
    if not client_id:
        return []
    rows = list(Move.objects.filter(
        organisation=scope.organisation, client_id=client_id).order_by("line"))
    if rows and (rows[0].kind != kind or rows[0].part_id != part.pk):
        raise ValidationError({"client_id": _("该请求编号已用于另一笔出入库")})
    return rows


def write(scope: Scope, entries: Sequence[Entry], why: Why) -> list[Move]:
    """Write the lines and their balances, all or none; nothing goes below zero, neither now nor,
    for a move that is entered late, on any moment since. The parts are locked.

    Raises:
        ValidationError: too little there (``quantity``), a moment in the future (``at``).

    """
    now = round(time.time() * 1000)
    at = now if why.at is None else why.at
    if at > now + 60_000:
        raise ValidationError({"at": _("时间不能晚于现在")})
    rows = balances([one.store for one in entries], [one.batch for one in entries])
    made = []
    for number, one in enumerate(entries):
        row = rows[one.store.pk, one.batch.pk]
        lowest = row.quantity
        if at < now and one.quantity < 0:
            lowest = _lowest(one.store, one.batch, at)
        if one.quantity < 0 and lowest + one.quantity < 0:
            raise short(one.batch.part, one.store, lowest, -one.quantity)
        row.quantity += one.quantity
        row.save(update_fields=["quantity"])
        made.append(Move(
            organisation=scope.organisation, store=one.store, part=one.batch.part, batch=one.batch,
            kind=one.kind, quantity=one.quantity, ref=why.ref, reason=why.reason[:200],
            who=scope.who[:128], person=scope.user, at=at, client_id=why.client_id, line=number,
            reverses=one.reverses))
    last = None
    for move, one in zip(made, entries, strict=True):
        move.pair = last if one.paired else None
        move.save()
        last = move
    return made


def _lowest(store: Store, batch: Batch, at: int) -> int:
    """The least that lay there at the moment or since."""
    level = lowest = 0
    known = False
    for moment, quantity in Move.objects.filter(store=store, batch=batch).order_by(
            "at", "id").values_list("at", "quantity"):
        if moment > at and not known:
            lowest, known = level, True
        level += quantity
        lowest = min(lowest, level) if known else level
    return lowest


def short(part: Part, store: Store, there: int, wanted: int) -> ValidationError:
    """The refusal of what would go below zero."""
    return ValidationError({"quantity": _(
        "%(store)s的%(part)s只有 %(there)d %(unit)s，不足 %(wanted)d %(unit)s，不能出库") % {
            "store": store, "part": part, "there": there, "unit": part.unit, "wanted": wanted}})


def amount(quantity: object, *, least: int = 1) -> int:
    """A quantity as it may be moved: a whole number from ``least`` to a million.

    >>> amount(3)
    3
    """
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not (
            least <= quantity <= MOST):
        raise ValidationError({"quantity": _("数量须为 %(low)d 至 %(high)d 的整数") % {
            "low": least, "high": MOST}})
    return quantity


OUT = (MoveKind.ISSUE, MoveKind.TRANSFER_OUT, MoveKind.SCRAP)
