"""The verdict of each hour of one factor, in the order of decision 0005: stopped, missing, out of
control, invalid, exempt, valid.

Everything is counted on the factor's grid; an hour's rule is that of its China day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc import control, spans
from qingyuan.calc.control import Control, Lost
from qingyuan.calc.reasons import BIT, INDEX, provision_of
from qingyuan.calc.ruling import Properties, Ruling
from qingyuan.calc.slots import (
    GOOD,
    REPORTED_HOUR,
    Mask,
    Minutes,
    count,
    covered,
    good_flags,
    needed,
    taken,
)
from qingyuan.calc.spans import Span
from qingyuan.calc.types import (
    EXEMPT,
    INVALID,
    MISSING,
    OUT_OF_CONTROL,
    STOPPED,
    VALID,
    Case,
    Floats,
    Small,
)
from qingyuan.kernel.windows import HOUR

__all__ = [
    "REPORTED_HOUR", "WATER_TOUCH", "Clauses", "Mask", "Minutes", "Verdicts", "count",
    "good_flags", "judge_factor", "needed", "taken", "untrusted",
]

WATER_TOUCH = 15 * 60
"""Seconds out of control (or exempt) that a water hour bears. No text gives a figure for water; it
is what 45 of 60 minutes leave of an hour of gas."""

_FLAGS: Mapping[str, str] = {
    "M": "maintenance", "D": "fault", "C": "calibrating", "T": "over_range",
    "B": "communication", "F": "instrument_stopped", "S": "manual_value",
}
_PROCESS = ("start_up", "shut_down", "banked", "accident")


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Verdict, reason, remarks and clause of each hour; ``clause`` indexes ``clauses``."""

    verdict: Small
    why: Small
    remarks: NDArray[np.int64]
    clause: NDArray[np.int32]


class Clauses:
    """The clauses quoted so far, each once; an index stands for each."""

    def __init__(self) -> None:
        self._index: dict[str, int] = {}

    def __getitem__(self, clause: str) -> int:
        return self._index.setdefault(clause, len(self._index))

    def table(self) -> tuple[str, ...]:
        return tuple(self._index)


def judge_factor(
    case: Case,
    ruling: Ruling,
    point: Properties,
    factor: str,
    by: Mapping[str, Sequence[Span]],
    minutes: Minutes,
    valid: Mask | None,
    no_flow: Mask,
    clauses: Clauses,
) -> Verdicts:
    """Verdicts of all hours. ``no_flow`` names the hours whose flow is known to be zero (water,
    analysers; elsewhere never true)."""
    held = control.of_factor(case, ruling, factor)
    writer = _Writer(case, ruling, clauses)
    _exempt(case, ruling, factor, writer)
    _invalid(case, ruling, factor, by, minutes, valid, writer)
    writer.put(no_flow, INVALID, "flow_zero")
    _lost(case, ruling, held.backward, INVALID, writer)
    _lost(case, ruling, held.out, OUT_OF_CONTROL, writer)
    writer.put(~minutes.present, MISSING, "no_data")
    stopped = spans.seconds(by.get("stopped_part", ()), case.start, case.hours) == HOUR
    writer.put(_stopped_by_flag(case, point, factor, minutes.present), STOPPED, "stopped_by_flag")
    writer.put(stopped, STOPPED, "stopped")
    writer.note(minutes.reported, "reported_hour")
    _remarks(held, writer)
    return Verdicts(writer.verdict, writer.why, writer.remarks, writer.clause)


class _Writer:
    """Writes verdicts over hours that all began as valid; a later one overrides."""

    def __init__(self, case: Case, ruling: Ruling, clauses: Clauses) -> None:
        self.case, self.ruling, self.clauses = case, ruling, clauses
        self.verdict = np.full(case.hours, VALID, dtype=np.uint8)
        self.why = np.zeros(case.hours, dtype=np.uint8)
        self.remarks = np.zeros(case.hours, dtype=np.int64)
        self.clause = np.zeros(case.hours, dtype=np.int32)
        self._cite(np.ones(case.hours, dtype=np.bool_), "")

    def put(self, hours: Mask, verdict: int, code: str, clause: str | None = None) -> None:
        if not hours.any():
            return
        self.verdict[hours] = verdict
        self.why[hours] = INDEX[code]
        if clause is None:
            self._cite(hours, code)
        else:
            self.clause[hours] = self.clauses[clause]

    def note(self, hours: Mask, remark: str) -> None:
        self.remarks[hours] |= BIT[remark]

    def _cite(self, hours: Mask, code: str) -> None:
        for first, end, provision in self.ruling.pieces(provision_of(code, self.case.kind)):
            part = self.clause[first:end]
            part[hours[first:end]] = self.clauses[provision.cite()]


