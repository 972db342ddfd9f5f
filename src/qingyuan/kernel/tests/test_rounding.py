"""GB/T 8170-2008: the standard's own examples, exact ties, and agreement with plain Decimal."""

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.kernel.rounding import fixed, round_all, round_gbt8170, snap


@pytest.mark.parametrize(
    ("x", "digits", "text"),
    [
        (12.1498, 0, "12"), (12.1498, 1, "12.1"),  # 3.2.1
        (1268, -2, "1300"),  # 3.2.2
        (10.5002, 0, "11"),  # 3.2.3
        (1.050, 1, "1.0"), (0.35, 1, "0.4"), (2500, -3, "2000"), (3500, -3, "4000"),  # 3.2.4
        (0.0325, 3, "0.032"), (32500, -3, "32000"),
        (-355, -1, "-360"), (-325, -1, "-320"), (-365, -1, "-360"), (-0.0365, 3, "-0.036"),  # 3.2.5
    ],
)
def test_examples_of_the_standard(x, digits, text):
    assert fixed(x, digits) == text


def test_a_thousand_exact_ties_go_to_the_even_digit():
    """Ties as doubles hold them: the nearest double of n + 0.5 units lies on either side."""
    luck = np.random.default_rng(8170)
    wrong_without_snapping = 0
    for number, digits in zip(
        luck.integers(-10**6, 10**6, 1000).tolist(),
        luck.integers(0, 5, 1000).tolist(),
        strict=True,
    ):
        tie = (Decimal(number) + Decimal("0.5")).scaleb(-digits)
        expected = tie.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
        assert round_gbt8170(float(tie), digits) == expected
        assert round_all(np.array([float(tie)]), digits)[0] == float(expected)
        wrong_without_snapping += round(float(tie), digits) != float(expected)
    assert wrong_without_snapping > 200


@given(
    st.floats(-1e9, 1e9),
    st.integers(0, 6),
)
@settings(max_examples=300, deadline=None)
def test_rounding_is_that_of_the_snapped_decimal(x, digits):
    snapped = Decimal(f"{x:.11e}")
    expected = snapped.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_EVEN)
    assert round_gbt8170(x, digits) == expected
    assert float(fixed(x, digits)) == float(expected)


@given(
    st.lists(st.floats(-1e13, 1e13) | st.integers(-10**7, 10**7).map(lambda n: n / 2000)),
    st.integers(-3, 8),
)
@settings(max_examples=300, deadline=None)
def test_arrays_round_as_single_values_do(values, digits):
    one_by_one = [float(round_gbt8170(x, digits)) for x in values]
    assert round_all(np.array(values, dtype=float), digits).tolist() == one_by_one


def test_sums_that_miss_a_tie_by_a_hair_are_ties():
    assert sum([0.1] * 3) + 0.05 != 0.35
    assert fixed(sum([0.1] * 3) + 0.05, 1) == "0.4"


def test_absence_is_refused_or_kept_but_never_rounded():
    for absent in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="only a finite number has digits"):
            fixed(absent, 2)
    assert np.isnan(round_all(np.array([np.nan]), 2)).all()
    with pytest.raises(ValueError, match="infinity"):
        round_all(np.array([np.inf]), 2)


def test_a_rounded_zero_has_no_sign():
    assert fixed(-0.0001, 3) == "0.000"
    assert not np.signbit(round_all(np.array([-0.0001, -0.0]), 3)).any()


def test_magnitudes_far_from_monitors_do_not_fail():
    assert fixed(1e300, 2).startswith("1" + "0" * 300)
    assert fixed(5e-324, 2) == "0.00"
    assert round_all(np.array([1e-30, 2.5]), 25).tolist() == [0.0, 2.5]
    assert fixed(1e308, 90).endswith("." + "0" * 90)
    for digits in (-91, 91):
        with pytest.raises(ValueError, match="between -90 and 90"):
            fixed(1.0, digits)
    assert snap(123456789012345.0) == Decimal("123456789012000")
