"""The API of laboratory: what the pages do, with the same actions."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import require

from . import actions, establishing, queries
from .models import Laboratory, Sample

router = Router(tags=["laboratory"])
PAGE = 100
Key = Annotated[int, Field(ge=0, le=2**63 - 1)]
Place = Annotated[int, Field(ge=0, le=2**31 - 1)]
Word = Annotated[str, Field(max_length=200)]
Short = Annotated[str, Field(max_length=64)]
Code = Annotated[str, Field(max_length=16)]


class LineOut(Schema):
    parameter: str
    code: str
    method: str


class CertificateOut(Schema):
    cma_no: str
    issued: date
    cma_expires: date
    scan: str


class PersonOut(Schema):
    id: int
    name: str
    qualification: str
    number: str
    expires: date | None
    until: date | None


class LaboratoryOut(Schema):
    id: int
    name: str
    ownership: str
    days: int
    since: date
    until: date | None
    accreditations: list[CertificateOut]
    lines: list[LineOut]
    people: list[PersonOut]


class LaboratoryIn(Schema):
    name: Annotated[str, Field(max_length=128)]
    ownership: Annotated[str, Field(max_length=12)]
    since: date
    until: date | None = None
    address: Annotated[str, Field(max_length=128)] = ""
    contact: Short = ""
    days: Annotated[int, Field(ge=1, le=60)] = 5


class CertificateIn(Schema):
    cma_no: Short
    issued: date
    cma_expires: date
    scan: Short = ""


class ScopeIn(Schema):
    """``lines``: one parameter a line, "氨氮 | HJ 535-2009"."""

    lines: Annotated[str, Field(max_length=60_000)]


class PersonIn(Schema):
    name: Short
    since: date
    qualification: Annotated[str, Field(max_length=128)] = ""
    number: Short = ""
    expires: date | None = None


class SampleOut(Schema):
    """Instants in epoch milliseconds; ``warnings`` in sentences."""

    id: int
    number: str
    point: int
    point_name: str
    record_ref: str
    laboratory: int | None
    factors: list[str]
    bottle: str
    parallels: list[str]
    preservative: str
    taken_at: int
    taken_by: str
    holder: str
    hold_until: int | None
    due: date | None
    needed: date | None
    state: str
    results: list[dict[str, Any]]
    report_no: str
    report: str
    warnings: list[str]


class PassedOut(Schema):
    at: int
    giver: str
    taker: str
    state: str
    condition: str
    who: str


class DetailOut(SampleOut):
    holds: list[dict[str, Any]]
    custody: list[PassedOut]


class TakeIn(Schema):
    point: Key
    factors: Annotated[list[Code], Field(max_length=20)]
    taken_at: Key
    number: Annotated[str, Field(max_length=32)] = ""
    laboratory: Key | None = None
    record_ref: Short = ""
    bottle: Short = ""
    parallels: Annotated[list[Short], Field(max_length=20)] = []
    preservative: Annotated[str, Field(max_length=128)] = ""
    taken_by: Annotated[str, Field(max_length=128)] = ""
    needed: date | None = None
    note: Word = ""


class HandIn(Schema):
    taker: Annotated[str, Field(max_length=128)]
    condition: Word
    at: Key | None = None


class ReceiveIn(Schema):
    condition: Word
    taker: Annotated[str, Field(max_length=128)] = ""
    laboratory: Key | None = None
    at: Key | None = None
    due: date | None = None


class FoundIn(Schema):
    value: float
    unit: Code = "mg/L"
    method: Annotated[str, Field(max_length=128)] = ""


class ResultsIn(Schema):
    results: dict[Code, FoundIn]
    at: Key | None = None


class ReportIn(Schema):
    report_no: Short
    scan: Short


class DropIn(Schema):
    state: Annotated[str, Field(max_length=12)]
    why: Word


def _out(row: Sample) -> dict[str, Any]:
    own = {name: getattr(row, name) for name in (
        "number", "record_ref", "factors", "bottle", "parallels", "preservative", "taken_at",
        "taken_by", "holder", "hold_until", "due", "needed", "state", "results", "report_no",
        "report")}
    return {**own, "id": row.pk, "point": row.point_id, "point_name": row.point.name,
            "laboratory": row.laboratory_id,
            "warnings": [one.sentence for one in queries.warnings(row)]}


def _detail(row: Sample) -> dict[str, Any]:
    return {**_out(row), "holds": row.holds, "custody": list(row.custody.all())}


def _lab(row: Laboratory) -> dict[str, Any]:
    own = {name: getattr(row, name) for name in ("name", "ownership", "days", "since", "until")}
    return {**own, "id": row.pk, "accreditations": list(row.accreditations.all()),
            "lines": list(row.lines.all()), "people": list(row.people.all())}


def _laboratory(request: HttpRequest, pk: int) -> Laboratory:
    require(request.scope, "see_samples")
    return queries.laboratories_of(request.scope).get(pk=pk)


@router.get("/laboratories", response=list[LaboratoryOut])
def laboratory_list(request: HttpRequest) -> list[dict[str, Any]]:
    """The unit's laboratories with certificates, scope and people."""
    require(request.scope, "see_samples")
    return [_lab(row) for row in queries.laboratories_of(request.scope).prefetch_related(
        "accreditations", "lines", "people")]


