"""The form of a record, its setting and its book, as plain values for the engine of forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from qingyuan.areas.rules.queries import BookFor, book_for
from qingyuan.forms import Form, Outcome, Problem, Setting, compute, outcome, validate

from ..models import Record
from .forms import form_by_digest, form_for

Cells = dict[str, Any]


class NoForm(Exception):
    """A record names a form that is no longer there."""


@dataclass(frozen=True, slots=True)
class Engine:
    """A form as one record is asked it, with the limits of its day."""

    form: Form
    setting: Setting
    book: BookFor
    day: date

    def compute(self, answers: Cells) -> Cells:
        """The answers with every computed value worked out anew."""
        return compute(self.form, answers, self.book.book, self.day, self.setting)

    def validate(self, answers: Cells) -> list[Problem]:
        """What keeps the answers from being submitted."""
        return validate(self.form, answers, self.book.book, self.day, self.setting)

    def outcome(self, answers: Cells) -> Outcome:
        """Results, failed items, events, proposed orders."""
        return outcome(self.form, answers, self.book.book, self.day, self.setting)


def form_of(record: Record) -> Form:
    """The very definition that a record was filled in by, else the version of its day. NoForm."""
    found = form_by_digest(record.organisation, record.form_digest) or form_for(
        record.organisation, record.form, record.day)
    if found is None:
        raise NoForm(record.form)
    return found


def setting_of(record: Record, book: BookFor) -> Setting:
    """The setting that a record keeps, asked with the point's chain."""
    kept: Mapping[str, Any] = record.setting
    return Setting(str(kept.get("technique", "")), frozenset(kept.get("methods", ())),
                   frozenset(kept.get("sets", ())), book.chain)


def engine_of(record: Record) -> Engine:
    """What computes and checks a record. Two queries; NoForm."""
    book = book_for(record.point)
    return Engine(form_of(record), setting_of(record, book), book, record.day)


def brings_events(form: Form) -> bool:
    """Whether a record by the form enters events into the point's data."""
    return any(section.events for section in form.sections)
