"""The API of documents: what the pages do, with the same actions."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.scope import require

from . import actions, queries
from .models import Document, Version

router = Router(tags=["documents"])
PAGE = 100
Key = Annotated[int, Field(ge=1, le=2**31 - 1)]
Place = Annotated[int, Field(ge=1, le=100_000)]
Word = Annotated[str, Field(max_length=1000)]


class VersionOut(Schema):
    id: int
    number: int
    state: str
    sha256: str
    summary: str
    effective: date | None
    until: date | None


class DocumentOut(Schema):
    """``state`` on the day of asking: draft, review, coming, force, old, withdrawn."""

    id: int
    number: str
    title: str
    kind: str
    systems: list[str]
    owner: str
    state: str
    next_review: date | None
    legal_hold: bool
    versions: list[VersionOut]


class DraftIn(Schema):
    text: Annotated[str, Field(max_length=200_000)]
    summary: Annotated[str, Field(max_length=400)] = ""


class ApproveIn(Schema):
    effective: date
    text: Word = ""


class WordIn(Schema):
    text: Word


class ReadIn(Schema):
    sha256: Annotated[str, Field(max_length=64)]


def _version(row: Version) -> dict[str, Any]:
    return {"id": row.pk, "number": row.number, "state": queries.state_on(row, today()),
            "sha256": row.sha256, "summary": row.summary, "effective": row.effective,
            "until": row.until}


def _out(row: Document) -> dict[str, Any]:
    return {"id": row.pk, "number": row.number, "title": row.title, "kind": row.kind,
            "systems": row.systems, "owner": str(row.owner),
            "state": queries.standing(row, today()),
            "next_review": queries.next_review(row, today()), "legal_hold": row.legal_hold,
            "versions": [_version(one) for one in row.versions.all()]}


@router.get("/documents", response=list[DocumentOut])
def document_list(request: HttpRequest, page: Place = 1) -> list[dict[str, Any]]:
    """The unit's documents, a hundred a page."""
    require(request.scope, "see_documents")
    first = (page - 1) * PAGE
    return [_out(row) for row in queries.documents_of(request.scope)[first:first + PAGE]]


@router.get("/documents/{pk}", response=DocumentOut)
def document_detail(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """One of them."""
    require(request.scope, "see_documents")
    return _out(queries.documents_of(request.scope).get(pk=pk))


@router.post("/documents/{pk}/versions", response=VersionOut)
def draft(request: HttpRequest, pk: Key, body: DraftIn) -> dict[str, Any]:
    """A new draft."""
    require(request.scope, "edit_documents")
    row = queries.documents_of(request.scope).get(pk=pk)
    return _version(actions.draft(request.scope, row, text=body.text, summary=body.summary))


@router.post("/documents/versions/{pk}/submit", response=VersionOut)
def submit(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """Hand a draft in."""
    return _version(actions.submit(request.scope, _own(request, pk)))


@router.post("/documents/versions/{pk}/approve", response=VersionOut)
def approve(request: HttpRequest, pk: Key, body: ApproveIn) -> dict[str, Any]:
    """Approve it from a day on."""
    return _version(actions.approve(request.scope, _own(request, pk), body.effective, body.text))


@router.post("/documents/versions/{pk}/refuse", response=VersionOut)
def refuse(request: HttpRequest, pk: Key, body: WordIn) -> dict[str, Any]:
    """Give it back with a reason."""
    return _version(actions.refuse(request.scope, _own(request, pk), body.text))


@router.post("/documents/versions/{pk}/withdraw", response=VersionOut)
def withdraw(request: HttpRequest, pk: Key, body: WordIn) -> dict[str, Any]:
    """Take it out of use."""
    return _version(actions.withdraw(request.scope, _own(request, pk), body.text))


@router.post("/documents/versions/{pk}/read", response=VersionOut)
def read(request: HttpRequest, pk: Key, body: ReadIn) -> dict[str, Any]:
    """Sign for having read the text of this digest."""
    row = _own(request, pk)
    actions.read(request.scope, row, body.sha256)
    return _version(row)


def _own(request: HttpRequest, pk: int) -> Version:
    require(request.scope, "see_documents")
    return queries.versions_of(request.scope).get(pk=pk)
