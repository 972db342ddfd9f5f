"""Until when a mark must be declared: the marking rule counts calendar days, weekends and holidays
included, to a full hour of a day after the data's own (公告2022年第21号; provisions
``marks.deadline_hour`` and ``marks.deadline_days``)."""

from dataclasses import dataclass
from datetime import date, datetime

from qingyuan.kernel.clock import CST
from qingyuan.kernel.windows import DAY, start_of
from qingyuan.standards import Book, Unregulated

CALENDAR = "日历日（节假日不顺延）"


@dataclass(frozen=True, slots=True)
class Due:
    """``instant`` is the first epoch second that is too late; ``clause`` and ``status`` say what it
    stands on, ``calendar`` by what it is counted."""

    instant: int
    clause: str
    status: str
    calendar: str = CALENDAR

    def late(self, now: float) -> bool:
        return now >= self.instant


def due_of(start: int, book: Book, chain: tuple[str, ...] = ()) -> Due | None:
    """The deadline of a mark that begins at ``start`` (epoch seconds): of the first of its days.
    None for days before the rule was in force."""
    day = day_of(start)
    try:
        hour = book.at("marks.deadline_hour", day, chain)
        days = book.at("marks.deadline_days", day, chain)
    except Unregulated:
        return None
    instant = start_of("day", start) + int(days.value) * DAY + int(float(hour.value) * 3600)
    return Due(instant, hour.cite(), hour.status)


def day_of(instant: int) -> date:
    """The China day of an epoch second."""
    return datetime.fromtimestamp(instant, CST).date()
