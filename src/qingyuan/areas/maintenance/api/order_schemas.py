"""What the API of orders and letters takes and gives. Instants are epoch milliseconds."""

from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from qingyuan.areas.maintenance.models import OrderClock, WorkOrder
from qingyuan.areas.maintenance.orders import queries

MOST = 500
Key = Annotated[int, Field(ge=0, le=2**62)]
Instant = Annotated[int, Field(ge=0, le=2**53)]


class ClockOut(Schema):
    """One time limit. ``state`` is as people see it: running, near, over, paused, met, late,
    cancelled; ``due_at`` the last moment in time; ``calendar`` "" for plain hours."""

    code: str
    title: str
    provision: str
    source: str
    status: str
    amount: float
    unit: str
    calendar: str
    provisional: bool
    since: int
    due_at: int
    met_at: int | None
    state: str

    @staticmethod
    def resolve_state(row: OrderClock) -> str:
        return queries.shown_state(row, queries.now_ms())


class OrderOut(Schema):
    """A work order as a list shows it."""

    id: int
    number: str
    organisation_id: int
    point_id: int
    system_id: int | None
    kind: str
    source: str
    source_ref: str
    state: str
    symptom: str
    cause: str
    handling: str
    traits: list[str]
    urgent: bool
    person_id: int | None
    person: str
    found_at: int
    accepted_at: int | None
    arrived_at: int | None
    repaired_at: int | None
    restored_at: int | None
    reported_at: int | None
    closed_at: int | None
    closed_why: str
    clocks: list[ClockOut]

    @staticmethod
    def resolve_person(row: WorkOrder) -> str:
        return str(row.person or "")

    @staticmethod
    def resolve_clocks(row: WorkOrder) -> list[OrderClock]:
        return row.ticking if hasattr(row, "ticking") else list(row.clocks.all())


class Orders(Schema):
    count: int
    items: list[OrderOut]


class EntryOut(Schema):
    id: int
    at: int
    who: str
    verb: str
    text: str
    files: list[str]


class DayOut(Schema):
    day: str
    count: int
    needed: int
    short: int


class SamplingOut(Schema):
    """The duty to sample by hand; ``gap`` in hours."""

    since: int
    until: int | None
    per_day: int
    gap: float
    samples: list[int]
    next_due: int | None
    late: bool
    short: int
    gaps: list[tuple[int, int]]
    days: list[DayOut]


class OrderDetail(OrderOut):
    """A work order with its log and the state of manual sampling."""

    entries: list[EntryOut]
    sampling: SamplingOut | None = None

    @staticmethod
    def resolve_entries(row: WorkOrder) -> list[Any]:
        return list(row.entries.all())


class FiguresOut(Schema):
    code: str
    title: str
    met: int
    late: int
    running: int
    share: float | None


class OrdersAsked(Schema):
    """The filters of the page: ``state`` is "" (unfinished), late, all or one state."""

    state: str = ""
    kind: str = ""
    mine: bool = False
    point: Key | None = None
    q: str = Field("", max_length=64)
    limit: int = Field(100, ge=1, le=MOST)
    offset: int = Field(0, ge=0, le=10**9)


class FindingOrderIn(Schema):
    """What is not said follows from the finding."""

    kind: str = ""
    symptom: str = ""
    traits: list[str] = []
    urgent: bool = False
    person: Key | None = None


class OrderIn(Schema):
    point: Key
    kind: str
    symptom: str
    traits: list[str] = []
    found_at: Instant | None = None
    system: Key | None = None
    urgent: bool = False
    person: Key | None = None


class At(Schema):
    at: Instant | None = None


class Repaired(At):
    cause: str = ""
    handling: str = ""


class Told(At):
    text: str = ""


class Report(Told):
    to: str


class Check(Told):
    passed: bool


class Sample(Told):
    files: list[str] = []


class Note(At):
    text: str
    files: list[str] = []


class Pause(At):
    reason: str


class Resume(At):
    reason: str = ""


class Traits(At):
    traits: list[str]


class Person(Schema):
    person: Key


class Transfer(Person):
    reason: str


class Close(At):
    cause: str = ""
    handling: str = ""
    without: str = ""


class Cancel(Schema):
    reason: str


class LetterOut(Schema):
    id: int
    organisation_id: int
    point_id: int
    order_id: int | None
    kind: str
    state: str
    number: str
    to: str
    subject: str
    body: str
    scan: str
    sent_at: int | None
    receipt: str
    received_at: int | None
    decision_due: int | None
    decision_source: str
    silence_consents: bool
    decided_at: int | None
    decision: str


class Letters(Schema):
    count: int
    items: list[LetterOut]


class LettersAsked(Schema):
    state: str = ""
    kind: str = ""
    order: Key | None = None
    limit: int = Field(100, ge=1, le=MOST)
    offset: int = Field(0, ge=0, le=10**9)


class LetterIn(Schema):
    kind: str
    order: Key | None = None
    point: Key | None = None


class LetterEdit(Schema):
    to: str
    subject: str
    body: str


class LetterSend(At):
    number: str = ""
    scan: str = ""


class LetterScan(Schema):
    scan: str


class LetterReceive(At):
    receipt: str = ""


class LetterDecide(At):
    agreed: bool
    text: str = ""
