"""From readings to judged values: what is written, what is left alone, and why a row gave way."""

import pytest

from qingyuan.areas.telemetry import backfill, facts, pipeline
from qingyuan.areas.telemetry.models import (
    LEVELS,
    DirtyWindow,
    JudgedPoint,
    MinuteReading,
    SupersededValue,
)
from qingyuan.areas.telemetry.sources import simulated
from qingyuan.kernel import windows

pytestmark = pytest.mark.django_db
HOUR, DAY = 3600, 86_400
START = windows.start("2026-10-05")
CODES = {"a21026", "a19001", "a01011", "a01012", "a01013", "a01014"}
ABOVE = ("day", "month", "quarter", "year")


def everything(point) -> dict:
    """Every row of every level as it stands, the time of judging included."""
    return {
        (level, row["time"], row["factor_id"]): row
        for level, table in LEVELS.items()
        for row in table.objects.filter(point=point.pk).values()
    }


def changed(before: dict, after: dict) -> set:
    """(level, start) of the rows that are not what they were."""
    return {key[:2] for key in {**before, **after} if before.get(key) != after.get(key)}


def keys_of(hour: int) -> set:
    """The windows that hold an hour."""
    return {("hour", hour), *((level, windows.start_of(level, hour)) for level in ABOVE)}


def test_minutes_become_hours_days_months_quarters_and_years(gas, sent, judge, rows):
    sent(gas.point, START, 48)
    done = judge(START + 3 * DAY)
    assert (done.hours, DirtyWindow.objects.count()) == (48, 0)
    hours = rows(gas.point)
    assert set(hours) == {(START + HOUR * n, code) for n in range(48) for code in CODES}
    one = hours[START, "a21026"]
    assert (one.verdict, one.count, one.value, one.version) == ("valid", 60, 20.0, 1)
    assert one.converted == pytest.approx(20.0, rel=1e-12)  # at the reference oxygen already
    assert one.mass == pytest.approx(20.0 * hours[START, "a01011"].converted * 1e-6, rel=1e-12)
    assert one.substituted == one.mass
    days = rows(gas.point, "day")
    assert days[START, "a21026"].count == 24
    assert days[START, "a21026"].mass == pytest.approx(24 * one.mass, rel=1e-12)
    assert days[START, "a01011"].converted == pytest.approx(
        24 * hours[START, "a01011"].converted, rel=1e-12)
    assert {level: len(rows(gas.point, level)) for level in ABOVE} == {
        "day": 12, "month": 6, "quarter": 6, "year": 6}
    quarter = rows(gas.point, "quarter")[windows.start("2026Q4"), "a21026"]
    assert (quarter.hours, quarter.stopped, quarter.invalid, quarter.capture) == (48, 0, 0, 1.0)
    state = JudgedPoint.objects.get()
    assert (state.first, state.last) == (START, START + 47 * HOUR)


def test_judging_the_same_again_writes_nothing(gas, sent, judge):
    sent(gas.point, START, 30, change={5: {"a21026": None}}, flags={9: "D", 40: "C"})
    judge(START + 3 * DAY)
    before = everything(gas.point)
    assert pipeline.mark_span(gas.point.pk, None, None) == 30
    done = judge(START + 3 * DAY)
    assert (done.hours, done.written) == (30, 0)
    assert everything(gas.point) == before
    assert not SupersededValue.objects.exists()


def test_a_late_minute_changes_the_windows_above_it_and_nothing_else(gas, sent, judge, rows):
    late = START + 30 * HOUR
    sent(gas.point, START, 72)
    MinuteReading.objects.filter(time=late + 600).delete()
    judge(START + 5 * DAY)
    before = everything(gas.point)
    sent(gas.point, late + 600, 0, change={0: {"a21026": 26.0}})
    judge(START + 5 * DAY)
    assert changed(before, everything(gas.point)) == keys_of(late)
    assert rows(gas.point)[late, "a21026"].version == 2
    assert set(SupersededValue.objects.values_list("level", "cause")) == {
        ("hour", "data"), *((level, "above") for level in ABOVE)}


def test_a_change_reaches_the_substitutes_that_rest_on_it(gas, sent, judge, rows):
    sent(gas.point, START, 20)
    sent(gas.point, START + 26 * HOUR, 10)  # six hours without a packet
    judge(START + 5 * DAY)
    lost = START + 22 * HOUR
    hours = rows(gas.point)
    assert (hours[lost, "a21026"].verdict, hours[lost, "a21026"].mass) == ("missing", None)
    assert hours[lost, "a21026"].substituted == hours[START, "a21026"].mass
    before = everything(gas.point)
    MinuteReading.objects.filter(time=START + 3 * HOUR).delete()
    sent(gas.point, START + 3 * HOUR, 0, change={0: {"a21026": 80.0}})
    judge(START + 5 * DAY)
    missing = {("hour", START + HOUR * n) for n in range(20, 26)}
    assert changed(before, everything(gas.point)) == keys_of(START + 3 * HOUR) | missing | {
        ("day", START), ("day", START + DAY)}
    hours = rows(gas.point)
    assert hours[lost, "a21026"].substituted == hours[START + 3 * HOUR, "a21026"].mass
    assert set(SupersededValue.objects.filter(level="hour", time=lost).values_list("cause")) == {
        ("above",)}


