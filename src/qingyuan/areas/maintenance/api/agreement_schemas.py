"""What the API of plans, trips, stops, appointments, needs and hand-overs takes and gives. Days are
China days; instants carry their zone, or are epoch milliseconds where the name ends in ``_at``."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field

Key = Annotated[int, Field(ge=1, le=2**63 - 1)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Text = Annotated[str, Field(max_length=400)]


class Asked(Schema):
    """Page of a list, by state where it has one."""

    state: Annotated[str, Field(max_length=16)] = ""
    offset: Annotated[int, Field(ge=0, le=10**6)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class Why(Schema):
    why: Text


class PlanOut(Schema):
    id: int
    discharger_id: int
    organisation_id: int
    month: date
    state: str
    sent_at: int | None
    confirmed_at: int | None
    confirmed_by: str
    scan: str
    note: str


class LineOut(Schema):
    id: int
    task_id: int
    day: date
    wish: date | None
    wish_why: str
    settled: str
    changed_to: date | None
    changed_why: str


class PlanDetail(PlanOut):
    lines: list[LineOut]

    @staticmethod
    def resolve_lines(row: Any) -> list[Any]:
        return list(row.lines.all())


class Plans(Schema):
    count: int
    items: list[PlanOut]


class PlanIn(Schema):
    discharger: Key
    month: date


class NoteIn(Schema):
    note: Text = ""


class WishIn(Schema):
    line: Key
    day: date
    why: Text


class WishesIn(Schema):
    wishes: Annotated[list[WishIn], Field(max_length=500)]


class SettleIn(Schema):
    line: Key
    accept: bool


class PaperIn(Schema):
    name: Annotated[str, Field(max_length=64)]
    scan: Digest


class LoadedLine(Schema):
    what: Annotated[str, Field(max_length=64)]
    amount: Annotated[str, Field(max_length=32)] = ""
    done: bool = False


class TripIn(Schema):
    name: Annotated[str, Field(max_length=64)]
    first: date
    last: date
    crew: Annotated[list[Key], Field(max_length=50)]
    vehicle: Annotated[str, Field(max_length=16)] = ""
    overnight: Annotated[str, Field(max_length=200)] = ""
    note: Text = ""


class LoadingIn(Schema):
    loading: Annotated[list[LoadedLine], Field(max_length=200)]


class TasksIn(Schema):
    tasks: Annotated[list[Key], Field(max_length=200)]


class TripOut(Schema):
    id: int
    name: str
    first: date
    last: date
    vehicle: str
    overnight: str
    note: str
    closed: bool
    loading: list[dict[str, Any]]
    people: list[int]

    @staticmethod
    def resolve_people(row: Any) -> list[int]:
        return [member.person_id for member in row.crew.all()]


class Trips(Schema):
    count: int
    items: list[TripOut]


class UnreachedOut(Schema):
    """``hours`` is an estimate, None where a position is unknown; ``limit`` in hours."""

    point: int
    keeper: int
    origin: str
    hours: float | None
    limit: float
    provision: str


class DayOut(Schema):
    day: date
    tasks: list[int]
    unreached: list[UnreachedOut]


class TripDetail(TripOut):
    days: list[DayOut]
    lacking: dict[int, list[str]]


class StopIn(Schema):
    point: Key
    since: AwareDatetime
    planned_until: AwareDatetime | None = None
    reason: Annotated[str, Field(max_length=200)]


class FileIn(Schema):
    filed_on: date
    filing: Annotated[str, Field(max_length=128)]
    planned_until: AwareDatetime | None = None
    scan: Digest | None = None


class RestartIn(Schema):
    at: AwareDatetime


class StopOut(Schema):
    """``state`` is a code of the family ``stop``."""

    id: int
    point_id: int
    since: datetime
    planned_until: datetime | None
    restart_at: datetime | None
    reason: str
    filed_on: date | None
    filing: str
    withdrawn_why: str
    state: str
    suspended_since: date | None


class Stops(Schema):
    count: int
    items: list[StopOut]


class JointIn(Schema):
    third_party: Annotated[str, Field(max_length=128)]
    begins: AwareDatetime
    ends: AwareDatetime


class JointAtIn(JointIn):
    point: Key


class AgreeIn(Schema):
    plant: Annotated[str, Field(max_length=64)] = ""
    third: Annotated[str, Field(max_length=64)] = ""


class LoadIn(Schema):
    load: float
    by: Annotated[str, Field(max_length=64)]


class ClocksIn(Schema):
    ours: AwareDatetime
    theirs: AwareDatetime


class ReportIn(Schema):
    number: Annotated[str, Field(max_length=64)]
    passed: bool
    file: Digest


class JointOut(Schema):
    """``difference`` in seconds, positive where the logger's clock is ahead."""

    task_id: int
    third_party: str
    begins: datetime
    ends: datetime
    agreed_plant: str
    agreed_third: str
    load: float | None
    load_by: str
    clock_ours: datetime | None
    clock_theirs: datetime | None
    report: str
    report_number: str
    passed: bool | None
    state: str
    difference: float | None
    lacking: list[str]


class NeedIn(Schema):
    point: Key
    kind: Annotated[str, Field(max_length=12)]
    text: Text
    due: date | None = None
    photos: Annotated[list[Digest], Field(max_length=12)] = []


class AnswerIn(Schema):
    answer: Text = ""
    answered_on: date | None = None
    photos: Annotated[list[Digest], Field(max_length=12)] = []


class NeedOut(Schema):
    id: int
    point_id: int
    kind: str
    text: str
    asked_on: date
    due: date | None
    state: str
    answered_on: date | None
    answer: str
    photos: list[str]


class Needs(Schema):
    count: int
    items: list[NeedOut]


class HandOverIn(Schema):
    kind: Literal["engineer", "contract"]
    points: Annotated[list[Key], Field(max_length=500)]
    day: date
    giver: Key | None = None
    taker: Key | None = None
    taking_unit: Key | None = None
    note: Text = ""


class ItemIn(Schema):
    part: Annotated[str, Field(max_length=16)]
    what: Annotated[str, Field(max_length=200)]
    note: Annotated[str, Field(max_length=200)] = ""


class SignIn(Schema):
    name: Annotated[str, Field(max_length=64)] = ""
    signature: Digest | None = None


class HandOverOut(Schema):
    """``given`` and ``taken``: {name, at, sha256, by}; ``state`` of the family ``handover``."""

    id: int
    kind: str
    organisation_id: int
    giver_id: int | None
    taker_id: int | None
    taking_unit_id: int | None
    day: date
    note: str
    state: str
    given: dict[str, Any] | None
    taken: dict[str, Any] | None


class HandOverDetail(HandOverOut):
    items: list[dict[str, str]]


class HandOvers(Schema):
    count: int
    items: list[HandOverOut]
