"""When a duty is due again, asked many thousand times: remembered, and never a crash.

A plan of a few hundred points asks the same question of the book again and again: the same duty on
the same day. Points differ in their chain (each has its permit), but a link for which the book has
no entry cannot change an answer, so it is left out of what an answer is remembered by.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from qingyuan.areas.rules.queries import BookFor
from qingyuan.kernel.clock import CST
from qingyuan.standards import Book, Unregulated
from qingyuan.standards.due import terms
from qingyuan.standards.duties import Due, Duty, next_due
from qingyuan.standards.provision import NATIONAL

DAY = timedelta(days=1)
NO_INTERVAL = "规则库中没有可用的周期"
_MOST = 200_000  # remembered answers; a plan of 200 points over two months asks some 20,000


@dataclass(frozen=True, slots=True)
class Window:
    """``opens`` to ``due``: the days on which it may be done; ``at``: the first instant (epoch
    ms) that is too late; ``source``: the clause of the interval that decided."""

    opens: date
    due: date
    at: int
    source: str


class Reckoner:
    """Next windows of one company's duties. Keep one for a run, not for a process:
    it holds on to books and own duties."""

    def __init__(self) -> None:
        self._links: dict[Book, frozenset[str]] = {}
        self._known: dict[tuple[object, ...], Window | None] = {}

    def chain(self, book: BookFor) -> tuple[str, ...]:
        """The links of a chain for which the book has entries."""
        links = self._links.get(book.book)
        if links is None:
            links = frozenset(p.link for p in book.book.provisions) - {NATIONAL}
            self._links[book.book] = links
        return tuple(link for link in book.chain if link in links)

    def after(
        self, duty: Duty, done: date | datetime, book: Book, chain: tuple[str, ...], *,
        auto: bool, cold_since: date | None = None,
    ) -> Window | None:
        """The window after a finish; None where no interval is to be had.

        A finish before the duty's rule existed counts from the first day of the rule. Where the
        book has no figure, or one that is no interval, the interval that the list prints stands
        alone. ``cold_since``: first day of a cold spell that calls for a winter's duty outside
        its months.
        """
        if isinstance(done, datetime) and not duty.invalidates:
            done = done.astimezone(CST).date()  # only the day matters: more answers are the same
        key = (duty.key, done, book, chain, auto, cold_since)
        if key not in self._known:
            if len(self._known) > _MOST:
                self._known.clear()
            self._known[key] = _after(duty, done, book, chain, auto, cold_since)
        return self._known[key]


def _after(
    duty: Duty, done: date | datetime, book: Book, chain: tuple[str, ...], auto: bool,
    cold_since: date | None,
) -> Window | None:
    found = _due(duty, done, book, chain, auto)
    if cold_since is not None and duty.below is not None and duty.months:
        day = done.astimezone(CST).date() if isinstance(done, datetime) else done
        called = _due(replace(duty, months=()), done if day >= cold_since else cold_since, book,
                      chain, auto)
        if called is not None and (found is None or called.at < found.at):
            found = called
    if found is None:
        return None
    return Window(found.opens, found.due, round(found.at.timestamp() * 1000), found.source[:200])


def _due(
    duty: Duty, done: date | datetime, book: Book, chain: tuple[str, ...], auto: bool
) -> Due | None:
    try:
        return next_due(duty, done, book, auto_calibration=auto, scope=chain)
    except Unregulated:
        first = _first_day(duty, done, book, chain, auto)
        if first is not None:
            return next_due(duty, first, book, auto_calibration=auto, scope=chain)
    except ValueError:  # an organisation may have entered a figure that is no interval
        pass
    printed = replace(duty, rule="", rule_auto="")
    if not terms(printed, book, date.min, auto_calibration=auto, scope=chain):
        return None
    return next_due(printed, done, book, auto_calibration=auto, scope=chain)


def _first_day(
    duty: Duty, done: date | datetime, book: Book, chain: tuple[str, ...], auto: bool
) -> date | None:
    """The first day after the finish on which every rule of the duty has a value."""
    day = done.astimezone(CST).date() if isinstance(done, datetime) else done
    days = sorted({p.since for name in duty.rules() if name in book for p in book.history(name)
                   if p.since > day and p.link in (*chain, NATIONAL)})
    for since in days:
        try:
            next_due(duty, since, book, auto_calibration=auto, scope=chain)
        except (Unregulated, ValueError):
            continue
        return since
    return None
