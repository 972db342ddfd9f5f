"""What the plants do: ranges, rhythms, mass balance."""

import statistics

import pytest

from qingyuan.simulator import fleet, history
from qingyuan.simulator.physics import BLOCKS_PER_DAY, block_of, first_block
from qingyuan.simulator.physics.boiler import Boiler, converted, dry_standard
from qingyuan.simulator.physics.sewage import LAG, SewageWorks
from qingyuan.simulator.physics.weather import Weather

JANUARY, JULY = block_of(1_768_500_000), block_of(1_752_600_000)


def boiler(plant="power", reference=6.0):
    return Boiler("B", 1, plant=plant, place="昌吉州", capacity=100.0, area_m2=10.0,
                  barometric_kpa=94.6, o2_reference=reference)  # fmt: skip


def works():
    return SewageWorks("W", 1, place="昌吉州", capacity=300.0)


def column(plant, key, start, days=14):
    place = plant.keys.index(key)
    first = first_block(start // BLOCKS_PER_DAY)
    return [plant.levels(b)[place] for b in range(first, first + days * BLOCKS_PER_DAY)]


def test_converted_value_by_the_hand_example_of_formula_28():
    # 30 mg/m³ at 9 % O2, reference 6 %: 30 · (21 − 6)/(21 − 9) = 37.5
    assert converted(30.0, 9.0, 6.0) == 37.5
    assert converted(30.0, 6.0, 6.0) == 30.0
    assert converted(30.0, 12.0, 9.0) == pytest.approx(40.0, rel=1e-12)


def test_converted_value_has_no_pole_in_pure_air():
    assert converted(1.0, 21.0, 6.0) == converted(1.0, 20.9, 6.0) == pytest.approx(150.0)


def test_dry_standard_flow_by_hand():
    # 100 m³/s · 273/323 · 94.7/101.325 · 0.88
    expected = 100 * 273 / 323 * 94.7 / 101.325 * 0.88
    assert dry_standard(100, 50, -0.3, 12, 95) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [("a01011", 3, 20), ("a01012", 45, 56), ("a01013", -0.5, 0), ("a01014", 8, 18),
     ("a19001", 3.5, 11), ("a21026", 4, 35), ("a21002", 18, 50), ("a34013", 0.8, 8)],
)  # fmt: skip
def test_a_power_boiler_keeps_within_what_such_a_stack_shows(key, low, high):
    for season in (JANUARY, JULY):
        values = column(boiler(), key, season)
        assert low < min(values)
        assert max(values) < high


def test_a_heating_boiler_works_harder_in_january_than_in_july():
    heat = boiler("heating", 9.0)
    winter, summer = column(heat, "a00000", JANUARY), column(heat, "a00000", JULY)
    assert statistics.fmean(winter) > 1.3 * statistics.fmean(summer)


def test_oxygen_falls_as_load_rises():
    b = boiler()
    blocks = range(JANUARY, JANUARY + 14 * BLOCKS_PER_DAY)
    loads = [b.load(n) for n in blocks]
    oxygen = [b.levels(n)[b.keys.index("a19001")] for n in blocks]
    assert statistics.correlation(loads, oxygen) < -0.7


