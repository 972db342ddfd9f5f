"""The API of the back office's review. Instants are epoch milliseconds."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from qingyuan.areas.organisations.scope import Scope, require

from ..models import Record, ReviewSettings
from ..presence.queries import month_of
from ..review import actions, beside, queries
from ..review.settings import keep_settings, settings_of
from .crosscheck import router as crosscheck

router = Router(tags=["review"])
router.add_router("", crosscheck)
MOST = 500
Key = Annotated[int, Field(ge=0, le=2**62)]


class Risk(Schema):
    code: str
    points: int
    sentence: str


class Waiting(Schema):
    """A record as the queue shows it; ``drawn`` ones are read singly."""

    id: int
    title: str
    form: str
    point_id: int
    point: str
    who: str
    author_id: int | None
    day: date
    version: int
    state: str
    passed: bool | None
    risk: int
    risks: list[Risk]
    drawn: bool
    submitted_at: int | None
    review_due: int | None
    reviewed_at: int | None
    returned_why: str

    @staticmethod
    def resolve_point(row: Record) -> str:
        return row.point.name

    @staticmethod
    def resolve_drawn(row: Record) -> bool:
        return queries.is_drawn(row)


class Queue(Schema):
    count: int
    tallies: dict[str, int]
    items: list[Waiting]


class QueueAsked(Schema):
    state: str = "waiting"  # waiting | overdue | returned | today
    form: str = Field("", max_length=64)
    point: Key | None = None
    person: Key | None = None
    area: str = Field("", max_length=6, pattern=r"^\d*$")
    limit: int = Field(100, ge=1, le=MOST)
    offset: int = Field(0, ge=0, le=10**9)


class ReadOut(Schema):
    """A reading: who, when, with what end."""

    record_id: int
    who: str
    at: int
    verb: str
    reason: str
    seconds: int | None


class Whole(Waiting):
    """A record with its answers and its readings."""

    answers: dict[str, Any]
    outcome: dict[str, Any]
    begun_at: int | None
    finished_at: int | None
    digest: str
    reviews: list[ReadOut]

    @staticmethod
    def resolve_reviews(row: Record) -> list[Any]:
        return beside.reviews_of(row)


class Decision(Schema):
    reason: str = ""
    seconds: int | None = Field(None, ge=0, le=86_400)


class Many(Schema):
    records: list[Key] = Field(max_length=MOST)


class LeftOut(Schema):
    id: int
    why: str


class ManyOut(Schema):
    """Accepted records, and those left with the reason why."""

    done: list[int]
    left: list[LeftOut]


class FiguresOut(Schema):
    who: str
    read: int
    accepted: int
    returned: int
    bulk: int
    overdue: int
    sampled: int
    sample_returned: int
    seconds: float | None


class StatisticsOut(Schema):
    people: list[FiguresOut]
    total: FiguresOut
    submitted: int
    waiting: int
    late: int


class SettingsOut(Schema):
    hours: int
    bulk_risk: int
    sample_percent: int


class SettingsIn(Schema):
    hours: int = Field(ge=0, le=32_000)
    bulk_risk: int = Field(ge=0, le=32_000)
    sample_percent: int = Field(ge=0, le=32_000)


def _scope(request: HttpRequest, verb: str = "see_review") -> Scope:
    scope: Scope = request.scope  # type: ignore[attr-defined]
    require(scope, verb)
    return scope


@router.get("/review", response=Queue)
def queue(request: HttpRequest, asked: Query[QueueAsked]) -> dict[str, Any]:
    """Records that wait, the riskiest first; other states by name."""
    scope = _scope(request)
    by = queries.Filters(asked.state, asked.form, asked.point, asked.person, asked.area)
    found = queries.queue(scope, by)
    return {"count": found.count(), "tallies": queries.tallies(scope, by),
            "items": list(found[asked.offset:asked.offset + asked.limit])}


@router.get("/review/statistics", response=StatisticsOut)
def statistics(request: HttpRequest, month: str = "") -> queries.ReviewFigures:
    """Figures of a month (YYYY-MM, default this one) by reviewer."""
    _key, first, until = month_of(month)
    return queries.review_figures(_scope(request), first, until)


@router.get("/review/settings", response=SettingsOut)
def settings(request: HttpRequest) -> ReviewSettings:
    """How the unit reviews."""
    return settings_of(_scope(request).organisation)


@router.post("/review/settings", response=SettingsOut)
def set_settings(request: HttpRequest, sent: SettingsIn) -> ReviewSettings:
    """Change it for records submitted from now on."""
    return keep_settings(_scope(request, "set_review"), **sent.dict())


@router.post("/review/accept", response=ManyOut)
def accept_many(request: HttpRequest, sent: Many) -> dict[str, Any]:
    """Accept several of low risk; drawn ones, one's own and risky ones stay."""
    found = actions.accept_many(
        _scope(request, "review_record"), [Record(pk=key) for key in sent.records])
    return {"done": [row.pk for row in found.done],
            "left": [{"id": row.pk, "why": str(why)} for row, why in found.left]}


@router.get("/review/{pk}", response=Whole)
def record(request: HttpRequest, pk: Key) -> Record:
    """One submitted record."""
    return queries.record(_scope(request), pk)


@router.post("/review/{pk}/accept", response=Waiting)
def accept(request: HttpRequest, pk: Key, sent: Decision) -> Record:
    """Accept it: reviewed and locked."""
    scope = _scope(request, "review_record")
    return actions.accept(scope, Record(pk=pk), sent.reason, sent.seconds)


@router.post("/review/{pk}/return", response=Waiting)
def send_back(request: HttpRequest, pk: Key, sent: Decision) -> Record:
    """Send it back with a reason."""
    scope = _scope(request, "review_record")
    return actions.send_back(scope, Record(pk=pk), sent.reason, sent.seconds)
