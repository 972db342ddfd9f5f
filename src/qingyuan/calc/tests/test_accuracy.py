"""Drift, errors, accuracy and response of instruments, by hand and against plain statistics."""

import math
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.calc import accuracy


def test_relative_accuracy_of_nine_pairs_by_hand():
    """SO2 in mg/m3. Differences 5, 3, 6, 2, 4, 5, 3, 4, 4: d = 4, sum of squares about it 12, so
    Sd = sqrt(12/8) = 1.224745; t(8) = 2.306; cc = 2.306 * 1.224745/3 = 0.941420; RM = 720."""
    reference = [710, 715, 720, 725, 730, 712, 718, 722, 728]
    differences = [5, 3, 6, 2, 4, 5, 3, 4, 4]
    measured = [r + d for r, d in zip(reference, differences, strict=True)]
    found = accuracy.spread(measured, reference)
    assert found.d == 4.0
    assert pytest.approx(1.224745, abs=1e-6) == found.Sd
    assert found.cc == pytest.approx(0.941420, abs=1e-6)
    assert found.RM == 720.0
    assert accuracy.relative_accuracy(measured, reference) == pytest.approx(0.686308, abs=1e-6)


def test_relative_accuracy_takes_the_size_of_a_negative_difference():
    low = accuracy.relative_accuracy([96.0, 94.0, 95.0], [100.0] * 3)
    high = accuracy.relative_accuracy([104.0, 106.0, 105.0], [100.0] * 3)
    assert low == pytest.approx(high)


@pytest.mark.parametrize(
    ("freedom", "t"),
    [(1, 12.706), (4, 2.776), (5, 2.571), (6, 2.447), (7, 2.365), (8, 2.306), (9, 2.262),
     (10, 2.228), (11, 2.201), (14, 2.145), (30, 2.042)],
)
def test_students_t_of_the_trades_table(freedom, t):
    assert accuracy.student_t(freedom) == t


def test_students_t_holds_what_it_is_defined_by():
    """95 % of the distribution lies within: integrate its density by Simpson's rule."""
    for freedom in range(2, 31):
        scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2))
        scale /= math.sqrt(freedom * math.pi)
        edge, steps = accuracy.student_t(freedom), 400
        weights = [1, *([4, 2] * (steps // 2 - 1)), 4, 1]
        within = sum(
            weight * scale * (1 + (2 * edge * (k / steps) - edge) ** 2 / freedom) ** (
                -(freedom + 1) / 2)
            for k, weight in enumerate(weights)
        ) * 2 * edge / steps / 3
        # half of the third decimal of t times the density there
        assert within == pytest.approx(0.95, abs=5e-5), freedom


@pytest.mark.parametrize("freedom", [0, -1, 31])
def test_students_t_beyond_its_table_is_refused(freedom):
    with pytest.raises(ValueError, match="1 to 30 degrees of freedom"):
        accuracy.student_t(freedom)


@given(st.lists(st.tuples(st.floats(1, 1e3), st.floats(1, 1e3)), min_size=2, max_size=31))
@settings(max_examples=100, deadline=None)
def test_errors_follow_from_the_pairs(pairs):
    measured, reference = map(list, zip(*pairs, strict=True))
    mean = statistics.fmean(reference)
    ae = accuracy.absolute_error(measured, reference)
    assert ae == pytest.approx(statistics.fmean(measured) - mean, abs=1e-9)
    assert accuracy.relative_error(measured, reference) == pytest.approx(
        100 * ae / mean, abs=1e-9)
    assert accuracy.relative_accuracy(measured, reference) >= abs(ae) / mean * 100 - 1e-9


def test_drift_of_a_calibration_is_against_the_reading_after_the_last_one():
    """Zero 1.2 before, 0.2 after the last calibration, range 0 to 400: 0.25 % F.S."""
    assert accuracy.drift(1.2, 0.2, 400.0) == pytest.approx(0.25)
    assert accuracy.drift(318.0, 320.0, 400.0) == pytest.approx(-0.5)


def test_drift_of_a_test_is_the_largest_departure():
    assert accuracy.greatest_drift([1.0, 3.0, -2.0], 0.0, 100.0) == 3.0
    assert accuracy.greatest_drift([1.0, -3.0, 2.0], 0.0, 100.0) == -3.0


def test_indication_error_of_large_and_small_ranges():
    readings = [98.0, 99.0, 100.0]
    assert accuracy.indication_error(readings, 100.0) == pytest.approx(-1.0)
    assert accuracy.indication_error_of_range(readings, 100.0, 200.0) == pytest.approx(-0.5)


def test_response_time_is_transport_and_rise():
    assert accuracy.response_time([50, 52, 54], [60, 61, 62]) == pytest.approx(113.0)
    with pytest.raises(ValueError, match="2 beside 1"):
        accuracy.response_time([50, 52], [60])


def test_standard_check_of_a_water_analyser():
    """0.5 times a range of 200 mg/L, read as 109 and as 91: +9 % and -9 %."""
    assert accuracy.check_error(109.0, 100.0) == pytest.approx(9.0)
    assert accuracy.check_error(91.0, 100.0) == pytest.approx(-9.0)


def test_open_channel_flow_meter():
    portable, installed = [500, 501, 499, 500, 500, 502], [505, 501, 488, 500, 500, 502]
    assert accuracy.level_error(portable, installed) == 11
    assert accuracy.flow_error(120.0, 132.0) == pytest.approx(-10.0)


def test_a_line_through_dust_readings():
    line = accuracy.fit([1, 2, 3, 4, 5], [2.9, 5.1, 7.0, 9.1, 10.9])
    expected = statistics.linear_regression([1, 2, 3, 4, 5], [2.9, 5.1, 7.0, 9.1, 10.9])
    assert (line.slope, line.intercept) == (
        pytest.approx(expected.slope), pytest.approx(expected.intercept))
    assert line.correlation == pytest.approx(
        statistics.correlation([1, 2, 3, 4, 5], [2.9, 5.1, 7.0, 9.1, 10.9]))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: accuracy.drift(1, 0, 0), "full scale must be above 0"),
        (lambda: accuracy.indication_error([], 100), "there are no readings"),
        (lambda: accuracy.indication_error([1], 0), "nominal value must be above 0"),
        (lambda: accuracy.relative_accuracy([1], [1]), "at least 2 pairs"),
        (lambda: accuracy.relative_accuracy([1, 2], [0, 0]), "must be above 0"),
        (lambda: accuracy.relative_accuracy([1, 2], [1]), "2 beside 1"),
        (lambda: accuracy.variation([1]), "at least 2 values"),
        (lambda: accuracy.fit([1, 1, 1], [1, 2, 3]), "a signal that changes"),
        (lambda: accuracy.fit([1, 2], [1, 2]), "at least 3 pairs"),
        (lambda: accuracy.velocity_field_factor(1, 1, 1, 0), "area times velocity"),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(call, said):
    with pytest.raises(ValueError, match=said):
        call()