def test_a_power_boiler_runs_higher_in_the_evening_than_before_dawn_and_on_sundays():
    b = boiler()
    days = range(0, 28)
    first = first_block(JANUARY // BLOCKS_PER_DAY)
    evening = statistics.fmean(b.load(first + d * 144 + 20 * 6) for d in days)
    night = statistics.fmean(b.load(first + d * 144 + 3 * 6) for d in days)
    assert evening > night + 0.15
    by_weekday = {w: [] for w in range(7)}
    for d in range(140):
        block = first + d * 144 + 12 * 6
        by_weekday[((block + 48) // 144 + 3) % 7].append(b.load(block))
    assert statistics.fmean(by_weekday[6]) < statistics.fmean(by_weekday[2])


def test_flow_velocity_and_duct_agree():
    b = boiler()
    wet, velocity = b.levels(JANUARY)[:2]
    assert wet == pytest.approx(velocity * 10.0)


def test_flue_gas_follows_from_fuel_and_air():
    """Dry flow at reference oxygen is the same whatever excess air dilutes it (mass balance)."""
    b = boiler()
    for block in range(JANUARY, JANUARY + 1440, 7):
        wet, _, temperature, static, humidity, o2 = b.levels(block)[:6]
        dry = dry_standard(wet, temperature, static, humidity, 94.6)
        at_reference = dry * (21 - o2) / 15
        assert at_reference == pytest.approx(100.0 * b.load(block), rel=1e-9)


def test_nox_is_no_and_no2_together():
    b = boiler()
    row = dict(zip(b.keys, b.levels(JULY), strict=True))
    assert row["a21002"] == pytest.approx(row["a21003"] * 46 / 30 + row["a21004"])


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [("w00000", 60, 600), ("w01001", 6.5, 8.3), ("w01010", 5, 26), ("w01018", 8, 50),
     ("w21003", 0.05, 8), ("w21011", 0.06, 0.5), ("w21001", 4, 20)],
)  # fmt: skip
def test_a_sewage_works_keeps_within_what_such_an_outlet_shows(key, low, high):
    for season in (JANUARY, JULY):
        values = column(works(), key, season)
        assert low < min(values)
        assert max(values) < high


def test_outflow_follows_the_towns_inflow_hours_later():
    """The town is quietest at 4, the outlet some five hours later, and much less so."""
    flows = column(works(), "w00000", JULY, days=28)
    by_slot = [statistics.fmean(flows[s::BLOCKS_PER_DAY]) for s in range(BLOCKS_PER_DAY)]
    quietest = by_slot.index(min(by_slot)) / 6
    assert 7.0 < quietest < 12.0
    assert LAG == 30
    assert max(by_slot) / min(by_slot) < 1.36 / 0.40


def test_total_nitrogen_is_more_than_ammonia():
    plant = works()
    for block in range(JANUARY, JANUARY + 1000, 11):
        row = dict(zip(plant.keys, plant.levels(block), strict=True))
        assert row["w21001"] > row["w21003"] + 3


def test_ammonia_rises_in_winter():
    winter, summer = (statistics.fmean(column(works(), "w21003", s)) for s in (JANUARY, JULY))
    assert winter > 1.2 * summer


def test_weather_is_continental():
    air = Weather("昌吉州", 1)
    january = statistics.fmean(air.outside(JANUARY + b) for b in range(2000))
    july = statistics.fmean(air.outside(JULY + b) for b in range(2000))
    assert -20 < january < -4
    assert 19 < july < 34


def test_reported_mass_follows_from_the_reported_parts(station, noon):
    """kg = C·Qdry (formulas 31, 33) from velocity, temperature, pressure and humidity as sent."""
    spec = station("gas", "2017")
    for row in history(spec, noon, noon + 7200, "min"):
        v = dict(zip(row.columns, row.values, strict=True))
        dry = dry_standard(
            v["a01011", "Avg"] * spec.area_m2, v["a01012", "Avg"], v["a01013", "Avg"],
            v["a01014", "Avg"], spec.barometric_kpa,
        ) * 600  # fmt: skip
        # velocity and humidity are rounded to some 0.5 %, amounts to a gram
        kilograms = v["a21026", "Avg"] * dry * 1e-6
        assert v["a21026", "Cou"] == pytest.approx(kilograms, rel=8e-3, abs=1e-3)
        assert v["a00000", "Cou"] == pytest.approx(v["a00000", "Avg"] * 600, rel=2e-3)


def test_reported_water_mass_follows_from_flow_and_concentration(station, noon):
    for row in history(station("water", "2017"), noon, noon + 7200, "min"):
        v = dict(zip(row.columns, row.values, strict=True))
        cubic_metres = v["w00000", "Cou"]
        assert cubic_metres == pytest.approx(v["w00000", "Avg"] * 0.6, abs=0.02)
        assert v["w01018", "Cou"] == pytest.approx(
            cubic_metres * v["w01018", "Avg"] / 1000, rel=5e-3, abs=1e-4
        )


def test_reported_converted_value_follows_from_the_reported_parts(station, noon):
    spec = station("gas", "2017")
    for row in history(spec, noon, noon + 86400, "min"):
        v = dict(zip(row.columns, row.values, strict=True))
        expected = v["a21026", "Avg"] * (21 - spec.o2_reference) / (21 - v["a19001", "Avg"])
        # oxygen has one decimal: 0.05 of some 14 %
        assert v["a21026", "ZsAvg"] == pytest.approx(expected, rel=6e-3)


def test_every_fleet_station_stays_below_its_limits_most_of_the_time(noon):
    for spec in fleet(12, seed=9):
        limited = [f for f in spec.factors if f.limit is not None]
        rows = list(history(spec, noon, noon + 3 * 86400, "hour"))
        for f in limited:
            at = rows[0].columns.index((f.code, "ZsAvg" if f.zs else "Avg"))
            shown = [r.values[at] for r in rows if r.values[at] is not None]
            assert statistics.median(shown) < f.limit, (spec.name, f.name)
