"""The rules that rows are made under, as digests; and from when on another book says otherwise."""

from bisect import bisect_right
from datetime import date, datetime, timedelta

from django.db.models import Max, Min

from qingyuan.areas.rules.queries import BookFor
from qingyuan.calc.types import Medium
from qingyuan.kernel.clock import CST
from qingyuan.standards import Unregulated

from ..models import LEVELS, RuleSet
from . import digest
from .dirty import mark_span
from .subject import Subject


class Rules:
    """Digests of the rules of a book by day. ``sets`` has what each digest given out stands for."""

    def __init__(self, book: BookFor, kind: Medium) -> None:
        self._book, self._kind = book, kind
        self._edges = _edges(book, digest.names(kind, "year", mass=True))
        self._known: dict[tuple[str, bool, int], str] = {}
        self.sets: dict[str, digest.Rules] = {}

    def on(self, level: str, *, mass: bool, instant: int) -> str:
        """The digest of what a row of a level rests on, at the China day of an instant;
        ``mass``: of a pollutant."""
        day = _day(instant)
        key = (level, mass, bisect_right(self._edges, day))
        if key not in self._known:
            names = digest.names(self._kind, level, mass=mass)
            found = digest.rules_on(self._book, day, names)
            self._known[key] = text = digest.of_rules(found)
            self.sets[text] = found
        return self._known[key]


def _edges(book: BookFor, names: tuple[str, ...]) -> list[date]:
    """The days on which any of the provisions changes, in order."""
    days: set[date] = set()
    for name in names:
        try:
            history = book.book.history(name)
        except Unregulated:
            continue
        days.update(one.since for one in history)
        days.update(one.until + timedelta(days=1) for one in history
                    if one.until is not None and one.until < date.max)
    return sorted(days)


def _day(instant: int) -> date:
    return datetime.fromtimestamp(instant, CST).date()


def differ_from(subject: Subject) -> date | None:
    """The first China day on which the subject's book says otherwise than what the point's rows
    were made under; None when it nowhere does."""
    found: list[date] = []
    for level in ("hour", "day", "month"):
        rows = LEVELS[level].objects.filter(point=subject.point).order_by().values("rules")
        spans = list(rows.annotate(first=Min("time"), last=Max("time")))
        sets = RuleSet.objects.in_bulk([span["rules"] for span in spans])
        for span in spans:
            known = sets.get(span["rules"])
            day = _first_difference(subject, known.provisions if known else {}, _day(span["first"]),
                                    _day(span["last"]))
            if day is not None:
                found.append(day)
    return min(found, default=None)


def _first_difference(
    subject: Subject, provisions: digest.Rules, first: date, last: date
) -> date | None:
    names = tuple(provisions)
    days = [first, *(day for day in _edges(subject.book, names) if first < day <= last)]
    for day in days:
        if digest.rules_on(subject.book, day, names) != provisions:
            return day
    return None


def mark_changed(subject: Subject) -> int:
    """Mark the hours that another book than the one used last may judge otherwise; how many."""
    day = differ_from(subject)
    if day is None:
        return 0
    return mark_span(subject.point, int(datetime(*day.timetuple()[:3], tzinfo=CST).timestamp()),
                     None)
