"""Working days by region: the country's announced days, a region's own holidays and office hours.

Every clock that counts working days names its calendar, and says when the days it counted are not
announced yet (``provisional``): a year that the library of announced days does not know is filled
with weekends and the days of the holiday law; a region's movable feasts are reckoned until its
government publishes them.

Regions are data: ``data/calendars/*.toml``, chosen by the longest prefix of the administrative area
(GB/T 2260); "65" is Xinjiang, "" the country.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import chinese_calendar  # type: ignore[import-untyped]

from qingyuan.kernel import windows
from qingyuan.kernel.clock import CST

from .provision import STATUSES, BadBook

FOLDER = Path(__file__).with_name("data") / "calendars"
MARGIN = timedelta(days=3)
"""So far from the reckoned day may the announced one lie, days shifted for it included."""
MOST_DAYS = 3660  # a count that runs longer is a mistake of the caller
_DAY = timedelta(days=1)
_KEYS = {
    "": {"name", "prefix", "source", "office", "law", "holiday"},
    "office": {"since", "title", "spans", "status", "source"},
    "law": {"year", "days", "status", "source"},
    "holiday": {"title", "days", "status", "source", "provisional"},
}


@dataclass(frozen=True, slots=True)
class Day:
    """What a China day is: ``title`` names the holiday or says why it is worked or free,
    ``provisional`` that this may still change by announcement."""

    date: date
    working: bool
    title: str
    provisional: bool
    source: str


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """The spans (start, end in China time) in which offices are open from (month, day) on."""

    since: tuple[int, int]
    title: str
    spans: tuple[tuple[time, time], ...]
    status: str
    source: str

    @property
    def end(self) -> time:
        return self.spans[-1][1]

    def __str__(self) -> str:
        return "、".join(f"{a:%H:%M}–{b:%H:%M}" for a, b in self.spans)


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a clock runs out: ``instant`` (epoch second, the first moment that is too late), the
    last ``day`` that is in time, the calendar counted by, and whether a day counted over may
    change."""

    instant: int
    day: date
    calendar: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """Working days of a region. ``own`` are its holidays by day; ``law`` those of the years that
    are not announced yet."""

    name: str
    prefix: str
    source: str
    office: tuple[OfficeHours, ...]
    law: Mapping[date, tuple[str, str]] = field(repr=False)
    own: Mapping[date, Day] = field(repr=False)

    def day(self, d: date) -> Day:
        """What a day is: the region's own holiday, else what the country has."""
        if d in self.own:
            return self.own[d]
        near = any(d + MARGIN >= one.date >= d - MARGIN
                   for one in self.own.values() if one.provisional)
        found = self._national(d)
        return Day(d, found.working, found.title, found.provisional or near, found.source)

    def is_working_day(self, d: date) -> bool:
        """
        >>> [working_days(area).is_working_day(date(2025, 6, 9)) for area in ("650100", "110000")]
        [False, True]
        """
        return self.day(d).working

    def add_working_days(self, d: date, n: int) -> date:
        """The ``n``-th working day after ``d`` (negative: before it); 0 is ``d`` itself, free or
        not. ValueError for a count beyond ten years.

        >>> working_days("110000").add_working_days(date(2026, 9, 30), 1).isoformat()
        '2026-10-08'
        """
        return self._walk(d, n)[-1]

    def nth_working_day_of(self, period: str, n: int) -> date:
        """The ``n``-th working day (from 1) of a month ``2026-10`` or a quarter ``2026Q4``.

        >>> working_days("650100").nth_working_day_of("2026Q4", 5).isoformat()
        '2026-10-13'

        ValueError for another key, for n < 1, and when the period has fewer.
        """
        begin, end = _bounds(period)
        if n < 1:
            raise ValueError(f"working days are counted from 1, not {n}")
        found = self.add_working_days(begin - _DAY, n)
        if found >= end:
            raise ValueError(f"{period} has fewer than {n} working days")
        return found

    def working_days_between(self, since: date, until: date) -> int:
        """Working days d with since < d <= until; negative when ``until`` lies before ``since``.

        >>> working_days("110000").working_days_between(date(2026, 9, 30), date(2026, 10, 9))
        2
        """
        if until < since:
            return -self.working_days_between(until, since)
        count = (until - since).days
        return sum(self.is_working_day(since + i * _DAY) for i in range(1, count + 1))

    def office_hours(self, d: date) -> OfficeHours | None:
        """The hours of a day; None on a day off.

        >>> str(working_days("650100").office_hours(date(2026, 7, 1)))
        '10:00–14:00、16:00–20:00'
        """
        if not self.is_working_day(d):
            return None
        past = [one for one in self.office if one.since <= (d.month, d.day)]
        return past[-1] if past else self.office[-1]

    def deadline(self, since: date, working: int, *, at: time | None = None) -> Deadline:
        """A clock of ``working`` working days that begins with day ``since`` (not counted): to the
        end of its last day, or on that day at China time ``at``.

        >>> clock = working_days("650100").deadline(date(2026, 9, 30), 5)
        >>> clock.day.isoformat(), clock.calendar
        ('2026-10-13', '新疆工作日历（含肉孜节、古尔邦节）')
        """
        days = self._walk(since, working)
        last = days[-1]
        ends = (datetime.combine(last + _DAY, time(), CST) if at is None
                else datetime.combine(last, at, CST))
        return Deadline(int(ends.timestamp()), last, self.name,
                        any(self.day(d).provisional for d in days))

    def period_deadline(self, period: str, n: int) -> Deadline:
        """The end of the ``n``-th working day of a month or quarter, as ``nth_working_day_of``.

        >>> working_days("110000").period_deadline("2027Q1", 5).provisional
        True
        """
        self.nth_working_day_of(period, n)
        return self.deadline(_bounds(period)[0] - _DAY, n)

    def _walk(self, d: date, n: int) -> list[date]:
        """The days passed over, ``d`` first only when nothing is counted."""
        step, left = (_DAY if n > 0 else -_DAY), abs(n)
        days = [d] if not n else []
        while left:
            d += step
            days.append(d)
            left -= self.is_working_day(d)
            if len(days) > MOST_DAYS:
                raise ValueError(f"{n} working days run over more than ten years")
        return days

    def _national(self, d: date) -> Day:
        try:
            working = chinese_calendar.is_workday(d)
            title = chinese_calendar.get_holiday_detail(d)[1]
        except NotImplementedError:
            if d in self.law:
                return Day(d, False, self.law[d][0], True, self.law[d][1])
            free = d.weekday() >= 5
            word = "周末" if free else "工作日"
            return Day(d, not free, word, True, "放假安排尚未公布，按周历推算")
        shifted = working and d.weekday() >= 5
        word = "调休上班" if shifted else "工作日" if working else _HOLIDAYS.get(title, "周末")
        return Day(d, working, word, False, "国务院办公厅节假日安排")


