"""Rows of all levels from a ledger: substitutes and everything above the hour."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, repeat
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc.engine import roll_up
from qingyuan.calc.roles import is_pollutant
from qingyuan.calc.sheet import NOT_JUDGED, History
from qingyuan.calc.types import VERDICTS, Judgement, Period
from qingyuan.kernel import windows
from qingyuan.kernel.windows import HOUR

from . import digest
from .ledger import FLOW_OF, Ledger
from .rules import Rules
from .store import INPUTS, Row, There
from .subject import Subject

LONGEST = 200  # characters of a row's reasons
PARTS = {"day": "hour", "month": "day", "quarter": "month"}
_WORDS = np.array([*VERDICTS, *[""] * (NOT_JUDGED + 1 - len(VERDICTS))], object)


class Sums(NamedTuple):
    """Rows of the periods above a ledger's hours, by level, and the inputs of each by (factor id,
    start)."""

    rows: dict[str, list[Row]]
    inputs: dict[str, dict[tuple[int, int], str]]


def judged(subject: Subject, ledger: Ledger, history: History) -> Judgement:
    """The engine's judgement over the ledger's hours."""
    case = subject.case(ledger.start, ledger.hours, subject.codes)
    return roll_up(case, subject.ruling(ledger.start, ledger.hours), ledger.sheet, history)


def hour_rows(
    subject: Subject, ledger: Ledger, judgement: Judgement, rules: Rules
) -> Iterator[Row]:
    """The rows of the hours that were judged anew."""
    starts = windows.hours(ledger.start, ledger.hours)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], ledger.new, [False]])))
    for first, until in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        here = slice(first, until)
        for code in subject.codes:
            yield from _rows(subject, ledger, judgement, rules, code, here, starts[here])


def _rows(
    subject: Subject, ledger: Ledger, judgement: Judgement, rules: Rules, code: str, here: slice,
    starts: NDArray[np.int64],
) -> Iterator[Row]:
    own = judgement.hours[code]
    there = own.verdict[here] != NOT_JUDGED
    converted = judgement.flow if code == FLOW_OF[subject.kind] else own.converted
    texts = [shortened(codes) for codes in judgement.reasons]
    days = windows.group("day", starts)
    mass = is_pollutant(code)
    under = [rules.on("hour", mass=mass, instant=start) for start in days.starts.tolist()]
    columns = zip(
        repeat(subject.point), starts.tolist(), repeat(subject.id_of(code)),
        own.valid_minutes[here].tolist(), numbers(own.value[here]), numbers(converted[here]),
        numbers(own.mass[here]), numbers(own.substituted[here]),
        _WORDS[own.verdict[here]].tolist(),
        [texts[place] for place in own.reason[here].tolist()],
        [judgement.clauses[place] for place in own.clause[here].tolist()],
        [under[place] for place in days.index.tolist()],
        map(ledger.inputs[code].get, starts.tolist()), strict=False,
    )
    return compress(columns, there.tolist())


class Substitute(NamedTuple):
    """An hour that stands as it was judged, but whose substitute (kg) is another now."""

    hour: int
    factor: int
    amount: float | None
    reason: str


def changed_substitutes(
    subject: Subject, ledger: Ledger, judgement: Judgement
) -> list[Substitute]:
    """The stored hours whose substitute rests on what has changed."""
    texts = np.array([shortened(codes) for codes in judgement.reasons] or [""], object)
    found: list[Substitute] = []
    for code, held in ledger.before.items():
        own, factor = judgement.hours[code], subject.id_of(code)
        amounts, reasons = own.substituted[held.places], texts[own.reason[held.places]]
        same = (amounts == held.substituted) | (np.isnan(amounts) & np.isnan(held.substituted))
        other = np.flatnonzero(~same | (reasons != np.array(held.reasons, object)))
        found += [
            Substitute(ledger.start + HOUR * hour, factor, amount, reason)
            for hour, amount, reason in zip(held.places[other].tolist(), numbers(amounts[other]),
                                            reasons[other].tolist(), strict=True)
        ]
    return found


def with_substitutes(found: Iterable[Substitute], there: There) -> Iterator[Row]:
    """The rows of ``there`` with these substitutes."""
    for one in found:
        row = there[one.hour, one.factor][:-2]
        yield (*row[:7], one.amount, row[8], one.reason, *row[10:])


def numbers(array: NDArray[np.float64]) -> list[float | None]:
    """The array with None where there is no number."""
    listed: list[float | None] = array.tolist()
    if np.isnan(array).any():
        return [None if one != one else one for one in listed]
    return listed


def shortened(codes: Sequence[str]) -> str:
    """Codes as one text; what does not fit is left out whole, the last first."""
    kept = list(codes)
    while len(text := ";".join(kept)) > LONGEST:
        kept.pop()
    return text


def sums(
    subject: Subject, ledger: Ledger, judgement: Judgement, rules: Rules, there: Mapping[str, There]
) -> Sums:
    """The days, months and quarters of the ledger's hours. ``there`` has the stored rows of each
    level: the inputs of days in which nothing is judged anew are theirs."""
    found = Sums({}, {})
    starts = windows.hours(ledger.start, ledger.hours).tolist()
    volumes = dict(zip(starts, numbers(ledger.sheet.flow), strict=True))
    inputs = {(factor, time): row[INPUTS] for (time, factor), row in there["day"].items()}
    inputs |= _with_manual(subject, gathered("day", {
        (subject.id_of(code), time): text
        for code, texts in ledger.inputs.items() for time, text in texts.items()
    }))
    levels: tuple[tuple[windows.Level, tuple[Period, ...]], ...] = (
        ("day", judgement.days), ("month", judgement.months), ("quarter", judgement.quarters))
    for level, periods in levels:
        if level != "day":
            inputs = gathered(level, inputs)
        volumes = summed(level, volumes)
        found.inputs[level] = inputs
        found.rows[level] = [
            (*row, *_capture(judgement, period)) if level == "quarter" else row
            for period, row in period_rows(subject, level, periods, rules, inputs, volumes)
        ]
    return found


def _capture(judgement: Judgement, period: Period) -> tuple[int, int, int, float | None]:
    own = judgement.capture[period.key, period.factor]
    return own.hours, own.stopped, own.invalid, own.rate


def gathered(
    level: windows.Level, parts: dict[tuple[int, int], str]
) -> dict[tuple[int, int], str]:
    """The inputs of each period from those of its parts, both by (factor id, start)."""
    starts = sorted({start for _factor, start in parts})
    groups = windows.group(level, np.array(starts, np.int64))
    of = dict(zip(starts, groups.starts[groups.index].tolist(), strict=True))
    found: dict[tuple[int, int], list[str]] = {}
    for (factor, start), text in sorted(parts.items()):
        found.setdefault((factor, of[start]), []).append(text)
    return {key: digest.of_rows(texts) for key, texts in found.items()}


def _with_manual(
    subject: Subject, days: dict[tuple[int, int], str]
) -> dict[tuple[int, int], str]:
    """The inputs of days, with what was measured by hand on them: no hour rests on that."""
    of_day: dict[tuple[int, int], list[str]] = {}
    for code, values in subject.facts.manual.items():
        if code in subject.since:
            for time, value in values:
                key = (subject.id_of(code), windows.start_of("day", time))
                of_day.setdefault(key, []).append(f"{time} {value!r}")
    return days | {key: digest.of_rows([days[key], *told])
                   for key, told in of_day.items() if key in days}


def summed(level: windows.Level, parts: dict[int, float | None]) -> dict[int, float | None]:
    """The sum of each period from its parts that have an amount, both by start; None where none
    has."""
    starts = sorted(parts)
    groups = windows.group(level, np.array(starts, np.int64))
    amounts = np.array([parts[start] for start in starts], np.float64)
    known = ~np.isnan(amounts)
    totals = np.bincount(groups.index[known], weights=amounts[known], minlength=len(groups))
    counts = np.bincount(groups.index[known], minlength=len(groups))
    return {start: total if count else None for start, total, count in
            zip(groups.starts.tolist(), totals.tolist(), counts.tolist(), strict=True)}


def period_rows(
    subject: Subject, level: str, periods: Iterable[Period], rules: Rules,
    inputs: dict[tuple[int, int], str], volumes: dict[int, float | None],
) -> Iterator[tuple[Period, Row]]:
    """Periods as rows; none for a factor that has no judged hour in it. ``volumes`` (m3) stand with
    the factor that carries the flow."""
    first, carrier = subject.first or 0, FLOW_OF[subject.kind]
    for one in periods:
        factor = subject.id_of(one.factor)
        text = inputs.get((factor, one.start))
        if text is None:
            continue
        under = rules.on(level, mass=is_pollutant(one.factor), instant=max(one.start, first))
        converted = volumes.get(one.start) if one.factor == carrier else one.converted
        yield one, (
            subject.point, one.start, factor, one.count, one.value, converted, one.mass,
            one.substituted, one.verdict, shortened(one.reason), one.clause, under, text)
