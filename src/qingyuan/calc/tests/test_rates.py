"""Transmission, validity and effective transmission rate, raw and with the free hour."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.calc import rates
from qingyuan.calc.rates import Tally, tally
from qingyuan.kernel import windows

DAY = np.zeros(24, dtype=np.intp)
ALL = np.ones(24, dtype=bool)


def hours_at(*numbers, of=24):
    return np.isin(np.arange(of), numbers)


def a_day(missing=(), invalid=(), check=(), stopped=(), free=1, fields=1):
    came = ~hours_at(*missing)
    return tally(
        came * fields, came & ~hours_at(*invalid), ~hours_at(*stopped), hours_at(*check), DAY,
        free_hours=free, fields=fields,
    )


def test_a_day_without_fault_is_complete():
    made = a_day()
    assert made.raw == made.exempted == Tally(24, 24, 24, 24, 0)
    assert made.raw.effective == 1.0


def test_the_daily_standard_check_costs_one_hour_raw_and_nothing_with_exemption():
    """23/24 = 95.83 % raw (the trade's reading of the national platform)."""
    flagged = a_day(invalid=[3], check=[3])
    assert flagged.raw.transmission == 1.0
    assert flagged.raw.validity == pytest.approx(23 / 24)
    assert flagged.exempted == Tally(24, 24, 23, 24, 1)
    assert flagged.exempted.effective == 1.0
    silent = a_day(missing=[3], check=[3])
    assert silent.raw.effective == pytest.approx((23 / 24) ** 2)
    assert silent.exempted == Tally(23, 23, 23, 24, 1)
    assert silent.exempted.effective == 1.0


def test_only_one_hour_of_a_day_is_free_and_the_earliest():
    made = a_day(missing=[20], invalid=[3], check=[3, 20])
    assert made.exempted == Tally(23, 24, 22, 24, 1)
    assert a_day(invalid=[3, 20], check=[3, 20], free=2).exempted.left_out == 2
    assert a_day(invalid=[3], check=[3], free=0).exempted.left_out == 0


def test_a_check_that_left_a_valid_value_frees_nothing():
    assert a_day(missing=[7], check=[3]).exempted == Tally(23, 24, 23, 24, 0)


def test_each_day_has_its_own_free_hour():
    days = windows.group("day", windows.hours(windows.start("2025-10-01"), 72))
    check = hours_at(2, 30, 31, 55, of=72)
    made = tally(np.ones(72, int), ~check, np.ones(72, bool), check, days.index, free_hours=1)
    assert made.exempted.left_out == 3
    assert made.exempted.validity == pytest.approx(68 / 69)


def test_hours_of_a_stopped_source_are_not_due():
    made = a_day(missing=range(12, 24), stopped=range(12, 24))
    assert made.raw == Tally(12, 12, 12, 12, 0)
    assert a_day(missing=range(24), stopped=range(24)).raw.effective is None


def test_items_of_a_group_count_one_by_one():
    """Four fields (average, minimum, maximum, amount) are due; three came in the first hour."""
    items = np.full(24, 4)
    items[0] = 3
    made = tally(items, items == 4, ALL, ~ALL, DAY, free_hours=1, fields=4)
    assert made.raw == Tally(95, 96, 23, 24, 0)
    assert made.raw.effective == pytest.approx(95 / 96 * 23 / 24)


def test_levels_add_numbers_not_rates():
    """An outlet of COD without fault and ammonia half silent."""
    cod, ammonia = a_day(), a_day(missing=range(12))
    outlet = cod + ammonia
    assert outlet.raw == Tally(36, 48, 36, 48, 0)
    assert outlet.raw.effective == pytest.approx(0.75 * 0.75)


def test_realtime_counts_what_came_in_time_and_completed_what_ever_came():
    ends = windows.hours(windows.start("2025-10-01"), 24) + windows.HOUR
    arrived = ends + 600
    arrived[5] += 7200  # sent again after a broken line
    arrived[9] = -1
    live = rates.in_time(arrived, ends, within=3600)
    came = arrived >= 0
    realtime = tally(live.astype(int), live, ALL, ~ALL, DAY, free_hours=1)
    completed = tally(came.astype(int), came, ALL, ~ALL, DAY, free_hours=1)
    assert realtime.raw.transmission == pytest.approx(22 / 24)
    assert completed.raw.transmission == pytest.approx(23 / 24)


def test_arriving_at_the_last_second_is_in_time():
    assert rates.in_time(np.array([3600, 3601]), np.array([0, 0]), within=3600).tolist() == [
        True, False,
    ]


@given(
    st.lists(st.tuples(*[st.booleans()] * 4), min_size=1, max_size=96),
    st.integers(0, 3),
)
@settings(max_examples=150, deadline=None)
def test_exemption_never_lowers_a_rate_and_no_rate_passes_one(hours, free):
    came, good, due, check = np.array(hours).T
    day = np.arange(came.size) // 24
    made = tally(came.astype(int), came & good, due, check, day, free_hours=free)
    for part in (made.raw, made.exempted):
        for rate in (part.transmission, part.validity, part.effective):
            assert rate is None or 0.0 <= rate <= 1.0
    freed = due & check & ~(came & good)
    most = sum(min(free, int(freed[day == number].sum())) for number in range(day[-1] + 1))
    assert made.exempted.left_out == most
    if made.raw.effective is not None and made.exempted.effective is not None:
        assert made.exempted.effective >= made.raw.effective - 1e-12


@pytest.mark.parametrize(
    ("hours", "stopped", "invalid", "rate"),
    [(2208, 0, 552, 0.75), (2208, 208, 200, 0.9), (2208, 2208, 0, None), (2208, 0, 0, 1.0),
     (1000, 0, 251, 0.749), (1000, 0, 101, 0.899)],
)
def test_capture_rate_of_a_quarter(hours, stopped, invalid, rate):
    assert rates.capture_rate(hours, stopped, invalid) == rate


def test_valid_data_rate_of_a_month():
    assert rates.valid_data_rate(648, 720) == 0.9
    assert rates.valid_data_rate(0, 0) is None
