"""The API of records and forms: the same queries and actions as the pages."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem
from qingyuan.areas.assets.queries import points_of, systems_of, today
from qingyuan.areas.maintenance.models import TaskSheet, WorkOrder
from qingyuan.areas.records.keeping import actions, context, queries
from qingyuan.areas.records.keeping.beginning import fillable
from qingyuan.areas.records.keeping.consequences import touched
from qingyuan.areas.records.keeping.forms import form_for
from qingyuan.areas.records.models import Record
from qingyuan.areas.rules.queries import book_for
from qingyuan.forms import bundle, prepare

router = Router()
MOST = 200
Key = Annotated[int, Field(ge=0, le=2**62)]
Instant = Annotated[int, Field(ge=946_656_000_000, le=2**53)]  # from the first day of 2000
Day = Annotated[date, Field(ge=date(2000, 1, 1), lt=date(2100, 1, 1))]


class RecordLine(Schema):
    """A record in a list. Instants are epoch milliseconds, ``day`` a China day."""

    id: int
    form: str
    title: str
    kind: str
    state: str
    point: int
    point_name: str
    discharger: str
    system: int | None
    sheet: int | None
    order: int | None
    day: date
    version: int
    passed: bool | None
    who: str
    saved_at: int
    submitted_at: int | None
    client_id: str


class TouchedLine(Schema):
    """A stretch of a factor's hours, epoch seconds; ``freed``: the record ended what ``code``
    names, else it brought it about. ``hours`` that are judged so."""

    factor: str
    name: str
    freed: bool
    start: int
    end: int
    code: str
    sentence: str
    clause: str
    hours: int


class ChangedLine(Schema):
    """Hours whose verdict was ``before`` when the record was submitted and is ``after`` now."""

    factor: str
    name: str
    before: str
    after: str
    hours: int
    first: int
    last: int


class TouchedHours(Schema):
    """What a record did to the verdicts of hours. ``provisional`` until it is reviewed, ``undone``
    when its events were taken back; ``waiting`` hours are still to be judged anew."""

    provisional: bool
    undone: bool
    lines: list[TouchedLine]
    left: int
    changes: list[ChangedLine]
    waiting: int
    more: bool


class RecordDetail(RecordLine):
    """The whole of a record. ``risk`` and ``returned_why`` are for its own unit only."""

    form_version: int
    form_digest: str
    setting: dict[str, Any]
    answers: dict[str, Any]
    outcome: dict[str, Any]
    digest: str
    book: str
    begun_at: int | None
    finished_at: int | None
    replaces: int | None
    reason: str
    events: list[int]
    risk: int | None
    returned_why: str


class Page(Schema):
    """Some of the records; ``total`` is how many there are."""

    items: list[RecordLine]
    total: int


class Beginning(Schema):
    """What a draft is begun of: a sheet, or a point and a form."""

    client_id: str
    point: Key
    form: str = ""
    system: Key | None = None
    sheet: Key | None = None
    order: Key | None = None
    day: Day | None = None
    technique: str = ""


class Saving(Schema):
    """Answers, and ``saved_at`` of the copy that they were typed into."""

    answers: dict[str, Any]
    saved_at: Instant | None = None


class Submitting(Schema):
    """``answers`` null: those that were saved. ``finished_at`` is the real finish of the work."""

    answers: dict[str, Any] | None = None
    saved_at: Instant | None = None
    finished_at: Instant | None = None


class Reason(Schema):
    """Why."""

    reason: str


class Conflicting(Schema):
    """Both copies of a draft that two have saved."""

    kept: RecordDetail
    sent: dict[str, Any]


class FormLine(Schema):
    """A form that can be filled in at a point."""

    code: str
    title: str
    kind: str
    cite: str
    version: int
    digest: str
    techniques: list[str]


@router.get("/records", response=Page)
def record_list(request: HttpRequest, limit: int = Query(50, ge=1, le=MOST),
                offset: int = Query(0, ge=0, le=10_000_000)) -> dict[str, Any]:
    """Records, newest first; the filters of the page: state, kind, form, point, person, from, to,
    passed, q."""
    by = queries.Filters.of(request.GET)
    rows = queries.of_tab(queries.found(request.scope, by), by.state)
    return {"items": [line(row) for row in rows.defer("answers", "outcome", "risks")[
        offset:offset + limit]], "total": rows.count()}


@router.get("/records/forms", response=list[FormLine])
def form_list(request: HttpRequest, point: Key) -> list[dict[str, Any]]:
    """The forms that the systems of a visible point call for."""
    held = points_of(request.scope).get(pk=point)
    systems = systems_of(request.scope, held, today())
    return [form_line(one) for one in fillable(request.scope, systems, held)]


@router.get("/records/forms/{code}", response=dict[str, Any])
def form_bundle(request: HttpRequest, code: str, point: Key, system: Key | None = None,
                day: Day | None = None) -> dict[str, Any]:
    """A form with its limits as they stand on a day at a point (``bundle``), and the draft with
    which a record there would begin (``draft``)."""
    scope, on = request.scope, day or today()
    held = points_of(scope).get(pk=point)
    form = form_for(scope.organisation, code, on)
    if form is None:
        raise Http404
    own = None if system is None else _system(request, held, system)
    book = book_for(held)
    setting = context.setting_of(scope.organisation, form, own, "", book.chain)
    last = queries.last_of(scope.organisation, held, form.code, own)
    known = context.known_for(scope, held, form, system=own, day=on, last=last)
    return {**bundle(form, book.book, on, setting), "methods": sorted(setting.methods),
            "sets": sorted(setting.sets),
            "draft": prepare(form, known, last.answers if last else None, setting)}


@router.get("/records/{pk}", response=RecordDetail)
def record(request: HttpRequest, pk: Key) -> dict[str, Any]:
    """One visible record."""
    return detail(request, queries.record(request.scope, pk))


@router.get("/records/{pk}/hours", response=TouchedHours | None)
def hours(request: HttpRequest, pk: Key) -> Any:
    """The hours whose verdict is due to a visible record; null for one that brought no events."""
    found = touched(request.scope, queries.record(request.scope, pk))
    return None if found is None else asdict(found) | {
        "changes": [{"name": one.name, **one.change._asdict()} for one in found.changes]}


@router.post("/records", response=RecordDetail)
def start(request: HttpRequest, said: Beginning) -> dict[str, Any]:
    """Begin a draft; the same ``client_id`` gives the same record."""
    scope = request.scope
    held = points_of(scope).get(pk=said.point)
    unit = scope.organisation
    row = actions.start(
        scope, held, said.form, day=said.day, client_id=said.client_id, technique=said.technique,
        system=None if said.system is None else _system(request, held, said.system),
        sheet=None if said.sheet is None else TaskSheet.objects.get(
            pk=said.sheet, task__organisation=unit),
        order=None if said.order is None else WorkOrder.objects.get(
            pk=said.order, organisation=unit))
    return detail(request, row)


@router.post("/records/{pk}/save", response={200: RecordDetail, 409: Conflicting})
def save(request: HttpRequest, pk: Key, said: Saving) -> Any:
    """Keep a draft; 409 with both copies when it was saved meanwhile."""
    row = queries.record(request.scope, pk)
    try:
        return detail(request, actions.save(
            request.scope, row, said.answers, saved_at=said.saved_at))
    except actions.Conflict as found:
        return conflicting(request, found)


@router.post("/records/{pk}/submit", response={200: RecordDetail, 409: Conflicting})
def submit(request: HttpRequest, pk: Key, said: Submitting) -> Any:
    """Submit a draft; 422 with sentences by path of the answer. Submitted already: as it is."""
    row = queries.record(request.scope, pk)
    try:
        return detail(request, actions.submit(
            request.scope, row, said.answers, finished_at=said.finished_at,
            saved_at=said.saved_at))
    except actions.Conflict as found:
        return conflicting(request, found)


@router.post("/records/{pk}/correct", response=RecordDetail)
def correct(request: HttpRequest, pk: Key, said: Reason) -> dict[str, Any]:
    """A new version of a submitted record, as a draft."""
    return detail(request, actions.correct(
        request.scope, queries.record(request.scope, pk), said.reason))


@router.post("/records/{pk}/void", response=RecordDetail)
def void(request: HttpRequest, pk: Key, said: Reason) -> dict[str, Any]:
    """Take a record out of use."""
    return detail(request, actions.void(
        request.scope, queries.record(request.scope, pk), said.reason))


@router.post("/records/{pk}/discard", response={204: None})
def discard(request: HttpRequest, pk: Key) -> Any:
    """Throw a draft away."""
    actions.discard(request.scope, queries.record(request.scope, pk))
    return Status(204, None)


def line(row: Record) -> dict[str, Any]:
    """A record as ``RecordLine``."""
    return {
        "id": row.pk, "form": row.form, "title": row.title, "kind": row.kind, "state": row.state,
        "point": row.point_id, "point_name": row.point.name,
        "discharger": row.point.organisation.name, "system": row.system_id,
        "sheet": row.sheet_id, "order": row.order_id, "day": row.day, "version": row.version,
        "passed": row.passed, "who": row.who, "saved_at": row.saved_at,
        "submitted_at": row.submitted_at, "client_id": row.client_id,
    }


def detail(request: HttpRequest, row: Record) -> dict[str, Any]:
    """A record as ``RecordDetail``."""
    own = queries.is_own(request.scope, row)
    return {
        **line(row), "form_version": row.form_version, "form_digest": row.form_digest,
        "setting": row.setting, "answers": row.answers, "outcome": row.outcome,
        "digest": row.digest, "book": row.book, "begun_at": row.begun_at,
        "finished_at": row.finished_at, "replaces": row.replaces_id, "reason": row.reason,
        "events": list(row.events.values_list("event", flat=True)),
        "risk": row.risk if own else None, "returned_why": row.returned_why if own else "",
    }


def conflicting(request: HttpRequest, found: actions.Conflict) -> Any:
    """409 with both copies."""
    return Status(409, {"kept": detail(request, found.record), "sent": found.answers})


def form_line(form: Any) -> dict[str, Any]:
    """A form as ``FormLine``."""
    return {"code": form.code, "title": form.title, "kind": form.kind, "cite": form.cite(),
            "version": form.version, "digest": form.digest, "techniques": list(form.techniques)}


def _system(request: HttpRequest, point: MonitoringPoint, pk: Key) -> MonitoringSystem:
    found: MonitoringSystem = systems_of(request.scope, point).get(pk=pk)
    return found
