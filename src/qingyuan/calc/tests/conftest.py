"""Outlets to judge: a gas outlet and a water outlet that run without fault, and ways to spoil them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pytest

from qingyuan.calc.engine import judge
from qingyuan.calc.sheet import History
from qingyuan.calc.types import (
    VERDICTS,
    Case,
    Dated,
    Event,
    Grid,
    Judgement,
    Mark,
)
from qingyuan.kernel import windows
from qingyuan.standards import Book, Override, load

LETTERS = ("", "N", "F", "M", "S", "D", "C", "T", "B", "X", "reported_hour")
LINK = "permit:tests"
GAS = {"a34013": 5.0, "a21026": 60.0, "a19001": 11.0, "a01011": 10.0, "a01012": 0.0,
       "a01013": 0.0, "a01014": 0.0}
WATER = {"w01018": 40.0, "w00000": 25.0, "w01001": 7.0, "w01010": 20.0}


def instant(text: str) -> int:
    """``2025-10-01`` or ``2025-10-01 08:30``, China time."""
    day, _, clock = text.partition(" ")
    hours, _, minutes = (clock or "00:00").partition(":")
    return windows.start(day) + int(hours) * 3600 + int(minutes) * 60


@dataclass
class Outlet:
    """A case under construction. Times are texts of China time."""

    book: Book
    kind: str
    start: int
    hours: int
    slots: dict[str, int]
    values: dict[str, np.ndarray]
    flags: dict[str, np.ndarray]
    pollutants: tuple[str, ...]
    judged: tuple[str, ...]
    parameters: dict[str, Dated]
    events: list[Event] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    manual: dict[str, tuple[tuple[int, float], ...]] = field(default_factory=dict)
    rules: list[Override] = field(default_factory=list)

    def rule(self, name: str, value: object, since: str = "2000-01-01") -> "Outlet":
        self.rules.append(Override(name, value, LINK, date.fromisoformat(since), clause="自定",
                                   source="自定"))
        return self

    def event(self, time: str, kind: str, passed: bool | None = None, factor: str = "") -> "Outlet":
        self.events.append(Event(instant(time), kind, factor, passed))
        return self

    def mark(self, start: str, end: str, kind: str, factor: str = "") -> "Outlet":
        self.marks.append(Mark(instant(start), instant(end), kind, factor))
        return self

    def _span(self, factor: str, start: str, end: str) -> slice:
        step = 3600 // self.slots[factor]
        return slice((instant(start) - self.start) // step, (instant(end) - self.start) // step)

    def flag(self, factor: str, start: str, end: str, letter: str) -> "Outlet":
        self.flags[factor][self._span(factor, start, end)] = LETTERS.index(letter)
        return self

    def set(self, factor: str, start: str, end: str, value: float) -> "Outlet":
        self.values[factor][self._span(factor, start, end)] = value
        return self

    def lose(self, factor: str, start: str, end: str) -> "Outlet":
        return self.set(factor, start, end, np.nan)

    def drop(self, factor: str) -> "Outlet":
        del self.values[factor]
        return self

    def ruled(self) -> Book:
        return self.book.with_overrides(self.rules)

    @property
    def scope(self) -> tuple[str, ...]:
        return (LINK,)

    def case(self) -> Case:
        grids = {
            factor: Grid(values.reshape(self.hours, -1), self.flags[factor].reshape(self.hours, -1),
                         LETTERS)
            for factor, values in self.values.items()}
        return Case(self.kind, self.start, self.hours, grids, self.pollutants, self.judged,
                    self.parameters, tuple(self.events), tuple(self.marks), self.manual)

    def judge(self, history: History | None = None) -> "Answer":
        return Answer(judge(self.case(), self.ruled(), self.scope, history))


@dataclass
class Answer:
    """A judgement asked by text."""

    made: Judgement

    def index(self, time: str) -> int:
        return (instant(time) - self.made.start) // 3600

    def verdict(self, factor: str, time: str) -> str:
        return VERDICTS[self.made.hours[factor].verdict[self.index(time)]]

    def verdicts(self, factor: str) -> list[str]:
        return [VERDICTS[v] for v in self.made.hours[factor].verdict]

    def reason(self, factor: str, time: str) -> tuple[str, ...]:
        return self.made.reasons[self.made.hours[factor].reason[self.index(time)]]

    def clause(self, factor: str, time: str) -> str:
        return self.made.clauses[self.made.hours[factor].clause[self.index(time)]]

    def figure(self, column: str, factor: str, time: str) -> float | None:
        value = float(getattr(self.made.hours[factor], column)[self.index(time)])
        return None if np.isnan(value) else value

    def period(self, level: str, key: str, factor: str):
        rows = getattr(self.made, level)
        return next(p for p in rows if (p.key, p.factor) == (key, factor))

    def bad(self, factor: str, verdict: str) -> list[str]:
        """The hours of that verdict, as texts without the year."""
        return [windows.key("hour", self.made.start + 3600 * i)[5:]
                for i, v in enumerate(self.made.hours[factor].verdict) if VERDICTS[v] == verdict]


def _outlet(
    book: Book, kind: str, start: str, hours: int, levels: dict[str, float],
    slots: Callable[[str], int], pollutants: Iterable[str], judged: Iterable[str],
    parameters: dict[str, object],
) -> Outlet:
    size = {factor: slots(factor) for factor in levels}
    return Outlet(
        book, kind, instant(start), hours, size,
        {factor: np.full(hours * size[factor], level) for factor, level in levels.items()},
        {factor: np.ones(hours * size[factor], np.uint8) for factor in levels},
        tuple(pollutants), tuple(judged),
        {name: Dated.always(value) for name, value in parameters.items()})


@pytest.fixture(scope="session")
def book() -> Book:
    return load()


@pytest.fixture(scope="session")
def gas(book: Book) -> Callable[..., Outlet]:
    """``gas("2025-10-01", hours=24)``: SO2 60, PM 5, O2 11 % of 6 %, dry standard flow 36,000 m3/h;
    the mass of SO2 is 2.16 kg an hour. ``every="hour"``: one value an hour, for long cases."""

    def made(start: str = "2025-10-01", hours: int = 24, every: str = "minute", **parameters):
        given = {"technique": "extractive", "auto_calibration": False, "o2_reference": 6.0,
                 "duct_area_m2": 1.0, "velocity_field_factor": 1.0,
                 "atmospheric_pressure_kpa": 101.325, **parameters}
        return _outlet(book, "gas", start, hours, GAS, lambda _: 60 if every == "minute" else 1,
                       ("a34013", "a21026"), ("a34013", "a21026"), given)

    return made


@pytest.fixture(scope="session")
def water(book: Book) -> Callable[..., Outlet]:
    """``water("2025-10-01", hours=24)``: COD 40 mg/L, 25 L/s = 90 m3 an hour; 3.6 kg an hour."""

    def made(start: str = "2025-10-01", hours: int = 24, **parameters):
        return _outlet(book, "water", start, hours, WATER,
                       lambda factor: 1 if factor == "w01018" else 6,
                       ("w01018",), tuple(WATER), {"discharge": "continuous", **parameters})

    return made


@pytest.fixture(scope="session")
def at() -> Callable[[str], int]:
    return instant
