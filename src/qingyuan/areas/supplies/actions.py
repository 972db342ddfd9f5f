"""The moves that people make: received, issued, given back, transferred, counted, scrapped, and
taken back.

Scope first, one transaction, one audit line; ValidationError by field, another unit's row does not
exist. An action answers with the moves that it wrote, one for each batch; the same ``client_id``
sent again answers with the same moves and writes nothing.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.references import shown
from qingyuan.areas.organisations.scope import Scope, require

from . import ledger
from .ledger import Entry, Why
from .models import Batch, Move, MoveKind, Part, PartKind, Store


@transaction.atomic
def receive(
    scope: Scope, store: Store, part: Part, quantity: int, *, lot: str = "", serial: str = "",
    expires: date | None = None, supplier: str = "", price: Decimal | None = None,
    ref: str = "", reason: str = "", client_id: str = "", at: int | None = None,
) -> list[Move]:
    """Pieces come in. A batch keeps its expiry: one that is known with another day is refused."""
    require(scope, "move_stock")
    own, place = _part(scope, part), _store(scope, store)
    if before := ledger.done_before(scope, client_id, MoveKind.RECEIVE, own):
        return before
    count = ledger.amount(quantity)
    lot, serial = lot.strip()[:64], serial.strip()[:64]
    if own.kind == PartKind.STANDBY and not serial:
        raise ValidationError({"serial": _("备机须逐台登记出厂编号")})
    if serial and count != 1:
        raise ValidationError({"quantity": _("有出厂编号的须逐件登记，数量为 1")})
    batch, new = Batch.objects.get_or_create(part=own, lot=lot, serial=serial, defaults={
        "expires": expires, "supplier": supplier.strip()[:64], "price": price})
    if not new and batch.expires != expires:
        raise ValidationError({"expires": _("该批号已登记，有效期为 %s；不同有效期请用不同批号") % (
            batch.expires or _("无"))})
    if serial and batch.balances.filter(quantity__gt=0).exists():
        raise ValidationError({"serial": _("该出厂编号已在库")})
    return _written(scope, [Entry(place, batch, MoveKind.RECEIVE, count)],
                    Why(_ref(scope, ref), reason, client_id, at))


@transaction.atomic
def issue(
    scope: Scope, store: Store, part: Part, quantity: int, *, ref: str = "", reason: str = "",
    batch: Batch | None = None, client_id: str = "", at: int | None = None,
) -> list[Move]:
    """Pieces are taken, for an order (``ref`` "order:7") or with a reason. Without a batch, those
    that expire first go first; what has expired is not issued."""
    require(scope, "issue_stock")
    own, place = _part(scope, part), _store(scope, store)
    if before := ledger.done_before(scope, client_id, MoveKind.ISSUE, own):
        return before
    if not ref and not reason.strip():
        raise ValidationError({"reason": _("不领用到工单的，请说明用途")})
    picked = _picked(place, own, ledger.amount(quantity), batch, today())
    return _written(scope, [Entry(place, one, MoveKind.ISSUE, -count) for one, count in picked],
                    Why(_ref(scope, ref), reason.strip(), client_id, at))


@transaction.atomic
def give_back(
    scope: Scope, store: Store, part: Part, quantity: int, *, ref: str = "", reason: str = "",
    batch: Batch | None = None, client_id: str = "", at: int | None = None,
) -> list[Move]:
    """What was issued for ``ref`` and not used comes back, into any store; never more than is out
    for it. Without a batch, what expires last comes back first."""
    require(scope, "issue_stock")
    own, place = _part(scope, part), _store(scope, store)
    if before := ledger.done_before(scope, client_id, MoveKind.RETURN, own):
        return before
    rest = count = ledger.amount(quantity)
    entries = []
    for one, there in _out_for(scope, own, ref, batch):
        taken = min(rest, there)
        rest -= taken
        if taken:
            entries.append(Entry(place, one, MoveKind.RETURN, taken))
    if rest:
        raise ValidationError({"quantity": _(
            "该用途下未退的%(part)s只有 %(there)d %(unit)s") % {
                "part": own, "there": count - rest, "unit": own.unit}})
    return _written(scope, entries, Why(_ref(scope, ref), reason.strip(), client_id, at))


@transaction.atomic
def transfer(
    scope: Scope, store: Store, to: Store, part: Part, quantity: int, *, reason: str = "",
    batch: Batch | None = None, client_id: str = "", at: int | None = None,
) -> list[Move]:
    """Pieces go from one store to another, out and in at once; what expires first goes first."""
    require(scope, "move_stock")
    own, place, target = _part(scope, part), _store(scope, store), _store(scope, to, "to")
    if place == target:
        raise ValidationError({"to": _("调入与调出不能是同一处")})
    if before := ledger.done_before(scope, client_id, MoveKind.TRANSFER_OUT, own):
        return before
    entries = []
    for one, count in _picked(place, own, ledger.amount(quantity), batch, None):
        entries += [Entry(place, one, MoveKind.TRANSFER_OUT, -count),
                    Entry(target, one, MoveKind.TRANSFER_IN, count, paired=True)]
    return _written(scope, entries, Why("", reason.strip(), client_id, at))


@transaction.atomic
def count(
    scope: Scope, store: Store, part: Part, counted: int, *, batch: Batch | None = None,
    reason: str = "", client_id: str = "",
) -> list[Move]:
    """What was found when counting. The difference is a move, with its reason; a count that agrees
    is kept as a move of zero."""
    require(scope, "move_stock")
    own, place = _part(scope, part), _store(scope, store)
    if before := ledger.done_before(scope, client_id, MoveKind.COUNT, own):
        return before
    one = _batch(own, batch) if batch else _only_batch(place, own)
    found = ledger.amount(counted, least=0)
    if one.serial and found > 1:
        raise ValidationError({"counted": _("有出厂编号的至多 1 件")})
    row = ledger.balances([place], [one])[place.pk, one.pk]
    if found != row.quantity and not reason.strip():
        raise ValidationError({"reason": _("账面 %(book)d，实盘 %(found)d，请说明差异的原因") % {
            "book": row.quantity, "found": found}})
    return _written(scope, [Entry(place, one, MoveKind.COUNT, found - row.quantity)],
                    Why("", reason.strip(), client_id))


@transaction.atomic
def scrap(
    scope: Scope, store: Store, part: Part, quantity: int, *, reason: str,
    batch: Batch | None = None, client_id: str = "", at: int | None = None,
) -> list[Move]:
    """Pieces that are expired or spoilt leave the books, with the reason; what expires first goes
    first."""
    require(scope, "move_stock")
    own, place = _part(scope, part), _store(scope, store)
    if before := ledger.done_before(scope, client_id, MoveKind.SCRAP, own):
        return before
    if not reason.strip():
        raise ValidationError({"reason": _("请说明报废的原因")})
    picked = _picked(place, own, ledger.amount(quantity), batch, None)
    return _written(scope, [Entry(place, one, MoveKind.SCRAP, -n) for one, n in picked],
                    Why("", reason.strip(), client_id, at))


@transaction.atomic
def reverse(scope: Scope, move: Move, reason: str) -> list[Move]:
    """The counter-move of a wrong move, with the reason; both halves of a transfer together."""
    require(scope, "move_stock")
    row = Move.objects.select_related("part", "store", "batch__part").get(
        pk=move.pk, organisation=scope.organisation)
    ledger.held(row.part)
    if not reason.strip():
        raise ValidationError({"reason": _("请说明冲正的原因")})
    halves = _halves(row)
    if row.reverses_id or not row.quantity or Move.objects.filter(reverses__in=halves).exists():
        raise ValidationError(_("该笔已冲正，或本身是冲正，不能再冲正"))
    if row.ref.startswith("loan:"):
        raise ValidationError(_("备机借出请登记归还，不能冲正"))
    return _written(scope, [Entry(one.store, one.batch, one.kind, -one.quantity, one)
                            for one in halves], Why(row.ref, reason.strip()))


def _halves(row: Move) -> list[Move]:
    """The move, with the other half of a transfer."""
    with_it = Q(pk=row.pk) | Q(pair=row) | Q(pk=row.pair_id)
    return list(Move.objects.filter(with_it).select_related(
        "part", "store", "batch__part").order_by("store_id", "batch_id"))


def _written(scope: Scope, entries: Sequence[Entry], why: Why) -> list[Move]:
    made = ledger.write(scope, entries, why)
    audit(scope, "move_stock", made[0].part, after={
        "kind": made[0].kind, "store": str(made[0].store),
        "quantity": sum(one.quantity for one in made if one.kind == made[0].kind),
        **({"ref": why.ref} if why.ref else {}), **({"reason": why.reason} if why.reason else {})})
    return made


def _picked(
    store: Store, part: Part, quantity: int, batch: Batch | None, day: date | None
) -> list[tuple[Batch, int]]:
    """Which batches give how many, first expired first out. With ``day``, what has expired by then
    stays where it is."""
    if batch is not None:
        one = _batch(part, batch)
        if day and one.expires and one.expires < day:
            raise ValidationError({"batch": _("该批已于 %s 过期，不能领用") % one.expires})
        return [(one, quantity)]
    rows = part.balances.filter(store=store, quantity__gt=0).select_related("batch__part").order_by(
        F("batch__expires").asc(nulls_last=True), "batch_id")
    if day:
        rows = rows.filter(Q(batch__expires=None) | Q(batch__expires__gte=day))
    rest, picked = quantity, []
    for row in rows:
        taken = min(rest, row.quantity)
        if taken:
            picked.append((row.batch, taken))
        rest -= taken
    if rest:
        raise ledger.short(part, store, quantity - rest, quantity)
    return picked


def _out_for(
    scope: Scope, part: Part, ref: str, batch: Batch | None
) -> list[tuple[Batch, int]]:
    """Batches of the part that are out for ``ref``, with how many, what expires last first."""
    rows = Move.objects.filter(
        organisation=scope.organisation, part=part, ref=ref,
        kind__in=(MoveKind.ISSUE, MoveKind.RETURN)).order_by().values("batch").annotate(
            out=Sum("quantity")).filter(out__lt=0)
    out = {row["batch"]: -row["out"] for row in rows}
    found = part.batches.filter(pk__in=out).select_related("part").order_by(
        F("expires").desc(nulls_first=True), "-id")
    return [(one, out[one.pk]) for one in found if batch is None or one.pk == batch.pk]


def _part(scope: Scope, part: Part) -> Part:
    own = ledger.held(part)
    if own.organisation_id != scope.organisation.pk:
        raise Part.DoesNotExist
    return own


def _store(scope: Scope, store: Store, field: str = "store") -> Store:
    row = Store.objects.get(pk=store.pk, organisation=scope.organisation)
    if row.until is not None and row.until < today():
        raise ValidationError({field: _("%s已停用") % row})
    return row


def _batch(part: Part, batch: Batch) -> Batch:
    return part.batches.select_related("part").get(pk=batch.pk)


def _only_batch(store: Store, part: Part) -> Batch:
    """The one batch that lies there; where nothing does, the one without a number."""
    there: QuerySet[Batch] = part.batches.filter(
        balances__store=store, balances__quantity__gt=0).select_related("part")
    found = list(there[:2])
    if len(found) > 1:
        raise ValidationError({"batch": _("该处有多个批次，请逐批盘点")})
    if found:
        return found[0]
    if part.kind == PartKind.STANDBY:
        raise ValidationError({"batch": _("备机须逐台登记出厂编号")})
    one, _new = Batch.objects.get_or_create(part=part, lot="", serial="")
    return one


def _ref(scope: Scope, ref: str) -> str:
    """A reference to something that the caller may see; loans write theirs themselves."""
    text = ref.strip()
    if text and (text.startswith("loan:") or shown(scope, text) is None):
        raise ValidationError({"ref": _("没有这个工单或记录")})
    return text
