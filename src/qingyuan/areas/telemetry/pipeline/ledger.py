"""Stored hours and newly judged ones side by side, as the sheet that everything above the hour is
made of."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc import reasons, water
from qingyuan.calc.roles import FLOW, VELOCITY
from qingyuan.calc.ruling import Properties
from qingyuan.calc.sheet import NOT_JUDGED, FactorHours, Sheet
from qingyuan.calc.types import VERDICTS
from qingyuan.kernel.windows import HOUR

from ..models import HourValue
from .hours import Run
from .store import There
from .subject import Subject

FLOW_OF = {"gas": VELOCITY, "water": FLOW}  # the factor whose rows carry the flow
_VERDICT = {name: index for index, name in enumerate(VERDICTS)}


@dataclass
class Ledger:
    """``hours`` clock hours from ``start`` of all factors. ``new`` tells the hours of a run,
    ``inputs`` has the digest of each hour's inputs ("" where it is not judged)."""

    start: int
    hours: int
    sheet: Sheet
    new: NDArray[np.bool_]
    inputs: dict[str, list[str]] = field(default_factory=dict)


def ledger(
    subject: Subject, start: int, hours: int, runs: Sequence[Run], there: There
) -> Ledger:
    """The hours of ``there`` (stored rows by time and factor id) with those of the runs above them.
    """
    codes = subject.codes
    factors = {code: _empty(hours) for code in codes}
    inputs = {code: [""] * hours for code in codes}
    flow = np.full(hours, np.nan)
    clauses: dict[str, int] = {"": 0}
    new = np.zeros(hours, np.bool_)
    for run in runs:
        first = (run.start - start) // HOUR
        new[first:first + run.hours] = True
    _stored(subject, start, there, new, factors, inputs, flow, clauses)
    for run in runs:
        _judged(subject, start, run, factors, inputs, flow, clauses)
    weight = _weight(subject, start, flow)
    return Ledger(start, hours, Sheet(start, hours, factors, flow, weight, tuple(clauses)), new,
                  inputs)


def _empty(hours: int) -> FactorHours:
    nothing = [np.full(hours, np.nan) for _ in range(3)]
    return FactorHours(
        np.zeros(hours, np.int16), *nothing, np.full(hours, NOT_JUDGED, np.uint8),
        np.zeros(hours, np.uint8), np.zeros(hours, np.int64), np.zeros(hours, np.int32))


def _stored(
    subject: Subject, start: int, there: There, new: NDArray[np.bool_],
    factors: dict[str, FactorHours], inputs: dict[str, list[str]], flow: NDArray[np.float64],
    clauses: dict[str, int],
) -> None:
    """Fill in the rows of hours that no run judges anew."""
    carrier = FLOW_OF[subject.kind]
    of_id = {subject.id_of(code): code for code in factors}
    rows: dict[str, list[tuple[Any, ...]]] = {code: [] for code in factors}
    for (time, factor), held in there.items():
        if factor in of_id and not new[(time - start) // HOUR]:
            rows[of_id[factor]].append(held.row)
    known: dict[str, tuple[int, int]] = {}
    for code, own in rows.items():
        if not own:
            continue
        (_point, times, _factor, count, value, converted, mass, _substituted, verdict, reason,
         clause, _rules, digests) = zip(*own, strict=True)
        place = (np.array(times, np.int64) - start) // HOUR
        for text in set(reason) - set(known):
            known[text] = reasons.encoded(text.split(";") if text else ())
        into = factors[code]
        into.valid_minutes[place] = count
        into.value[place] = np.array(value, np.float64)
        into.mass[place] = np.array(mass, np.float64)
        numbers = np.array(converted, np.float64)
        if code == carrier:
            flow[place] = numbers
        else:
            into.converted[place] = numbers
        into.verdict[place] = [_VERDICT[text] for text in verdict]
        pairs = [known[text] for text in reason]
        into.why[place] = [why for why, _remarks in pairs]
        into.remarks[place] = [remarks for _why, remarks in pairs]
        into.clause[place] = [clauses.setdefault(text, len(clauses)) for text in clause]
        for hour, text in zip(place.tolist(), digests, strict=True):
            inputs[code][hour] = text


def _judged(
    subject: Subject, start: int, run: Run, factors: dict[str, FactorHours],
    inputs: dict[str, list[str]], flow: NDArray[np.float64], clauses: dict[str, int],
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
        inputs[code][here] = [text if asked else "" for text, asked in
                              zip(run.inputs[code], wanted[code].tolist(), strict=True)]


def _wanted(
    subject: Subject, run: Run, starts: NDArray[np.int64]
) -> dict[str, NDArray[np.bool_]]:
    """The hours of each factor that are judged: from the first in which it reported, unless the
    parameter ``judged.CODE`` says that the point no longer measures it."""
    point = Properties(subject.case(run.start, run.hours, ()))
    return {code: (starts >= subject.since[code]) & ~point.says(f"judged.{code}", False)
            for code in run.sheet.factors}


def _weight(subject: Subject, start: int, flow: NDArray[np.float64]) -> NDArray[np.float64]:
    """The volume of the hour in which each value's water was sampled (water)."""
    lead = subject.lead
    if not lead:
        return flow
    own = Properties(subject.case(start, flow.size, ())).numbers("sampling_offset_hours")
    book = subject.ruling(start, flow.size).numbers("water.sampling_offset")
    offset = np.concatenate([np.zeros(lead), np.where(np.isfinite(own), own, book)])
    return water.at_sampling(np.concatenate([_before(subject, start), flow]), offset)[lead:]


def _before(subject: Subject, start: int) -> NDArray[np.float64]:
    """The flow of the hours before, as far as a value may belong to them."""
    flow = np.full(subject.lead, np.nan)
    since = start - HOUR * subject.lead
    rows = HourValue.objects.filter(point=subject.point, factor=subject.id_of(FLOW),
                                    time__gte=since, time__lt=start)
    for time, volume in rows.values_list("time", "converted"):
        flow[(time - since) // HOUR] = np.nan if volume is None else volume
    return flow
