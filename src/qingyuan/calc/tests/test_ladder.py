"""Days, months, quarters and years: how many it takes, what is averaged, what is added up."""

from dataclasses import replace

import numpy as np
import pytest

from qingyuan.calc.engine import judge
from qingyuan.calc.types import Event, Mark

SO2, COD = "a21026", "w01018"
KG = 0.036


class TestGasDays:
    @pytest.mark.parametrize(("bad", "verdict"), [(4, "valid"), (5, "invalid"), (6, "invalid")])
    def test_20_valid_hours_make_a_day(self, gas, bad, verdict):
        answer = gas(every="hour").flag(SO2, "2025-10-01", f"2025-10-01 {bad:02d}:00", "D").judge()
        day = answer.period("days", "2025-10-01", SO2)
        assert (day.verdict, day.count) == (verdict, 24 - bad)
        assert day.clause == "HJ 75-2017 12.1"
        assert (day.reason[:1] == ("too_few_hours",)) is (verdict == "invalid")

    def test_means_are_over_the_valid_hours_also_of_an_invalid_day(self, gas):
        outlet = gas(every="hour").set(SO2, "2025-10-01", "2025-10-01 06:00", 9999.0)
        outlet.flag(SO2, "2025-10-01", "2025-10-01 06:00", "D")
        day = outlet.judge().period("days", "2025-10-01", SO2)
        assert day.verdict == "invalid"
        assert (day.value, day.converted) == (pytest.approx(60.0), pytest.approx(90.0))
        assert day.mass == pytest.approx(18 * 60 * KG)

    def test_mass_adds_up_valid_and_exempt_hours_and_means_do_not_know_the_exempt(self, gas):
        outlet = gas(every="hour").set(SO2, "2025-10-01", "2025-10-01 02:00", 160.0)
        outlet.mark("2025-10-01", "2025-10-01 02:00", "start_up")
        day = outlet.judge().period("days", "2025-10-01", SO2)
        assert (day.verdict, day.count, day.value) == ("valid", 22, pytest.approx(60.0))
        assert day.mass == pytest.approx((22 * 60 + 2 * 160) * KG)

    def test_converted_is_the_mean_of_the_hours_that_have_one(self, gas):
        outlet = gas(every="hour").lose("a19001", "2025-10-01", "2025-10-01 02:00")
        outlet.set("a19001", "2025-10-01 02:00", "2025-10-01 03:00", 6.0)
        day = outlet.judge().period("days", "2025-10-01", SO2)
        assert day.converted == pytest.approx((21 * 90 + 60) / 22)
        assert "o2_missing" in day.reason

    def test_an_invalid_hours_lack_of_oxygen_is_not_the_days(self, gas):
        answer = gas(every="hour").mark("2025-10-01", "2025-10-01 02:00", "fault").judge()
        assert answer.period("days", "2025-10-01", SO2).reason == ("substitute_none",)

    def test_stopped_missing_and_exempt_days(self, gas):
        outlet = gas("2025-10-01", hours=24 * 4, every="hour")
        outlet.mark("2025-10-01", "2025-10-02", "stopped").lose(SO2, "2025-10-02", "2025-10-03")
        outlet.mark("2025-10-03", "2025-10-03 06:00", "accident")
        outlet.mark("2025-10-04", "2025-10-04 12:00", "stopped")
        outlet.lose(SO2, "2025-10-04 12:00", "2025-10-05")
        answer = outlet.judge()
        found = {key: answer.period("days", key, SO2) for key in
                 ("2025-10-01", "2025-10-02", "2025-10-03", "2025-10-04")}
        assert [day.verdict for day in found.values()] == [
            "stopped", "missing", "exempt", "invalid"]
        assert found["2025-10-03"].reason[0] == "exempt_hours"
        assert found["2025-10-01"].substituted is None

    def test_a_day_that_the_case_holds_in_part_is_judged_by_that_part(self, gas):
        answer = gas("2025-10-01 10:00", hours=24, every="hour").judge()
        assert [(d.key, d.count, d.verdict) for d in answer.made.days if d.factor == SO2] == [
            ("2025-10-01", 14, "invalid"), ("2025-10-02", 10, "invalid")]

    def test_the_substituted_mass_of_a_day_is_that_of_its_hours(self, gas):
        outlet = gas("2025-10-01", hours=48, every="hour")
        outlet.set(SO2, "2025-10-01 05:00", "2025-10-01 06:00", 100.0)
        outlet.lose(SO2, "2025-10-02 10:00", "2025-10-02 12:00")
        day = outlet.judge().period("days", "2025-10-02", SO2)
        assert day.mass == pytest.approx(22 * 60 * KG)
        assert day.substituted == pytest.approx((22 * 60 + 200) * KG)

    def test_the_hours_needed_are_those_of_the_day(self, gas):
        outlet = gas("2025-10-15", hours=48, every="hour")
        outlet.rule("gas.day.min_valid_hours", 17, "2025-10-16")
        for day in ("2025-10-15", "2025-10-16"):
            outlet.lose(SO2, f"{day} 00:00", f"{day} 07:00")
        answer = outlet.judge()
        assert answer.period("days", "2025-10-15", SO2).verdict == "invalid"
        assert answer.period("days", "2025-10-16", SO2).verdict == "valid"


