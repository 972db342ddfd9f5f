"""The API of offices, people and permits."""

from datetime import date
from typing import Annotated, Any

from django.db.models import F
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import require

from . import queries, sites, sites_queries
from .models import EntryPermit, Office
from .site_listing import load, members

router = Router(tags=["people"])
MOST = 500
Key = Annotated[int, Field(ge=0, le=2**62)]
Text = Annotated[str, Field(max_length=128)]


class OfficeOut(Schema):
    """``area``: code of the prefecture or 兵团 city."""

    id: int
    name: str
    area: str
    address: str
    phone: str
    latitude: float | None
    longitude: float | None
    since: date
    until: date | None


class OfficeIn(Schema):
    name: Text | None = None
    area: Text | None = None
    address: Text | None = None
    phone: Text | None = None
    latitude: float | None = None
    longitude: float | None = None
    since: date | None = None


class NewOffice(OfficeIn):
    name: Text
    area: Text
    since: date


class Closing(Schema):
    until: date


class Joining(Schema):
    people: list[Key] = Field(max_length=MOST)
    since: date


class PersonOut(Schema):
    """A colleague; ``points`` are those that he or she is the main keeper of today."""

    id: int
    username: str
    name: str
    phone: str
    role: str
    office_id: int | None
    points: int


class PermitOut(Schema):
    """Of a person or a vehicle; ``discharger_id`` null: everywhere. ``sha256`` of the scan."""

    id: int
    kind: str
    person_id: int | None
    vehicle: str
    discharger_id: int | None
    number: str
    since: date
    until: date | None
    sha256: str


class Permits(Schema):
    count: int
    items: list[PermitOut]


class PermitsAsked(Schema):
    person: Key | None = None
    until_before: date | None = None
    limit: int = Field(100, ge=1, le=MOST)
    offset: int = Field(0, ge=0, le=10**9)


class PermitIn(Schema):
    discharger: Key | None = None
    number: Text | None = None
    since: date | None = None
    until: date | None = None


class NewPermit(PermitIn):
    kind: str
    since: date
    person: Key | None = None
    vehicle: Annotated[str, Field(max_length=16)] = ""


def _given(given: Schema, *empty: str) -> dict[str, Any]:
    """The fields that were sent; null only where it means something."""
    return {name: value for name, value in given.dict(exclude_unset=True).items()
            if value is not None or name in empty}


@router.get("/offices", response=list[OfficeOut])
def offices(request: HttpRequest) -> Any:
    """The unit's offices, closed ones too."""
    require(request.scope, "see_permits")  # type: ignore[attr-defined]
    return sites_queries.offices_of(request.scope)  # type: ignore[attr-defined]


@router.post("/offices", response=OfficeOut)
def new_office(request: HttpRequest, given: NewOffice) -> Office:
    """Enter an office."""
    return sites.add_office(request.scope, **_given(given))  # type: ignore[attr-defined]


@router.patch("/offices/{pk}", response=OfficeOut)
def edit_office(request: HttpRequest, pk: Key, given: OfficeIn) -> Office:
    """Correct an office."""
    return sites.edit_office(request.scope, Office(pk=pk),  # type: ignore[attr-defined]
                             **_given(given, "latitude", "longitude"))


@router.post("/offices/{pk}/close", response=OfficeOut)
def close_office(request: HttpRequest, pk: Key, given: Closing) -> Office:
    """The last day of an office."""
    return sites.close_office(
        request.scope, Office(pk=pk), given.until)  # type: ignore[attr-defined]


@router.post("/offices/{pk}/people", response=list[PersonOut])
def join_office(request: HttpRequest, pk: Key, given: Joining) -> Any:
    """People who work from the office beginning with a day."""
    for person in given.people:
        sites.set_office_of(request.scope, User(pk=person), Office(pk=pk),  # type: ignore[attr-defined]
                            given.since)
    return people(request)


@router.get("/people", response=list[PersonOut])
def people(request: HttpRequest) -> Any:
    """Active colleagues with role, office and the number of points in their care."""
    scope = request.scope  # type: ignore[attr-defined]
    require(scope, "see_permits")
    loads = load(scope)
    home = {who.pk: office for office, rows in members(scope).items() for who in rows}
    return [{"id": who.pk, "username": who.username, "name": who.name, "phone": who.phone,
             "role": who.role, "office_id": home.get(who.pk), "points": loads[who.pk]}
            for who in sites_queries.colleagues(scope)]


@router.get("/permits", response=Permits)
def permits(request: HttpRequest, asked: Query[PermitsAsked]) -> dict[str, Any]:
    """Permits, those that run out first before the others."""
    scope = request.scope  # type: ignore[attr-defined]
    require(scope, "see_permits")
    rows = sites_queries.permits_of(scope).order_by(F("until").asc(nulls_last=True), "id")
    if asked.person is not None:
        rows = rows.filter(person=asked.person)
    if asked.until_before is not None:
        rows = rows.filter(until__lt=asked.until_before)
    return {"count": rows.count(), "items": list(rows[asked.offset:asked.offset + asked.limit])}


@router.post("/permits", response=PermitOut)
def new_permit(request: HttpRequest, given: NewPermit) -> EntryPermit:
    """Enter a permit; its scan is added on the page."""
    scope = request.scope  # type: ignore[attr-defined]
    facts = _given(given)
    if "person" in facts:
        facts["person"] = sites_queries.colleagues(scope).get(pk=facts["person"])
    if "discharger" in facts:
        facts["discharger"] = queries.dischargers(scope).get(pk=facts["discharger"])
    return sites.add_permit(scope, **facts)


@router.patch("/permits/{pk}", response=PermitOut)
def edit_permit(request: HttpRequest, pk: Key, given: PermitIn) -> EntryPermit:
    """Correct a permit, or end it."""
    scope = request.scope  # type: ignore[attr-defined]
    facts = _given(given, "discharger", "until")
    if facts.get("discharger") is not None:
        facts["discharger"] = queries.dischargers(scope).get(pk=facts["discharger"])
    return sites.edit_permit(scope, EntryPermit(pk=pk), **facts)
