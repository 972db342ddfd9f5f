"""The API of attachments."""

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from qingyuan.areas.organisations.scope import require

from . import actions, answers, queries
from .models import Attachment

router = Router(tags=["files"])
MOST = 500


class FileOut(Schema):
    """One file. ``at`` is the server's time of arrival, ``taken_at`` what the phone said, both in
    epoch milliseconds; the position in degrees (WGS 84), ``accuracy`` in m."""

    sha256: str
    kind: str
    media_type: str
    size: int
    name: str
    who: str
    at: int
    taken_at: int | None
    latitude: float | None
    longitude: float | None
    accuracy: float | None
    place: str


class FileIn(Schema):
    """What is said of a file that is sent."""

    kind: str = "file"
    name: str = ""
    taken_at: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    accuracy: float | None = None
    place: str = ""


class Asked(Schema):
    kind: str = ""
    limit: int = Field(100, ge=1, le=MOST)
    offset: int = Field(0, ge=0, le=10**9)


class Files(Schema):
    count: int
    items: list[FileOut]


@router.get("/", response=Files)
def files(request: HttpRequest, asked: Query[Asked]) -> dict[str, object]:
    """Files of the caller's organisation, newest first."""
    require(request.scope, "see_files")
    found = queries.attachments_of(request.scope)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    return {"count": found.count(), "items": list(found[asked.offset:asked.offset + asked.limit])}


@router.post("/", response=FileOut)
def keep(request: HttpRequest, file: File[UploadedFile], facts: Form[FileIn]) -> Attachment:
    """Keep a file; the same bytes again answer the row there is."""
    return actions.keep(request.scope, file, **facts.dict())


@router.get("/{sha256}", response=FileOut)
def one(request: HttpRequest, sha256: str) -> Attachment:
    require(request.scope, "see_files")
    return queries.attachments_of(request.scope).get(sha256=sha256)


@router.get("/{sha256}/content")
def content(request: HttpRequest, sha256: str, view: bool = False) -> HttpResponse:
    """The bytes, or with ``view`` the stamped copy of a picture."""
    require(request.scope, "see_files")
    found = queries.attachments_of(request.scope).get(sha256=sha256)
    return answers.served(found, view=view, request=request)
