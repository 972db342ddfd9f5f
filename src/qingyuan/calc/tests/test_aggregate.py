"""Means and counts of hours and longer windows, and their flags."""

import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from qingyuan.calc import aggregate
from qingyuan.kernel import windows

LETTERS = ("", "N", "C", "D", "M", "X")


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_an_hours_mean_is_that_of_its_valid_minutes(data):
    shape = (data.draw(st.integers(1, 5)), data.draw(st.sampled_from([1, 6, 60])))
    values = data.draw(arrays.arrays(
        np.float64, shape, elements=st.floats(-1e4, 1e4) | st.just(np.nan)))
    valid = data.draw(arrays.arrays(np.bool_, shape))
    mean, count = aggregate.hour_mean(values, valid)
    for hour, used in enumerate(
        [v for v, ok in zip(row, good, strict=True) if ok and v == v]
        for row, good in zip(values.tolist(), valid.tolist(), strict=True)
    ):
        assert count[hour] == len(used)
        expected = statistics.fmean(used) if used else np.nan
        np.testing.assert_allclose(mean[hour], expected, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("present", [44, 45, 46])
def test_invalid_minutes_neither_count_nor_weigh(present):
    values, valid = np.full((1, 60), 999.0), np.zeros((1, 60), dtype=bool)
    values[0, :present], valid[0, :present] = 20.0, True
    mean, count = aggregate.hour_mean(values, valid)
    assert (mean[0], count[0]) == (20.0, present)


def test_shapes_must_agree():
    with pytest.raises(ValueError, match=r"\(2, 60\) and valid \(2, 6\)"):
        aggregate.hour_mean(np.zeros((2, 60)), np.zeros((2, 6), dtype=bool))


@given(st.lists(st.tuples(st.floats(-1e6, 1e6) | st.just(np.nan), st.booleans()), max_size=80),
       st.integers(0, 23))
@settings(max_examples=60, deadline=None)
def test_days_sum_and_average_the_hours_that_are_used(hours, first):
    start = windows.start("2025-03-01") + first * windows.HOUR
    values = np.array([value for value, _ in hours], dtype=float)
    use = np.array([used for _, used in hours], dtype=bool)
    days = windows.group("day", windows.hours(start, values.size))
    total, count = aggregate.group_sum(values, use, days.index, len(days))
    mean, again = aggregate.group_mean(values, use, days.index, len(days))
    assert count.tolist() == again.tolist()
    for day in range(len(days)):
        inside = [v for v, u, d in zip(values, use, days.index, strict=True)
                  if d == day and u and v == v]
        assert count[day] == len(inside)
        np.testing.assert_allclose(total[day], sum(inside) if inside else np.nan, atol=1e-6)
        np.testing.assert_allclose(
            mean[day], statistics.fmean(inside) if inside else np.nan, atol=1e-6)


@pytest.mark.parametrize(
    ("normal", "of", "letter"),
    [(60, 60, "N"), (45, 60, "N"), (44, 60, "D"), (18, 24, "N"), (17, 24, "D"), (0, 24, "D"),
     (9, 12, "N"), (8, 12, "D"), (0, 0, "")],
)
def test_gas_is_flagged_normal_from_three_quarters_on(normal, of, letter):
    """Notes to C.16 to C.18: 18 of 24 hours flag a day N, though it needs 20 to be valid."""
    made = aggregate.gas_flag(np.array([normal]), np.array([of]), share=0.75)
    assert made.tolist() == [letter]


@pytest.mark.parametrize(
    ("flags", "letter"),
    [("NNNNNN", "N"), ("NNNNNC", "C"), ("CDNNNN", "D"), ("MCNNNN", "M"), ("NNNNNX", "X"),
     ("XXXXXC", "C"), ("N-NNNN", "N"), ("------", "")],
)
def test_one_abnormal_value_makes_the_water_hour_abnormal(flags, letter):
    present = np.array([[flag != "-" for flag in flags]])
    index = np.array([[LETTERS.index(flag.replace("-", "")) for flag in flags]], dtype=np.uint8)
    assert aggregate.water_flag(index, LETTERS, present).tolist() == [letter]


def test_no_slots_have_no_flag():
    nothing = np.zeros((2, 0), dtype=np.uint8)
    made = aggregate.water_flag(nothing, LETTERS, nothing.astype(bool))
    assert made.tolist() == ["", ""]
