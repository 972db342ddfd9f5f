"""Mutation over the book: each figure that code reads is changed by the smallest step that matters,
each switch set to its other readings, and a worked scenario that claims to prove it must fail.

All changes are made in every run: they take seconds.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from case_calls import Call, load_calls
from case_capability import load_capabilities
from case_demands import complaints
from case_engine import as_case, by_engine
from case_language import Scenario, load
from case_records import Record, load_records

from qingyuan.calc.ruling import READ
from qingyuan.calc.types import Case
from qingyuan.standards import Book
from qingyuan.standards import load as load_book

SOURCE = Path(__file__).parents[2] / "src" / "qingyuan"
# who judges and reckons rates; record forms prove their own limits
ROOMS = ("calc", "assess", "areas/telemetry", "areas/reports")
QUOTED = re.compile(r'"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"')
SCENARIOS: tuple[Scenario | Call | Record, ...] = (
    *load(), *load_calls(), *load_records(), *load_capabilities())
STEP = {
    # shares of few things: the next share that a day of 24 hours, a month, an hour can have
    "water.day.min_share": 0.02, "water.month.min_share": 0.01, "gas.flag.normal_share": 0.02,
    "gas.capture.min_rate": 0.001, "gas.capture.high_rate": 0.001, "gas.o2.guard": 0.01,
}
Value = int | float | str | bool


def changes(book: Book, name: str) -> Iterator[Value]:
    """The other values that ``name`` is tried with."""
    value = book.history(name)[0].value
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, str):
        yield from (word for word in book.words(name) if word != value)
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
    else:
        step = STEP.get(name, abs(value) * 1e-3)
        yield from (value + step, value - step)


def changed(book: Book, name: str, value: Value) -> Book:
    """The book with every national value of ``name`` replaced."""
    return Book((replace(p, value=value) if p.name == name else p for p in book.provisions),
                book.standards)


def provers(name: str) -> list[Scenario | Call | Record]:
    return [scenario for scenario in SCENARIOS if name in scenario.proves]


@cache
def arrays(index: int) -> Case:
    found = SCENARIOS[index]
    assert isinstance(found, Scenario)
    return as_case(found)


def fails(prover: Scenario | Call | Record, book: Book) -> bool:
    if isinstance(prover, Call | Record):
        return bool(prover.complaints(book))
    case = arrays(SCENARIOS.index(prover))
    return bool(complaints(prover, by_engine(prover, book, case)))


@cache
def read() -> tuple[str, ...]:
    """What ``calc`` says it reads, and every provision that the rooms name between quotes."""
    known = set(load_book().names())
    texts = [path.read_text(encoding="utf-8") for room in ROOMS
             for path in (SOURCE / room).rglob("*.py") if "tests" not in path.parts]
    named = {name for text in texts for name in QUOTED.findall(text)}
    return tuple(sorted(set(READ) | (named & known)))


def mutants() -> Iterator[tuple[str, Value]]:
    book = load_book()
    proved = {name for scenario in SCENARIOS for name in scenario.proves}
    for name in sorted({*read(), *proved}):
        yield from ((name, value) for value in changes(book, name))


@pytest.mark.parametrize(("name", "value"), [
    pytest.param(name, value, id=f"{name}={value}") for name, value in mutants()])
def test_a_changed_provision_fails_a_scenario(name: str, value: Value) -> None:
    book = changed(load_book(), name, value)
    killed = any(fails(prover, book) for prover in provers(name))
    tried = ", ".join(prover.id for prover in provers(name)) or "none proves it"
    assert killed, f"{name} = {value} goes unnoticed; scenarios: {tried}"


def test_every_provision_that_is_read_has_a_scenario() -> None:
    assert not [name for name in read() if not provers(name)]


def test_what_code_names_is_what_the_book_says_is_read() -> None:
    """``qingyuan rules check`` and the rules pages call the others unread."""
    assert set(read()) == set(READ)


def test_every_provision_that_scenarios_prove_is_in_the_book() -> None:
    known = set(load_book().names())
    assert not {name for scenario in SCENARIOS for name in scenario.proves} - known
