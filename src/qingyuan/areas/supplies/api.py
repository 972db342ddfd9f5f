"""The API of supplies: what the pages do, with the same actions."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.scope import require

from . import actions, queries
from .models import Batch, Move, Part, Store
from .standing import Standing, standings

router = Router(tags=["supplies"])
PAGE = 100
Key = Annotated[int, Field(ge=0, le=2**63 - 1)]
Place = Annotated[int, Field(ge=0, le=2**31 - 1)]
Pieces = Annotated[int, Field(ge=0, le=1_000_000)]
Word = Annotated[str, Field(max_length=64)]
Text = Annotated[str, Field(max_length=200)]


class StockOut(Schema):
    """A part with its usable stock; ``limit`` is what the stock has to be above by ``reading``,
    ``other`` the limit of the other reading; ``state``: ok, low, unknown, none."""

    part: int
    code: str
    name: str
    kind: str
    unit: str
    stock: int
    limit: float | None
    reading: str
    other: float | None
    monthly_use: float | None
    installed: float | None
    sets: int | None
    failure_rate: float | None
    state: str


class LineOut(Schema):
    store: int
    batch: int
    lot: str
    serial: str
    expires: date | None
    quantity: int


class PartOut(StockOut):
    lines: list[LineOut]


class StoreOut(Schema):
    id: int
    name: str
    kind: str
    office: int | None
    own: bool | None
    shared: bool | None


class MoveOut(Schema):
    """A move; ``quantity`` signed, ``at`` in epoch milliseconds."""

    id: int
    kind: str
    part: int
    store: int
    batch: int
    quantity: int
    ref: str
    reason: str
    who: str
    at: int
    reverses: int | None


class MoveIn(Schema):
    """``client_id`` makes a request that is sent again write nothing."""

    store: Key
    part: Key
    quantity: Pieces
    batch: Key | None = None
    ref: Word = ""
    reason: Text = ""
    client_id: Word = ""


class ReceiveIn(Schema):
    store: Key
    part: Key
    quantity: Pieces
    lot: Word = ""
    serial: Word = ""
    expires: date | None = None
    supplier: Word = ""
    reason: Text = ""
    client_id: Word = ""


class TransferIn(MoveIn):
    to: Key


class ReasonIn(Schema):
    reason: Text


def _stock(one: Standing) -> dict[str, Any]:
    part = one.part
    return {"part": part.pk, "code": part.code, "name": part.name, "kind": part.kind,
            "unit": part.unit, "stock": one.stock, "reading": one.reading, "state": one.state,
            "limit": _float(one.limit), "other": _float(one.other), "sets": one.sets,
            "monthly_use": _float(one.monthly), "installed": _float(one.installed),
            "failure_rate": _float(one.rate)}


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _moves(rows: list[Move]) -> list[dict[str, Any]]:
    return [{"id": row.pk, "kind": row.kind, "part": row.part_id, "store": row.store_id,
             "batch": row.batch_id, "quantity": row.quantity, "ref": row.ref,
             "reason": row.reason, "who": row.who, "at": row.at, "reverses": row.reverses_id}
            for row in rows]


@router.get("/supplies", response=list[StockOut])
def stock_list(request: HttpRequest, page: Place = 1) -> list[dict[str, Any]]:
    """Every part with its stock and limits, a hundred a page."""
    require(request.scope, "see_supplies")
    first = (max(page, 1) - 1) * PAGE
    return [_stock(one) for one in standings(
        request.scope.organisation, today())[first:first + PAGE]]


@router.get("/supplies/parts/{pk}", response=PartOut)
def part_detail(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """One part, and where it lies."""
    require(request.scope, "see_supplies")
    row = queries.parts_of(request.scope).prefetch_related("fits").get(pk=pk)
    one = standings(request.scope.organisation, today(), [row])[0]
    lines = [{"store": line.store_id, "batch": line.batch_id, "lot": line.batch.lot,
              "serial": line.batch.serial, "expires": line.batch.expires,
              "quantity": line.quantity}
             for line in row.balances.filter(quantity__gt=0).select_related("batch")]
    return {**_stock(one), "lines": lines}


@router.get("/supplies/stores", response=list[StoreOut])
def store_list(request: HttpRequest) -> list[dict[str, Any]]:
    """The unit's stores and vans."""
    require(request.scope, "see_supplies")
    return [{"id": row.pk, "name": row.name, "kind": row.kind, "office": row.office_id,
             "own": row.own, "shared": row.shared} for row in queries.stores_of(request.scope)]


