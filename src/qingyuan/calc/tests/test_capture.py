"""The data capture rate of a quarter: its edges, its denominators, what reaches it from before."""

import numpy as np
import pytest

from qingyuan.calc.sheet import History, Past
from qingyuan.calc.types import STOPPED, VALID, Mark

SO2 = "a21026"


def lost(gas, bad: int, hours: int = 2000, stopped: int = 0):
    """2,000 hours of the fourth quarter of which ``bad`` are missing and ``stopped`` stopped."""
    outlet = gas("2025-10-01", hours=hours, every="hour")
    outlet.values[SO2][:bad] = np.nan
    if stopped:
        end = outlet.start + 3600 * hours
        outlet.marks.append(Mark(end - 3600 * stopped, end, "stopped"))
    return outlet.judge().made.capture["2025Q4", SO2]


@pytest.mark.parametrize(("bad", "rate", "passed"), [
    (502, 0.749, False), (501, 0.7495, False), (500, 0.75, True), (200, 0.9, True), (0, 1.0, True),
])
def test_75_percent_passes(gas, bad, rate, passed):
    found = lost(gas, bad)
    assert (found.hours, found.stopped, found.invalid) == (2000, 0, bad)
    assert found.rate == pytest.approx(rate, abs=1e-12)
    assert found.passed is passed


def test_stopped_hours_leave_both_sides_of_the_fraction(gas):
    found = lost(gas, 250, stopped=1000)
    assert (found.stopped, found.rate, found.passed) == (1000, 0.75, True)


def test_without_an_hour_of_running_there_is_no_rate(gas):
    found = lost(gas, 0, stopped=2000)
    assert (found.rate, found.passed) == (None, None)


def test_invalid_out_of_control_and_missing_are_bad_and_exempt_is_not(gas):
    outlet = gas("2025-10-01", hours=24)
    outlet.flag(SO2, "2025-10-01 01:00", "2025-10-01 02:00", "D")
    outlet.lose(SO2, "2025-10-01 02:00", "2025-10-01 03:00")
    outlet.event("2025-10-01 03:00", "calibration", False)
    outlet.event("2025-10-01 04:00", "calibration", True)
    outlet.mark("2025-10-01 05:00", "2025-10-01 06:00", "banked")
    found = outlet.judge().made.capture["2025Q4", SO2]
    assert (found.hours, found.invalid, found.rate) == (24, 3, 21 / 24)


def test_each_quarter_by_itself(gas):
    outlet = gas("2025-09-30", hours=48, every="hour").lose(SO2, "2025-10-01", "2025-10-01 12:00")
    captured = outlet.judge().made.capture
    assert captured["2025Q3", SO2].rate == 1.0
    assert captured["2025Q4", SO2].rate == 0.5


def test_the_least_rate_is_that_of_the_quarters_first_day(gas):
    outlet = gas("2025-10-01", hours=48, every="hour").lose(SO2, "2025-10-01", "2025-10-01 12:00")
    outlet.rule("gas.capture.min_rate", 0.8, "2025-10-02")
    assert outlet.judge().made.capture["2025Q4", SO2].passed is True


def test_water_gets_the_rate_as_well(water):
    outlet = water().flag("w01018", "2025-10-01 00:00", "2025-10-01 06:00", "D")
    assert outlet.judge().made.capture["2025Q4", "w01018"].rate == 0.75


def test_earlier_hours_of_the_quarter_count_and_those_of_another_do_not(gas, at):
    past = np.full(72, VALID, np.uint8)
    past[:24] = 3
    past[24:36] = STOPPED
    history = History({SO2: Past(at("2025-09-30"), past, np.full(72, 2.0))})
    outlet = gas("2025-10-03", every="hour").lose(SO2, "2025-10-03", "2025-10-03 06:00")
    captured = outlet.judge(history).made.capture
    found = captured["2025Q4", SO2]
    assert (found.hours, found.stopped, found.invalid) == (72, 12, 6)
    assert ("2025Q3", SO2) not in captured


def test_a_gap_between_history_and_case_counts_for_nothing(gas, at):
    history = History({SO2: Past(at("2025-10-01"), np.zeros(5, np.uint8), np.ones(5))})
    found = gas("2025-10-03", every="hour").judge(history).made.capture["2025Q4", SO2]
    assert found.hours == 29
