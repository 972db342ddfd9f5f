"""The API of sites: points with place and keepers, houses, entry conditions. Days are China
calendar days, positions degrees in WGS 84."""

from datetime import date, time
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from qingyuan.areas.organisations.models import Organisation, User
from qingyuan.areas.organisations.scope import require

from . import queries, sites, sites_queries
from .api_people import router as people
from .models import EntryCondition, MonitoringPoint, PointKeeper, StationHouse
from .site_listing import by_state, dressed, search

router = Router(tags=["sites"])
router.add_router("", people)
MOST = 500
Key = Annotated[int, Field(ge=0, le=2**62)]
Text = Annotated[str, Field(max_length=400)]


class KeeperOut(Schema):
    id: int
    person_id: int
    person: str
    backup: bool
    since: date
    until: date | None

    @staticmethod
    def resolve_person(row: PointKeeper) -> str:
        return str(row.person)


class PlaceOut(Schema):
    """``area``: code of the prefecture or 兵团 city, the discharger's where the place has none;
    ``fence`` in m."""

    area: str
    latitude: float | None = None
    longitude: float | None = None
    fence: int | None = None
    directions: str = ""
    house_id: int | None = None
    house: str = ""


class SiteOut(Schema):
    id: int
    name: str
    kind: str
    outlet: str
    discharger_id: int
    discharger: str
    place: PlaceOut
    keepers: list[KeeperOut]
    conditions: int


class Sites(Schema):
    count: int
    items: list[SiteOut]


class SitesAsked(Schema):
    q: str = ""
    area: str = ""
    keeper: str = ""
    state: str = ""  # nowhere | nobody
    limit: int = Field(100, ge=1, le=MOST)
    offset: int = Field(0, ge=0, le=10**9)


class PlaceIn(Schema):
    """What is left out stays as it is."""

    area: Text | None = None
    latitude: float | None = None
    longitude: float | None = None
    fence: Annotated[int, Field(ge=0, le=10**6)] | None = None
    directions: Text | None = None
    house: Key | None = None


class HouseOut(Schema):
    id: int
    discharger_id: int
    name: str
    floor_area: float | None
    latitude: float | None
    longitude: float | None
    note: str


class HouseIn(Schema):
    name: Text | None = None
    floor_area: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    note: Text | None = None


class NewHouse(HouseIn):
    discharger: Key
    name: Text


class ConditionOut(Schema):
    """``point_id`` null: of all the discharger's points; ``opens`` and ``closes`` China time."""

    id: int
    discharger_id: int
    point_id: int | None
    kind: str
    opens: time | None
    closes: time | None
    contact: str
    note: str
    since: date
    until: date | None


class ConditionIn(Schema):
    kind: str | None = None
    opens: time | None = None
    closes: time | None = None
    contact: Text | None = None
    note: Text | None = None
    since: date | None = None
    until: date | None = None


class NewCondition(ConditionIn):
    """``whole``: for all points of the discharger."""

    kind: str
    since: date
    whole: bool = False


class KeeperIn(Schema):
    points: list[Key] = Field(max_length=MOST)
    person: Key
    since: date
    backup: bool = False


class Ending(Schema):
    until: date


class Missing(Schema):
    sentences: list[str]


class MissingAsked(Schema):
    day: date
    person: Key | None = None
    vehicle: str = ""


def _site(point: Any) -> dict[str, Any]:
    """A point that ``dressed`` has filled in, as plain data."""
    lies = point.lies
    house = lies.house if lies else None
    return {
        "id": point.pk, "name": point.name, "kind": point.kind, "outlet": point.outlet.name,
        "discharger_id": point.organisation_id, "discharger": point.organisation.name,
        "keepers": point.kept, "conditions": point.asks,
        "place": {
            "area": sites_queries.area_of(point, lies),
            "latitude": lies.latitude if lies else None,
            "longitude": lies.longitude if lies else None,
            "fence": lies.fence if lies else None,
            "directions": lies.directions if lies else "",
            "house_id": house.pk if house else None, "house": house.name if house else ""},
    }


def _point(request: HttpRequest, pk: int, verb: str) -> MonitoringPoint:
    require(request.scope, verb)  # type: ignore[attr-defined]
    return queries.points_of(request.scope).select_related(  # type: ignore[attr-defined]
        "place__house").get(pk=pk)


@router.get("/sites", response=Sites)
def site_list(request: HttpRequest, asked: Query[SitesAsked]) -> dict[str, Any]:
    """Points with place, keepers of today, and how many entry conditions hold."""
    scope = request.scope  # type: ignore[attr-defined]
    require(scope, "see_sites")
    points = by_state(scope, search(scope, asked.dict()), asked.state)
    found = list(points.order_by("organisation__name", "name", "id")[
        asked.offset:asked.offset + asked.limit])
    dressed(scope, found)
    return {"count": points.count(), "items": [_site(point) for point in found]}


