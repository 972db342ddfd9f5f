"""Substituted masses: which table, how long a run, how far back; for water the load of a day."""

import numpy as np
import pytest

from qingyuan.calc.sheet import History, Past
from qingyuan.calc.types import VALID, Event, Mark

SO2, COD = "a21026", "w01018"
KG = 0.036  # kg an hour for each mg/m3


def gas_year(gas, days: int = 60, start: str = "2025-10-01"):
    """Hour values that rise by 1 mg/m3 an hour from 1000, so that a maximum tells its hour."""
    outlet = gas(start, hours=24 * days, every="hour")
    outlet.values[SO2] = 1000.0 + np.arange(outlet.hours)
    return outlet


def kg(hour: int) -> float:
    return (1000 + hour) * KG


def lose(outlet, first: int, count: int):
    outlet.values[SO2][first : first + count] = np.nan
    return outlet


def substituted(answer, hour: int) -> float:
    return float(answer.made.hours[SO2].substituted[hour])


def remarks(answer, hour: int) -> tuple[str, ...]:
    return answer.made.reasons[answer.made.hours[SO2].reason[hour]]


class TestTable6:
    @pytest.mark.parametrize(("run", "reach"), [(24, 180), (25, 720)])
    def test_run_of_24_looks_180_hours_back_and_of_25_720(self, gas, run, reach):
        outlet = lose(gas_year(gas), 1000, run)
        outlet.values[SO2][: 1000 - reach] = 9000.0  # just outside the window
        answer = outlet.judge()
        assert substituted(answer, 1000) == pytest.approx(kg(999))
        outlet.values[SO2][1000 - reach] = 9000.0
        assert substituted(outlet.judge(), 1000 + run - 1) == pytest.approx(9000 * KG)

    def test_a_run_is_the_real_consecutive_one(self, gas):
        outlet = lose(lose(gas_year(gas), 1000, 20), 1021, 20)
        outlet.values[SO2][500] = 9000.0  # in reach of 720, not of 180
        answer = outlet.judge()
        assert substituted(answer, 1000) == pytest.approx(kg(999))
        assert substituted(answer, 1030) == pytest.approx(kg(1020))

    def test_missing_and_invalid_make_one_run(self, gas):
        outlet = lose(gas_year(gas), 1000, 12)
        outlet.flags[SO2][1012:1025] = 5
        outlet.values[SO2][500] = 9000.0
        assert substituted(outlet.judge(), 1000) == pytest.approx(9000 * KG)

    def test_only_valid_hours_with_a_mass_count(self, gas):
        outlet = lose(gas_year(gas), 1000, 5)
        outlet.values[SO2][990] = 9000.0
        outlet.marks.append(Mark(outlet.start + 3600 * 990, outlet.start + 3600 * 991, "start_up"))
        outlet.values[SO2][991] = 8000.0
        outlet.values["a01011"][991] = np.nan
        answer = outlet.judge()
        assert substituted(answer, 1000) == pytest.approx(kg(999))
        assert substituted(answer, 990) == pytest.approx(9000 * KG)  # exempt: its own
        assert np.isnan(substituted(answer, 991))

    def test_fewer_hours_than_the_window_are_used_and_noted(self, gas):
        answer = lose(gas_year(gas), 100, 5).judge()
        assert substituted(answer, 104) == pytest.approx(kg(99))
        assert "substituted_short_window" in remarks(answer, 104)
        full = lose(gas_year(gas), 180, 5).judge()
        assert "substituted_short_window" not in remarks(full, 184)

    def test_nothing_before_leaves_it_empty_and_noted(self, gas):
        answer = lose(gas_year(gas), 0, 5).judge()
        assert np.isnan(substituted(answer, 0))
        assert "substitute_none" in remarks(answer, 0)

    def test_only_the_mass_is_substituted(self, gas):
        hours = lose(gas_year(gas), 1000, 5).judge().made.hours[SO2]
        assert np.isnan(hours.value[1000])
        assert np.isnan(hours.converted[1000])
        assert np.isnan(hours.mass[1000])

    def test_an_invalid_hour_shows_its_own_mass_beside_the_substitute(self, gas):
        outlet = gas("2025-10-01", hours=48)
        outlet.set(SO2, "2025-10-01 05:00", "2025-10-01 06:00", 100.0)
        outlet.flag(SO2, "2025-10-02 10:00", "2025-10-02 10:20", "D")
        answer = outlet.judge()
        assert answer.figure("mass", SO2, "2025-10-02 10:00") == pytest.approx(60 * KG)
        assert answer.figure("substituted", SO2, "2025-10-02 10:00") == pytest.approx(100 * KG)


