"""The API of search: what the pages do, with the same actions."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from . import index

router = Router(tags=["search"])


class HitOut(Schema):
    """``title`` and ``extract`` in parts: [text, whether it is one of the words]."""

    kind: str
    ref: str
    title: list[tuple[str, bool]]
    extract: list[tuple[str, bool]]
    link: str
    at: int
    point: int | None


class FoundOut(Schema):
    total: int
    counts: dict[str, int]
    rows: list[HitOut]


@router.get("/search", response=FoundOut)
def search(
    request: HttpRequest, q: Annotated[str, Field(max_length=200)],
    kind: Annotated[str, Field(max_length=32)] = "",
    limit: Annotated[int, Field(ge=1, le=100)] = 50,
    offset: Annotated[int, Field(ge=0, le=100_000)] = 0,
) -> dict[str, Any]:
    """The organisation's things that hold all words, the best first; instants in epoch ms."""
    hits = index.find(request.scope, q, kinds=(kind,) if kind else (), limit=limit, offset=offset)
    return {"total": hits.total, "counts": dict(hits.counts), "rows": hits.rows}
