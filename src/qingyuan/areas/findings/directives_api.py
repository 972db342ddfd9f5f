"""The API of orders received, on the router of findings."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.assets.sites_queries import colleagues
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import require

from . import directives
from .models import Directive
from .views.directives import Filters, of_tab

router = Router(tags=["directives"])
PAGE = 100
Key = Annotated[int, Field(ge=0, le=2**63 - 1)]
Place = Annotated[int, Field(ge=0, le=2**31 - 1)]
Digests = Annotated[list[str], Field(max_length=directives.MOST_FILES)]
Points = Annotated[list[Key], Field(max_length=directives.MOST_POINTS)]


class DirectiveChange(Schema):
    """``deadline``: the last day, China time."""

    kind: str
    source: str
    title: str
    problem: str
    received_on: date
    deadline: date
    number: str = ""
    points: Points = []
    person: Key | None = None


class DirectiveIn(DirectiveChange):
    """``files``: digests of attachments, here and below."""

    files: Digests = []


class DirectiveOut(Schema):
    id: int
    kind: str
    source: str
    number: str
    title: str
    problem: str
    points: list[int]
    person: int | None
    received_on: date
    deadline: date
    state: str
    reply: str
    replied_at: int | None
    replied_by: str
    closed_at: int | None
    closed_why: str
    proof: list[str]

    @staticmethod
    def resolve_points(row: Directive) -> list[int]:
        return [one.pk for one in row.points.all()]

    @staticmethod
    def resolve_person(row: Directive) -> int | None:
        return row.person_id


class Reply(Schema):
    text: str
    files: Digests = []


class Proof(Schema):
    files: Digests
    text: str = ""


class Close(Schema):
    why: str
    files: Digests = []


class Why(Schema):
    why: str


@router.get("/directives", response=list[DirectiveOut])
def listed(request: HttpRequest, offset: Place = 0) -> list[Directive]:
    """The nearest deadline first, 100 from ``offset``; filters ``state`` (absent: open; overdue,
    replied, closed, all), ``kind``, ``mine=1``, ``point``, ``q`` as on the page."""
    require(request.scope, "see_directives")
    by = Filters.of(request.GET)
    rows = of_tab(by.found(request.scope), by.state, today())
    return list(rows.prefetch_related("points")[offset:offset + PAGE])


@router.post("/directives", response={201: DirectiveOut})
def receive(request: HttpRequest, said: DirectiveIn) -> Status:
    """Enter one."""
    require(request.scope, "edit_directives")
    return Status(201, directives.receive(request.scope, **_facts(request, said)))


@router.get("/directives/{pk}", response=DirectiveOut)
def shown(request: HttpRequest, pk: Key) -> Directive:
    """One."""
    return directives.directives_of(request.scope).get(pk=pk)


@router.put("/directives/{pk}", response=DirectiveOut)
def edit(request: HttpRequest, pk: Key, said: DirectiveChange) -> Directive:
    """Correct one."""
    require(request.scope, "edit_directives")
    return directives.edit(request.scope, Directive(pk=pk), **_facts(request, said))


@router.post("/directives/{pk}/reply", response=DirectiveOut)
def reply(request: HttpRequest, pk: Key, said: Reply) -> Directive:
    """What was done."""
    return directives.reply(request.scope, Directive(pk=pk), said.text, said.files)


@router.post("/directives/{pk}/proof", response=DirectiveOut)
def proof(request: HttpRequest, pk: Key, said: Proof) -> Directive:
    """More papers and pictures."""
    return directives.add_proof(request.scope, Directive(pk=pk), said.files, said.text)


@router.post("/directives/{pk}/close", response=DirectiveOut)
def close(request: HttpRequest, pk: Key, said: Close) -> Directive:
    """Strike it off."""
    return directives.close(request.scope, Directive(pk=pk), said.why, said.files)


@router.post("/directives/{pk}/reopen", response=DirectiveOut)
def reopen(request: HttpRequest, pk: Key, said: Why) -> Directive:
    """To be dealt with again."""
    return directives.reopen(request.scope, Directive(pk=pk), said.why)


def _facts(request: HttpRequest, said: DirectiveChange) -> dict[str, Any]:
    """As the actions take them; DoesNotExist for a point or person of somebody else."""
    facts = said.dict()
    facts["points"] = [points_of(request.scope).get(pk=pk) for pk in dict.fromkeys(said.points)]
    facts["person"] = _person(request, said.person)
    return facts


def _person(request: HttpRequest, pk: int | None) -> User | None:
    return None if pk is None else colleagues(request.scope).get(pk=pk)