class TestTable5:
    def failed(self, gas, before: list[tuple[int, bool | None]], at_hour: int, until: int):
        outlet = gas_year(gas).rule("gas.calibration.extractive.interval", 365)
        outlet.events += [
            Event(outlet.start + 3600 * hour, "calibration", "", passed)
            for hour, passed in [*before, (at_hour, False), (until, True)]]
        return outlet

    def test_the_window_ends_at_the_previous_calibration(self, gas):
        outlet = self.failed(gas, [(900, True)], 1000, 1010)
        assert substituted(outlet.judge(), 1000) == pytest.approx(kg(899))

    def test_the_failed_one_is_no_previous_calibration_unless_the_rule_says_any(self, gas):
        outlet = self.failed(gas, [(900, True), (950, False), (955, None)], 1000, 1010)
        # 950 failed and 955 has no result: out of control from 950 on
        assert substituted(outlet.judge(), 1000) == pytest.approx(kg(899))
        outlet.rule("gas.substitution.previous_calibration", "any")
        assert substituted(outlet.judge(), 1000) == pytest.approx(kg(949))

    def test_hours_that_only_begin_before_the_calibration_are_out(self, gas):
        outlet = self.failed(gas, [(900, True)], 1000, 1010)
        outlet.events[0] = Event(outlet.start + 3600 * 900 + 600, "calibration", "", True)
        assert substituted(outlet.judge(), 1000) == pytest.approx(kg(899))

    def test_without_a_previous_calibration_before_the_run_and_noted(self, gas):
        answer = self.failed(gas, [], 1000, 1010).judge()
        assert substituted(answer, 1000) == pytest.approx(kg(999))
        assert "no_previous_calibration" in remarks(answer, 1000)

    def test_a_calibration_before_the_data_leaves_nothing(self, gas):
        answer = self.failed(gas, [(-10, True)], 1000, 1010).judge()
        assert np.isnan(substituted(answer, 1000))
        assert "substitute_none" in remarks(answer, 1000)

    def test_out_of_control_and_missing_are_two_runs(self, gas):
        outlet = lose(self.failed(gas, [(990, True)], 1000, 1020), 1020, 20)
        outlet.values[SO2][500] = 9000.0
        answer = outlet.judge()
        assert substituted(answer, 1000) == pytest.approx(kg(989))
        assert substituted(answer, 1030) == pytest.approx(kg(999))


