"""The API of findings: what the pages do, with the same actions."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.assets.sites_queries import colleagues
from qingyuan.areas.organisations.scope import require

from . import actions, kinds, listing, queries, silences
from .directives_api import router as directives
from .models import Finding, FindingRule, Silence
from .settings import RuleSet

router = Router(tags=["findings"])
router.add_router("", directives)
PAGE = 100
Key = Annotated[int, Field(ge=0, le=2**63 - 1)]
Place = Annotated[int, Field(ge=0, le=2**31 - 1)]
Digests = Annotated[list[str], Field(max_length=50)]


class FindingOut(Schema):
    id: int
    kind: str
    label: str
    group: str
    severity: str
    state: str
    open: bool
    silenced: bool
    title: str
    point: int | None
    factor: str
    first_at: int
    last_at: int
    ended_at: int | None
    raised_at: int
    count: int
    person: int | None
    respond_due: int | None
    handle_due: int | None
    acknowledged_at: int | None
    handled_at: int | None
    handling: str
    cause: str
    text: str
    order: str
    ref: str
    parent: int | None

    @staticmethod
    def resolve_label(row: Finding) -> str:
        return kinds.label(row.kind)

    @staticmethod
    def resolve_point(row: Finding) -> int | None:
        return row.point_id

    @staticmethod
    def resolve_person(row: Finding) -> int | None:
        return row.person_id

    @staticmethod
    def resolve_parent(row: Finding) -> int | None:
        return row.parent_id


class EntryOut(Schema):
    at: int
    who: str
    verb: str
    text: str
    files: list[str]


class FindingDetail(FindingOut):
    detail: dict[str, Any]
    entries: list[EntryOut]
    members: list[int]

    @staticmethod
    def resolve_entries(row: Finding) -> list[Any]:
        return list(row.entries.all())

    @staticmethod
    def resolve_members(row: Finding) -> list[int]:
        return list(row.members.values_list("pk", flat=True)[:1000])


class Word(Schema):
    text: str = ""


class Note(Schema):
    text: str
    files: Digests = []


class TakeIn(Schema):
    person: Key
    reason: str = ""


class HandleIn(Schema):
    """``how``: on_site, remote, none; ``files``: digests of attachments."""

    how: str
    cause: str = ""
    text: str
    files: Digests = []


class VerifyIn(Schema):
    ok: bool
    text: str = ""


class SilenceIn(Schema):
    """``until`` in epoch milliseconds; without ``point`` all of the unit."""

    until: Annotated[int, Field(ge=0, le=2**62 - 1)]
    reason: str
    point: Key | None = None
    kind: str = ""
    factor: str = ""


class SilenceOut(Schema):
    id: int
    kind: str
    point: int | None
    factor: str
    since: int
    until: int
    reason: str
    by: str
    ended_at: int | None

    @staticmethod
    def resolve_point(row: Silence) -> int | None:
        return row.point_id


class RuleIn(Schema):
    """Takes the place of the rule before; what is null or absent is as the table has it."""

    on: bool = True
    severity: str = ""
    respond_minutes: Place | None = None
    handle_minutes: Place | None = None
    thresholds: dict[str, float] = {}
    reason: str
    point: Key | None = None


class RuleOut(RuleIn):
    id: int
    kind: str
    by: str
    at: int

    @staticmethod
    def resolve_point(row: FindingRule) -> int | None:
        return row.point_id


class KindOut(Schema):
    """A kind as it holds for the unit; a clock is minutes, or a provision of the book in hours."""

    kind: str
    label: str
    group: str
    on: bool
    severity: str
    respond: int | str | None
    handle: int | str | None
    ends_itself: bool
    thresholds: dict[str, float]


class Why(Schema):
    reason: str


@router.get("/findings", response=list[FindingOut])
def findings(request: HttpRequest, offset: Place = 0) -> list[Finding]:
    """Newest first, 100 from ``offset``; filters ``state`` (absent: unfinished; ``all``), ``kind``,
    ``severity``, ``mine=1``, ``point``, ``q`` as on the page."""
    require(request.scope, "see_findings")
    by = listing.Filters.of(request.GET)
    rows = listing.of_tab(listing.found(request.scope, by), by.state)
    return listing.rows_of(
        request.scope, list(rows.values_list("pk", flat=True)[offset:offset + PAGE]))


@router.get("/findings/counts", response=dict[str, int])
def counts(request: HttpRequest) -> dict[str, int]:
    """How many by state under the same filters; ``unfinished`` and ``all`` are sums."""
    require(request.scope, "see_findings")
    by = listing.Filters.of(request.GET)
    held = listing.counts(listing.found(request.scope, by))
    return {code or "unfinished": count for code, count in held.items()}


@router.get("/findings/silences", response=list[SilenceOut])
def silence_list(request: HttpRequest, offset: Place = 0) -> list[Silence]:
    """The unit's silences, newest first; 100 from ``offset``."""
    require(request.scope, "see_findings")
    return list(queries.silences_of(request.scope)[offset:offset + PAGE])


