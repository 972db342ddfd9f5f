"""Which duties a record has really done, and what the plan hears of it.

An item that was not checked (/) is not done, whatever the sheet asked for; a calibration counts for
the analysers that it names. What was done beyond the sheet counts as well.
"""

from collections.abc import Callable, Iterable
from typing import Any

from qingyuan.areas.maintenance.duty_sets import duties_of
from qingyuan.areas.maintenance.planning import clocks
from qingyuan.areas.maintenance.planning.generate import plan
from qingyuan.areas.maintenance.tasks import finish_sheet, reopen_sheet
from qingyuan.areas.organisations.scope import Scope
from qingyuan.forms import Happened
from qingyuan.forms.definition import ABNORMAL, NORMAL, Form, Setting, visible

from ..models import Record
from .definitions import Engine
from .events import reference

Cells = dict[str, Any]
PARTICULATE, VELOCITY, PH, TEMPERATURE = "a34013", "a01011", "w01001", "w01010"
LOOKED_AT = (NORMAL, ABNORMAL)


def _at(kind: str, *factors: str) -> Callable[[Happened], bool]:
    return lambda one: one.kind == kind and one.factor in factors


def _but(kind: str, *factors: str) -> Callable[[Happened], bool]:
    return lambda one: one.kind == kind and one.factor not in factors


# Forms that record several duties say by their events which of them was done.
SHOWN_BY: dict[str, Callable[[Happened], bool]] = {
    "hj75.calibration.extractive": _but("calibration", PARTICULATE, VELOCITY),
    "hj75.calibration.in_situ": _but("calibration", PARTICULATE, VELOCITY),
    "hj75.calibration.particulate": _at("calibration", PARTICULATE),
    "hj75.calibration.velocity": _at("calibration", VELOCITY),
    "hj75.calibration.full": _but("full_calibration"),
    "hj1286.calibration.manual": _but("calibration"),
    "hj1286.calibration.full": _but("full_calibration"),
    "hj355.comparison.ph": _at("comparison", PH),
    "hj355.comparison.temperature": _at("comparison", TEMPERATURE),
    "hj355.comparison.samples": _but("comparison", PH, TEMPERATURE),
}


def done_duties(
    record: Record, engine: Engine, answers: Cells, happened: Iterable[Happened]
) -> set[str]:
    """Keys of the duties that the answers show to be done, of all that the company has in this
    form for such a system. One query."""
    if record.system is None:
        return set()
    form, setting = engine.form, engine.setting
    asked = _asked(form, setting, answers)
    seen = list(happened)
    found = set()
    for duty in duties_of(record.organisation):
        technique = record.system.technique
        if not duty.holds(record.system.kind, technique) or duty.form(technique) != form.code:
            continue
        if duty.key in SHOWN_BY:
            done = any(SHOWN_BY[duty.key](one) for one in seen)
        else:
            done = any(asked[duty.key]) if duty.key in asked else True
        if done:
            found.add(duty.key)
    return found


def due_unmarked(record: Record, engine: Engine, answers: Cells) -> list[tuple[str, str]]:
    """(path, label) of items that are due by the sheet and were left blank."""
    due = set(record.sheet.duties) if record.sheet is not None else set()
    found = []
    for path, one, given in _items(engine.form, engine.setting, answers):
        blank = not (given or {}).get("mark") if one.type == "check" else False
        if due.intersection(one.duties) and blank:
            found.append((path, one.label))
    return found


def tell(
    scope: Scope, record: Record, engine: Engine, answers: Cells, happened: Iterable[Happened]
) -> None:
    """Finish the record's sheet with the duties that were done, and count the others that were
    done beside it. A sheet of which nothing was done stays open."""
    if record.system is None:
        if record.sheet is not None:
            finish_sheet(scope, record.sheet, done_at=record.finished_at or 0,
                         done_by=reference(record))
        return
    done = done_duties(record, engine, answers, happened)
    asked = set(record.sheet.duties) if record.sheet is not None else set()
    sheet, by, at = record.sheet, reference(record), record.finished_at or 0
    if sheet is not None and (not asked or done & asked):
        if asked - done:
            sheet.duties = [key for key in sheet.duties if key in done]
            sheet.save(update_fields=["duties"])
        finish_sheet(scope, sheet, done_at=at, done_by=by, beside=sorted(done - asked))
        return
    if sheet is not None and record.replaces and sheet.done_by == reference(record.replaces):
        reopen_sheet(scope, sheet)  # the version that had done it gave way to one that has not
    if done and clocks.finish(record.organisation, record.system, sorted(done), at, by):
        plan(record.organisation, points=[record.point])


def missing(record: Record, duties: Iterable[str]) -> list[str]:
    """Names of those of a sheet's ``duties``, as they were before the submission, that the record
    has not done. One query."""
    sheet = record.sheet
    if sheet is None:
        return []
    sheet.refresh_from_db(fields=["duties", "done_by"])
    done = set(sheet.duties) if sheet.done_by == reference(record) else set()
    known = duties_of(record.organisation)
    return [known[key].name if key in known else key for key in duties if key not in done]


def forget(record: Record) -> None:
    """What a replaced version had done counts no longer; the version in its place says anew."""
    clocks.undo(record.organisation, reference(record))


def take_back(scope: Scope, record: Record) -> None:
    """A voided record has done nothing: its sheet is open again, its duties count from before."""
    if record.sheet is not None and record.sheet.done_by == reference(record):
        reopen_sheet(scope, record.sheet)
    if clocks.undo(record.organisation, reference(record)):
        plan(record.organisation, points=[record.point])


def _asked(form: Form, setting: Setting, answers: Cells) -> dict[str, list[bool]]:
    """Duty → whether each item or photo that asks it was looked at."""
    found: dict[str, list[bool]] = {}
    for _path, one, given in _items(form, setting, answers):
        looked = (given or {}).get("mark") in LOOKED_AT if one.type == "check" else bool(given)
        for key in one.duties:
            found.setdefault(key, []).append(looked)
    return found


def _items(form: Form, setting: Setting, answers: Cells) -> Iterable[tuple[str, Any, Any]]:
    """(path, field, answer) of the fields outside blocks and rows that answer duties."""
    for section in form.sections:
        if not section.applies(setting) or section.blocks:
            continue
        cells = answers.get(section.name) or {}
        for one in visible(section.fields, setting):
            if one.duties:
                given = cells.get(one.name)
                odd = one.type == "check" and not isinstance(given, dict)  # told by the form
                yield f"{section.name}.{one.name}", one, None if odd else given