class TestCapture:
    @pytest.mark.parametrize(("bad", "reach"), [
        (220, 720), (221, 2160), (551, 2160), (552, None),
    ])
    def test_the_quarters_rate_decides_over_the_window(self, gas, bad, reach):
        """2,208 hours of 2025Q4: 90 % leaves 220 bad ones, 75 % leaves 552."""
        outlet = gas_year(gas, days=184, start="2025-07-01")
        first = 24 * 92 + 1000
        lose(outlet, first, bad)
        outlet.values[SO2][first - 720] = 5000.0
        outlet.values[SO2][first - 2160] = 9000.0
        answer = outlet.judge()
        expected = {720: 5000 * KG, 2160: 9000 * KG}
        assert answer.made.capture["2025Q4", SO2].rate == pytest.approx(1 - bad / 2208)
        if bad == 552:
            assert substituted(answer, first) == pytest.approx(9000 * KG)
        else:
            assert substituted(answer, first) == pytest.approx(expected[reach])

    def test_below_the_least_rate_only_hours_that_need_one_stay_empty(self, gas):
        answer = lose(gas_year(gas, days=10), 100, 61).judge()
        assert answer.made.capture["2025Q4", SO2].rate < 0.75
        assert np.isnan(substituted(answer, 100))
        assert "capture_below" in remarks(answer, 100)
        assert substituted(answer, 99) == pytest.approx(kg(99))
        assert "capture_below" not in remarks(answer, 99)

    def test_a_run_over_two_quarters_takes_each_hours_own_rate(self, gas):
        outlet = gas_year(gas, days=100, start="2025-07-01")  # 92 + 8 days
        lose(outlet, 24 * 92 - 10, 70)  # 10 hours of the third, 60 of 192 of the fourth quarter
        answer = outlet.judge()
        assert substituted(answer, 24 * 92 - 1) == pytest.approx(kg(24 * 92 - 11))
        assert np.isnan(substituted(answer, 24 * 92))

    def test_a_window_that_changes_by_rule_splits_a_run(self, gas):
        outlet = lose(gas_year(gas), 1000, 20)  # 2025-11-11 16:00 to 11-12 12:00
        outlet.values[SO2][990] = 9000.0
        outlet.rule("gas.substitution.window_short", 5, "2025-11-12")
        answer = outlet.judge()
        assert substituted(answer, 1007) == pytest.approx(9000 * KG)
        assert substituted(answer, 1008) == pytest.approx(kg(999))


class TestHistory:
    def test_a_window_reaches_back_into_the_history(self, gas, at):
        past = Past(at("2025-10-01"), np.full(240, VALID, np.uint8), np.arange(240.0))
        outlet = gas("2025-10-11", every="hour").lose(SO2, "2025-10-11 00:00", "2025-10-11 05:00")
        answer = outlet.judge(History({SO2: past}))
        assert answer.figure("substituted", SO2, "2025-10-11 00:00") == pytest.approx(239.0)
        assert answer.reason(SO2, "2025-10-11 00:00") == (
            "no_data", "calibration_history_unknown", "full_calibration_history_unknown")

    def test_a_run_that_began_in_the_history_has_its_whole_length(self, gas, at):
        verdict = np.full(800, VALID, np.uint8)
        verdict[-22:] = 4
        mass = np.where(verdict == VALID, 1.0, np.nan)
        mass[100] = 9.0
        past = Past(at("2025-11-01") - 800 * 3600, verdict, mass)
        outlet = gas("2025-11-01", every="hour").lose(SO2, "2025-11-01", "2025-11-01 02:00")
        short = outlet.judge(History({SO2: past})).figure("substituted", SO2, "2025-11-01 00:00")
        outlet.lose(SO2, "2025-11-01 02:00", "2025-11-01 03:00")
        long = outlet.judge(History({SO2: past})).figure("substituted", SO2, "2025-11-01 00:00")
        assert (short, long) == (1.0, 9.0)

    def test_history_behind_the_cases_start_is_not_looked_at(self, gas, at):
        past = Past(at("2025-10-10"), np.full(48, VALID, np.uint8), np.full(48, 7.0))
        outlet = gas("2025-10-11", every="hour").lose(SO2, "2025-10-11 10:00", "2025-10-11 11:00")
        plain = outlet.judge().figure("substituted", SO2, "2025-10-11 10:00")
        assert plain == pytest.approx(60 * KG)
        assert outlet.judge(History({SO2: past})).figure(
            "substituted", SO2, "2025-10-11 10:00") == pytest.approx(7.0)


