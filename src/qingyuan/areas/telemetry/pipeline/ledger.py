"""Stored hours and newly judged ones side by side, as the sheet that everything above the hour is
made of.

Whole rows are read only of the days in which an hour is judged anew; of the others what an engine
needs to make substitutes, months and quarters of, straight into arrays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc import reasons, water
from qingyuan.calc.roles import FLOW, VELOCITY, is_pollutant
from qingyuan.calc.ruling import Properties
from qingyuan.calc.sheet import NOT_JUDGED, FactorHours, Sheet
from qingyuan.calc.types import VERDICTS, Floats
from qingyuan.kernel import windows
from qingyuan.kernel.windows import HOUR

from ..models import HourValue
from . import store
from .hours import Run
from .store import Row, There
from .subject import Subject

FLOW_OF = {"gas": VELOCITY, "water": FLOW}  # the factor whose rows carry the flow
_VERDICT = {name: index for index, name in enumerate(VERDICTS)}
Span = tuple[int, int]


@dataclass
class Ledger:
    """``hours`` clock hours from ``start`` of all factors.

    ``new`` tells the hours of a run, ``there`` has the rows that stand in them. ``inputs`` has the
    digest of each judged hour of the days that a run touches, by factor. ``before`` has of each
    pollutant's other hours the substitute and the reason as they stand.
    """

    start: int
    hours: int
    sheet: Sheet
    new: NDArray[np.bool_]
    there: There
    inputs: dict[str, dict[int, str]]
    before: dict[str, "Before"] = field(default_factory=dict)


@dataclass
class Before:
    """Stored hours of one factor: their places in the ledger, substitutes, reasons."""

    places: NDArray[np.int64]
    substituted: Floats
    reasons: list[str]


def ledger(subject: Subject, start: int, hours: int, runs: Sequence[Run]) -> Ledger:
    """The stored hours with those of the runs above them. A query for each stretch between the
    runs' days, and one for each of those."""
    end = start + HOUR * hours
    days = _days(runs, start, end)
    there: There = {}
    for since, until in days:
        there |= store.held("hour", subject.point, since, until)
    new = np.zeros(hours, np.bool_)
    for run in runs:
        first = (run.start - start) // HOUR
        new[first:first + run.hours] = True
    anew, beside = _parted(there, new.tolist(), start)
    stored = list(map(store.slim, beside.values()))
    for since, until in _between(days, start, end):
        stored += store.slim_rows(subject.point, since, until)
    factors = {code: _empty(hours) for code in subject.codes}
    flow = np.full(hours, np.nan)
    before = _stored(subject, start, stored, factors, flow)
    inputs = _inputs(subject, beside)
    clauses: dict[str, int] = {"": 0}
    for run in runs:
        _judged(subject, start, run, factors, inputs, flow, clauses)
    sheet = Sheet(start, hours, factors, flow, _weight(subject, start, flow), tuple(clauses))
    return Ledger(start, hours, sheet, new, anew, inputs, before)


def _days(runs: Sequence[Run], start: int, end: int) -> list[Span]:
    """The days that the runs touch, as disjoint spans within [start, end), in order."""
    spans: list[Span] = []
    for run in runs:
        since = max(start, windows.start_of("day", run.start))
        until = min(end, windows.end_of("day", run.start + HOUR * (run.hours - 1)))
        if spans and since <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], until))
        else:
            spans.append((since, until))
    return spans


def _between(spans: Sequence[Span], start: int, end: int) -> Iterator[Span]:
    """What the spans leave of [start, end)."""
    for since, until in spans:
        if start < since:
            yield start, since
        start = until
    if start < end:
        yield start, end


def _empty(hours: int) -> FactorHours:
    nothing = [np.full(hours, np.nan) for _ in range(3)]
    return FactorHours(
        np.zeros(hours, np.int16), *nothing, np.full(hours, NOT_JUDGED, np.uint8),
        np.zeros(hours, np.uint8), np.zeros(hours, np.int64), np.zeros(hours, np.int32))