def test_hours_are_judged_when_they_have_ended_and_their_packets_had_time(gas, sent, judge, rows,
                                                                           settings):
    settings.JUDGE_GRACE = 120
    sent(gas.point, START, 3)
    assert judge(START + 2 * HOUR + 119).hours == 1
    assert judge(START + 2 * HOUR + 120).hours == 1
    assert {time for time, _code in rows(gas.point)} == {START, START + HOUR}
    assert DirtyWindow.objects.get().hour == START + 2 * HOUR


def test_silence_between_packets_becomes_missing_hours(gas, sent, judge, rows):
    sent(gas.point, START, 2)
    judge(START + DAY)
    sent(gas.point, START + 6 * HOUR, 1)
    judge(START + DAY)
    verdicts = [rows(gas.point)[START + HOUR * n, "a21026"].verdict for n in range(7)]
    assert verdicts == ["valid"] * 2 + ["missing"] * 4 + ["valid"]
    assert JudgedPoint.objects.get().last == START + 6 * HOUR


def test_a_packet_of_a_wrong_clock_makes_no_years_of_missing_hours(gas, sent, judge, rows):
    sent(gas.point, START, 2)
    sent(gas.point, windows.start("2020-01-01"), 1)
    judge(START + DAY)
    assert len({time for time, _code in rows(gas.point)}) == 3


def test_a_factor_is_judged_from_its_first_hour_on(gas, sent, judge, rows):
    few = {"a21026": 20.0, "a19001": 6.0}
    sent(gas.point, START, 2, usual=few)
    judge(START + HOUR * 2 + 600)
    sent(gas.point, START + 2 * HOUR, 2)
    sent(gas.point, START + 4 * HOUR, 2, usual=few)
    judge(START + DAY)
    hours = rows(gas.point)
    assert {time for time, code in hours if code == "a01011"} == {
        START + HOUR * n for n in range(2, 6)}
    assert hours[START + 5 * HOUR, "a01011"].verdict == "missing"
    assert rows(gas.point, "day")[START, "a01011"].count == 2


def test_a_factor_that_is_no_longer_measured_ends(cast, gas, sent, judge, rows):
    sent(gas.point, START, 3, usual={"a21026": 20.0, "a21003": 5.0})
    sent(gas.point, START + 3 * HOUR, 3, usual={"a21026": 20.0})
    judge(START + DAY)
    assert rows(gas.point)[START + 4 * HOUR, "a21003"].verdict == "missing"
    entry = facts.set_parameter(cast.manager, gas.point, "judged.a21003", False,
                                since=START + 3 * HOUR)
    judge(START + DAY)
    assert sorted(time for time, code in rows(gas.point) if code == "a21003") == [
        START, START + HOUR, START + 2 * HOUR]
    assert rows(gas.point, "quarter")[windows.start("2026Q4"), "a21003"].capture == 1.0
    facts.withdraw_parameter(cast.manager, entry, "仍在监测")
    judge(START + DAY)
    again = rows(gas.point)[START + 4 * HOUR, "a21003"]
    assert (again.verdict, again.version) == ("missing", 2)


def test_a_point_that_never_reported_is_left_alone(gas, judge, rows):
    pipeline.mark_hours(gas.point.pk, [START])
    assert judge(START + DAY).written == 0
    assert rows(gas.point) == {}
    assert not DirtyWindow.objects.exists()


def test_a_reported_hour_stands_for_the_minutes_that_never_came(gas, sent, judge, rows):
    sent(gas.point, START, 1)
    columns = [(code, "Avg") for code in sorted(CODES)]
    backfill.store(gas.point.pk, "hour", columns, [
        (START + HOUR * n, [33.0] * len(columns), [flag] * len(columns))
        for n, flag in enumerate(["N", "N", "D"])
    ], simulated())
    judge(START + DAY)
    found = [rows(gas.point)[START + HOUR * n, "a21026"] for n in range(3)]
    assert [(row.value, row.verdict) for row in found] == [
        (20.0, "valid"), (33.0, "valid"), (None, "invalid")]
    assert [("reported_hour" in row.reason) for row in found] == [False, True, False]


def test_packets_without_a_value_before_the_first_make_no_hours(gas, sent, judge, rows):
    nothing = dict.fromkeys(CODES)
    sent(gas.point, START - 5 * HOUR, 2, usual=nothing)
    assert judge(START + DAY).written == 0
    pipeline.mark_hours(gas.point.pk, [START - 5 * HOUR])
    sent(gas.point, START, 2)
    judge(START + DAY)
    assert {time for time, _code in rows(gas.point)} == {START, START + HOUR}
    assert rows(gas.point, "day")[START, "a21026"].count == 2
    assert JudgedPoint.objects.get().first == START
