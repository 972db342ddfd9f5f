"""What the API of tasks takes and gives."""

from datetime import date
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from qingyuan.areas.maintenance import task_queries
from qingyuan.areas.maintenance.models import Task

Key = Annotated[int, Field(ge=0, le=2**62)]
Month = Annotated[int, Field(ge=1, le=12)]
MOST = 500


class SheetOut(Schema):
    """A form due at a visit; ``duties`` are keys of ``GET /duties``. ``left_why``: the visit ended
    without it, for that reason."""

    id: int
    system_id: int | None
    form: str
    duties: list[str]
    opens: date
    due: date
    due_at: int
    done_at: int | None
    done_by: str
    left_why: str


class TaskOut(Schema):
    """A visit. ``shown`` is its state as the pages show it: overdue goes before open work.
    ``rest_of_id``: the visit that left undone what is overdue here."""

    id: int
    point_id: int
    point: str
    discharger: str
    kind: str
    state: str
    shown: str
    title: str
    day: date
    opens: date
    due: date
    due_at: int
    invalidates: bool
    fixed: bool
    person_id: int | None
    person: str
    trip_id: int | None
    moved_from: date | None
    moved_why: str
    cancel_why: str
    rest_of_id: int | None
    begun_at: int | None
    done_at: int | None
    sheets: list[SheetOut]

    @staticmethod
    def resolve_point(row: Task) -> str:
        return row.point.name

    @staticmethod
    def resolve_discharger(row: Task) -> str:
        return row.point.organisation.name

    @staticmethod
    def resolve_shown(row: Task) -> str:
        return task_queries.shown_state(row)

    @staticmethod
    def resolve_person(row: Task) -> str:
        return str(row.person or "")

    @staticmethod
    def resolve_sheets(row: Task) -> list[Any]:
        return list(row.forms)


class TasksOut(Schema):
    count: int
    tallies: dict[str, int]
    items: list[TaskOut]


class Changed(Schema):
    """A task after an act; ``warnings`` say what the person lacks to be let in."""

    task: TaskOut
    warnings: list[str] = []


class TasksAsked(Schema):
    """Filters as in the address of the page."""

    state: str = ""
    kind: str = ""
    mine: str = ""
    person: str = ""
    area: str = ""
    discharger: str = ""
    point: str = ""
    first: str = Field("", alias="from")
    last: str = Field("", alias="to")
    q: str = Field("", max_length=64)
    limit: int = Field(100, ge=1, le=MOST)
    offset: int = Field(0, ge=0, le=10**9)


class SheetIn(Schema):
    system: Key | None = None
    form: str = Field(max_length=64)


class TaskIn(Schema):
    point: Key
    day: date
    title: str = Field(max_length=128)
    person: Key | None = None
    sheets: list[SheetIn] = Field([], max_length=50)


class PersonIn(Schema):
    person: Key


class TransferIn(PersonIn):
    reason: str = Field(max_length=200)


class MoveIn(Schema):
    day: date
    reason: str = Field("", max_length=200)


class ReasonIn(Schema):
    reason: str = Field(max_length=200)


class DangerOut(Schema):
    """A duty whose lateness makes data invalid from ``at`` on."""

    point_id: int
    point: str
    system_id: int
    duty: str
    name: str
    at: int
    source: str
    state: str
    task_id: int | None


class PlannedOut(Schema):
    clocks: int
    made: int
    changed: int
    withdrawn: int


class DutyOut(Schema):
    """A duty; ``on``: its set is switched on. ``interval`` is the one that its list prints."""

    key: str
    name: str
    group: str
    set: str
    on: bool
    kind: str
    forms: dict[str, str]
    where: str
    cite: str
    interval: str
    rule: str
    invalidates: bool
    months: list[int]


class SetOut(Schema):
    key: str
    title: str
    on: bool
    duties: int


class SetIn(Schema):
    on: bool


class OwnDutyIn(Schema):
    """Facts of a duty file; those left out stay as they are."""

    name: str | None = Field(None, max_length=64)
    group: str | None = Field(None, max_length=64)
    kind: str | None = None
    where: str | None = None
    form: str | None = Field(None, max_length=64)
    form_title: str | None = Field(None, max_length=64)
    interval: str | None = Field(None, max_length=12)
    clause: str | None = Field(None, max_length=80)
    why: str | None = Field(None, max_length=200)
    prefill: str | None = None
    auto_calibration: bool | None = None
    below: float | None = Field(None, ge=-60, le=50)
    lead: int | None = Field(None, ge=0, le=90)
    invalidates: bool | None = None
    techniques: list[str] | None = None
    months: list[Month] | None = None
    needs: list[str] | None = None


class OwnDutyOut(Schema):
    id: int
    key: str
    active: bool
    facts: dict[str, Any]
