"""Hour by hour or a season at once, in whatever order it came: the same rows to the last bit."""

import random

import numpy as np
import pytest

from qingyuan.areas.telemetry import facts, pipeline, readings
from qingyuan.areas.telemetry.backfill import Rows, write
from qingyuan.areas.telemetry.models import LEVELS, JudgedPoint, Shape, SupersededValue
from qingyuan.areas.telemetry.pipeline import minutes
from qingyuan.areas.telemetry.sources import simulated, wire
from qingyuan.kernel import windows

pytestmark = pytest.mark.django_db
HOUR, DAY = 3600, 86_400
START = windows.start("2026-09-28")  # a quarter ends after three days
ABOVE = ("day", "month", "quarter", "year")


def content(point) -> dict:
    """What every row says, without version and time of judging."""
    return {
        (level, row.pop("time"), row.pop("factor_id")): row
        for level, table in LEVELS.items()
        for row in table.objects.filter(point=point.pk).values()
        if [row.pop(name) for name in ("version", "at")]
    }


@pytest.fixture
def eventful(cast, gas, sent):
    """Eight days over a quarter's end: noise, faults, silence, a failed calibration, a stop, marks.
    """
    dice = random.Random(11)
    hours = 8 * 24
    change = {n: {"a21026": dice.uniform(5, 60), "a19001": dice.uniform(4, 9),
                  "a01011": dice.uniform(8, 14)} for n in range(hours * 6)}
    flags = {n: dice.choice("DCMF") for n in range(hours * 6) if dice.random() < 0.06}
    quiet = range(80 * 6, 95 * 6)

    def tell() -> None:
        record = facts.record_event
        for day, passed in ((0, True), (2, False), (3, True)):
            record(cast.manager, gas.point, kind="calibration", passed=passed,
                   start=START + day * DAY + 9 * HOUR + 700)
        record(cast.manager, gas.point, kind="stop", start=START + 5 * DAY,
               end=START + 5 * DAY + 6 * HOUR)
        facts.add_mark(cast.manager, gas.point, kind="start_up", state="declared",
                       start=START + 5 * DAY + 6 * HOUR, end=START + 5 * DAY + 8 * HOUR)

    def send(first: int, until: int) -> None:
        for hour in range(first, until):
            if hour * 6 not in quiet:
                own = range(hour * 6, hour * 6 + 6)
                sent(gas.point, START + hour * HOUR, 1,
                     change={n - own[0]: change[n] for n in own},
                     flags={n - own[0]: flags[n] for n in own if n in flags})

    gas.hours, gas.tell, gas.send = hours, tell, send
    return gas


def test_judged_as_it_comes_or_all_at_once(eventful, judge):
    eventful.tell()
    dice, hour = random.Random(3), 0
    while hour < eventful.hours:
        step = min(dice.choice((1, 1, 2, 5, 13)), eventful.hours - hour)
        eventful.send(hour, hour + step)
        hour += step
        judge(START + hour * HOUR + 600)
    piecemeal = content(eventful.point)
    assert {row["verdict"] for row in piecemeal.values()} >= {
        "valid", "invalid", "missing", "out_of_control", "stopped", "exempt"}
    for table in (*LEVELS.values(), SupersededValue, JudgedPoint):
        table.objects.all().delete()
    pipeline.mark_hours(eventful.point.pk,
                        range(START, START + eventful.hours * HOUR, HOUR))
    judge(START + 30 * DAY)
    assert content(eventful.point) == piecemeal


def test_newest_first_and_facts_afterwards_come_to_the_same(eventful, judge):
    for last in range(eventful.hours, 0, -48):
        eventful.send(last - 48, last)
        judge(START + 30 * DAY)
    eventful.tell()
    judge(START + 30 * DAY)
    late = content(eventful.point)
    for table in (*LEVELS.values(), SupersededValue, JudgedPoint):
        table.objects.all().delete()
    pipeline.mark_hours(eventful.point.pk,
                        range(START, START + eventful.hours * HOUR, HOUR))
    judge(START + 30 * DAY)
    assert content(eventful.point) == late


def test_arrays_hold_what_readings_hold_however_rows_overlap(station):
    """The arrays' own merge against that of ``readings``, which pages show."""
    point, dice = station().point, random.Random(5)
    shapes = (["a21026", "a19001"], ["a19001"], ["02", "S01"], ["a21026", "a01013", "a19001"],
              ["S08", "a01012"])
    sources = [simulated().pk, wire().pk]
    for number in range(400):
        codes = dice.choice(shapes)
        columns = [(code, suffix) for code in codes for suffix in ("Min", "Avg")]
        make = Rows(point.pk, "min", columns, dice.choice(sources), frame=dice.choice((0, number)))
        values = [None if dice.random() < 0.2 else dice.uniform(1, 9) for _ in columns]
        flags = [dice.choice(("", "N", "D", "T1")) for _ in columns]
        write(make, [(START + 60 * dice.randrange(120), values, flags)], mark_dirty=False)
    assert Shape.objects.count() >= len(shapes)
    found = minutes.load(point.pk, START, 2, "gas")
    old = {"02": ("a21026", 1.0), "S01": ("a19001", 1.0), "S08": ("a01013", 1000.0)}
    compared = 0
    for reading in readings.load("min", [point.pk], START, START + 2 * HOUR):
        names = [old.get(code, (code,))[0] for code in reading.factors]
        place = divmod((reading.time - START) // 60, 60)
        for code, values in reading.factors.items():
            name, scale = old.get(code, (code, 1.0))
            if names.count(name) == 1:  # of two codes of one factor pages show both
                value = values.get("Avg")
                expected = np.nan if value is None else value * scale
                assert found.values[name][place] == pytest.approx(expected, nan_ok=True)
                assert found.letters[found.flags[name][place]] == values.get("Flag", "")
                compared += 1
    assert compared > 100


@pytest.mark.parametrize("spacing", [1, 5, 10, 20])
def test_denser_minutes_than_the_logger_is_entered_with_count_as_they_are(
    gas, sent, judge, rows, spacing
):
    from qingyuan.areas.telemetry.backfill import store

    some = [(START + 60 * minute, [float(minute)], ["N" if minute >= 16 else "D"])
            for minute in range(0, 60, spacing)]
    store(gas.point.pk, "min", [("a21026", "Avg")], some, simulated())
    judge(START + DAY)
    one = rows(gas.point)[START, "a21026"]
    good = [minute for minute in range(0, 60, spacing) if minute >= 16]
    assert one.value == pytest.approx(sum(good) / len(good))
    # of packets scarcer than announced the slots between are empty
    assert one.count == len(good) * min(spacing, 10)