def _exempt(case: Case, ruling: Ruling, factor: str, writer: _Writer) -> None:
    """Start-up, shut-down, banked fire or accident over more than 60 − 45 minutes of an hour."""
    by = {kind: spans.marked(case.marks, kind, factor) for kind in _PROCESS}
    by = {kind: own for kind, own in by.items() if own}
    if not by:
        return
    together = spans.seconds([s for own in by.values() for s in own], case.start, case.hours)
    hours = together > _bearable(case, ruling)
    longest = _longest([spans.seconds(own, case.start, case.hours) for own in by.values()])
    for index, kind in enumerate(by):
        writer.put(hours & (longest == index), EXEMPT, kind)


def _bearable(case: Case, ruling: Ruling) -> Floats:
    """Seconds of an hour that may be lost before it is not itself any more, shape (hours,)."""
    if case.kind == "water":
        return np.full(case.hours, float(WATER_TOUCH))
    return HOUR - 60 * ruling.numbers("gas.hour.min_valid_minutes")


def _longest(seconds: Sequence[NDArray[np.int64]]) -> NDArray[np.intp]:
    """Which of several covers most of each hour; the first of equals."""
    return np.asarray(np.argmax(np.stack(seconds), axis=0), dtype=np.intp)


def _invalid(
    case: Case, ruling: Ruling, factor: str, by: Mapping[str, Sequence[Span]],
    minutes: Minutes, valid: Mask | None, writer: _Writer,
) -> None:
    """Too little is left of an hour; the reason is what took most of its slots."""
    hours = minutes.present & ~minutes.enough
    grid = case.grids.get(factor)
    if grid is None or valid is None or not hours.any():
        return
    scarce = "too_few_minutes" if case.kind == "gas" else "too_few_values"
    rows = np.flatnonzero(hours)
    took = np.full((rows.size, grid.slots), INDEX[scarce], dtype=np.uint8)
    codes = np.array([0 if letter in GOOD else INDEX[_FLAGS.get(letter, "flag_other")]
                      for letter in grid.letters], dtype=np.uint8)
    flags = codes[grid.flags[rows]]
    took = np.where(flags > 0, flags, took)
    for code in reversed(list(by)):
        took[covered(by[code], case, grid)[rows]] = INDEX[code]
    took[valid[rows]] = 0
    found = sorted({*np.unique(took).tolist(), INDEX[scarce]} - {0})
    most = np.argmax(np.stack([(took == code).sum(axis=1) for code in found]), axis=0)
    for index, code in enumerate(found):
        here = np.zeros(case.hours, dtype=np.bool_)
        here[rows[most == index]] = True
        writer.put(here, INVALID, _CODE[code])


_CODE: Mapping[int, str] = {index: code for code, index in INDEX.items()}


def _lost(
    case: Case, ruling: Ruling, lost: Sequence[Lost], verdict: int, writer: _Writer
) -> None:
    """Hours of which the spans together leave too little; the longest one gives the reason."""
    if not lost:
        return
    by: dict[tuple[str, str], list[Span]] = {}
    for one in lost:
        by.setdefault((one.code, one.clause), []).append((one.start, one.end))
    hours = _lost_hours(case, ruling, [span for own in by.values() for span in own])
    longest = _longest([spans.seconds(own, case.start, case.hours) for own in by.values()])
    for index, (code, clause) in enumerate(by):
        writer.put(hours & (longest == index), verdict, code, clause)


def _lost_hours(case: Case, ruling: Ruling, lost: Sequence[Span]) -> Mask:
    seconds = spans.seconds(lost, case.start, case.hours)
    hours = seconds > _bearable(case, ruling)
    hours |= ruling.says("control.hour_rule", "any_overlap") & (seconds > 0)
    if case.kind == "water":  # a value belongs to its stamp, which is the hour's start
        hours |= spans.touched(lost, case.start, case.hours)
    return np.asarray(hours, dtype=np.bool_)


def untrusted(case: Case, ruling: Ruling, factor: str) -> Mask:
    """The hours whose mean of ``factor`` may enter no other factor's figure, because a check of
    that very factor failed: what is converted by an oxygen known to be wrong is no evidence. A
    failure of all factors is left out here; it makes the other factor's own hour bad."""
    own = [e for e in case.events if e.passed is not False or e.factor == factor]
    if all(e.passed is not False for e in own):
        return np.zeros(case.hours, dtype=np.bool_)
    held = control.of_factor(replace(case, events=tuple(own), pollutants=()), ruling, factor)
    return _lost_hours(case, ruling, [(one.start, one.end) for one in (*held.out, *held.backward)])


def _stopped_by_flag(case: Case, point: Properties, factor: str, present: Mask) -> Mask:
    """Under ``flag_f = "source"``: every slot that is present carries F, and one is."""
    grid = case.grids.get(factor)
    source = point.says("flag_f", "source")
    if grid is None or "F" not in grid.letters or not source.any():
        return np.zeros(case.hours, dtype=np.bool_)
    other = np.isfinite(grid.values) & (grid.flags != grid.letters.index("F"))
    return np.asarray(source & present & ~other.any(axis=1), dtype=np.bool_)


def _remarks(held: Control, writer: _Writer) -> None:
    """A remark stands by every hour that begins within its span."""
    case = writer.case
    for one in held.remarks:
        writer.note(spans.touched([(one.start, one.end)], case.start, case.hours), one.code)
