"""Which day or month a page of judged values shows, read from the address."""

import time
from typing import Any, NamedTuple

from qingyuan.kernel import windows


class Period(NamedTuple):
    """A China day or month, [start, end) in epoch seconds; ``key`` is YYYY-MM-DD or YYYY-MM."""

    level: str
    key: str
    start: int
    end: int

    @property
    def before(self) -> str:
        """Key of the one before; "" at the beginning of time."""
        return windows.key(self.level, self.start - 1) if self.start > FIRST else ""

    @property
    def after(self) -> str:
        """Key of the next one."""
        return windows.key(self.level, self.end)


FIRST = windows.start("1990-01-01")
LAST = windows.start("2099-12-31")


def period(level: str, text: str) -> Period | None:
    """The day or month that a key names; None for any other text.

    >>> period("day", "2026-11-23").after, period("month", "2026-01").before
    ('2026-11-24', '2025-12')
    >>> period("day", "2026-02-30"), period("month", "9999-01")
    (None, None)
    """
    try:
        begin = windows.start(text.strip(), level)
    except (ValueError, OverflowError):
        return None
    if not FIRST <= begin <= LAST:
        return None
    return Period(level, windows.key(level, begin), begin, windows.end_of(level, begin))


def around(level: str, instant: int) -> Period:
    """The day or month that holds an instant."""
    begin = windows.start_of(level, instant)
    return Period(level, windows.key(level, begin), begin, windows.end_of(level, begin))


def asked(params: Any, newest: int | None) -> Period:
    """``day`` or ``month`` of the address, else the day of the newest judged hour, else today."""
    found = period("day", params.get("day", "")) or period("month", params.get("month", ""))
    return found or around("day", int(time.time()) if newest is None else newest)