class TestGasMonths:
    def month(self, gas, start: str, days: int, bad: int):
        outlet = gas(start, hours=24 * days, every="hour")
        outlet.values[SO2][: 24 * bad] = np.nan
        return outlet.judge().period("months", start[:7], SO2)

    @pytest.mark.parametrize(("start", "days", "bad", "verdict"), [
        ("2025-10-01", 31, 6, "valid"), ("2025-10-01", 31, 7, "invalid"),
        ("2025-11-01", 30, 5, "valid"), ("2025-11-01", 30, 6, "invalid"),
        ("2025-02-01", 28, 5, "valid"), ("2025-02-01", 28, 6, "invalid"),
        ("2024-02-01", 29, 6, "valid"), ("2024-02-01", 29, 7, "invalid"),
    ])
    def test_25_valid_days_and_23_in_february(self, gas, start, days, bad, verdict):
        month = self.month(gas, start, days, bad)
        assert (month.verdict, month.count) == (verdict, days - bad)

    def test_mean_of_days_or_of_hours(self, gas):
        outlet = gas("2025-10-01", hours=24 * 31, every="hour")
        outlet.set(SO2, "2025-10-01", "2025-10-02", 160.0).flag(
            SO2, "2025-10-01 20:00", "2025-10-02", "D")
        month = outlet.judge().period("months", "2025-10", SO2)
        assert month.value == pytest.approx((160 + 30 * 60) / 31)
        outlet.rule("gas.month.mean", "mean_of_hours")
        month = outlet.judge().period("months", "2025-10", SO2)
        assert month.value == pytest.approx((20 * 160 + 720 * 60) / 740)
        assert month.converted == pytest.approx(1.5 * month.value)

    def test_masses_of_valid_days_and_substitutes_of_all(self, gas):
        outlet = gas("2025-10-01", hours=24 * 31, every="hour")
        outlet.lose(SO2, "2025-10-30 10:00", "2025-10-30 20:00")
        month = outlet.judge().period("months", "2025-10", SO2)
        assert (month.verdict, month.count) == ("valid", 30)
        assert month.mass == pytest.approx(30 * 24 * 60 * KG)
        assert month.substituted == pytest.approx(31 * 24 * 60 * KG)

    def test_the_days_needed_are_those_of_the_months_first_day(self, gas):
        outlet = gas("2025-10-01", hours=24 * 61, every="hour")
        outlet.values[SO2][: 24 * 8] = np.nan
        outlet.values[SO2][24 * 31 : 24 * 38] = np.nan
        outlet.rule("gas.month.min_valid_days", 20, "2025-10-15")
        answer = outlet.judge()
        assert answer.period("months", "2025-10", SO2).verdict == "invalid"
        assert answer.period("months", "2025-11", SO2).verdict == "valid"

    def test_a_month_within_which_the_case_begins_is_judged_by_the_first_judged_day(self, gas):
        outlet = gas("2018-03-05", every="hour")
        assert outlet.judge().period("years", "2018", SO2).clause == "HJ 75-2017 12.1"


