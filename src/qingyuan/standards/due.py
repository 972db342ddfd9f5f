"""When a duty is due again: counted from its real finish, never later than any of its intervals.

Days are China days. A duty whose lateness makes data invalid is counted to the second, as the
judging of hours does; others by whole days, the due day included.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from qingyuan.kernel.clock import CST

from .book import Book
from .duty import Duty, Interval
from .provision import Provision, Status

_DAY = timedelta(days=1)
_LEADS = ((1, 0), (7, 2), (15, 4), (31, 7), (92, 14), (10_000, 30))  # docs/decisions/0006
AUTOMATIC = "gas.calibration.auto.interval"
CALENDAR_DAY = "gas.calibration.auto.day_rule"
"""How the 24 h of automatic calibration are read; judging reads the same switch."""


@dataclass(frozen=True, slots=True)
class Term:
    """One interval that binds a duty, with where it comes from; ``rule`` is the provision's name,
    "" for the interval that the list prints."""

    interval: Interval
    source: str
    status: Status
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """``opens``: first day of the window; ``due``: its last day, both included; ``at``: the last
    instant in time. ``term`` is the interval that decided, ``source`` its clause."""

    opens: date
    due: date
    at: datetime
    term: Term

    @property
    def source(self) -> str:
        return self.term.source


def terms(
    duty: Duty, book: Book, day: date, *, auto_calibration: bool = False, scope: Sequence[str] = ()
) -> tuple[Term, ...]:
    """Every interval that binds the duty on ``day``: the list's and the book's.

    Unregulated when the provision has no value on that day, ValueError when it is no interval.
    """
    automatic = auto_calibration and bool(duty.interval_auto or duty.rule_auto)
    printed = duty.interval_auto if automatic else duty.interval
    rule = duty.rule_auto if automatic else duty.rule
    found = [Term(printed, duty.cite(), duty.status)] if printed else []
    if rule:
        provision = book.at(rule, day, scope)
        interval = replace(_interval(provision), calendar=duty.calendar)
        found.append(Term(interval, provision.cite(), provision.status, rule))
    return tuple(found)


def tightest(found: Sequence[Term]) -> Term:
    """The shortest of a duty's intervals, a month taken as 30.4 days; the book's where they tie."""
    return min(found, key=lambda t: (t.interval.days(), not t.rule))


def next_due(
    duty: Duty,
    done_at: date | datetime,
    book: Book,
    *,
    auto_calibration: bool = False,
    scope: Sequence[str] = (),
) -> Due:
    """When ``duty``, finished at ``done_at``, is due again.

    Of several intervals the earlier counts; each is that of the day of the finish. A finish of
    which only the day is known counts from the beginning of that day where the clock runs to the
    second (24 h then means the next day). A seasonal duty that would fall between seasons is due
    in the first interval of the next one. ValueError for a datetime without zone; Unregulated as
    ``terms``.
    """
    if isinstance(done_at, datetime) and done_at.utcoffset() is None:
        raise ValueError(f"{duty.key}: the finish {done_at} has no time zone")
    day = done_at.astimezone(CST).date() if isinstance(done_at, datetime) else done_at
    bound = terms(duty, book, day, auto_calibration=auto_calibration, scope=scope)
    found = min((_due(duty, done_at, term, book, scope) for term in bound),
                key=lambda due: (due.at, not due.term.rule))
    if duty.months and found.due.month not in duty.months:
        return _season(duty, found)
    return found


def _due(
    duty: Duty, done_at: date | datetime, term: Term, book: Book, scope: Sequence[str]
) -> Due:
    interval = term.interval
    moment = done_at if isinstance(done_at, datetime) else _midnight(done_at)
    moment = moment.astimezone(CST)
    day = moment.date()
    if interval.calendar:
        opens = _next_period(day, interval)
        end = _next_period(opens, interval)
        return Due(opens, end - _DAY, _midnight(end), term)
    if not duty.invalidates or _by_day(term, done_at, book, day, scope):
        due = _plus(_midnight(day), interval).date()
        at = _midnight(due + _DAY)
    else:
        at = _plus(moment, interval)
        # nothing is left of a day on which the deadline is midnight
        due = (at - timedelta(microseconds=1)).date()
    lead = duty.lead if duty.lead is not None else _lead(interval)
    return Due(max(min(day + _DAY, due), due - timedelta(days=lead)), due, at, term)


def _by_day(
    term: Term, done_at: date | datetime, book: Book, day: date, scope: Sequence[str]
) -> bool:
    if term.rule == AUTOMATIC and book.at(CALENDAR_DAY, day, scope).value == "calendar_day":
        return True
    return not isinstance(done_at, datetime) and term.interval.days() <= 1


def _season(duty: Duty, found: Due) -> Due:
    first = found.due.replace(day=1)
    while first.month not in duty.months:
        first = _add_months(first, 1)
    last = _plus(_midnight(first - _DAY), found.term.interval).date()
    if found.term.interval.calendar:
        last = _next_period(first, found.term.interval) - _DAY
    return Due(first, last, _midnight(last + _DAY), found.term)


def _interval(provision: Provision) -> Interval:
    amount = provision.value
    if isinstance(amount, bool | str) or amount != int(amount) or amount <= 0:
        raise ValueError(f"{provision.name}: {amount!r} is no interval")
    if provision.unit in ("h", "d"):
        return Interval(int(amount), "h" if provision.unit == "h" else "d")
    if provision.unit in ("month", "year"):
        return Interval(int(amount) * (12 if provision.unit == "year" else 1), "month")
    raise ValueError(f"{provision.name}: {provision.unit!r} is no unit of an interval")


def _plus(moment: datetime, interval: Interval) -> datetime:
    if interval.unit == "h":
        return moment + timedelta(hours=interval.amount)
    if interval.unit == "d":
        return moment + timedelta(days=interval.amount)
    return datetime.combine(_add_months(moment.date(), interval.amount), moment.timetz())


def _add_months(day: date, months: int) -> date:
    """The same day of the month, clipped to the month's length."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _next_period(day: date, interval: Interval) -> date:
    """First day of the calendar period after the one that ``day`` lies in."""
    if interval.unit != "month":
        return day + (_DAY if interval.amount == 1 else timedelta(days=7 - day.weekday()))
    first = day.replace(day=1)
    return _add_months(first, interval.amount - (day.month - 1) % interval.amount)


def _lead(interval: Interval) -> int:
    return next(lead for most, lead in _LEADS if interval.days() <= most)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CST)
