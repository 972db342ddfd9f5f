"""Flue gas arithmetic: examples by hand, agreement with plain Decimal, and where it is empty."""

from decimal import Decimal, getcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.calc import gas

STANDARD = {"standard_temperature": 273.0, "standard_pressure": 101.325}
AIR = {"air": 21.0, "guard": 20.9}

getcontext().prec = 40


def decimals(low, high, places=3):
    return st.decimals(low, high, places=places, allow_nan=False, allow_infinity=False)


def close(made, expected):
    """Doubles keep 15 digits; a handful of operations may cost the last three."""
    return float(made) == pytest.approx(float(expected), rel=1e-12, abs=1e-300)


@given(
    decimals(0, 3000), decimals(-20, 400, 1), decimals(-5, 5), decimals(60, 105, 2),
    decimals(0, 40, 2),
)
@settings(max_examples=150, deadline=None)
def test_wet_actual_to_dry_standard_is_that_of_decimal(measured, ts, ps, ba, humidity):
    """(18) and (19) together."""
    expected = (
        measured * Decimal("101.325") / (ba + ps) * (273 + ts) / 273 / (1 - humidity / 100)
    )
    made = gas.to_dry_standard(
        float(measured), "wet_actual", *map(float, (ts, ps, ba, humidity)), **STANDARD
    )
    assert close(made, expected)


@given(decimals(0, 3000), decimals(0, "20.89", 2), decimals(0, 20, 1))
@settings(max_examples=150, deadline=None)
def test_both_forms_of_the_oxygen_reference_agree(dry, o2, reference):
    """(26) with alpha_s = 21/(21 - O2s) is (28)."""
    expected = dry * (21 - reference) / (21 - o2)
    by_oxygen = gas.convert_by_oxygen(float(dry), float(o2), float(reference), **AIR)
    by_air = gas.convert_by_excess_air(
        float(dry), float(o2), float(21 / (21 - reference)), **AIR
    )
    assert close(by_oxygen, expected)
    assert close(by_air, expected)


@given(
    decimals(0, 40), decimals("0.5", 80, 2), decimals("0.5", "1.5", 2), decimals(-20, 400, 1),
    decimals(-5, 5), decimals(60, 105, 2), decimals(0, 40, 2), decimals(0, 2000),
)
@settings(max_examples=150, deadline=None)
def test_from_velocity_to_mass_is_that_of_decimal(v, area, kv, ts, ps, ba, humidity, dry):
    """(29), (30), (31), (33)."""
    flow = 3600 * area * kv * v * 273 / (273 + ts) * (ba + ps) / Decimal("101.325")
    flow *= 1 - humidity / 100
    made = gas.dry_standard_flow(
        gas.wet_flow(gas.duct_velocity(float(v), float(kv)), float(area)),
        float(ts), float(ps), float(ba), float(humidity), **STANDARD,
    )
    assert close(made, flow)
    assert close(gas.hourly_mass(float(dry), made), dry * flow / 10**6)


@pytest.mark.parametrize(
    ("reference", "alpha"),
    [(9, 1.75), (6, 1.4), (3, 1.167), (3.5, 1.2), (10, 1.909), (11, 2.1), (15, 3.5), (16, 4.2),
     (18, 7.0)],
)
def test_reference_oxygen_and_excess_air_of_the_emission_standards(reference, alpha):
    """GB 13271-2014 9 and 3.5 %, GB 13223-2011 6, 3 and 15 %, GB 4915-2013 10 %, GB 18485-2014
    11 %, GB 28662-2012 16 %: alpha = 21/(21 - O2)."""
    assert float(gas.excess_air(reference, **AIR)) == pytest.approx(alpha, abs=5e-4)  # three digits


@pytest.mark.parametrize(
    ("mass", "ppm", "printed"),
    [(64.0, 250, 715), (64.0, 20, 57), (64.0, 6, 17), (46.0, 250, 513), (46.0, 200, 410),
     (46.0, 20, 41)],
)
def test_pairs_printed_in_the_accuracy_table_of_hj_75(mass, ppm, printed):
    """HJ 75-2017 9.3.8 prints umol/mol beside mg/m3, whole numbers rounded by their own taste."""
    assert float(gas.ppm_to_mass(ppm, molar_mass=mass, molar_volume=22.4)) == pytest.approx(
        printed, abs=1.0
    )


