"""Hours, days, months, quarters and years of China as epoch seconds, keys and group indexes.

China has one clock, UTC+8 without daylight saving, so a window is arithmetic on seconds. A window
is named by its start and holds [start, end).

=========  ==================  ==========================
level      key                 example
=========  ==================  ==========================
hour       YYYY-MM-DD HH:00    2025-12-31 23:00
day        YYYY-MM-DD          2025-12-31
month      YYYY-MM             2025-12
quarter    YYYYQn              2025Q4
year       YYYY                2025
=========  ==================  ==========================
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from qingyuan.kernel.clock import CST

Level = Literal["hour", "day", "month", "quarter", "year"]
Instants = NDArray[np.int64]
Index = NDArray[np.intp]

HOUR, DAY = 3600, 86400
_EAST = 8 * HOUR  # China is ahead of UTC by this many seconds
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_FIRST = [1, 1, 1, 0]  # year, month, day, hour where a key says nothing
_NUMBERS = re.compile(r"\d+", re.ASCII)
_SHAPES: dict[Level, re.Pattern[str]] = {
    "hour": re.compile(r"\d{4}-\d\d-\d\d \d\d:00", re.ASCII),
    "day": re.compile(r"\d{4}-\d\d-\d\d", re.ASCII),
    "month": re.compile(r"\d{4}-\d\d", re.ASCII),
    "quarter": re.compile(r"\d{4}Q[1-4]", re.ASCII),
    "year": re.compile(r"\d{4}", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Groups:
    """Ascending instants sorted into windows: instant ``i`` lies in window ``index[i]``;
    ``starts`` (epoch seconds) and ``keys`` are those of the windows, in order, each with at
    least one instant."""

    index: Index
    starts: Instants
    keys: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.keys)


def start_of(level: Level, instant: int) -> int:
    """Epoch second at which the window that holds ``instant`` begins.

    >>> key("hour", start_of("quarter", start("2025-11-05 07:00")))
    '2025-10-01 00:00'
    """
    return int(_starts(level, np.array([instant], dtype=np.int64))[0])


def end_of(level: Level, instant: int) -> int:
    """Epoch second at which the window that holds ``instant`` ends and the next begins.

    >>> key("hour", end_of("month", start("2024-02-10")))
    '2024-03-01 00:00'
    """
    begin = start_of(level, instant)
    if level == "hour":
        return begin + HOUR
    return begin + DAY if level == "day" else add_months(begin, _MONTHS[level])


def key(level: Level, instant: int) -> str:
    """Name of the window that holds ``instant`` (epoch seconds).

    >>> [key(level, 1767196799) for level in ("hour", "day", "month", "quarter", "year")]
    ['2025-12-31 23:00', '2025-12-31', '2025-12', '2025Q4', '2025']
    """
    moment = datetime.fromtimestamp(start_of(level, instant), CST)
    return _KEYS[level](moment)


def start(name: str, level: Level | None = None) -> int:
    """Epoch second at which the window called ``name`` begins; ``level`` None takes any key.

    >>> start("2025Q4") == start("2025-10") == start("2025-10-01") == start("2025-10-01 00:00")
    True
    >>> start("2016-08-01 08:00")
    1470009600

    Raises ValueError for text that is no key of that level or no date of the calendar.
    """
    if not any(_SHAPES[shape].fullmatch(name) for shape in (_SHAPES if level is None else [level])):
        raise ValueError(f"{name!r} names no {level or 'hour, day, month, quarter or year'}")
    numbers = [int(number) for number in _NUMBERS.findall(name)]
    if "Q" in name:
        numbers[1] = 3 * numbers[1] - 2
    year, month, day, hour = (numbers + _FIRST[len(numbers) :])[:4]
    return int(datetime(year, month, day, hour, tzinfo=CST).timestamp())


def hours(begin: int, count: int) -> Instants:
    """Starts of ``count`` clock hours from ``begin`` (epoch second on a full hour).

    >>> hours(start("2025-12-31 23:00"), 2).tolist()
    [1767193200, 1767196800]

    Raises ValueError when ``begin`` lies within an hour.
    """
    if begin % HOUR:
        raise ValueError(f"epoch second {begin} is not on a full hour")
    return begin + HOUR * np.arange(count, dtype=np.int64)


def group(level: Level, instants: Instants) -> Groups:
    """Ascending ``instants`` (epoch seconds) sorted into windows of ``level``.

    Hours into days, and those days into months:

    >>> days = group("day", hours(start("2025-12-31 22:00"), 4))
    >>> days.index.tolist(), days.keys
    ([0, 0, 1, 1], ('2025-12-31', '2026-01-01'))
    >>> group("month", days.starts).keys
    ('2025-12', '2026-01')

    Raises ValueError when the instants do not ascend.
    """
    instants = np.asarray(instants, dtype=np.int64)
    if np.any(np.diff(instants) < 0):
        raise ValueError("instants must ascend")
    starts = _starts(level, instants)
    first = np.concatenate([[True], np.diff(starts) > 0])[: starts.size]
    index: Index = np.cumsum(first, dtype=np.intp) - 1
    own = starts[first]
    moments = (datetime.fromtimestamp(second, CST) for second in own.tolist())
    return Groups(index, own, tuple(map(_KEYS[level], moments)))


def add_months(instant: int, months: int) -> int:
    """The same China time of day ``months`` later (negative: earlier) on the same day of the
    month, or on the last day of a shorter one.

    >>> key("hour", add_months(start("2025-11-30 09:00"), 3))
    '2026-02-28 09:00'
    """
    moment = datetime.fromtimestamp(instant, CST)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, monthrange(year, month + 1)[1])
    return int(moment.replace(year=year, month=month + 1, day=day).timestamp())


def _starts(level: Level, instants: Instants) -> Instants:
    if level == "hour":
        return instants - instants % HOUR
    days = (instants + _EAST) // DAY
    if level != "day":
        months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        months -= months % _MONTHS[level]
        days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return np.asarray(days * DAY - _EAST, dtype=np.int64)


_KEYS: dict[Level, Callable[[datetime], str]] = {
    "hour": lambda moment: f"{moment:%Y-%m-%d %H}:00",
    "day": lambda moment: f"{moment:%Y-%m-%d}",
    "month": lambda moment: f"{moment:%Y-%m}",
    "quarter": lambda moment: f"{moment.year:04d}Q{(moment.month + 2) // 3}",
    "year": lambda moment: f"{moment.year:04d}",
}
