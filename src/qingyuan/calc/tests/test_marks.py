"""Marks from flags, and the three values that stand side by side."""

import numpy as np
import pytest

from qingyuan.calc.marks import (
    DEVICE,
    MARK_OF_FLAG,
    PROCESS,
    Three,
    day_values,
    from_flags,
    hour_values,
)
from qingyuan.calc.types import MARK_KINDS, Grid
from qingyuan.kernel import windows

START = windows.start("2025-10-01 08:00")
LETTERS = ("", "N", "C", "D", "M", "B", "F", "S", "T")


def flagged(text, slots=60):
    """A grid from one letter a slot, space for no flag."""
    index = [LETTERS.index(letter.strip()) for letter in text]
    return Grid(np.ones((len(text) // slots, slots)),
                np.array(index, dtype=np.uint8).reshape(-1, slots), LETTERS)


def spans(marks):
    return [((mark.start - START) // 60, (mark.end - START) // 60, mark.kind) for mark in marks]


def test_every_kind_of_mark_makes_minutes_invalid_exempts_or_is_the_stop():
    assert DEVICE | PROCESS | {"stopped"} == set(MARK_KINDS)
    assert not DEVICE & PROCESS
    assert set(MARK_OF_FLAG.values()) <= DEVICE


def test_runs_of_flags_become_marks_by_the_minute():
    grid = flagged("N" * 10 + "C" * 20 + "N" * 20 + "M" * 5 + "D" * 5)
    made = from_flags(grid, START, "a21026")
    assert spans(made) == [
        (10, 30, "calibration"), (50, 55, "device_maintenance"), (55, 60, "fault"),
    ]
    assert {mark.factor for mark in made} == {"a21026"}


def test_a_run_over_the_hour_is_one_mark():
    grid = flagged("N" * 50 + "B" * 30 + " " * 40)
    assert spans(from_flags(grid, START, "a21026")) == [(50, 80, "communication")]


def test_water_is_marked_by_the_hour():
    grid = flagged("NCN", slots=1)
    assert spans(from_flags(grid, START, "w01018")) == [(60, 120, "calibration")]


def test_f_is_the_instrument_since_2017_and_the_source_only_by_the_stations_switch():
    grid = flagged("F" * 60)
    assert spans(from_flags(grid, START, "a21026")) == [(0, 60, "fault")]
    assert spans(from_flags(grid, START, "a21026", flag_f="source")) == [(0, 60, "stopped")]
    with pytest.raises(ValueError, match="not 'both'"):
        from_flags(grid, START, "a21026", flag_f="both")


def test_values_set_by_hand_or_above_range_are_no_state_of_the_device():
    assert from_flags(flagged("S" * 30 + "T" * 30), START, "a21026") == []


def test_no_hours_have_no_marks():
    empty = Grid(np.empty((0, 60)), np.empty((0, 60), dtype=np.uint8), LETTERS)
    assert from_flags(empty, START, "a21026") == []


def minutes(*runs):
    """One hour of booleans or values from (count, value) runs."""
    return np.concatenate([np.full(count, value) for count, value in runs])[np.newaxis]


def test_three_values_of_an_hour_with_calibration_and_start_up():
    values = minutes((10, 900.0), (5, 200.0), (45, 20.0))
    made = hour_values(
        values, normal=minutes((60, True)), marked=minutes((10, True), (50, False)),
        exempt=minutes((10, False), (5, True), (45, False)), least=45,
    )
    assert made.reported[0] == pytest.approx((9000 + 1000 + 900) / 60)
    assert made.marked[0] == pytest.approx((1000 + 900) / 50)
    assert made.exempted[0] == 20.0


@pytest.mark.parametrize(("marked", "left"), [(15, 20.0), (16, None)])
def test_an_hour_with_too_few_minutes_left_has_no_value_after_marks(marked, left):
    made = hour_values(
        minutes((60, 20.0)), minutes((60, True)), minutes((marked, True), (60 - marked, False)),
        minutes((60, False)), least=45,
    )
    expected = np.nan if left is None else left
    np.testing.assert_array_equal(made.marked, [expected])
    np.testing.assert_array_equal(made.exempted, [expected])
    assert made.reported[0] == 20.0


def test_what_the_logger_reported_goes_before_the_mean_of_its_minutes():
    whole = minutes((60, 20.0))
    none, every = minutes((60, False)), minutes((60, True))
    sent = hour_values(whole, every, none, none, least=45, reported=np.array([19.5]))
    assert sent.reported[0] == 19.5
    unsent = hour_values(whole, every, none, none, least=45, reported=np.array([np.nan]))
    assert unsent.reported[0] == 20.0


def test_abnormal_flags_leave_the_value_after_marks_too():
    values = minutes((10, 900.0), (50, 20.0))
    made = hour_values(values, minutes((10, False), (50, True)), minutes((60, False)),
                       minutes((60, False)), least=45)
    assert (made.reported[0], made.marked[0]) == (pytest.approx(166.6666666667), 20.0)


def test_three_values_of_a_day():
    """Twenty hours stand, three of them are start-up; four were marked away."""
    value = np.concatenate([np.full(4, 500.0), np.full(3, 200.0), np.full(17, 20.0)])
    after = np.where(np.arange(24) < 4, np.nan, value)
    freed = np.where(np.arange(24) < 7, np.nan, value)
    day = np.zeros(24, dtype=np.intp)
    made = day_values(Three(value, after, freed), np.arange(24) >= 4,
                      (np.arange(24) >= 4) & (np.arange(24) < 7), day, 1, least=20)
    assert made.reported[0] == pytest.approx((2000 + 600 + 340) / 24)
    assert made.marked[0] == pytest.approx((600 + 340) / 20)
    assert made.exempted[0] == 20.0


def test_a_day_with_nineteen_hours_left_has_no_value_after_marks():
    value, day = np.full(24, 20.0), np.zeros(24, dtype=np.intp)
    made = day_values(Three(value, value, value), np.arange(24) >= 5, np.zeros(24, dtype=bool),
                      day, 1, least=20)
    assert made.reported[0] == 20.0
    assert np.isnan(made.marked[0])