def test_nitrogen_oxides_are_counted_as_dioxide():
    no, no2 = 90 * 30 / 22.4, 10 * 46 / 22.4
    by_mass = gas.nox_from_mass(no, no2, mass_no=30.0, mass_no2=46.0)
    by_volume = gas.nox_from_ppm(90.0, 10.0, mass_no2=46.0, molar_volume=22.4)
    assert float(by_mass) == pytest.approx(float(by_volume), rel=1e-14)


@pytest.mark.parametrize(
    ("o2", "given"), [(20.89, True), (20.9, False), (20.95, False), (21.0, False), (21.5, False)]
)
def test_the_guard_near_air_leaves_the_conversion_empty(o2, given):
    assert np.isfinite(gas.convert_by_oxygen(50.0, o2, 6.0, **AIR)) == given
    assert np.isfinite(gas.convert_by_excess_air(50.0, o2, 1.4, **AIR)) == given


@pytest.mark.parametrize(
    ("o2", "air", "given"),
    [(23.0, 25.0, True), (24.89, 25.0, True), (24.95, 25.0, False), (25.0, 25.0, False),
     (10.0, 100.0, False), (10.0, 20.0, False)],
)
def test_enriched_combustion_keeps_its_distance_from_its_own_air(o2, air, given):
    made = gas.convert_enriched(50.0, o2, 11.0, air, **AIR)
    assert np.isfinite(made) == given


def test_combustion_air_of_plain_air_changes_nothing():
    plain = gas.convert_by_oxygen([50.0, 50.0], [5.0, 20.9], 6.0, **AIR)
    same = gas.convert_by_oxygen([50.0, 50.0], [5.0, 20.9], 6.0, **AIR, combustion_air=21.0)
    np.testing.assert_array_equal(plain, same)


def test_rules_may_change_within_an_array():
    made = gas.convert_by_oxygen(
        np.array([100.0, 100.0]), np.array([11.0, 20.5]), np.array([6.0, 6.0]),
        air=np.array([21.0, 21.0]), guard=np.array([20.9, 20.0]),
    )
    assert made[0] == 150.0
    assert np.isnan(made[1])


def test_absence_goes_through_and_touches_nobody_else():
    flows = gas.dry_standard_flow(
        [90000.0, 90000.0, np.nan, 90000.0], [91.0, np.nan, 91.0, 91.0], 0.0, 101.325,
        [10.0, 10.0, 10.0, 100.0], **STANDARD,
    )
    assert flows[0] == pytest.approx(60750.0, rel=1e-15)
    assert np.isnan(flows[1:]).all()


def test_a_basis_that_needs_no_parameter_asks_for_none():
    nothing = (np.nan, np.nan, np.nan)
    assert gas.to_dry_standard(80.0, "dry_standard", *nothing, np.nan, **STANDARD) == 80.0
    assert gas.to_dry_standard(81.0, "wet_standard", *nothing, 10.0, **STANDARD) == 90.0
    assert np.isnan(gas.to_dry_standard(80.0, "dry_actual", *nothing, 10.0, **STANDARD))
    with pytest.raises(ValueError, match="'damp' is none of dry_standard"):
        gas.to_dry_standard(80.0, "damp", 0.0, 0.0, 101.325, 0.0, **STANDARD)


def test_a_days_mass_is_the_sum_of_its_hours_in_kilograms():
    """The 10^-6 that formula (34) prints behind the sum would lose a factor of a million."""
    hours = gas.hourly_mass(np.full(24, 50.0), np.full(24, 60000.0))
    assert gas.daily_mass(hours) == pytest.approx(72.0)
    assert gas.tonnes(gas.daily_mass(hours)) == pytest.approx(0.072)
    assert np.isnan(gas.daily_mass([np.nan]))


@pytest.mark.parametrize(
    ("wet", "dry", "humidity"),
    [(9.0, 10.0, 10.0), (10.0, 10.0, 0.0), (0.0, 8.0, 100.0), (10.1, 10.0, None), (-0.1, 9.0, None),
     (5.0, 0.0, None)],
)
def test_humidity_from_oxygen_wet_and_dry(wet, dry, humidity):
    made = gas.humidity_from_oxygen(wet, dry)
    expected = np.nan if humidity is None else humidity
    np.testing.assert_allclose(made, expected, atol=1e-12)


def test_impossible_states_of_the_gas_are_empty():
    for state in ((-273.0, 0.0, 101.325), (20.0, -102.0, 101.325)):
        assert np.isnan(gas.to_standard_state(50.0, *state, **STANDARD))
    assert np.isnan(gas.pitot_velocity(-1.0, 0.84, 0.0, 0.0, 101.325, density=1.34, **STANDARD))
