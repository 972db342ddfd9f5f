"""The book as a list for people: one line a provision on a day, and what the filters leave of it.

Everything here is in memory: a book has some hundred provisions and is shared between requests.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from qingyuan.standards import NATIONAL, STATUSES, Book, Provision

from .models import RuleOverride
from .queries import BookFor, in_force_on


@dataclass(frozen=True, slots=True)
class Line:
    """``shown`` is in force on the day (``when`` ""), or the nearest that was ("past"), will be
    ("future"), or holds for other regions ("elsewhere"). ``standard`` is that of the book's own
    entry; ``own`` are the organisation's standing entries for the day, whatever their link."""

    shown: Provision
    when: str
    standard: str
    own: tuple[RuleOverride, ...] = ()

    @property
    def name(self) -> str:
        return self.shown.name


@dataclass(frozen=True, slots=True)
class Filters:
    """What stands in the address; unknown words filter nothing."""

    standard: str = ""
    status: str = ""
    text: str = ""
    own: bool = False
    conflict: bool = False

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Filters":
        status = params.get("status", "")
        return cls(
            standard=params.get("standard", "")[:64],
            status=status if status in STATUSES else "",
            text=params.get("q", "").strip()[:64],
            own=params.get("own") == "1",
            conflict=params.get("conflict") == "1",
        )

    @property
    def any(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Listing:
    """The lines that all filters leave, and counts by status and by standard (each counted as if
    its own filter were not set)."""

    lines: list[Line]
    by_status: dict[str, int] = field(default_factory=dict)
    by_standard: dict[str, int] = field(default_factory=dict)


def lines_of(book: BookFor, day: date, entries: Iterable[RuleOverride] = ()) -> list[Line]:
    """One line a provision, by standard (HJ 75 before HJ 212, both before all
    that are no HJ) and clause."""
    own: dict[str, list[RuleOverride]] = {}
    for row in entries:
        if row.withdrawn_at is None and in_force_on(row, day):
            own.setdefault(row.name, []).append(row)
    lines = [_line(book, name, day, tuple(own.get(name, ()))) for name in book.book.names()]
    return sorted(lines, key=lambda line: (
        standard_order(line.standard), natural(line.shown.clause), line.name))


def named(book: Book, text: str, day: date) -> list[Provision]:
    """National figures whose title, name or clause holds the text, as they stand on a day."""
    wanted = text.strip().casefold()
    if not wanted:
        return []
    return [p for p in book.provisions if p.link == NATIONAL and p.covers(day)
            and wanted in f"{p.title} {p.name} {p.cite()}".casefold()]


def select(lines: Iterable[Line], by: Filters) -> Listing:
    """What the filters leave."""
    found = [line for line in lines if _fits(line, by)]
    by_standard: dict[str, int] = {}
    for line in found:
        if not by.status or line.shown.status == by.status:
            by_standard[line.standard] = by_standard.get(line.standard, 0) + 1
    found = [line for line in found if not by.standard or line.standard == by.standard]
    by_status = {status: sum(line.shown.status == status for line in found)
                 for status in STATUSES}
    return Listing([line for line in found if not by.status or line.shown.status == by.status],
                   by_status, by_standard)


def _line(book: BookFor, name: str, day: date, own: tuple[RuleOverride, ...]) -> Line:
    history = book.book.history(name)
    found, when = book.find(name, day), ""
    if found is None:
        found, when = _nearest(history, book.chain, day)
    base = next((p for p in reversed(history) if p.standard and p.since <= day), history[0])
    return Line(found, when, found.standard or base.standard, own)


def _nearest(
    history: tuple[Provision, ...], chain: tuple[str, ...], day: date
) -> tuple[Provision, str]:
    """What holds next to a day on which nothing does."""
    ours = [p for p in history if p.link in (*chain, NATIONAL)]
    if not ours:
        return history[-1], "elsewhere"
    past = [p for p in ours if p.since < day]
    if past:
        return max(past, key=lambda p: p.since), "past"
    return min(ours, key=lambda p: p.since), "future"


def _fits(line: Line, by: Filters) -> bool:
    """Whether a line passes text, own and conflict."""
    if by.own and not line.own:
        return False
    if by.conflict and not line.shown.readings:
        return False
    text = f"{line.shown.title} {line.name} {line.shown.cite()} {line.shown.clause}".casefold()
    return all(part in text for part in by.text.casefold().split())


def standard_order(standard: str) -> tuple[bool, list[tuple[int, int, str]]]:
    """The standards that judging stands on first."""
    return not standard.startswith("HJ"), natural(standard)


def natural(clause: str) -> list[tuple[int, int, str]]:
    """A clause or a standard's number as people order it, numbers before letters.

    >>> sorted(["附录A", "7.10", "7.2"], key=natural), natural("HJ 75") < natural("HJ 212")
    (['7.2', '7.10', '附录A'], True)
    """
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part)
            for part in re.findall(r"\d+|[^\d.\s]+", clause)]
