"""The API of judged values: what touched the verdict of an hour, a day or a month."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import require
from qingyuan.calc.reasons import REASONS
from qingyuan.kernel import windows

from .pipeline.subject import subject_of
from .queries.hour_inputs import lost_spans
from .queries.touching import touching

router = Router(tags=["telemetry"])
Key = Annotated[int, Field(ge=0, le=2**62)]
Second = Annotated[int, Field(ge=946_656_000, le=4_102_416_000)]  # the years 2000 to 2099


class Reference(Schema):
    """What an event refers to. ``link`` is "" for who may not open it; ``provisional``: it waits
    for review; ``failing``: figures beyond their limits, in sentences."""

    reference: str
    label: str
    link: str
    state: str
    provisional: bool
    failing: list[str]


class EventLine(Schema):
    """An event; epoch seconds, ``factor`` "" for all, ``passed`` null without a result."""

    id: int
    kind: str
    factor: str
    start: int
    end: int | None
    passed: bool | None
    origin: str
    by: str
    reference: str


class MarkLine(Schema):
    """A mark over [start, end); it counts when declared or matched."""

    id: int
    kind: str
    factor: str
    start: int
    end: int
    state: str
    by: str
    declared_by: str


class Span(Schema):
    """A span out of control or invalid backwards, and the events (ids) that it rests on."""

    start: int
    end: int
    code: str
    sentence: str
    clause: str
    events: list[int]


class TouchingLines(Schema):
    """All of it; ``more`` events were left out."""

    spans: list[Span]
    events: list[EventLine]
    marks: list[MarkLine]
    references: list[Reference]
    more: int


@router.get("/points/{pk}/touching", response=TouchingLines)
def touching_lines(
    request: HttpRequest, pk: Key, time: Second, factor: str = Query(max_length=16),
    level: Literal["hour", "day", "month"] = "hour",
) -> dict[str, Any]:
    """What touched the verdict of a visible point's period that ``time`` (epoch second) lies in,
    for a 2017 factor code; 404 for a point that was never judged."""
    require(request.scope, "see_points")
    point = points_of(request.scope).get(pk=pk)
    start = windows.start_of(level, time)
    end = windows.end_of(level, start)
    subject = subject_of(point)
    away = lost_spans(subject, factor, start, end) if factor in subject.codes else []
    found = touching(request.scope, point, factor, start, end, away, passing=level != "month")
    return {
        "spans": [{**asdict(cause.span), "sentence": REASONS[cause.span.code].sentence,
                   "events": [one.pk for one in cause.events]} for cause in found.lost],
        "events": found.events, "marks": found.marks, "more": found.more,
        "references": [{"reference": text, "label": one.label, "link": one.link,
                        "state": one.state, "provisional": one.provisional,
                        "failing": list(one.failing)} for text, one in found.shown.items()],
    }
