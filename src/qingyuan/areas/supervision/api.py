"""The API of supervision: what the pages do, with the same actions."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import require

from . import actions, planning, queries
from .models import Inspection, Rectification

router = Router(tags=["supervision"])
PAGE = 100
Key = Annotated[int, Field(ge=0, le=2**63 - 1)]
Place = Annotated[int, Field(ge=0, le=2**31 - 1)]
Word = Annotated[str, Field(max_length=400)]
Files = Annotated[list[Annotated[str, Field(max_length=64)]], Field(max_length=20)]


class InspectionOut(Schema):
    """An inspection; instants in epoch milliseconds."""

    id: int
    point: int
    point_name: str
    how: str
    state: str
    why: str
    due: date
    inspector: str
    keeper: str
    score: float | None
    passed: bool | None
    submitted_at: int | None


class ProblemOut(Schema):
    id: int
    inspection: int
    item: str
    grade: str
    problem: str
    deadline: date
    person: str
    state: str
    again: bool
    text: str


class DetailOut(InspectionOut):
    template: dict[str, Any]
    answers: dict[str, Any]
    remark: str
    appeal: str
    ruling: str
    problems: list[ProblemOut]


class AddIn(Schema):
    point: Key
    how: Annotated[str, Field(max_length=8)]
    due: date


class FilledIn(Schema):
    """``answers``: item → {mark: ok|problem|na, deduct, text, files}."""

    answers: dict[Annotated[str, Field(max_length=32)], dict[str, Any]]
    remark: Word = ""


class SignedIn(Schema):
    name: Annotated[str, Field(max_length=64)]
    sha256: Annotated[str, Field(max_length=64)] = ""


class SaidIn(Schema):
    text: Word
    files: Files = []
    dropped: Annotated[list[Annotated[str, Field(max_length=32)]], Field(max_length=100)] = []


class AuditIn(Schema):
    ok: bool
    text: Word = ""


def _out(row: Inspection) -> dict[str, Any]:
    return {"id": row.pk, "point": row.point_id, "point_name": row.point.name, "how": row.how,
            "state": row.state, "why": row.why, "due": row.due, "inspector": str(row.inspector),
            "keeper": str(row.keeper or ""), "score": row.score, "passed": row.passed,
            "submitted_at": row.submitted_at}


def _problem(row: Rectification) -> dict[str, Any]:
    return {"id": row.pk, "inspection": row.inspection_id, "item": row.item, "grade": row.grade,
            "problem": row.problem, "deadline": row.deadline, "person": str(row.person or ""),
            "state": row.state, "again": row.again, "text": row.text}


def _detail(row: Inspection) -> dict[str, Any]:
    return {**_out(row), "template": row.template, "answers": row.answers, "remark": row.remark,
            "appeal": row.appeal, "ruling": row.ruling,
            "problems": [_problem(one) for one in row.rectifications.select_related("person")]}


@router.get("/supervision", response=list[InspectionOut])
def inspection_list(
    request: HttpRequest, state: Annotated[str, Field(max_length=12)] = "", page: Place = 1,
) -> list[dict[str, Any]]:
    """The unit's inspections, a hundred a page."""
    require(request.scope, "see_supervision")
    rows = queries.inspections_of(request.scope).order_by("-due", "-id")
    if state:
        rows = rows.filter(state=state)
    first = (max(page, 1) - 1) * PAGE
    return [_out(row) for row in rows[first:first + PAGE]]


@router.get("/supervision/{pk}", response=DetailOut)
def inspection_detail(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """One of them with its answers and problems."""
    require(request.scope, "see_supervision")
    return _detail(queries.inspection(request.scope, pk))


@router.post("/supervision", response=DetailOut)
def add(request: HttpRequest, body: AddIn) -> dict[str, Any]:
    """One outside any plan."""
    require(request.scope, "inspect")
    point = points_of(request.scope).filter(pk=body.point).first()
    if point is None:
        raise MonitoringPoint.DoesNotExist
    return _detail(planning.add(request.scope, point, body.how, body.due))


@router.post("/supervision/{pk}/begin", response=DetailOut)
def begin(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Begin it: the list of checks is copied in."""
    return _acted(request, pk, actions.begin)


@router.post("/supervision/{pk}/answers", response=DetailOut)
def save(request: HttpRequest, pk: Key, body: FilledIn) -> dict[str, Any]:
    """Keep what was filled in so far."""
    return _acted(request, pk, actions.save, body.answers, body.remark)


@router.post("/supervision/{pk}/submit", response=DetailOut)
def submit(request: HttpRequest, pk: Key, body: SignedIn) -> dict[str, Any]:
    """Hand it in, signed."""
    return _acted(request, pk, actions.submit, body.dict())


@router.post("/supervision/{pk}/confirm", response=DetailOut)
def confirm(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """The keeper takes the result."""
    return _acted(request, pk, actions.confirm)


@router.post("/supervision/{pk}/appeal", response=DetailOut)
def appeal(request: HttpRequest, pk: Key, body: SaidIn) -> dict[str, Any]:
    """The keeper does not agree."""
    return _acted(request, pk, actions.appeal, body.text, body.files)


@router.post("/supervision/{pk}/rule", response=DetailOut)
def rule(request: HttpRequest, pk: Key, body: SaidIn) -> dict[str, Any]:
    """A third person decides; problems that are dropped are none."""
    return _acted(request, pk, actions.rule, body.text, body.dropped)


@router.post("/supervision/problems/{pk}/rectify", response=ProblemOut)
def rectify(request: HttpRequest, pk: Key, body: SaidIn) -> dict[str, Any]:
    """What was done about a problem."""
    require(request.scope, "rectify")
    row = queries.rectifications_of(request.scope).get(pk=pk)
    return _problem(actions.rectify(request.scope, row, body.text, body.files))


@router.post("/supervision/problems/{pk}/audit", response=ProblemOut)
def audit(request: HttpRequest, pk: Key, body: AuditIn) -> dict[str, Any]:
    """The first or the second audit."""
    require(request.scope, "audit_rectification")
    row = queries.rectifications_of(request.scope).get(pk=pk)
    return _problem(actions.audit_rectification(request.scope, row, body.ok, body.text))


def _acted(request: HttpRequest, pk: int, act: Any, *more: Any) -> dict[str, Any]:
    require(request.scope, "see_supervision")
    act(request.scope, queries.inspection(request.scope, pk), *more)
    return _detail(queries.inspection(request.scope, pk))
