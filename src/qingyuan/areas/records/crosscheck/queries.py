"""Reads on cross-checks, for pages, the API and what may be accepted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qingyuan.crosscheck import CHECKS
from qingyuan.crosscheck.notes import between, clock

from ..models import AnswerVerb, CrossAnswer, CrossCheck, Record
from .words import aspect


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that a signal stands on. ``kind`` and ``key`` say what its reference names: record,
    presence, photo, mark, point, message, "" nothing; ``since`` and ``until`` epoch s."""

    text: str
    kind: str
    key: int
    factor: str
    since: int | None
    until: int | None

    @property
    def when(self) -> str:
        """The window of the fact, "" where it has none."""
        if self.kind or self.since is None:
            return ""
        return between(self.since, self.until) if self.until is not None else clock(self.since)


@dataclass(frozen=True, slots=True)
class Shown:
    """A signal as a page shows it, with the reviewer's word if there is one."""

    code: str
    title: str
    severity: str
    sentence: str
    factor: str
    facts: tuple[Fact, ...]
    answer: CrossAnswer | None

    @property
    def key(self) -> str:
        return f"{self.code}.{self.factor}" if self.factor else self.code


@dataclass(frozen=True, slots=True)
class Panel:
    """A record's cross-check as it is read: signals; names of what was looked at and is fine;
    (name, reason) of what could not be told; ``pending`` while it has not run yet."""

    check: CrossCheck
    signals: tuple[Shown, ...]
    fine: tuple[str, ...]
    unsure: tuple[tuple[str, str], ...]

    @property
    def pending(self) -> bool:
        return self.check.run_at is None


def check_of(record: Record) -> CrossCheck | None:
    """The cross-check of a record. One query."""
    return CrossCheck.objects.filter(record=record).first()


def panel_of(record: Record, check: CrossCheck | None = None) -> Panel | None:
    """Everything about a record's cross-check; None for a record that is not looked at. Two
    queries, one where ``check`` is given or nothing was found."""
    check = check or check_of(record)
    if check is None:
        return None
    answers = answers_of(record) if check.signals else {}
    return Panel(check, tuple(_shown(one, answers) for one in check.signals),
                 _titles(check.outcomes, "fine"), tuple(
                     (aspect(one["code"]), one["reason"]) for one in check.outcomes
                     if one["answer"] == "cannot_tell"))


def answers_of(record: Record) -> dict[tuple[str, str], CrossAnswer]:
    """The reviewers' words by (code, factor). One query."""
    return {(one.code, one.factor): one for one in CrossAnswer.objects.filter(record=record)}


def keeps_from_acceptance(record: Record) -> str:
    """Why a record cannot be accepted as its cross-check stands: "" when it can, "confirmed" when
    a reviewer has found it to be wrong, "unanswered" while strong signals of a flagged one wait
    for a word. Two queries at most."""
    check = check_of(record)
    if check is None or not check.signals:
        return ""
    answers = answers_of(record)
    mine = [(one, answers.get((one["code"], one["factor"]))) for one in check.signals]
    if any(word is not None and word.verb == AnswerVerb.CONFIRMED for _one, word in mine):
        return "confirmed"
    if check.flagged and any(word is None for one, word in mine if one in _grave(check.signals)):
        return "unanswered"
    return ""


def _grave(signals: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The strong signals, of a record that is flagged without one its heaviest."""
    return [one for one in signals if one["severity"] == "strong"] or list(signals[:1])


def _shown(one: Mapping[str, Any], answers: Mapping[tuple[str, str], CrossAnswer]) -> Shown:
    return Shown(one["code"], title(one["code"]), one["severity"], one["sentence"],
                 one["factor"], tuple(map(_fact, one["evidence"])),
                 answers.get((one["code"], one["factor"])))


def _fact(one: Mapping[str, Any]) -> Fact:
    kind, _colon, key = str(one["ref"]).partition(":")
    number = int(key) if key.isdecimal() else 0
    return Fact(one["text"], kind if number else "", number, one["factor"], one["since"],
                one["until"])


def _titles(outcomes: Iterable[Mapping[str, Any]], answer: str) -> tuple[str, ...]:
    return tuple(aspect(one["code"]) for one in outcomes if one["answer"] == answer)


def title(code: str) -> str:
    """What a check calls its doubt; the code itself where it has gone."""
    return CHECKS[code].title if code in CHECKS else code
