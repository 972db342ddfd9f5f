"""Waste water: volumes, loads, weighted means, floors and the hour of sampling."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.calc import water


def test_ten_minutes_six_times_are_an_hour():
    """(2), (3): six volumes of ten minutes add up to that of the hour's mean flow, (6)."""
    flows = np.array([20.0, 22.0, 25.0, 30.0, 28.0, 25.0])
    assert water.volume(flows, 600.0).sum() == pytest.approx(float(water.hour_volume(flows.mean())))
    assert float(water.hour_volume(25.0)) == 90.0


HOURS = st.lists(
    st.tuples(
        st.decimals(0, 500, places=2), st.decimals(0, 300, places=2), st.booleans(),
    ),
    min_size=1, max_size=24,
)


@given(HOURS)
@settings(max_examples=100, deadline=None)
def test_a_days_concentration_times_its_water_is_its_load(hours):
    """(8), (11), (14) against plain Decimal."""
    c, q = (np.array([float(hour[part]) for hour in hours]) for part in (0, 1))
    use = np.array([hour[2] for hour in hours])
    mean, load = water.weighted_mean(c, q, use, np.zeros(c.size, dtype=np.intp), 1)
    used = [hour for hour in hours if hour[2]]
    kg = sum((hour[0] * hour[1] for hour in used), Decimal(0)) / 1000
    m3 = sum((hour[1] for hour in used), Decimal(0))
    np.testing.assert_allclose(load[0], float(kg) if used else np.nan, rtol=1e-12)
    np.testing.assert_allclose(mean[0], float(kg / m3 * 1000) if m3 else np.nan, rtol=1e-12)


def test_an_hour_without_flow_or_concentration_weighs_nothing():
    mean, load = water.weighted_mean(
        np.array([40.0, np.nan, 60.0]), np.array([100.0, 500.0, np.nan]), np.ones(3, dtype=bool),
        np.zeros(3, dtype=np.intp), 1,
    )
    assert (mean[0], load[0]) == (pytest.approx(40.0), pytest.approx(4.0))


@pytest.mark.parametrize(
    ("code", "floor", "detection"),
    [("COD", 2.0, 4.0), ("NH3-N", 0.01, 0.025), ("TP", 0.005, 0.01), ("TN", 0.025, 0.05)],
)
def test_readings_at_zero_or_below_detection_enter_as_the_floor_of_hj_356(code, floor, detection):
    readings = [-0.001, 0.0, detection * 0.99, detection, detection * 10]
    made = water.with_floor(readings, floor, detection)
    assert made.tolist() == [floor, floor, floor, detection, detection * 10], code


def test_without_a_floor_or_a_detection_limit_readings_stay():
    assert water.with_floor([-1.0, 0.5], np.nan, 4.0).tolist() == [-1.0, 0.5]
    assert water.with_floor([0.0, 0.5], 2.0).tolist() == [2.0, 0.5]


def test_the_value_stamped_nine_met_the_water_of_eight():
    flow = np.array([10.0, 20.0, 30.0, 40.0])
    np.testing.assert_array_equal(water.at_sampling(flow, 0), flow)
    np.testing.assert_array_equal(water.at_sampling(flow, 1), [np.nan, 10.0, 20.0, 30.0])


def test_the_offset_is_dated():
    """From the third hour on the logger stamps the hour after."""
    flow, offset = np.array([10.0, 20.0, 30.0, 40.0]), np.array([0, 0, 1, 1])
    assert water.at_sampling(flow, offset).tolist() == [10.0, 20.0, 20.0, 30.0]


def test_offsets_are_whole_hours():
    with pytest.raises(ValueError, match="not whole hours"):
        water.at_sampling(np.array([1.0]), 0.5)
    assert water.at_sampling(np.array([]), 1).size == 0
