"""The API of papers, vehicles and tools."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from qingyuan.areas.organisations.scope import require

from . import queries

router = Router(tags=["means"])


class PaperOut(Schema):
    id: int
    kind: str
    number: str
    grade: str
    issuer: str
    issued: date
    expires: date | None
    covers: bool | None


class VehicleOut(Schema):
    id: int
    plate: str
    model: str
    office: str
    since: date
    until: date | None
    odometer: int


class ToolOut(Schema):
    id: int
    number: str
    name: str
    kind: str
    metrology_until: date | None
    retired_on: date | None


@router.get("/unit-papers", response=list[PaperOut])
def papers(request: HttpRequest) -> Any:
    """Papers of the unit."""
    require(request.scope, "see_means")
    return queries.papers_of(request.scope)[:1000]


@router.get("/vehicles", response=list[VehicleOut])
def vehicles(request: HttpRequest) -> Any:
    """Vehicles of the unit."""
    require(request.scope, "see_means")
    return [{**{name: getattr(row, name) for name in (
        "id", "plate", "model", "since", "until", "odometer")}, "office": row.office.name}
        for row in queries.vehicles_of(request.scope)[:1000]]


@router.get("/tools", response=list[ToolOut])
def tools(request: HttpRequest) -> Any:
    """Tools of the unit."""
    require(request.scope, "see_means")
    return queries.tools_of(request.scope)[:5000]
