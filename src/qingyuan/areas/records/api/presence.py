"""The API of presence and entry logs. Instants are epoch milliseconds, positions degrees in WGS 84.
"""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.maintenance.models import Task, WorkOrder
from qingyuan.areas.organisations.scope import Scope, require

from ..models import HouseEntry, Presence
from ..presence import actions, log, queries

router = Router(tags=["presence"])
MOST = 500
Key = Annotated[int, Field(ge=0, le=2**62)]
Instant = Annotated[int, Field(ge=0, le=2**53)]


class PresenceOut(Schema):
    """A check-in or check-out. ``phone_at`` is what the phone said, ``at`` when the server heard of
    it; ``distance``, ``accuracy`` and ``fence`` in m."""

    id: int
    point_id: int
    person_id: int
    person: str
    task_id: int | None
    order_id: int | None
    kind: str
    client_id: str
    phone_at: int
    at: int
    distance: float | None
    accuracy: float | None
    fence: int | None
    off_site: bool
    late: bool
    reason: str
    photo: str
    approval: str
    approved_by: str
    approved_at: int | None
    approved_why: str

    @staticmethod
    def resolve_person(row: Presence) -> str:
        return str(row.person)


class Presences(Schema):
    count: int
    items: list[PresenceOut]


class PresenceAsked(Schema):
    state: str = ""  # pending | none | approved | refused | off_site | late
    point: Key | None = None
    person: Key | None = None
    limit: int = Field(100, ge=1, le=MOST)
    offset: int = Field(0, ge=0, le=10**9)


class PresenceIn(Schema):
    """Where and when; ``client_id`` is the phone's own, by which sending twice makes one."""

    point: Key
    client_id: str
    phone_at: Instant
    latitude: float | None = None
    longitude: float | None = None
    accuracy: float | None = None
    reason: str = ""
    photo: str = ""


class CheckIn(PresenceIn):
    task: Key | None = None
    order: Key | None = None


class Decision(Schema):
    ok: bool
    why: str = ""


class EntryOut(Schema):
    id: int
    point_id: int
    name: str
    company: str
    purpose: str
    came_at: int
    left_at: int | None
    note: str
    presence_id: int | None


class EntryIn(Schema):
    name: str
    company: str = ""
    purpose: str
    came_at: Instant
    left_at: Instant | None = None
    note: str = ""


class PersonOut(Schema):
    """One person's month: visits, points, days, hours between coming and going."""

    person: int
    name: str
    visits: int
    points: int
    days: int
    hours: float
    off_site: int
    late: int
    pending: int
    refused: int
    open: int


def _scope(request: HttpRequest) -> Scope:
    scope: Scope = request.scope  # type: ignore[attr-defined]
    return scope


@router.get("/presence", response=Presences)
def presences(request: HttpRequest, asked: Query[PresenceAsked]) -> dict[str, Any]:
    """Check-ins and check-outs, those that wait for approval first."""
    scope = _scope(request)
    require(scope, "see_presence")
    found = queries.presences_for(scope, queries.Filters(
        asked.state, asked.point, asked.person))
    return {"count": found.count(), "items": list(found[asked.offset:asked.offset + asked.limit])}


@router.get("/presence/people", response=list[PersonOut])
def people(request: HttpRequest, month: str = "") -> list[queries.PersonMonth]:
    """Each person's presence in a month (YYYY-MM, default this one)."""
    scope = _scope(request)
    require(scope, "see_presence")
    _key, first, until = queries.month_of(month)
    return queries.people_figures(scope, first, until)


@router.post("/presence/check-in", response=PresenceOut)
def check_in(request: HttpRequest, sent: CheckIn) -> Presence:
    """Come to a point; 422 with ``reason`` when off-site, late or without position and unsaid."""
    scope = _scope(request)
    own = {"organisation": scope.organisation}
    task = None if sent.task is None else Task.objects.get(pk=sent.task, **own)
    order = None if sent.order is None else WorkOrder.objects.get(pk=sent.order, **own)
    facts = sent.dict(exclude={"point", "task", "order"})
    return actions.check_in(
        scope, points_of(scope).get(pk=sent.point), task=task, order=order, **facts)


@router.post("/presence/check-out", response=PresenceOut)
def check_out(request: HttpRequest, sent: PresenceIn) -> Presence:
    """Leave the point at which one checked in."""
    scope = _scope(request)
    return actions.check_out(
        scope, points_of(scope).get(pk=sent.point), **sent.dict(exclude={"point"}))


@router.get("/presence/{pk}", response=PresenceOut)
def presence(request: HttpRequest, pk: Key) -> Presence:
    """One of them."""
    scope = _scope(request)
    require(scope, "see_presence")
    return queries.presence(scope, pk)


@router.post("/presence/{pk}/decision", response=PresenceOut)
def decide(request: HttpRequest, pk: Key, sent: Decision) -> Presence:
    """Approve or refuse one that waits."""
    scope = _scope(request)
    require(scope, "approve_presence")
    return actions.decide(scope, queries.presence(scope, pk), sent.ok, sent.why)


@router.get("/points/{pk}/entries", response=list[EntryOut])
def entries(request: HttpRequest, pk: Key, month: str = "") -> list[HouseEntry]:
    """A point's entry log of a month (YYYY-MM, default this one), oldest first."""
    scope = _scope(request)
    require(scope, "see_presence")
    _key, first, until = queries.month_of(month)
    return list(queries.log_of(scope, points_of(scope).get(pk=pk), first, until))


@router.post("/points/{pk}/entries", response=EntryOut)
def add_entry(request: HttpRequest, pk: Key, sent: EntryIn) -> HouseEntry:
    """Write a visitor into the log."""
    scope = _scope(request)
    return log.add_entry(scope, points_of(scope).get(pk=pk), **sent.dict())


@router.post("/entries/{pk}/end", response=EntryOut)
def end_entry(request: HttpRequest, pk: Key, left_at: Instant) -> HouseEntry:
    """Say when a visitor left."""
    scope = _scope(request)
    require(scope, "write_entry_log")
    return log.end_entry(scope, queries.entries_of(scope).get(pk=pk), left_at)
