"""The API of parameters: what the pages do, with the same actions."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import require

from . import compare, filing, listing, queries, readings, standing
from .models import Filing, FilingLine, ParameterReading

router = Router(tags=["parameters"])
PAGE = 100
Key = Annotated[int, Field(ge=0, le=2**63 - 1)]
Place = Annotated[int, Field(ge=0, le=2**31 - 1)]
Instant = Annotated[int, Field(ge=0, le=2**62)]
Word = Annotated[str, Field(max_length=64)]
Files = Annotated[list[Word], Field(max_length=20)]


class PointOut(Schema):
    """How a point stands; instants in epoch milliseconds."""

    point: int
    name: str
    state: str
    pending: bool
    filed: int
    differs: int
    unfiled: int
    filed_from: int | None
    read_at: int | None


class AgainstOut(Schema):
    source: str
    value: str
    unit: str
    since: int
    last: int
    same: bool | None


class FiledOut(Schema):
    value: str
    unit: str
    tolerance: float
    filing: int
    since: int


class DifferenceOut(Schema):
    kind: str
    factor: str
    label: str
    state: str
    since: int | None
    filed: FiledOut | None
    against: list[AgainstOut]


class LineIn(Schema):
    kind: Word
    factor: Word = ""
    value: Word
    tolerance: float = 0.0


class FilingIn(Schema):
    """``valid_from`` in epoch milliseconds; ``files`` are digests of files kept before."""

    reason: str
    valid_from: Instant
    system: Key | None = None
    lines: Annotated[list[LineIn], Field(max_length=filing.MOST)]
    files: Files = []


class LineOut(Schema):
    kind: str
    factor: str
    value: str
    unit: str
    tolerance: float


class FilingOut(Schema):
    id: int
    point: int
    system: int | None
    state: str
    reason: str
    valid_from: int
    made_at: int
    who: str
    submitted_at: int | None
    submitted_by: str
    decided_at: int | None
    decided_by: str
    decision: str
    superseded_at: int | None
    files: list[str]

    @staticmethod
    def resolve_point(row: Filing) -> int:
        return row.point_id

    @staticmethod
    def resolve_system(row: Filing) -> int | None:
        return row.system_id


class FilingWhole(FilingOut):
    lines: list[LineOut]

    @staticmethod
    def resolve_lines(row: Filing) -> list[FilingLine]:
        return list(row.lines.all())


class Said(Schema):
    text: str = ""


class ReadingIn(Schema):
    """What a screen shows; ``at`` in epoch milliseconds, null for now."""

    kind: Word
    factor: Word = ""
    value: Word
    at: Instant | None = None
    files: Files = []
    note: str = ""


class ReadingOut(Schema):
    id: int
    kind: str
    factor: str
    value: str
    first_at: int
    last_at: int
    source: str
    who: str
    note: str


@router.get("/parameters", response=list[PointOut])
def points(
    request: HttpRequest, state: str = "", q: str = "", offset: Place = 0
) -> list[dict[str, object]]:
    """Points by how they stand (differs, unfiled, filed, pending); 100 from ``offset``."""
    require(request.scope, "see_parameters")
    by = listing.Filters.of({"state": state, "q": q})
    rows = listing.of_tab(listing.found(request.scope, by), by.state)
    return [_point(point) for point in rows[offset:offset + PAGE]]


def _point(point: MonitoringPoint) -> dict[str, object]:
    status = getattr(point, "parameter_status", None)
    said = {name: getattr(status, name, None) for name in ("filed_from", "read_at")}
    counts = {name: getattr(status, name, 0) for name in ("filed", "differs", "unfiled")}
    return {"point": point.pk, "name": point.name, "state": listing.state_of(point),
            "pending": point.pending, **counts, **said}


@router.get("/points/{pk}/parameters", response=list[DifferenceOut])
def differences(request: HttpRequest, pk: Key) -> list[compare.Difference]:
    """A point's parameters: filed, told, registered, and whether they agree."""
    require(request.scope, "see_parameters")
    return compare.differences(points_of(request.scope).get(pk=pk), standing.now_ms())


@router.get("/points/{pk}/parameters/readings", response=list[ReadingOut])
def reading_list(request: HttpRequest, pk: Key, offset: Place = 0) -> list[ParameterReading]:
    """What was read at a point, the newest first; 100 from ``offset``."""
    require(request.scope, "see_parameters")
    point = points_of(request.scope).get(pk=pk)
    return list(queries.readings_of(request.scope, point)[offset:offset + PAGE])


@router.post("/points/{pk}/parameters/readings", response={201: ReadingOut})
def read(request: HttpRequest, pk: Key, said: ReadingIn) -> Status:
    """Enter what a screen shows."""
    return Status(201, readings.read_by_hand(
        request.scope, MonitoringPoint(pk=pk), **said.dict()))


@router.get("/parameters/filings", response=list[FilingOut])
def filings(
    request: HttpRequest, state: str = "", point: Key | None = None, offset: Place = 0
) -> list[Filing]:
    """Filings, the newest first; 100 from ``offset``."""
    require(request.scope, "see_parameters")
    rows = queries.filings_of(request.scope).order_by("-made_at", "-id")
    rows = rows.filter(state=state) if state else rows
    rows = rows if point is None else rows.filter(point=point)
    return list(rows[offset:offset + PAGE])


@router.get("/parameters/filings/{pk}", response=FilingWhole)
def one_filing(request: HttpRequest, pk: Key) -> Filing:
    """A filing with its lines."""
    require(request.scope, "see_parameters")
    return queries.filing(request.scope, pk)


@router.post("/points/{pk}/parameters/filings", response={201: FilingWhole})
def draft(request: HttpRequest, pk: Key, said: FilingIn) -> Status:
    """A draft."""
    return Status(201, filing.file(request.scope, MonitoringPoint(pk=pk), **_facts(said)))


@router.put("/parameters/filings/{pk}", response=FilingWhole)
def edit(request: HttpRequest, pk: Key, said: FilingIn) -> Filing:
    """Correct a draft or a refused one: all of it."""
    return filing.edit(request.scope, Filing(pk=pk), **_facts(said))


@router.post("/parameters/filings/{pk}/submit", response=FilingWhole)
def submit(request: HttpRequest, pk: Key) -> Filing:
    """Hand it in."""
    return filing.submit(request.scope, Filing(pk=pk))


@router.post("/parameters/filings/{pk}/approve", response=FilingWhole)
def approve(request: HttpRequest, pk: Key, said: Said) -> Filing:
    """It holds from its beginning on."""
    return filing.approve(request.scope, Filing(pk=pk), said.text)


@router.post("/parameters/filings/{pk}/refuse", response=FilingWhole)
def refuse(request: HttpRequest, pk: Key, said: Said) -> Filing:
    """Back, with the reason."""
    return filing.refuse(request.scope, Filing(pk=pk), said.text)


@router.post("/parameters/filings/{pk}/withdraw", response=FilingWhole)
def withdraw(request: HttpRequest, pk: Key, said: Said) -> Filing:
    """Take it back."""
    return filing.withdraw(request.scope, Filing(pk=pk), said.text)


def _facts(said: FilingIn) -> dict[str, object]:
    facts = said.dict()
    facts["lines"] = [filing.Line(**line) for line in facts["lines"]]
    facts["system"] = None if said.system is None else MonitoringSystem(pk=said.system)
    return facts
