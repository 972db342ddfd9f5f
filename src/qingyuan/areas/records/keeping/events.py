"""What a record does to the point's data: events entered at submission, taken back with it.

A form says when a fault, a maintenance or a stop began and when it ended (``fault_start``,
``fault_end``); telemetry keeps one event with both ends. An end without its beginning closes the
event that is still open.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.telemetry import facts
from qingyuan.areas.telemetry.models import Event, Origin
from qingyuan.forms import Happened

from ..models import Record, RecordEvent

START, END = "_start", "_end"


@dataclass(frozen=True, slots=True)
class Entry:
    """An event to be entered; epoch seconds. Without ``start`` it only ends what is open."""

    kind: str
    factor: str
    start: int | None
    end: int | None
    passed: bool | None
    path: str


def paired(happened: Iterable[Happened]) -> list[Entry]:
    """Beginnings with their ends; one event where several devices say the same (passed only if all
    of them passed).

    >>> one = [Happened("fault_start", "", None, 60, "a"), Happened("fault_end", "", None, 90, "a")]
    >>> [(entry.kind, entry.start, entry.end) for entry in paired(one)]
    [('fault', 60, 90)]
    """
    found: dict[tuple[str, str, int], Entry] = {}
    open_: dict[tuple[str, str, str], Entry] = {}
    spans: list[Entry] = []
    for one in sorted(happened, key=lambda one: one.time):
        place = (one.kind.removesuffix(START).removesuffix(END), one.factor, one.path)
        if one.kind.endswith(START):
            open_[place] = Entry(place[0], one.factor, one.time, None, None, one.path)
        elif one.kind.endswith(END):
            began = open_.pop(place, None)
            start = began.start if began and began.start != one.time else None
            spans.append(Entry(place[0], one.factor, start, one.time, None, one.path))
        else:
            key = (one.kind, one.factor, one.time)
            before = found.get(key)
            passed = one.passed if before is None or before.passed is not False else False
            found[key] = Entry(one.kind, one.factor, one.time, None, passed,
                               before.path if before else one.path)
    every = [*found.values(), *spans, *open_.values()]
    return sorted(every, key=lambda one: one.start or one.end or 0)


def enter(scope: Scope, record: Record, happened: Iterable[Happened]) -> list[Event]:
    """The events of a submitted record. ValidationError for one that telemetry refuses."""
    entered = []
    for one in paired(happened):
        row = _enter(scope, record, one)
        if row is not None:
            RecordEvent.objects.create(record=record, event=row, path=one.path[:128])
            entered.append(row)
    return entered


def _enter(scope: Scope, record: Record, one: Entry) -> Event | None:
    if one.start is not None:
        return facts.record_event(
            scope, record.point, kind=one.kind, start=one.start, end=one.end, factor=one.factor,
            passed=one.passed, note=record.title, reference=reference(record),
            origin=Origin.RECORD)
    standing = _standing().filter(
        point=record.point_id, kind=one.kind, factor=one.factor, end=None, start__lt=one.end,
    ).order_by("-start").first()
    if standing is None:
        return None
    return facts.replace_event(scope, standing, end=one.end, note=record.title)


def withdraw(scope: Scope, record: Record, why: str) -> int:
    """Take back what a record brought and nobody has changed by hand since; how many events. One
    that the record only ended goes on again; one of its own that another record ended goes too."""
    own = reference(record)
    rows = RecordEvent.objects.filter(record=record, event__in=_standing()).select_related("event")
    events = {row.event_id: row.event for row in rows}
    ended = RecordEvent.objects.exclude(record=record).filter(
        event__in=_standing().filter(point=record.point_id, reference=own)).select_related("event")
    events |= {row.event_id: row.event for row in ended}
    for event in events.values():
        if event.reference == own:
            facts.withdraw_event(scope, event, why)
        else:
            _go_on(facts.replace_event(scope, event, end=None, note=why))
    return len(events)


def _go_on(event: Event) -> None:
    """An event that goes on again is once more its own record's."""
    began = RecordEvent.objects.filter(
        record__point=event.point_id, event__reference=event.reference, event__start=event.start,
        event__kind=event.kind, event__factor=event.factor).order_by("id").first()
    if began is not None:
        RecordEvent.objects.create(record=began.record, event=event, path=began.path)


def reference(record: Record) -> str:
    """How other areas name a record."""
    return f"record:{record.pk}"


def _standing() -> QuerySet[Event]:
    return Event.objects.filter(replaced_by=None, withdrawn_at=None)
