"""Which interval and which stretch of time a page shows, read from the address."""

import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from qingyuan.areas.telemetry.models import Interval
from qingyuan.kernel.clock import CST
from qingyuan.ui.address import small_int

LATEST = 4_102_444_800  # 2100-01-01Z; instants of an address lie between 1970 and this one
# Seconds shown when the address says nothing, and the longest stretch that is read at once.
USUAL = {
    Interval.REALTIME: 3600 * 2,
    Interval.MINUTE: 86_400,
    Interval.HOUR: 86_400 * 7,
    Interval.DAY: 86_400 * 60,
}
LONGEST = {
    Interval.REALTIME: 86_400 * 31,
    Interval.MINUTE: 86_400 * 366,
    Interval.HOUR: 86_400 * 3660,
    Interval.DAY: 86_400 * 36_600,
}
PRESETS = {
    Interval.REALTIME: ((3600, "1 小时"), (6 * 3600, "6 小时"), (86_400, "24 小时")),
    Interval.MINUTE: ((86_400, "24 小时"), (3 * 86_400, "3 天"), (7 * 86_400, "7 天")),
    Interval.HOUR: ((86_400, "24 小时"), (7 * 86_400, "7 天"), (30 * 86_400, "30 天")),
    Interval.DAY: ((30 * 86_400, "30 天"), (90 * 86_400, "90 天"), (365 * 86_400, "一年")),
}


@dataclass(frozen=True, slots=True)
class Window:
    """``since <= time < until`` in epoch seconds; ``moved`` when it was set back to where data end;
    ``cut`` when more was asked for than is read at once."""

    interval: str
    since: int
    until: int
    moved: bool = False
    cut: bool = False

    @property
    def span(self) -> int:
        return self.until - self.since


def instant(text: str) -> int | None:
    """An ISO date or time as epoch seconds, China time where it names no zone; None for others.
    What lies before 1970 or after 2100 is cut to that.

    >>> instant("2016-08-01"), instant("2016-08-01T08:58:57"), instant("gestern")
    (1469980800, 1470013137, None)
    >>> instant("0001-01-01"), instant("9999-12-31T23:59:59-14:00")
    (0, 4102444800)
    """
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=CST)
    return min(max(int(found.timestamp()), 0), LATEST)


def window_of(params: Any, newest: dict[str, int | None], now: float | None = None) -> Window:
    """The window an address asks for; without one the usual stretch up to now, or up to the newest
    reading where the usual stretch would be empty. ``newest``: interval → epoch second or None."""
    moment = int(time.time() if now is None else now)
    interval = params.get("interval", "")
    if interval not in Interval.values:
        interval = next(
            (i for i in Interval.values if newest.get(i) is not None), Interval.REALTIME
        )
    since, until = _asked(params)
    moved = False
    if since is None and until is None:
        until, last, span = moment + 60, newest.get(interval), _span(params, interval)
        if last is not None and last < until - span:
            until, moved = last + 60, True
        since = until - span
    if until is None:
        until = min(moment + 60, (since or 0) + LONGEST[interval])
    if since is None:
        since = until - USUAL[interval]
    since, until = min(since, until - 1), max(until, since + 1)
    cut = until - since > LONGEST[interval]
    return Window(interval, max(since, until - LONGEST[interval]), until, moved, cut)


def _span(params: Any, interval: str) -> int:
    """Seconds up to now that the address asks for by ``last``, else the usual stretch."""
    return small_int(params.get("last", ""), 0, LONGEST[interval]) or USUAL[interval]


def _asked(params: Any) -> tuple[int | None, int | None]:
    """``from``/``to`` as ISO texts, ``from_epoch``/``to_epoch`` from scripts."""
    found: list[int | None] = []
    for name in ("from", "to"):
        epoch = small_int(params.get(f"{name}_epoch", ""), None, LATEST)
        found.append(instant(params.get(name, "")) if epoch is None else epoch)
    return found[0], found[1]


def field_value(epoch: int) -> str:
    """Epoch seconds as a ``datetime-local`` field wants it, China time.

    >>> field_value(1470013137)
    '2016-08-01T08:58'
    """
    return datetime.fromtimestamp(epoch, CST).strftime("%Y-%m-%dT%H:%M")


def day_start(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=CST).timestamp())