class TestQuartersAndYears:
    def test_means_and_sums_of_the_valid_months_days(self, gas):
        outlet = gas("2025-10-01", hours=24 * 92, every="hour")
        outlet.set(SO2, "2025-11-01", "2025-12-01", 160.0)
        outlet.values[SO2][24 * 31 : 24 * 38] = np.nan  # November has 23 valid days
        answer = outlet.judge()
        for level, key in (("quarters", "2025Q4"), ("years", "2025")):
            found = answer.period(level, key, SO2)
            assert (found.verdict, found.count) == ("invalid", 85)
            assert found.reason[0] == "too_few_months"
            assert found.value == pytest.approx(60.0)
            assert found.mass == pytest.approx(62 * 24 * 60 * KG)
            assert found.substituted == pytest.approx(
                (62 * 24 * 60 + 23 * 24 * 160 + 7 * 24 * 60) * KG)

    def test_a_quarter_is_valid_when_its_running_months_are(self, gas):
        outlet = gas("2025-10-01", hours=24 * 92, every="hour")
        outlet.mark("2025-10-01", "2025-11-01", "stopped")
        quarter = outlet.judge().period("quarters", "2025Q4", SO2)
        assert (quarter.verdict, quarter.count) == ("valid", 61)

    def test_rows_come_by_key_and_factor(self, gas):
        made = gas("2025-12-31", hours=48, every="hour").judge().made
        assert [(p.key, p.factor) for p in made.quarters] == [
            ("2025Q4", SO2), ("2025Q4", "a34013"), ("2026Q1", SO2), ("2026Q1", "a34013")]


class TestWaterDays:
    @pytest.mark.parametrize(("goes_on", "substituted"), [(True, 3 * 3.6), (False, 86.4)])
    def test_nothing_is_put_in_place_of_the_load_of_a_day_that_still_runs(
            self, water, at, goes_on, substituted):
        outlet = water("2025-10-01", hours=24 + 3)
        outlet.events.append(Event(at("2025-10-02 01:00"), "standard_check", "", True))
        case = replace(outlet.case(), goes_on=goes_on)
        made = judge(case, outlet.ruled(), outlet.scope, None)
        day = next(p for p in made.days if (p.key, p.factor) == ("2025-10-02", COD))
        assert (day.verdict, day.mass) == ("invalid", pytest.approx(3 * 3.6))
        assert day.substituted == pytest.approx(substituted)

    @pytest.mark.parametrize(("bad", "verdict"), [(6, "valid"), (7, "invalid")])
    def test_18_of_24_values_make_a_day(self, water, bad, verdict):
        outlet = water().flag(COD, "2025-10-01", f"2025-10-01 {bad:02d}:00", "D")
        day = outlet.judge().period("days", "2025-10-01", COD)
        assert (day.verdict, day.count) == (verdict, 24 - bad)
        assert day.clause == "HJ 356-2019 7"

    @pytest.mark.parametrize(("bad", "verdict"), [(3, "valid"), (4, "invalid")])
    def test_stopped_hours_are_not_due(self, water, bad, verdict):
        outlet = water().mark("2025-10-01 12:00", "2025-10-02", "stopped")
        outlet.flag(COD, "2025-10-01", f"2025-10-01 {bad:02d}:00", "D")
        assert outlet.judge().period("days", "2025-10-01", COD).verdict == verdict

    def test_the_mean_is_weighted_by_flow(self, water):
        outlet = water().set(COD, "2025-10-01", "2025-10-01 12:00", 100.0)
        outlet.set("w00000", "2025-10-01", "2025-10-01 12:00", 75.0)
        outlet.set("w01001", "2025-10-01", "2025-10-01 12:00", 9.0)
        answer = outlet.judge()
        assert answer.period("days", "2025-10-01", COD).value == pytest.approx(85.0)
        assert answer.period("days", "2025-10-01", "w01001").value == pytest.approx(8.0)
        assert answer.period("days", "2025-10-01", "w00000").value == pytest.approx(50.0)
        plain = outlet.rule("water.day.mean", "arithmetic").judge()
        assert plain.period("days", "2025-10-01", COD).value == pytest.approx(70.0)

    def test_hours_without_valid_flow_do_not_enter_the_mean(self, water):
        outlet = water().set(COD, "2025-10-01", "2025-10-01 04:00", 100.0)
        outlet.lose("w00000", "2025-10-01", "2025-10-01 04:00")
        day = outlet.judge().period("days", "2025-10-01", COD)
        assert (day.verdict, day.count, day.value) == ("valid", 24, pytest.approx(40.0))
        assert day.mass == pytest.approx(20 * 3.6)

    def test_without_any_flow_the_mean_is_empty_and_noted(self, water):
        day = water().drop("w00000").judge().period("days", "2025-10-01", COD)
        assert (day.verdict, day.value, day.mass) == ("valid", None, None)
        assert day.reason == ("flow_missing",)

    @pytest.mark.parametrize("mean", ["flow_weighted", "arithmetic"])
    def test_readings_below_detection_enter_as_the_standard_says(self, water, mean):
        outlet = water().rule("water.day.mean", mean)
        day = outlet.set(COD, "2025-10-01", "2025-10-01 12:00", -0.1).judge().period(
            "days", "2025-10-01", COD)
        assert day.value == pytest.approx((12 * 2 + 12 * 40) / 24)

    def test_intermittent_discharge_owes_the_hours_with_flow(self, water):
        outlet = water(discharge="intermittent")
        outlet.set("w00000", "2025-10-01", "2025-10-01 16:00", 0)
        outlet.lose(COD, "2025-10-01", "2025-10-01 18:00")
        day = outlet.judge().period("days", "2025-10-01", COD)
        assert (day.verdict, day.count) == ("valid", 6)
        assert outlet.lose(COD, "2025-10-01", "2025-10-01 19:00").judge().period(
            "days", "2025-10-01", COD).verdict == "invalid"

    def test_a_day_without_discharge_has_no_load_and_owes_nothing(self, water):
        outlet = water("2025-10-01", hours=24 * 31, discharge="intermittent")
        for day in range(1, 24):
            outlet.set("w00000", f"2025-10-{day:02d}", f"2025-10-{day + 1:02d}", 0)
            outlet.lose(COD, f"2025-10-{day:02d}", f"2025-10-{day + 1:02d}")
        outlet.lose(COD, "2025-10-24", "2025-10-26")
        answer = outlet.judge()
        dry = answer.period("days", "2025-10-05", COD)
        assert (dry.verdict, dry.substituted) == ("missing", 0.0)
        assert "no_discharge" in dry.reason
        month = answer.period("months", "2025-10", COD)  # 6 of 8 days
        assert (month.verdict, month.count) == ("valid", 6)

    def test_an_unknown_flow_may_be_a_discharge(self, water):
        outlet = water(discharge="intermittent").drop("w00000")
        day = outlet.lose(COD, "2025-10-01", "2025-10-02").judge().period("days", "2025-10-01", COD)
        assert "no_discharge" not in day.reason