@router.get("/sites/{pk}", response=SiteOut)
def site(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """One point."""
    point = _point(request, pk, "see_sites")
    dressed(request.scope, [point])  # type: ignore[attr-defined]
    return _site(point)


@router.put("/sites/{pk}/place", response=SiteOut)
def set_place(request: HttpRequest, pk: Key, given: PlaceIn) -> dict[str, Any]:
    """Say where a point lies."""
    scope = request.scope  # type: ignore[attr-defined]
    point = _point(request, pk, "edit_sites")
    facts = given.dict(exclude_unset=True)
    if facts.get("house") is not None:
        facts["house"] = sites_queries.houses_of(scope).get(pk=facts["house"])
    sites.set_place(scope, point, **{
        name: value for name, value in facts.items()
        if value is not None or name in ("house", "latitude", "longitude")})
    return site(request, pk)


@router.get("/houses", response=list[HouseOut])
def houses(request: HttpRequest) -> Any:
    """Station houses of the dischargers at which a point is visible."""
    require(request.scope, "see_sites")  # type: ignore[attr-defined]
    return sites_queries.houses_of(request.scope)  # type: ignore[attr-defined]


@router.post("/houses", response=HouseOut)
def new_house(request: HttpRequest, given: NewHouse) -> StationHouse:
    """Enter a station house."""
    scope = request.scope  # type: ignore[attr-defined]
    facts = {k: v for k, v in given.dict(exclude_unset=True).items() if v is not None}
    return sites.add_house(scope, Organisation(pk=facts.pop("discharger")), **facts)


@router.patch("/houses/{pk}", response=HouseOut)
def edit_house(request: HttpRequest, pk: Key, given: HouseIn) -> StationHouse:
    """Correct a station house."""
    scope = request.scope  # type: ignore[attr-defined]
    facts = {k: v for k, v in given.dict(exclude_unset=True).items()
             if v is not None or k not in ("name", "note")}
    return sites.edit_house(scope, StationHouse(pk=pk), **facts)


@router.get("/sites/{pk}/conditions", response=list[ConditionOut])
def conditions(request: HttpRequest, pk: Key, day: date | None = None) -> Any:
    """What the site asks of whoever comes on a day (default today)."""
    point = _point(request, pk, "see_sites")
    return sites_queries.conditions_at(point, day or queries.today())


@router.post("/sites/{pk}/conditions", response=ConditionOut)
def new_condition(request: HttpRequest, pk: Key, given: NewCondition) -> EntryCondition:
    """Enter an entry condition of the point, or of all points of its discharger."""
    scope = request.scope  # type: ignore[attr-defined]
    point = _point(request, pk, "edit_entry")
    facts = {k: v for k, v in given.dict(exclude_unset=True).items() if v is not None}
    here = None if facts.pop("whole", False) else point
    return sites.add_entry_condition(scope, point.organisation, point=here, **facts)


@router.patch("/conditions/{pk}", response=ConditionOut)
def edit_condition(request: HttpRequest, pk: Key, given: ConditionIn) -> EntryCondition:
    """Correct or end an entry condition."""
    facts = {k: v for k, v in given.dict(exclude_unset=True).items()
             if v is not None or k in ("opens", "closes", "until")}
    return sites.edit_entry_condition(
        request.scope, EntryCondition(pk=pk), **facts)  # type: ignore[attr-defined]


@router.get("/sites/{pk}/missing-permits", response=Missing)
def missing_permits(request: HttpRequest, pk: Key, asked: Query[MissingAsked]) -> dict[str, Any]:
    """Sentences on the permits that a colleague or a vehicle lacks at the point on a day."""
    scope = request.scope  # type: ignore[attr-defined]
    require(scope, "see_permits")
    point = _point(request, pk, "see_sites")
    who: User | None = None
    if asked.person is not None:
        who = sites_queries.colleagues(scope).get(pk=asked.person)
    return {"sentences": sites_queries.missing_permits(
        scope.organisation, point, asked.day, person=who, vehicle=asked.vehicle)}


@router.post("/keepers", response=list[KeeperOut])
def keep_points(request: HttpRequest, given: KeeperIn) -> Any:
    """Put points into somebody's care; the rows that were made."""
    points = [MonitoringPoint(pk=pk) for pk in given.points]
    return sites.keep_point(request.scope, points, User(pk=given.person),  # type: ignore[attr-defined]
                            given.since, backup=given.backup)


@router.post("/keepers/{pk}/end", response=KeeperOut)
def end_keeping(request: HttpRequest, pk: Key, given: Ending) -> PointKeeper:
    """The last day on which somebody looks after a point."""
    return sites.end_keeping(
        request.scope, PointKeeper(pk=pk), given.until)  # type: ignore[attr-defined]
