"""Years, from days and months that are stored, so that a late minute need not read a year of hours.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from qingyuan.calc import ladder, reasons
from qingyuan.calc.periods import Level
from qingyuan.calc.sheet import NOT_JUDGED
from qingyuan.calc.types import VERDICTS
from qingyuan.kernel import windows

from . import store
from .above import FLOW_OF, Sums, gathered, period_rows, summed
from .rules import Rules
from .store import Row
from .subject import Subject

_VERDICT = {name: index for index, name in enumerate(VERDICTS)}
_COLUMNS = ("count", "value", "converted", "mass", "substituted")


class _Parts(NamedTuple):
    """The days and months of a year, rows by (factor id, start)."""

    days: dict[tuple[int, int], Row]
    months: dict[tuple[int, int], Row]


def rows(subject: Subject, since: int, until: int, sums: Sums, rules: Rules) -> list[Row]:
    """The rows of the years that [since, until) touches: those days and months as just judged
    (``sums``), the others of these years as stored. Two queries a year."""
    found: list[Row] = []
    start = windows.start_of("year", since)
    while start < until:
        end = windows.end_of("year", start)
        found += _year(subject, start, _parts(subject, start, end, since, until, sums), rules)
        start = end
    return found


def _parts(
    subject: Subject, start: int, end: int, since: int, until: int, sums: Sums
) -> _Parts:
    levels: tuple[windows.Level, ...] = ("day", "month")
    parts = []
    for level in levels:
        edge = windows.start_of(level, since)
        rows = {(factor, time): row[:-2]
                for (time, factor), row in store.held(level, subject.point, start, end).items()
                if not edge <= time < until}
        rows |= {(row[2], row[1]): row for row in sums.rows[level] if start <= row[1] < end}
        parts.append(rows)
    return _Parts(*parts)


def _year(subject: Subject, start: int, parts: _Parts, rules: Rules) -> Iterable[Row]:
    if not parts.days or not parts.months:
        return []
    days = windows.group("day", _starts(parts.days))
    months = windows.group("month", days.starts)
    made = ladder.longer("year", _level(subject, days, parts.days),
                         _level(subject, windows.group("month", months.starts), parts.months))
    ruling = subject.ruling(max(start, subject.first or start), 0)
    carrier = subject.ids.get(FLOW_OF[subject.kind])
    volumes = {time: row[5] for (factor, time), row in parts.months.items() if factor == carrier}
    inputs = {key: row[store.INPUTS] for key, row in parts.months.items()}
    return [row for _period, row in period_rows(
        subject, "year", made.periods(subject.kind, ruling), rules, gathered("year", inputs),
        summed("year", volumes) if volumes else {})]


def _starts(rows: Iterable[tuple[int, int]]) -> windows.Instants:
    return np.array(sorted({time for _factor, time in rows}), np.int64)


def _level(
    subject: Subject, groups: windows.Groups, rows: Mapping[tuple[int, int], Row]
) -> Level:
    """Rows as a level of the engine's ladder."""
    codes = subject.codes
    starts = groups.starts.tolist()
    shape = (len(codes), len(starts))
    numbers = {name: np.full(shape, np.nan) for name in _COLUMNS}
    verdict = np.full(shape, NOT_JUDGED, np.uint8)
    why, remarks = np.zeros(shape, np.uint8), np.zeros(shape, np.int64)
    places = {start: place for place, start in enumerate(starts)}
    row_of = {subject.id_of(code): number for number, code in enumerate(codes)}
    for (factor, time), row in rows.items():
        if factor not in row_of or time not in places:
            continue
        at = row_of[factor], places[time]
        for name, value in zip(_COLUMNS, row[3:8], strict=True):
            if value is not None:
                numbers[name][at] = value
        verdict[at] = _VERDICT[row[8]]
        why[at], remarks[at] = reasons.encoded(_codes(row[store.REASON]))
    count = np.nan_to_num(numbers.pop("count")).astype(np.int64)
    return Level(codes, groups, count, **numbers, verdict=verdict, why=why, remarks=remarks)


def _codes(text: str) -> Sequence[str]:
    return text.split(";") if text else ()
