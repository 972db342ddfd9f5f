"""One engine for the file door and the pipeline: ``judge`` = ``roll_up`` of ``judge_hours``.

``judge_hours`` needs nothing but the case: its values, and all events and marks that matter, those
before ``case.start`` included (a calibration of last week, the start of a stop). It can be done by
any stretch of hours, and stretches put side by side (``sheet.joined``) are what one judgement of
the whole would have given, as long as the case's begin and end do not matter: an ``*_end`` that was
never started counts from the case's start, an ``*_start`` that was never ended to its end, a water
value is invalid back to the case's start when nothing passed before, an analyser of water with a
sampling offset needs the flow of the hours before, and a restart whose verification is not due yet
is only noted.

``roll_up`` needs hours only, not minutes: ``sheet.stored`` makes a sheet of hours judged earlier.
Give it whole quarters (months and years follow the same way), because the capture rate of the
quarter decides over every substitute within it, and whole months, because a month that the case
holds in part is judged by that part. ``History`` carries what lies before.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc import capture, derived, ladder, slots, spans, substitution, verdict
from qingyuan.calc.capture import Rates
from qingyuan.calc.ladder import Ladder
from qingyuan.calc.reasons import MADE_ABOVE, tabled
from qingyuan.calc.ruling import Properties, Ruling, number
from qingyuan.calc.sheet import NOT_JUDGED, FactorHours, History, Sheet
from qingyuan.calc.slots import Mask, Minutes
from qingyuan.calc.substitution import Windows
from qingyuan.calc.types import EXEMPT, VALID, Capture, Case, Floats, Hours, Judgement, Small
from qingyuan.calc.verdict import Clauses
from qingyuan.kernel import windows
from qingyuan.kernel.windows import HOUR, Groups
from qingyuan.standards import Book


def judge(
    case: Case, book: Book, scope: Sequence[str] = (), history: History | None = None
) -> Judgement:
    """Judge a case by the book under ``scope`` (nearest link first).

    A factor of ``case.judged`` without a grid is missing throughout. Equal arguments give equal
    results. Raises Unregulated when the book lacks a provision on a day of the case.
    """
    ruling = Ruling(book, scope, case.start, case.hours)
    return roll_up(case, ruling, judge_hours(case, ruling), history)


def judge_hours(case: Case, ruling: Ruling) -> Sheet:
    """Verdict, mean, converted concentration and mass of each hour of each judged factor, without
    substitutes. ``ruling`` must be one over the hours of ``case``. ValueError for a case without
    hours or with grids of other hours."""
    _check(case)
    point, clauses = Properties(case), Clauses()
    counted: dict[str, tuple[dict[str, list[spans.Span]], Minutes, Mask | None]] = {}

    def minutes(factor: str) -> Minutes:
        if factor not in counted:
            by = slots.taken(case, factor)
            counted[factor] = (by, *slots.count(case, ruling, factor, by))
        return counted[factor][1]

    def trusted(factor: str) -> Minutes:
        own = minutes(factor)
        return replace(own, enough=own.enough & ~verdict.untrusted(case, ruling, factor))

    stream = (derived.Gas(case, ruling, point, trusted) if case.kind == "gas"
              else derived.Water(case, ruling, point, trusted))
    factors = {}
    for factor in case.judged:
        own = minutes(factor)
        by, _, valid = counted[factor]
        no_flow = (stream.no_flow(factor) if isinstance(stream, derived.Water)
                   else np.zeros(case.hours, dtype=np.bool_))
        found = verdict.judge_factor(
            case, ruling, point, factor, by, own, valid, no_flow, clauses)
        made = (stream.of(factor, own.mean) if factor in case.pollutants
                else derived.nothing(case.hours))
        factors[factor] = FactorHours(
            own.valid, own.mean, made.converted, made.mass, found.verdict, found.why,
            found.remarks | made.remarks, found.clause)
    weight = stream.weight if isinstance(stream, derived.Water) else stream.flow
    return Sheet(case.start, case.hours, factors, stream.flow, weight, clauses.table())


def _check(case: Case) -> None:
    if case.hours < 1:
        raise ValueError("a case has at least one hour")
    for factor, grid in case.grids.items():
        if grid.hours != case.hours or grid.flags.shape != grid.values.shape:
            raise ValueError(f"{factor}: values {grid.values.shape} and flags {grid.flags.shape} "
                             f"do not make {case.hours} hours")


def roll_up(
    case: Case, ruling: Ruling, sheet: Sheet, history: History | None = None
) -> Judgement:
    """The whole judgement from judged hours: capture rates, substitutes, days to years.

    Of ``case`` it reads ``kind``, ``start``, ``hours``, ``pollutants``, ``judged``, ``parameters``,
    ``events`` and ``manual``, no grid. ValueError when the sheet has not its hours and factors.
    """
    if (sheet.start, sheet.hours) != (case.start, case.hours):
        raise ValueError("the sheet does not hold the hours of the case")
    if not set(case.judged) <= set(sheet.factors):
        raise ValueError(f"no hours of {sorted(set(case.judged) - set(sheet.factors))}")
    past = history or History()
    substituted: dict[str, Floats] = {}
    remarks: dict[str, NDArray[np.int64]] = {}
    captured: dict[tuple[str, str], Capture] = {}
    for factor in case.judged:
        own = sheet.factors[factor]
        start, verdicts, mass = _with_past(case, own, past, factor)
        begin = verdicts.size - case.hours
        quarters = windows.group("quarter", windows.hours(start, verdicts.size))
        rates = capture.rates(verdicts, quarters)
        first = int(quarters.index[begin]) if case.hours else len(quarters)
        for index, one in enumerate(capture.captures(rates, quarters, ruling)):
            if index >= first:
                captured[quarters.keys[index], factor] = one
        remarks[factor] = own.remarks & ~MADE_ABOVE
        if case.kind == "gas" and factor in case.pollutants:
            look = _windows(ruling, rates, quarters, begin)
            substituted[factor], noted = substitution.gas(
                verdicts, mass, start, begin, look, _calibrations(case, ruling, factor))
            remarks[factor] |= noted
        else:
            plain = (own.verdict == VALID) | (own.verdict == EXEMPT)
            substituted[factor] = np.where(plain, own.mass, np.nan)
    steps = ladder.climb(case, ruling, sheet, substituted, remarks, past)
    return _judgement(case, ruling, sheet, substituted, remarks, captured, steps)


def _judgement(
    case: Case, ruling: Ruling, sheet: Sheet, substituted: dict[str, Floats],
    remarks: dict[str, NDArray[np.int64]], captured: dict[tuple[str, str], Capture],
    steps: Ladder,
) -> Judgement:
    whys = [sheet.factors[factor].why for factor in case.judged]
    table, index = tabled(
        np.concatenate([*whys, np.empty(0, np.uint8)]),
        np.concatenate([*(remarks[factor] for factor in case.judged), np.empty(0, np.int64)]))
    hours = {}
    for place, factor in enumerate(case.judged):
        own = sheet.factors[factor]
        reason = index[place * case.hours : (place + 1) * case.hours]
        hours[factor] = Hours(own.valid_minutes, own.value, own.converted, own.mass,
                              substituted[factor], own.verdict, reason, own.clause)
    levels = (steps.days, steps.months, steps.quarters, steps.years)
    days, months, quarters, years = (
        tuple(level.periods(case.kind, ruling)) for level in levels)
    return Judgement(
        case.start, case.hours, hours, days, months, quarters, years,
        dict(sorted(captured.items())), sheet.flow, table, sheet.clauses, ruling.under)


def _with_past(
    case: Case, own: FactorHours, past: History, factor: str
) -> tuple[int, Small, Floats]:
    """Start, verdicts and masses of the factor's hours, those of its past before them."""
    before = past.hours.get(factor)
    if before is None or before.start >= case.start:
        return case.start, own.verdict, own.mass
    gap = (case.start - before.start) // HOUR
    verdicts = np.full(gap, NOT_JUDGED, dtype=np.uint8)
    mass = np.full(gap, np.nan)
    known = min(gap, before.verdict.size)
    verdicts[:known], mass[:known] = before.verdict[:known], before.mass[:known]
    return (before.start, np.concatenate([verdicts, own.verdict]),
            np.concatenate([mass, own.mass]))


def _windows(ruling: Ruling, rates: Rates, quarters: Groups, begin: int) -> Windows:
    """How far each hour of the judgement may look back. The quarter's grade is by the rates of its
    first day, the lengths are those of the hour's own day."""
    grade = np.zeros(len(quarters), dtype=np.int8)
    for index, start in enumerate(quarters.starts.tolist()):
        for name in ("gas.capture.min_rate", "gas.capture.high_rate"):
            least = number(ruling.at(name, max(start, ruling.start)))
            grade[index] += bool(rates.rate[index] >= least)
    return Windows(
        grade[quarters.index[begin:]],
        ruling.numbers("gas.substitution.long_run_hours"),
        ruling.numbers("gas.substitution.window_short"),
        ruling.numbers("gas.substitution.window_long"),
        ruling.numbers("gas.substitution.window_low_capture"))


def _calibrations(case: Case, ruling: Ruling, factor: str) -> list[int]:
    """Instants that count as a previous calibration: those that did not fail, or all, as the rule
    of their day reads."""
    name = "gas.substitution.previous_calibration"
    return [e.time for e in spans.own(case.events, factor)
            if e.kind in ("calibration", "full_calibration")
            and (e.passed is not False or ruling.since(name, e.time).value == "any")]
