"""Hours as judged by themselves, before anything that needs more than the hour: the joint between
``engine.judge_hours`` and ``engine.roll_up``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc import reasons
from qingyuan.calc.types import Counts, Floats, Small

NOT_JUDGED = 255
"""Verdict of an hour that a factor has no row for: before it first reported, or in a gap between
history and judgement. It counts for nothing, neither as bad nor as due to the capture rate."""


@dataclass(frozen=True, slots=True)
class FactorHours:
    """One factor's hours; arrays of shape (hours,). ``why`` indexes ``reasons.CODES``, ``remarks``
    is a set of ``reasons.BIT``, ``clause`` indexes the sheet's ``clauses``. Masses in kg."""

    valid_minutes: Counts
    value: Floats
    converted: Floats
    mass: Floats
    verdict: Small
    why: Small
    remarks: NDArray[np.int64]
    clause: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The hours of all factors. ``flow`` is the dry standard flow (gas, m3/h) or the volume (water,
    m3) of each clock hour; ``weight`` that of the hour in which each value's water was sampled
    (for gas the same as ``flow``)."""

    start: int
    hours: int
    factors: Mapping[str, FactorHours]
    flow: Floats
    weight: Floats
    clauses: tuple[str, ...]


def stored(
    start: int,
    factors: Mapping[str, FactorHours],
    flow: Floats,
    clauses: Sequence[str],
    weight: Floats | None = None,
) -> Sheet:
    """A sheet of hours that were judged earlier, for ``engine.roll_up``. The arrays must be of one
    length; ``from_rows`` makes a factor's from texts. Without ``weight`` the flow is taken.

    Raises ValueError when lengths differ.
    """
    lengths = {flow.size, *(own.verdict.size for own in factors.values())}
    if len(lengths) != 1:
        raise ValueError(f"arrays of {sorted(lengths)} hours do not lie side by side")
    return Sheet(start, flow.size, factors, flow, flow if weight is None else weight,
                 tuple(clauses))


def from_rows(
    valid_minutes: Counts,
    value: Floats,
    converted: Floats,
    mass: Floats,
    verdict: Small,
    reason: Iterable[str],
    clause: NDArray[np.int32],
) -> FactorHours:
    """One factor's hours from arrays and from reasons as they are written (codes joined by ";").

    KeyError for a code that is not in ``reasons.REASONS``.
    """
    known: dict[str, tuple[int, int]] = {}
    why, remarks = np.zeros(verdict.size, np.uint8), np.zeros(verdict.size, np.int64)
    for index, text in enumerate(reason):
        if text not in known:
            known[text] = reasons.encoded(text.split(";") if text else ())
        why[index], remarks[index] = known[text]
    return FactorHours(valid_minutes, value, converted, mass, verdict, why, remarks, clause)


def joined(sheets: Sequence[Sheet]) -> Sheet:
    """Adjacent sheets of the same factors as one, in order; ValueError when they do not fit."""
    first = sheets[0]
    for before, after in zip(sheets, sheets[1:], strict=False):
        if before.start + 3600 * before.hours != after.start:
            raise ValueError("sheets must be adjacent and in order")
        if set(before.factors) != set(after.factors):
            raise ValueError("sheets must have the same factors")
    table: dict[str, int] = {}
    clause_of = [np.array([table.setdefault(text, len(table)) for text in sheet.clauses] or [0],
                          dtype=np.int32) for sheet in sheets]
    factors = {}
    for factor in first.factors:
        own = [replace(sheet.factors[factor], clause=new[sheet.factors[factor].clause])
               for sheet, new in zip(sheets, clause_of, strict=True)]
        factors[factor] = FactorHours(*(
            np.concatenate([getattr(part, name) for part in own])
            for name in FactorHours.__slots__))
    return Sheet(first.start, sum(s.hours for s in sheets), factors,
                 np.concatenate([s.flow for s in sheets]),
                 np.concatenate([s.weight for s in sheets]), tuple(table))


@dataclass(frozen=True, slots=True)
class Past:
    """One factor's hours before those that are judged: hour ``i`` begins at ``start + 3600 * i``.
    ``mass`` is kg, NaN where there is none. What lies at or behind the first judged hour is not
    looked at; hours between the last and the first judged one count for nothing."""

    start: int
    verdict: Small
    mass: Floats


@dataclass(frozen=True, slots=True)
class History:
    """What a judgement may reach back to, by factor.

    ``hours``: for the quarter's capture rate and the windows of substitution (gas: up to 2,160
    valid hours before the quarter). ``daily``: for water the valid daily loads before the first
    judged day, (epoch second of the day's start, kg), ascending.
    """

    hours: Mapping[str, Past] = field(default_factory=dict)
    daily: Mapping[str, tuple[tuple[int, float], ...]] = field(default_factory=dict)