class TestWaterLoads:
    def days(self, water, days: int = 40):
        """COD rises by 1 mg/L a day from 100; 2,160 m3 a day."""
        outlet = water("2025-10-01", hours=24 * days)
        outlet.values[COD] = 100.0 + np.repeat(np.arange(days), 24)
        return outlet

    def load(self, day: int) -> float:
        return (100 + day) * 2160 * 1e-3

    def test_a_day_without_valid_mean_gets_the_largest_of_30_days_before_the_check(self, water):
        outlet = self.days(water).lose(COD, "2025-11-05", "2025-11-06")
        outlet.event("2025-11-02 00:00", "standard_check", True)
        outlet.values[COD][24:48] = 900.0  # 2 October: one day beyond the 30 before 2 November
        day = outlet.judge().period("days", "2025-11-05", COD)
        assert day.verdict == "missing"
        assert (day.value, day.mass) == (None, None)
        assert day.substituted == pytest.approx(self.load(31))
        assert day.reason == ("no_data",)

    def test_the_oldest_of_the_30_days_is_in(self, water):
        outlet = self.days(water).lose(COD, "2025-11-05", "2025-11-06")
        outlet.event("2025-11-02 00:00", "standard_check", True)
        outlet.values[COD][48:72] = 900.0
        day = outlet.judge().period("days", "2025-11-05", COD)
        assert day.substituted == pytest.approx(900 * 2.16)

    def test_without_a_check_before_the_day_itself_and_noted(self, water):
        day = self.days(water).lose(COD, "2025-11-05", "2025-11-06").judge().period(
            "days", "2025-11-05", COD)
        assert day.substituted == pytest.approx(self.load(34))
        assert "no_previous_check" in day.reason

    def test_fewer_days_are_noted_and_none_leave_it_empty(self, water):
        outlet = self.days(water).lose(COD, "2025-10-01", "2025-10-02")
        outlet.lose(COD, "2025-10-04", "2025-10-05")
        answer = outlet.judge()
        none = answer.period("days", "2025-10-01", COD)
        assert none.substituted is None
        assert "substitute_none" in none.reason
        few = answer.period("days", "2025-10-04", COD)
        assert few.substituted == pytest.approx(self.load(2))
        assert "substituted_short_window" in few.reason

    @pytest.mark.parametrize(("values", "load"), [(4, 50 * 2.16), (3, 233 * 2.16)])
    def test_four_manual_values_go_before(self, water, at, values, load):
        outlet = self.days(water).lose(COD, "2025-11-05", "2025-11-06")
        outlet.values[COD][24 * 33 : 24 * 34] = 233.0
        outlet.manual[COD] = tuple((at("2025-11-05 01:00") + 3600 * i, 50.0) for i in range(values))
        day = outlet.judge().period("days", "2025-11-05", COD)
        assert day.substituted == pytest.approx(load)
        assert ("manual_used" in day.reason) is (values == 4)
        assert day.value is None

    def test_manual_values_of_another_day_do_not_count(self, water, at):
        outlet = self.days(water).lose(COD, "2025-11-05", "2025-11-06")
        outlet.manual[COD] = tuple((at("2025-11-06 00:00") + i, 50.0) for i in range(4))
        assert "manual_used" not in outlet.judge().period("days", "2025-11-05", COD).reason

    def test_loads_of_the_history_are_used(self, water, at):
        outlet = water("2025-10-02").lose(COD, "2025-10-02", "2025-10-03")
        history = History(daily={COD: ((at("2025-09-30"), 500.0), (at("2025-10-01"), 400.0))})
        day = outlet.judge(history).period("days", "2025-10-02", COD)
        assert day.substituted == 500.0

    def test_hours_of_water_get_no_substitute(self, water):
        answer = water().flag(COD, "2025-10-01 10:00", "2025-10-01 11:00", "D").judge()
        assert answer.figure("substituted", COD, "2025-10-01 10:00") is None
        assert answer.figure("substituted", COD, "2025-10-01 09:00") == pytest.approx(3.6)