@router.get("/supplies/moves", response=list[MoveOut])
def move_list(
    request: HttpRequest, ref: Word = "", part: Key = 0, page: Place = 1,
) -> list[dict[str, Any]]:
    """The ledger, newest first, a hundred a page."""
    require(request.scope, "see_supplies")
    rows = queries.moves_of(request.scope)
    rows = rows.filter(ref=ref) if ref else rows
    rows = rows.filter(part=part) if part else rows
    first = (max(page, 1) - 1) * PAGE
    return _moves(list(rows[first:first + PAGE]))


@router.post("/supplies/receive", response=list[MoveOut])
def receive(request: HttpRequest, body: ReceiveIn) -> list[dict[str, Any]]:
    """Pieces come in."""
    facts = body.dict()
    store, part = _named(request, facts)
    return _moves(actions.receive(request.scope, store, part, facts.pop("quantity"), **facts))


@router.post("/supplies/issue", response=list[MoveOut])
def issue(request: HttpRequest, body: MoveIn) -> list[dict[str, Any]]:
    """Pieces are taken, what expires first first."""
    return _acted(request, body, actions.issue)


@router.post("/supplies/return", response=list[MoveOut])
def give_back(request: HttpRequest, body: MoveIn) -> list[dict[str, Any]]:
    """What was issued and not used comes back."""
    return _acted(request, body, actions.give_back)


@router.post("/supplies/count", response=list[MoveOut])
def count(request: HttpRequest, body: MoveIn) -> list[dict[str, Any]]:
    """``quantity`` is what was found; the difference is a move."""
    facts = body.dict(exclude={"ref"})
    store, part = _named(request, facts)
    return _moves(actions.count(request.scope, store, part, facts.pop("quantity"), **facts))


@router.post("/supplies/scrap", response=list[MoveOut])
def scrap(request: HttpRequest, body: MoveIn) -> list[dict[str, Any]]:
    """Expired or spoilt pieces leave the books."""
    facts = body.dict(exclude={"ref"})
    store, part = _named(request, facts)
    return _moves(actions.scrap(request.scope, store, part, facts.pop("quantity"), **facts))


@router.post("/supplies/transfer", response=list[MoveOut])
def transfer(request: HttpRequest, body: TransferIn) -> list[dict[str, Any]]:
    """From one store to another."""
    facts = body.dict(exclude={"ref"})
    store, part = _named(request, facts)
    to = _store(request, facts.pop("to"))
    return _moves(actions.transfer(
        request.scope, store, to, part, facts.pop("quantity"), **facts))


@router.post("/supplies/moves/{pk}/reverse", response=list[MoveOut])
def reverse(request: HttpRequest, pk: Key, body: ReasonIn) -> list[dict[str, Any]]:
    """The counter-move of a wrong one."""
    row = queries.moves_of(request.scope).get(pk=pk)
    return _moves(actions.reverse(request.scope, row, body.reason))


def _acted(request: HttpRequest, body: MoveIn, act: Any) -> list[dict[str, Any]]:
    facts = body.dict()
    store, part = _named(request, facts)
    return _moves(act(request.scope, store, part, facts.pop("quantity"), **facts))


def _named(request: HttpRequest, facts: dict[str, Any]) -> tuple[Store, Part]:
    """The store and the part that are named, taken out of the facts; a batch becomes the row."""
    require(request.scope, "see_supplies")
    store = _store(request, facts.pop("store"))
    part = queries.part(request.scope, facts.pop("part"))
    if facts.get("batch") is not None:
        own: Batch = queries.batches_of(request.scope).get(pk=facts["batch"])
        facts["batch"] = own
    return store, part


def _store(request: HttpRequest, pk: int) -> Store:
    row: Store = queries.stores_of(request.scope).get(pk=pk)
    return row