@router.post("/laboratories", response=LaboratoryOut)
def enter_laboratory(request: HttpRequest, body: LaboratoryIn) -> dict[str, Any]:
    """Enter one."""
    return _lab(establishing.set_laboratory(request.scope, None, **body.dict()))


@router.post("/laboratories/{pk}", response=LaboratoryOut)
def edit_laboratory(request: HttpRequest, pk: Key, body: LaboratoryIn) -> dict[str, Any]:
    """Change one."""
    return _lab(establishing.set_laboratory(
        request.scope, _laboratory(request, pk), **body.dict()))


@router.post("/laboratories/{pk}/certificates", response=LaboratoryOut)
def accredit(request: HttpRequest, pk: Key, body: CertificateIn) -> dict[str, Any]:
    """A CMA certificate, new or renewed."""
    establishing.accredit(request.scope, _laboratory(request, pk), **body.dict())
    return _lab(_laboratory(request, pk))


@router.post("/laboratories/{pk}/scope", response=LaboratoryOut)
def set_scope(request: HttpRequest, pk: Key, body: ScopeIn) -> dict[str, Any]:
    """Parameters and methods in place of those before."""
    establishing.set_scope(request.scope, _laboratory(request, pk), body.lines)
    return _lab(_laboratory(request, pk))


@router.post("/laboratories/{pk}/people", response=LaboratoryOut)
def add_person(request: HttpRequest, pk: Key, body: PersonIn) -> dict[str, Any]:
    """Somebody who analyses there."""
    establishing.add_person(request.scope, _laboratory(request, pk), **body.dict())
    return _lab(_laboratory(request, pk))


@router.get("/samples", response=list[SampleOut])
def sample_list(
    request: HttpRequest, state: Annotated[str, Field(max_length=12)] = "",
    record_ref: Short = "", page: Place = 1,
) -> list[dict[str, Any]]:
    """Samples, a hundred a page, those that are due first."""
    require(request.scope, "see_samples")
    rows = queries.due_first(queries.samples_of(request.scope))
    if state:
        rows = rows.filter(state=state)
    if record_ref:
        rows = rows.filter(record_ref=record_ref)
    first = (max(page, 1) - 1) * PAGE
    return [_out(row) for row in rows[first:first + PAGE]]


@router.get("/samples/{pk}", response=DetailOut)
def sample_detail(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """One with its chain of custody."""
    require(request.scope, "see_samples")
    return _detail(queries.samples_of(request.scope).get(pk=pk))


@router.post("/samples", response=DetailOut)
def take(request: HttpRequest, body: TakeIn) -> dict[str, Any]:
    """Enter one as it is taken."""
    require(request.scope, "handle_samples")
    said = body.dict()
    point = points_of(request.scope).filter(pk=said.pop("point")).first()
    if point is None:
        raise MonitoringPoint.DoesNotExist
    key = said.pop("laboratory")
    lab = None if key is None else _laboratory(request, key)
    return _detail(actions.take(request.scope, point, laboratory=lab, **said))


@router.post("/samples/{pk}/hand-over", response=DetailOut)
def hand_over(request: HttpRequest, pk: Key, body: HandIn) -> dict[str, Any]:
    """Pass it on to whoever carries it."""
    return _acted(request, pk, actions.hand_over, **body.dict())


@router.post("/samples/{pk}/receive", response=DetailOut)
def receive(request: HttpRequest, pk: Key, body: ReceiveIn) -> dict[str, Any]:
    """The laboratory has it."""
    said = body.dict()
    key = said.pop("laboratory")
    lab = None if key is None else _laboratory(request, key)
    return _acted(request, pk, actions.receive, laboratory=lab, **said)


@router.post("/samples/{pk}/results", response=DetailOut)
def analyse(request: HttpRequest, pk: Key, body: ResultsIn) -> dict[str, Any]:
    """What was found."""
    said = body.dict()
    return _acted(request, pk, actions.analyse, results=said["results"], at=said["at"])


@router.post("/samples/{pk}/report", response=DetailOut)
def report(request: HttpRequest, pk: Key, body: ReportIn) -> dict[str, Any]:
    """The laboratory's report, its scan kept before."""
    return _acted(request, pk, actions.report, **body.dict())


@router.post("/samples/{pk}/drop", response=DetailOut)
def drop(request: HttpRequest, pk: Key, body: DropIn) -> dict[str, Any]:
    """Lost or void."""
    return _acted(request, pk, actions.drop, **body.dict())


def _acted(request: HttpRequest, pk: int, act: Any, **said: Any) -> dict[str, Any]:
    require(request.scope, "see_samples")
    act(request.scope, queries.samples_of(request.scope).get(pk=pk), **said)
    return _detail(queries.samples_of(request.scope).get(pk=pk))
