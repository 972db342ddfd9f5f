"""What differs between two days of a book, or between two books."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .book import Book
from .provision import Provision, Unregulated


@dataclass(frozen=True, slots=True)
class Difference:
    """One name whose value, citation or status is not the same; None where nothing is in force."""

    name: str
    before: Provision | None
    after: Provision | None


def differences(
    before: Book, first: date, after: Book, second: date, scope: Sequence[str] = ()
) -> tuple[Difference, ...]:
    """Names, sorted, whose value, unit, citation or status in ``before`` on ``first`` is not the
    one in ``after`` on ``second``."""
    found = []
    for name in sorted({*before.names(), *after.names()}):
        one, other = _at(before, name, first, scope), _at(after, name, second, scope)
        if _shown(one) != _shown(other):
            found.append(Difference(name, one, other))
    return tuple(found)


def first_difference(
    before: Book, after: Book, scope: Sequence[str] = (), names: Iterable[str] | None = None
) -> date | None:
    """The first day on which the two books can judge differently: a value, unit or citation of
    one of ``names`` (default: all) differs. None when they never do; a status, a source or a
    sentence is no difference.
    """
    if before.fingerprint == after.fingerprint:
        return None
    days = [
        day
        for name in (names or {*before.names(), *after.names()})
        for day in _turns(before, after, name)
        if _substance(_at(before, name, day, scope)) != _substance(_at(after, name, day, scope))
    ]
    return min(days, default=None)


def _turns(before: Book, after: Book, name: str) -> set[date]:
    """The days on which the name's value may change in either book."""
    days: set[date] = set()
    for book in (before, after):
        for p in book.history(name) if name in book else ():
            days.add(p.since)
            if p.until is not None and p.until < date.max:
                days.add(p.until + timedelta(days=1))
    return days


def _at(book: Book, name: str, day: date, scope: Sequence[str]) -> Provision | None:
    try:
        return book.at(name, day, scope)
    except Unregulated:
        return None


def _substance(p: Provision | None) -> object:
    return None if p is None else (type(p.value), p.substance())


def _shown(p: Provision | None) -> object:
    return None if p is None else (type(p.value), p.substance(), p.status)
