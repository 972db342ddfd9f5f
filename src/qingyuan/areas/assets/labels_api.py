"""The API of labels and opened ledgers."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import AwareDatetime, Field

from qingyuan.areas.organisations.scope import require

from . import labels, queries
from .models import LedgerOpening, PointLabel

router = Router(tags=["labels"])
MOST = 500
Key = Annotated[int, Field(ge=0, le=2**62)]


class Page(Schema):
    limit: int = Field(100, ge=1, le=MOST)
    offset: int = Field(0, ge=0, le=10**9)


class LabelOut(Schema):
    """The code that hangs at a point; it opens ``/q/<code>/``."""

    point_id: int
    code: str
    printed_at: datetime | None


class Labels(Schema):
    count: int
    items: list[LabelOut]


class Chosen(Schema):
    points: list[Key] = Field(max_length=labels.MOST)


class OpeningOut(Schema):
    """A ledger that is or was open. ``state`` open, over or closed; ``read`` how often."""

    id: int
    point_id: int
    since: datetime
    until: datetime
    closed_at: datetime | None
    reason: str
    opened_by: str
    state: str
    read: int


class Openings(Schema):
    count: int
    items: list[OpeningOut]


class OpeningIn(Schema):
    point: Key
    until: AwareDatetime
    reason: str


@router.get("/labels", response=Labels)
def label_list(request: HttpRequest, asked: Query[Page]) -> dict[str, Any]:
    """Labels of visible points."""
    require(request.scope, "print_labels")
    found = labels.labels_of(request.scope).order_by("point_id")
    return {"count": found.count(), "items": list(found[asked.offset:asked.offset + asked.limit])}


@router.post("/labels/{point}", response=LabelOut)
def label(request: HttpRequest, point: Key) -> PointLabel:
    """The label of a point, made when it has none."""
    return labels.label_of(request.scope, queries.point(request.scope, point))


@router.post("/labels.pdf")
def sheet(request: HttpRequest, chosen: Chosen) -> HttpResponse:
    """The labels of points as PDF."""
    points = queries.points_of(request.scope).filter(pk__in=chosen.points)
    done = labels.print_labels(request.scope, points, labels.origin_of(request))
    return HttpResponse(done, content_type="application/pdf")


@router.get("/openings", response=Openings)
def opening_list(request: HttpRequest, asked: Query[Page]) -> dict[str, Any]:
    """Ledgers that are or were open at visible points, newest first."""
    require(request.scope, "see_sites")
    found = labels.openings_of(request.scope)
    rows = list(found[asked.offset:asked.offset + asked.limit])
    read = labels.readings_of(rows)
    return {"count": found.count(), "items": [_told(one, read.get(one.pk, 0)) for one in rows]}


@router.post("/openings", response=OpeningOut)
def open_ledger(request: HttpRequest, asked: OpeningIn) -> dict[str, Any]:
    """Open the ledger of one of the caller's own points, from now for at most 7 days."""
    scope = request.scope
    row = labels.open_ledger(scope, queries.point(scope, asked.point), asked.until, asked.reason)
    return _told(row, 0)


@router.post("/openings/{pk}/close", response=OpeningOut)
def close_ledger(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """End an opening before its time."""
    row = labels.close_ledger(request.scope, labels.openings_of(request.scope).get(pk=pk))
    return _told(row, labels.readings_of([row]).get(row.pk, 0))


def _told(row: LedgerOpening, read: int) -> dict[str, Any]:
    return {
        "id": row.pk, "point_id": row.point_id, "since": row.since, "until": row.until,
        "closed_at": row.closed_at, "reason": row.reason, "opened_by": str(row.opened_by or ""),
        "state": labels.state_of(row), "read": read,
    }