class TestWaterMonths:
    @pytest.mark.parametrize(("bad", "verdict"), [(7, "valid"), (8, "invalid")])
    def test_three_quarters_of_the_days_due(self, water, bad, verdict):
        outlet = water("2025-10-01", hours=24 * 31)
        outlet.values[COD][: 24 * bad] = np.nan
        assert outlet.judge().period("months", "2025-10", COD).verdict == verdict

    def test_stopped_days_are_not_due(self, water, at):
        outlet = water("2025-10-01", hours=24 * 31)
        outlet.marks.append(Mark(at("2025-10-01"), at("2025-10-12"), "stopped"))  # 20 days due
        outlet.values[COD][24 * 11 : 24 * 16] = np.nan
        month = outlet.judge().period("months", "2025-10", COD)
        assert (month.verdict, month.count) == ("valid", 15)

    def test_mean_of_days_or_by_flow(self, water):
        outlet = water("2025-10-01", hours=24 * 31)
        outlet.set(COD, "2025-10-01", "2025-10-02", 100.0)
        outlet.set("w00000", "2025-10-01", "2025-10-02", 250.0)
        month = outlet.judge().period("months", "2025-10", COD)
        assert month.value == pytest.approx((100 + 30 * 40) / 31)
        month = outlet.rule("water.month.mean", "flow_weighted").judge().period(
            "months", "2025-10", COD)
        assert month.value == pytest.approx((10 * 100 + 30 * 40) / 40)

    def test_the_months_load_has_the_substituted_days(self, water, at):
        outlet = water("2025-10-01", hours=24 * 31).lose(COD, "2025-10-20", "2025-10-21")
        outlet.events.append(Event(at("2025-10-10"), "standard_check", "", True))
        month = outlet.judge().period("months", "2025-10", COD)
        assert month.mass == pytest.approx(30 * 86.4)
        assert month.substituted == pytest.approx(31 * 86.4)