def _stored(
    subject: Subject, start: int, rows: Sequence[Row], factors: dict[str, FactorHours],
    flow: Floats,
) -> dict[str, Before]:
    """Fill in the hours that no run judges anew, but for count and clause, which nothing above the
    hour rests on."""
    if not rows:
        return {}
    times, ids, values, converted, masses, substituted, verdicts, texts = zip(*rows, strict=True)
    places = (np.array(times, np.int64) - start) // HOUR
    factor = np.array(ids)
    columns = [np.array(column, np.float64) for column in (values, converted, masses, substituted)]
    verdict = np.fromiter(map(_VERDICT.__getitem__, verdicts), np.uint8, len(rows))
    known = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    table = np.array([reasons.encoded(text.split(";") if text else ()) for text in known])
    which = np.fromiter(map(known.__getitem__, texts), np.intp, len(rows))
    before = {}
    for code, into in factors.items():
        here = np.flatnonzero(factor == subject.id_of(code))
        at = places[here]
        into.value[at], into.mass[at] = columns[0][here], columns[2][here]
        carried = flow if code == FLOW_OF[subject.kind] else into.converted
        carried[at] = columns[1][here]
        into.verdict[at] = verdict[here]
        into.why[at], into.remarks[at] = table[which[here]].T
        if subject.kind == "gas" and is_pollutant(code):
            before[code] = Before(at, columns[3][here], [texts[place] for place in here.tolist()])
    return before


def _parted(there: There, new: Sequence[bool], start: int) -> tuple[There, There]:
    """The rows of hours that are judged anew, and those beside them."""
    anew: There = {}
    beside: There = {}
    for key, row in there.items():
        (anew if new[(key[0] - start) // HOUR] else beside)[key] = row
    return anew, beside


def _inputs(subject: Subject, beside: There) -> dict[str, dict[int, str]]:
    """The inputs of stored hours beside new ones, by factor and hour."""
    of_id = {subject.id_of(code): code for code in subject.codes}
    found: dict[str, dict[int, str]] = {code: {} for code in subject.codes}
    for (time, factor), row in beside.items():
        if factor in of_id:
            found[of_id[factor]][time] = row[store.INPUTS]
    return found


def _judged(
    subject: Subject, start: int, run: Run, factors: dict[str, FactorHours],
    inputs: dict[str, dict[int, str]], flow: Floats, clauses: dict[str, int],
) -> None:
    """Fill in a run's hours, each factor from its own first hour on."""
    first = (run.start - start) // HOUR
    here = slice(first, first + run.hours)
    flow[here] = run.sheet.flow
    table = np.array([clauses.setdefault(text, len(clauses)) for text in run.sheet.clauses] or [0],
                     np.int32)
    starts = run.start + HOUR * np.arange(run.hours, dtype=np.int64)
    wanted = _wanted(subject, run, starts)
    for code, own in run.sheet.factors.items():
        into = factors[code]
        for name in FactorHours.__slots__:
            getattr(into, name)[here] = getattr(own, name)
        into.clause[here] = table[own.clause]
        into.verdict[here][~wanted[code]] = NOT_JUDGED
        inputs[code].update(
            (time, text) for time, text, asked in
            zip(starts.tolist(), run.inputs[code], wanted[code].tolist(), strict=True) if asked)


def _wanted(
    subject: Subject, run: Run, starts: NDArray[np.int64]
) -> dict[str, NDArray[np.bool_]]:
    """The hours of each factor that are judged: from the first in which it reported, unless the
    parameter ``judged.CODE`` says that the point no longer measures it."""
    point = Properties(subject.case(run.start, run.hours, ()))
    return {code: (starts >= subject.since[code]) & ~point.says(f"judged.{code}", False)
            for code in run.sheet.factors}


def _weight(subject: Subject, start: int, flow: Floats) -> Floats:
    """The volume of the hour in which each value's water was sampled (water)."""
    lead = subject.lead
    if not lead:
        return flow
    own = Properties(subject.case(start, flow.size, ())).numbers("sampling_offset_hours")
    book = subject.ruling(start, flow.size).numbers("water.sampling_offset")
    offset = np.concatenate([np.zeros(lead), np.where(np.isfinite(own), own, book)])
    return water.at_sampling(np.concatenate([_flow_before(subject, start), flow]), offset)[lead:]


def _flow_before(subject: Subject, start: int) -> Floats:
    """The flow of the hours before, as far as a value may belong to them."""
    flow = np.full(subject.lead, np.nan)
    since = start - HOUR * subject.lead
    rows = HourValue.objects.filter(point=subject.point, factor=subject.id_of(FLOW),
                                    time__gte=since, time__lt=start)
    for time, volume in rows.values_list("time", "converted"):
        flow[(time - since) // HOUR] = np.nan if volume is None else volume
    return flow
