"""The engine against the plain Decimal reference, to the last digit that reports show.

The normal run takes 60 random point-days of minutes, ``QINGYUAN_PROOF=1`` takes 1,000; two months
of hours reach the longer windows of substitution.
"""

import os
from collections.abc import Iterator
from decimal import Decimal
from random import Random

import numpy as np
import pytest
import reference_judge as reference
from case_words import moment
from random_points import gas_point, water_point
from reference_point import Point, rounded

from qingyuan.calc.engine import judge
from qingyuan.calc.types import VERDICTS, Case, Dated, Event, Grid, Judgement, Mark
from qingyuan.kernel.rounding import round_gbt8170
from qingyuan.standards import load

WHOLE = os.environ.get("QINGYUAN_PROOF", "") not in ("", "0")
DAYS = 5
SEEDS = range(100 if WHOLE else 6)
DIGITS = {"value": 2, "converted": 2, "mass": 3, "substituted": 3}


def as_case(point: Point) -> Case:
    grids = {}
    for factor, slots in point.series.items():
        letters = tuple(dict.fromkeys(["", "N", *(letter for _, letter in slots)]))
        shape = (point.hours, -1)
        grids[factor] = Grid(
            np.array([np.nan if v is None else float(v) for v, _ in slots]).reshape(shape),
            np.array([letters.index(x) for _, x in slots], np.uint8).reshape(shape), letters)
    grabbed = ("w00000", "w01001", "w01010") if point.kind == "water" else ()
    return Case(
        kind="gas" if point.kind == "gas" else "water", start=point.start, hours=point.hours,
        grids=grids, pollutants=point.factors, judged=(*point.factors, *grabbed),
        parameters={name: Dated.always(float(v) if isinstance(v, Decimal) else v)
                    for name, v in point.facts.items()},
        events=tuple(Event(e.time, e.kind, e.factor, e.passed)
                     for e in sorted(point.events, key=lambda e: e.time)),
        marks=tuple(Mark(m.start, m.end, m.kind, m.factor) for m in point.marks))


def shown(value: float | Decimal | None, digits: int) -> Decimal | None:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, Decimal):
        return rounded(value, digits)
    return round_gbt8170(float(value), digits)


def differences(point: Point, made: Judgement) -> Iterator[str]:
    hours, days = reference.judge(point)
    for factor, rows in hours.items():
        own = made.hours[factor]
        for index, row in enumerate(rows):
            where = f"{factor} hour {index}"
            if VERDICTS[own.verdict[index]] != row.verdict:
                yield f"{where}: {VERDICTS[own.verdict[index]]}, reference {row.verdict}"
            if own.valid_minutes[index] != row.minutes:
                yield f"{where}: {own.valid_minutes[index]} minutes, reference {row.minutes}"
            fields = ("value", "converted", "mass", "substituted")
            for name in fields if point.kind == "gas" else fields[:3]:
                ours = shown(float(getattr(own, name)[index]), DIGITS[name])
                theirs = shown(getattr(row, name), DIGITS[name])
                if ours != theirs:
                    yield f"{where}: {name} {ours}, reference {theirs}"
    for period in made.days:
        day = days[period.key, period.factor]
        where = f"{period.factor} day {period.key}"
        if (period.verdict, period.count) != (day.verdict, day.count):
            yield f"{where}: {period.verdict} {period.count}, reference {day.verdict} {day.count}"
        for name in ("value", "converted", "mass"):
            ours = shown(getattr(period, name), DIGITS[name])
            theirs = shown(getattr(day, name), DIGITS[name])
            if ours != theirs:
                yield f"{where}: {name} {ours}, reference {theirs}"


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("kind", ["gas", "water"])
def test_engine_agrees_with_the_reference(kind: str, seed: int) -> None:
    make = gas_point if kind == "gas" else water_point
    point = make(Random(f"{kind} {seed}"), DAYS)
    found = list(differences(point, judge(as_case(point), load())))
    assert not found, "\n".join(found[:20])


@pytest.mark.parametrize("seed", range(20 if WHOLE else 2))
def test_engine_agrees_over_two_months(seed: int) -> None:
    point = gas_point(Random(f"months {seed}"), 60, slots=1)
    found = list(differences(point, judge(as_case(point), load())))
    assert not found, "\n".join(found[:20])


def test_the_reference_counts_days_as_china_does() -> None:
    start = moment("2025-10-01")
    point = Point("gas", start, 25, (), {}, {})
    assert list(reference.days_of(point)) == ["2025-10-01", "2025-10-02"]


def test_the_reference_rounds_ties_to_even() -> None:
    assert rounded(Decimal("0.125"), 2) == Decimal("0.12")
    assert rounded(Decimal("0.375"), 2) == Decimal("0.38")