@router.post("/findings/silences", response={201: SilenceOut})
def silence(request: HttpRequest, said: SilenceIn) -> Status:
    """Silence a kind, a point, a factor for a time."""
    facts = said.dict()
    facts["point"] = _point(request, said.point)
    return Status(201, silences.silence(request.scope, **facts))


@router.post("/findings/silences/{pk}/end", response=SilenceOut)
def end_silence(request: HttpRequest, pk: Key) -> Silence:
    """End one before its time."""
    return silences.end_silence(request.scope, Silence(pk=pk))


@router.get("/findings/kinds", response=list[KindOut])
def kind_list(request: HttpRequest) -> list[dict[str, Any]]:
    """Every kind as it holds for the unit."""
    require(request.scope, "see_findings")
    held = RuleSet(request.scope.organisation)
    return [{"kind": code, "label": str(kind.label), "group": kind.group, "on": now.on,
             "severity": now.severity, "respond": now.respond, "handle": now.handle,
             "ends_itself": kind.ends_itself, "thresholds": dict(now.thresholds)}
            for code, kind in kinds.KINDS.items() for now in [held.at(code)]]


@router.get("/findings/rules", response=list[RuleOut])
def rule_list(request: HttpRequest) -> list[FindingRule]:
    """What the unit wants otherwise than the table."""
    require(request.scope, "see_findings")
    return list(queries.rules_of(request.scope))


@router.put("/findings/rules/{kind}", response=RuleOut)
def rule(request: HttpRequest, kind: str, said: RuleIn) -> FindingRule:
    """Set a kind otherwise, for all points or for one."""
    facts = said.dict()
    facts["point"] = _point(request, said.point)
    return silences.set_rule(request.scope, kind, **facts)


@router.post("/findings/rules/{pk}/clear", response={204: None})
def rule_clear(request: HttpRequest, pk: Key, said: Why) -> Status:
    """Back to the table."""
    silences.clear_rule(request.scope, FindingRule(pk=pk), said.reason)
    return Status(204, None)


@router.get("/findings/{pk}", response=FindingDetail)
def finding(request: HttpRequest, pk: Key) -> Finding:
    """One with its evidence and its log."""
    return queries.finding(request.scope, pk)


@router.post("/findings/{pk}/acknowledge", response=FindingOut)
def acknowledge(request: HttpRequest, pk: Key, said: Word) -> Finding:
    """Respond to it."""
    return actions.acknowledge(request.scope, Finding(pk=pk), said.text)


@router.post("/findings/{pk}/take", response=FindingOut)
def take(request: HttpRequest, pk: Key, said: TakeIn) -> Finding:
    """Give it to a colleague."""
    require(request.scope, "work_finding")
    person = colleagues(request.scope).get(pk=said.person)
    return actions.take(request.scope, Finding(pk=pk), person, said.reason)


@router.post("/findings/{pk}/handle", response=FindingOut)
def handle(request: HttpRequest, pk: Key, said: HandleIn) -> Finding:
    """What was done."""
    return actions.handle(request.scope, Finding(pk=pk), **said.dict())


@router.post("/findings/{pk}/verify", response=FindingOut)
def verify(request: HttpRequest, pk: Key, said: VerifyIn) -> Finding:
    """Another looks at what was done."""
    return actions.verify(request.scope, Finding(pk=pk), said.ok, said.text)


@router.post("/findings/{pk}/close", response=FindingOut)
def close(request: HttpRequest, pk: Key, said: Word) -> Finding:
    """Close what is verified."""
    return actions.close(request.scope, Finding(pk=pk), said.text)


@router.post("/findings/{pk}/reopen", response=FindingOut)
def reopen(request: HttpRequest, pk: Key, said: Word) -> Finding:
    """Back to work, with the reason."""
    return actions.reopen(request.scope, Finding(pk=pk), said.text)


@router.post("/findings/{pk}/note", response=FindingOut)
def note(request: HttpRequest, pk: Key, said: Note) -> Finding:
    """A word or a file in its log."""
    return actions.note(request.scope, Finding(pk=pk), said.text, said.files)


def _point(request: HttpRequest, pk: int | None) -> MonitoringPoint | None:
    return None if pk is None else points_of(request.scope).get(pk=pk)
