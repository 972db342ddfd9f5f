"""Gap filling of HJ/T 356-2007 for annual accounts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.calc.accounting import discharge, discharge_from_use, fill

GAP = float("nan")


def test_a_gap_takes_the_mean_of_the_preceding_period_of_equal_length():
    made = fill([99.0, 10.0, 20.0, 60.0, GAP, GAP, GAP, 5.0])
    assert made.values.tolist() == [99.0, 10.0, 20.0, 60.0, 30.0, 30.0, 30.0, 5.0]
    assert made.filled.tolist() == [False] * 4 + [True] * 3 + [False]
    assert not made.short.any()


def test_ph_takes_the_median():
    """A mean of pH would be pulled by the one hour of acid."""
    made = fill([7.1, 2.0, 7.3, GAP, GAP, GAP], "median")
    assert made.values[3:].tolist() == [7.1] * 3


def test_where_the_preceding_period_has_gaps_it_goes_further_back():
    made = fill([30.0, 40.0, GAP, 20.0, GAP, GAP])
    assert made.values[2] == 40.0
    assert made.values[4:].tolist() == [30.0, 30.0]  # of 40 and 20, not of the filled value


def test_a_gap_longer_than_the_history_stays_and_says_so():
    made = fill([8.0, GAP, GAP, 9.0, 10.0, GAP])
    assert np.isnan(made.values[1:3]).all()
    assert made.short.tolist() == [False, True, True, False, False, False]
    assert made.values[5] == 10.0


def test_nothing_to_fill_or_to_fill_from():
    assert fill([]).values.size == 0
    assert fill([1.0, 2.0]).values.tolist() == [1.0, 2.0]
    assert fill([GAP, GAP]).short.all()


def test_another_method_is_refused():
    with pytest.raises(ValueError, match="'mode' is neither mean nor median"):
        fill([1.0], "mode")


@given(st.lists(st.floats(0, 1e4) | st.just(GAP), max_size=60))
@settings(max_examples=150, deadline=None)
def test_measured_values_stand_and_filled_ones_lie_among_them(values):
    made = fill(values)
    given_ = np.array(values, dtype=float)
    measured = ~np.isnan(given_)
    np.testing.assert_array_equal(made.values[measured], given_[measured])
    np.testing.assert_array_equal(~measured, made.filled | made.short)
    np.testing.assert_array_equal(np.isnan(made.values), made.short)
    for place in np.flatnonzero(made.filled).tolist():
        before = given_[:place][measured[:place]]
        assert before.min() - 1e-9 <= made.values[place] <= before.max() + 1e-9


def test_water_of_a_missing_flow():
    assert discharge(36.0, 20.0) == 720.0
    assert discharge_from_use(1000.0, 0.8) == 800.0