_HOLIDAYS = {
    "New Year's Day": "元旦", "Spring Festival": "春节", "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节", "Dragon Boat Festival": "端午节", "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节", "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def working_days(area: str = "") -> Calendar:
    """The calendar of an administrative area (GB/T 2260), the country's where none is its own.

    >>> working_days("650102").name, working_days("").name
    ('新疆工作日历（含肉孜节、古尔邦节）', '全国工作日历（国务院放假安排）')
    """
    known = calendars()
    return max((one for prefix, one in known.items() if area.startswith(prefix)),
               key=lambda one: len(one.prefix))


@lru_cache(maxsize=1)
def calendars() -> Mapping[str, Calendar]:
    """The shipped calendars by prefix."""
    return load_calendars(FOLDER)


def load_calendars(folder: Path) -> Mapping[str, Calendar]:
    """The calendars of a folder's TOML files by prefix. BadBook names file and fault: no TOML, an
    unknown or missing key, a wrong date, status or span, a prefix twice, none for the country."""
    tables: dict[str, tuple[str, dict[str, Any]]] = {}
    for path in sorted(folder.glob("*.toml")):
        table = _parsed(path)
        prefix = table["prefix"]
        if prefix in tables:
            raise BadBook(f"{path.name}: prefix {prefix!r} has a file already, {tables[prefix][0]}")
        tables[prefix] = (path.name, table)
    if "" not in tables:
        raise BadBook(f"{folder}: no calendar has the empty prefix of the whole country")
    law = _law(*tables[""])
    return {prefix: _calendar(name, table, law) for prefix, (name, table) in tables.items()}


def _parsed(path: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadBook(f"{path.name}: not TOML: {error}") from error
    strange = [f"{path.name}: unknown key {key}" for key in table if key not in _KEYS[""]]
    for part in ("office", "law", "holiday"):
        for entry in table.get(part, ()):
            lacking = _KEYS[part] - {"provisional"} - set(entry)
            strange += [f"{path.name}: {part}: unknown key {k}" for k in set(entry) - _KEYS[part]]
            strange += [f"{path.name}: {part}: {key} is missing" for key in sorted(lacking)]
            if entry.get("status") not in STATUSES:
                strange.append(f"{path.name}: {part}: status {entry.get('status')!r} is none of "
                               + ", ".join(STATUSES))
    strange += [f"{path.name}: {key} is missing" for key in ("name", "prefix", "source", "office")
                if key not in table]
    if strange:
        raise BadBook(*strange)
    return table


def _law(name: str, table: dict[str, Any]) -> dict[date, tuple[str, str]]:
    found: dict[date, tuple[str, str]] = {}
    for entry in table.get("law", ()):
        for title, days in entry["days"].items():
            for day in _dates(name, title, days):
                if day.year != entry["year"]:
                    raise BadBook(f"{name}: law: {title} {day} is not of {entry['year']}")
                found[day] = (title, entry["source"])
    return found


def _calendar(name: str, table: dict[str, Any], law: Mapping[date, tuple[str, str]]) -> Calendar:
    own = {
        day: Day(day, False, entry["title"], entry.get("provisional", False), entry["source"])
        for entry in table.get("holiday", ())
        for day in _dates(name, entry["title"], entry["days"])
    }
    office = sorted((_hours(name, entry) for entry in table["office"]), key=lambda one: one.since)
    return Calendar(table["name"], table["prefix"], table["source"], tuple(office), law, own)


def _dates(name: str, title: str, texts: list[str]) -> Iterator[date]:
    for text in texts:
        try:
            yield date.fromisoformat(text)
        except (TypeError, ValueError):
            raise BadBook(f"{name}: {title}: {text!r} is no date YYYY-MM-DD") from None


def _hours(name: str, entry: dict[str, Any]) -> OfficeHours:
    try:
        month, day = map(int, entry["since"].split("-"))
        date(2000, month, day)
        spans = tuple(
            (time.fromisoformat(first), time.fromisoformat(last))
            for first, _dash, last in (text.partition("-") for text in entry["spans"])
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise BadBook(f"{name}: office {entry['title']}: {error}") from None
    edges = [edge for span in spans for edge in span]
    if not spans or edges != sorted(set(edges)):
        raise BadBook(f"{name}: office {entry['title']}: spans must follow each other")
    return OfficeHours((month, day), entry["title"], spans, entry["status"], entry["source"])


def _bounds(period: str) -> tuple[date, date]:
    level: windows.Level = "quarter" if "Q" in period else "month"
    begin = windows.start(period, level)
    ends = windows.end_of(level, begin)
    return (datetime.fromtimestamp(begin, CST).date(), datetime.fromtimestamp(ends, CST).date())
