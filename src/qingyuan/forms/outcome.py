"""What a record says: results, failed items, events for telemetry, work orders proposed."""

from dataclasses import dataclass
from datetime import date

from qingyuan.forms.computing import examined
from qingyuan.forms.definition import (
    ABNORMAL,
    RESULT_WORDS,
    EventRule,
    Field,
    Form,
    Setting,
)
from qingyuan.forms.functions import NotComputable
from qingyuan.forms.kinds import filled
from qingyuan.forms.sheet import Cells, Group, Row, Sheet
from qingyuan.forms.values import moment
from qingyuan.standards import Book, Unregulated

SOUND = ("pass", "adjust")
"""Results that a record passes with. HJ 75-2017 11.6: beyond the index but not out of control the
instrument is adjusted and its data stay valid; how it was left has a result of its own."""


@dataclass(frozen=True, slots=True)
class Result:
    """One computed result: pass, adjust (beyond the index, not out of control), out_of_control or
    fail."""

    path: str
    label: str
    result: str
    word: str


@dataclass(frozen=True, slots=True)
class Failed:
    """An item marked ×, how it was handled, and whether the engineer asks for a work order."""

    path: str
    label: str
    handling: str
    order: bool


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that the record stands for; ``kind`` is one of ``calc.types.EVENT_KINDS``, ``time``
    an epoch second, ``factor`` "" all factors, ``passed`` None without a result."""

    kind: str
    factor: str
    passed: bool | None
    time: int
    path: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A work order that the record asks for; a Chinese sentence."""

    path: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """All of it. ``passed`` is None when the form has neither results nor items to fail."""

    results: tuple[Result, ...]
    failed: tuple[Failed, ...]
    events: tuple[Happened, ...]
    proposals: tuple[Proposal, ...]
    passed: bool | None


def outcome(
    form: Form, answers: Cells, book: Book, day: date, technique: str | Setting = ""
) -> Outcome:
    """What the answers say on ``day``. Meant for answers that ``validate`` has passed; parts that
    cannot be read are left out."""
    sheet = examined(form, answers, book, day, technique).sheet
    results: list[Result] = []
    failed: list[Failed] = []
    events: list[Happened] = []
    items = 0
    for group in sheet.groups():
        for row, one in _shown(sheet, group):
            cells = group.cells if row is None else row.cells
            path = f"{group.path if row is None else row.path}.{one.name}"
            given = cells.get(one.name)
            if one.type == "result" and isinstance(given, str):
                label = f"{group.label} {one.label}" if group.block else one.label
                results.append(Result(path, label, given, RESULT_WORDS[given]))
            elif one.type == "check" and given:
                items += bool(given.get("mark"))
                if given.get("mark") == ABNORMAL:
                    failed.append(Failed(path, one.label, given.get("handling", ""),
                                         bool(given.get("order", False))))
        events.extend(_events(sheet, group))
    passed = None
    if results or items:
        passed = not failed and all(result.result in SOUND for result in results)
    events.sort(key=lambda event: event.time)
    return Outcome(tuple(results), tuple(failed), tuple(events),
                   _proposals(form, results, failed), passed)


def _shown(sheet: Sheet, group: Group) -> list[tuple[Row | None, Field]]:
    found: list[tuple[Row | None, Field]] = [
        (None, one) for one in group.section.fields if sheet.shows(one, group)
    ]
    for table in group.section.tables:
        for row in sheet.rows(group, table):
            found.extend((row, one) for one in table.fields if sheet.shows(one, group, row))
    return found


def _events(sheet: Sheet, group: Group) -> list[Happened]:
    found: list[Happened] = []
    for rule in group.section.events:
        table = group.section.table(rule.table)
        places: list[Row | None] = [None] if table is None else [*sheet.rows(group, table)]
        for row in places:
            event = _event(sheet, group, row, rule)
            if event is not None:
                found.append(event)
    return found


def _event(sheet: Sheet, group: Group, row: Row | None, rule: EventRule) -> Happened | None:
    if not sheet.holds(rule.when, group, row):
        return None
    try:
        at = moment(sheet.work_out(rule.time, group, row))
        passed = None if rule.passed is None else sheet.work_out(rule.passed, group, row)
    except (NotComputable, Unregulated):
        return None
    if at is None or (rule.passed is not None and passed is None):
        return None
    path = group.path if row is None else row.path
    factor = filled(rule.factor, group.keys)
    result = None if passed is None else bool(passed)
    return Happened(rule.kind, factor, result, int(at.timestamp()), path)


def _proposals(form: Form, results: list[Result], failed: list[Failed]) -> tuple[Proposal, ...]:
    if not form.work_order:
        return ()
    asked = [Proposal(one.path, f"{one.label}异常：{one.handling}") for one in failed if one.order]
    bad = [Proposal(one.path, f"{one.label}：{one.word}") for one in results
           if one.result in ("fail", "out_of_control")]
    return (*asked, *bad)
