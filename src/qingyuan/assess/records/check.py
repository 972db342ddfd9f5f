"""One record judged: which form, on which day, under whose figures.

A record without ``date`` is judged by the newest figures that the book has for records, and the
answer says which day that is; the machine's clock plays no part, so an answer can be repeated.
``region`` and ``[rules]`` mean what they mean in POINT.toml; ``[switches]`` is the same as
``[rules]``, for the choices between ways to read a text.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from qingyuan.assess.records import (
    commissioning,
    consistency,
    drift,
    indication,
    verification,
    water,
)
from qingyuan.assess.records.answer import Json, provisions
from qingyuan.assess.records.table import LARGEST, BadRecord, Table, parse
from qingyuan.calc.quality.figures import Reader
from qingyuan.calc.ruling import RECORDS
from qingyuan.standards import BadBook, Book, Override, Unregulated
from qingyuan.standards.provision import Value

Judge = Callable[[Table, Reader], tuple[Json, list[str]]]

FORMS: Mapping[str, Judge] = {
    "cems-drift": drift.judge,
    "cems-verification": verification.judge,
    "cems-indication": indication.judge,
    "pm-correlation": commissioning.judge_particulate,
    "velocity-field": commissioning.judge_velocity,
    "water-standard-check": water.judge_check,
    "water-comparison": water.judge_comparison,
    "flow-comparison": water.judge_flow,
    "data-consistency": consistency.judge,
}
"""Every form by its name in ``form``."""

_LINK = "permit:record"
_ALWAYS = date(2000, 1, 1)


def check(text: str, book: Book) -> Json:
    """The answer for one record's TOML text: ``form``, ``results``, ``state`` or ``pass``, the day
    of the figures, the figures themselves, and notes. BadRecord with one sentence for bad input."""
    record = parse(text)
    form = record.word("form", tuple(FORMS))
    day, given = _day(record, book)
    reader = Reader(_with_rules(record, book), day, (_LINK, *_regions(record)))
    try:
        found, notes = FORMS[form](record, reader)
    except Unregulated as error:
        raise BadRecord(f"the book of rules has no figure for {day}: {error}") from None
    if not given:
        notes.append(f"no date is given: judged by the book's newest figures, of {day}")
    return {
        "form": form,
        **found,
        "date": day.isoformat(),
        "date_given": given,
        "book": reader.book.fingerprint,
        "provisions": provisions(reader),
        "notes": [*notes, *record.unread()],
    }


def _day(record: Table, book: Book) -> tuple[date, bool]:
    value = record.any("date")
    if value is None:
        return max(found.since for name in RECORDS for found in book.history(name)), False
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip()), True
        except ValueError:
            raise record.refuse("date", f"expected YYYY-MM-DD, not {value!r}") from None
    if isinstance(value, datetime):
        return value.date(), True
    if isinstance(value, date):
        return value, True
    raise record.refuse("date", f"expected YYYY-MM-DD, not {value!r}")


def _regions(record: Table) -> Iterator[str]:
    if not record.has("region"):
        return
    region = record.text("region")
    if not (region.isascii() and region.isdigit() and len(region) in (2, 4, 6)):
        raise record.refuse("region", f"expected 2, 4 or 6 digits, not {region!r}")
    yield from dict.fromkeys(f"region:{region[:n]}" for n in (len(region), 4, 2))


def _with_rules(record: Table, book: Book) -> Book:
    overrides = []
    for key in ("rules", "switches"):
        if not record.has(key):
            continue
        for name, value in _leaves("", record.table(key)):
            if not isinstance(value, int | float | str | bool):
                raise record.refuse(key, f"expected {name} = a figure or a word")
            if not isinstance(value, str) and abs(value) > LARGEST:
                raise record.refuse(key, f"expected {name} between -1e12 and 1e12")
            overrides.append(Override(name, value, _LINK, _ALWAYS, clause=f"record [{key}]",
                                      source="record"))
    try:
        return book.with_overrides(overrides)
    except BadBook as error:
        sentence = error.problems[0].partition(": ")[2] or error.problems[0]
        raise BadRecord(f"rules: {sentence}") from None


def _leaves(path: str, table: Table) -> Iterator[tuple[str, Value | object]]:
    for key in table.data:
        name = f"{path}{key}"
        value = table.any(key)
        if isinstance(value, dict):
            yield from _leaves(f"{name}.", table.table(key))
        else:
            yield name, float(value) if isinstance(value, Decimal) else value
