"""The verdict of an hour: what a valid minute is, how many an hour needs, which verdict wins."""

import numpy as np
import pytest

from qingyuan.calc.engine import judge
from qingyuan.calc.types import Dated, Event, Grid

SO2 = "a21026"
H = "2025-10-01 10:00"


@pytest.mark.parametrize(("until", "minutes", "verdict"), [
    ("10:14", 46, "valid"), ("10:15", 45, "valid"), ("10:16", 44, "invalid"),
])
def test_45_valid_minutes_make_an_hour(gas, until, minutes, verdict):
    answer = gas().flag(SO2, H, f"2025-10-01 {until}", "D").judge()
    assert answer.verdict(SO2, H) == verdict
    assert answer.figure("valid_minutes", SO2, H) == minutes
    assert answer.clause(SO2, H) == "HJ 75-2017 12.1"


def test_the_value_is_the_mean_of_the_valid_minutes_also_when_invalid(gas):
    outlet = gas().flag(SO2, H, "2025-10-01 10:20", "D").set(SO2, H, "2025-10-01 10:20", 9999.0)
    answer = outlet.judge()
    assert answer.verdict(SO2, H) == "invalid"
    assert answer.figure("value", SO2, H) == pytest.approx(60.0)
    assert answer.figure("converted", SO2, H) == pytest.approx(90.0)
    assert answer.figure("mass", SO2, H) == pytest.approx(2.16)


@pytest.mark.parametrize(("letter", "reason"), [
    ("D", "fault"), ("M", "maintenance"), ("C", "calibrating"), ("T", "over_range"),
    ("B", "communication"), ("F", "instrument_stopped"), ("S", "manual_value"), ("X", "flag_other"),
])
def test_a_flag_other_than_n_spoils_its_minute(gas, letter, reason):
    answer = gas().flag(SO2, H, "2025-10-01 11:00", letter).judge()
    assert answer.verdict(SO2, H) == "invalid"
    assert answer.reason(SO2, H)[0] == reason
    assert answer.figure("value", SO2, H) is None


def test_no_flag_counts_as_n(gas):
    assert gas().flag(SO2, H, "2025-10-01 11:00", "").judge().verdict(SO2, H) == "valid"


@pytest.mark.parametrize(("kind", "reason"), [
    ("device_maintenance", "maintenance"), ("calibration", "calibrating"),
    ("standard_check", "standard_check"), ("fault", "fault"), ("communication", "communication"),
])
def test_a_device_mark_takes_the_minutes_it_covers(gas, kind, reason):
    short = gas().mark(H, "2025-10-01 10:15", kind).judge()
    long = gas().mark(H, "2025-10-01 10:16", kind).judge()
    assert short.verdict(SO2, H) == "valid"
    assert long.verdict(SO2, H) == "invalid"
    assert long.reason(SO2, H)[0] == reason


def test_a_mark_of_another_factor_does_not_concern_this_one(gas):
    answer = gas().mark(H, "2025-10-01 12:00", "fault", "a34013").judge()
    assert answer.verdict("a34013", H) == "invalid"
    assert answer.verdict(SO2, H) == "valid"


def test_a_span_takes_a_minute_when_it_covers_its_start(gas, at):
    outlet = gas()
    outlet.event("2025-10-01 10:00", "fault_start").event("2025-10-01 10:15", "fault_end")
    assert outlet.judge().figure("valid_minutes", SO2, H) == 45
    outlet.events[-1] = Event(at("2025-10-01 10:15") + 1, "fault_end")
    assert outlet.judge().figure("valid_minutes", SO2, H) == 44


@pytest.mark.parametrize("kind", ["fault", "maintenance"])
def test_an_open_start_runs_to_the_end_and_an_open_end_from_the_beginning(gas, kind):
    opened = gas().event("2025-10-01 20:00", f"{kind}_start").judge()
    assert opened.bad(SO2, "invalid") == [f"10-01 {h}:00" for h in (20, 21, 22, 23)]
    closed = gas().event("2025-10-01 03:00", f"{kind}_end").judge()
    assert closed.bad(SO2, "invalid") == ["10-01 00:00", "10-01 01:00", "10-01 02:00"]
    assert closed.reason(SO2, "2025-10-01 01:00")[0] == kind


def test_an_instant_event_takes_no_minutes(gas):
    answer = gas().event("2025-10-01 10:10", "calibration", True).judge()
    assert answer.figure("valid_minutes", SO2, H) == 60


def test_the_reason_names_what_took_most_of_the_minutes(gas):
    outlet = gas()
    outlet.flag(SO2, H, "2025-10-01 10:06", "M").flag(SO2, "2025-10-01 10:06", "2025-10-01 10:13",
                                                      "C")
    outlet.lose(SO2, "2025-10-01 10:13", "2025-10-01 10:18")
    assert outlet.judge().reason(SO2, H)[0] == "calibrating"
    outlet.lose(SO2, "2025-10-01 10:18", "2025-10-01 10:21")
    assert outlet.judge().reason(SO2, H)[0] == "too_few_minutes"


def test_a_lost_minute_within_a_fault_is_the_faults(gas):
    outlet = gas().lose(SO2, H, "2025-10-01 10:30").mark(H, "2025-10-01 10:30", "fault")
    assert outlet.judge().reason(SO2, H)[0] == "fault"


def test_an_hour_without_a_value_is_missing_whatever_else(gas):
    outlet = gas().lose(SO2, H, "2025-10-01 11:00").mark(H, "2025-10-01 11:00", "fault")
    outlet.event("2025-10-01 09:00", "calibration", False)
    answer = outlet.judge()
    assert answer.verdict(SO2, H) == "missing"
    assert answer.reason(SO2, H)[0] == "no_data"
    assert answer.verdict(SO2, "2025-10-01 11:00") == "out_of_control"


def test_one_flagged_value_is_present(gas):
    outlet = gas().lose(SO2, H, "2025-10-01 10:59").flag(SO2, H, "2025-10-01 11:00", "D")
    assert outlet.judge().verdict(SO2, H) == "invalid"


def test_a_judged_factor_that_never_reported_is_missing_everywhere(gas):
    answer = gas().drop(SO2).judge()
    assert set(answer.verdicts(SO2)) == {"missing"}
    assert answer.period("days", "2025-10-01", SO2).verdict == "missing"
    assert answer.made.capture["2025Q4", SO2].rate == 0.0


class TestStopped:
    def test_a_stop_over_the_whole_hour_wins_over_everything(self, gas):
        outlet = gas().lose(SO2, H, "2025-10-01 11:00").event("2025-10-01 09:00", "calibration",
                                                              False)
        outlet.event("2025-10-01 10:00", "stop_start").event("2025-10-01 12:00", "stop_end")
        answer = outlet.judge()
        assert answer.bad(SO2, "stopped") == ["10-01 10:00", "10-01 11:00"]
        assert answer.figure("substituted", SO2, H) is None

    def test_spans_and_marks_together_cover_the_hour(self, gas):
        outlet = gas().event("2025-10-01 09:50", "stop_start").event("2025-10-01 10:30", "stop_end")
        assert outlet.mark("2025-10-01 10:30", "2025-10-01 11:00", "stopped").judge().bad(
            SO2, "stopped") == ["10-01 10:00"]

    def test_a_part_of_an_hour_makes_it_invalid_when_too_little_is_left(self, gas):
        outlet = gas().mark("2025-10-01 10:30", "2025-10-01 12:10", "stopped")
        answer = outlet.judge()
        assert answer.verdict(SO2, H) == "invalid"
        assert answer.reason(SO2, H)[0] == "stopped_part"
        assert answer.verdict(SO2, "2025-10-01 11:00") == "stopped"
        assert answer.verdict(SO2, "2025-10-01 12:00") == "valid"

    def test_flag_f_means_the_instrument_since_2017(self, gas):
        assert gas().flag(SO2, H, "2025-10-01 11:00", "F").judge().verdict(SO2, H) == "invalid"

    def test_flag_f_means_the_source_where_the_logger_keeps_the_old_meaning(self, gas):
        outlet = gas(flag_f="source").flag(SO2, H, "2025-10-01 11:00", "F")
        assert outlet.judge().verdict(SO2, H) == "stopped"
        outlet.lose(SO2, H, "2025-10-01 10:59")  # one value with F is enough
        assert outlet.judge().verdict(SO2, H) == "stopped"
        outlet.lose(SO2, H, "2025-10-01 11:00")
        assert outlet.judge().verdict(SO2, H) == "missing"

    def test_one_minute_without_f_keeps_the_hour(self, gas):
        outlet = gas(flag_f="source").flag(SO2, H, "2025-10-01 10:59", "F")
        answer = outlet.judge()
        assert answer.verdict(SO2, H) == "invalid"
        assert answer.reason(SO2, H)[0] == "instrument_stopped"

    def test_the_meaning_of_f_is_dated(self, gas, at):
        outlet = gas().flag(SO2, H, "2025-10-01 12:00", "F")
        outlet.parameters["flag_f"] = Dated((0, at("2025-10-01 11:00")), ("source", "instrument"))
        assert outlet.judge().bad(SO2, "stopped") == ["10-01 10:00"]


class TestExempt:
    @pytest.mark.parametrize("kind", ["start_up", "shut_down", "banked", "accident"])
    def test_more_than_15_minutes_of_an_abnormal_process_exempt_an_hour(self, gas, kind):
        just = gas().mark(H, "2025-10-01 10:15", kind).judge()
        over = gas().mark(H, "2025-10-01 10:16", kind).judge()
        assert just.verdict(SO2, H) == "valid"
        assert (over.verdict(SO2, H), over.reason(SO2, H)) == ("exempt", (
            kind, "calibration_history_unknown", "full_calibration_history_unknown"))

    def test_an_exempt_hour_keeps_its_mass(self, gas):
        answer = gas().mark(H, "2025-10-01 11:00", "start_up").judge()
        assert answer.figure("mass", SO2, H) == pytest.approx(2.16)
        assert answer.figure("substituted", SO2, H) == pytest.approx(2.16)

    def test_two_kinds_add_up_and_the_longer_one_is_named(self, gas):
        outlet = gas().mark(H, "2025-10-01 10:09", "start_up")
        answer = outlet.mark("2025-10-01 10:09", "2025-10-01 10:17", "accident").judge()
        assert (answer.verdict(SO2, H), answer.reason(SO2, H)[0]) == ("exempt", "start_up")

    def test_an_invalid_hour_is_not_exempt(self, gas):
        outlet = gas().mark(H, "2025-10-01 11:00", "start_up").flag(SO2, H, "2025-10-01 10:16", "D")
        assert outlet.judge().verdict(SO2, H) == "invalid"


class TestOxygenAndFlow:
    @pytest.mark.parametrize(("minutes", "converted"), [("10:15", 90.0), ("10:16", None)])
    def test_oxygen_needs_45_minutes_of_its_own(self, gas, minutes, converted):
        answer = gas().flag("a19001", H, f"2025-10-01 {minutes}", "D").judge()
        assert answer.verdict(SO2, H) == "valid"
        assert answer.figure("converted", SO2, H) == pytest.approx(converted)
        assert ("o2_missing" in answer.reason(SO2, H)) is (converted is None)

    @pytest.mark.parametrize(("o2", "reason"), [(20.89, False), (20.9, True), (21.0, True)])
    def test_oxygen_near_air_is_no_basis(self, gas, o2, reason):
        answer = gas().set("a19001", H, "2025-10-01 11:00", o2).judge()
        assert (answer.figure("converted", SO2, H) is None) is reason
        assert ("o2_near_air" in answer.reason(SO2, H)) is reason

    def test_without_a_reference_there_is_no_conversion_and_nothing_lacks(self, gas):
        outlet = gas()
        del outlet.parameters["o2_reference"]
        answer = outlet.drop("a19001").judge()
        assert answer.figure("converted", SO2, H) is None
        assert "o2_missing" not in answer.reason(SO2, H)

    def test_excess_air_form(self, gas):
        outlet = gas(excess_air_reference=1.4)
        del outlet.parameters["o2_reference"]
        # 21 / (21 - 11) = 2.1 of 1.4
        assert outlet.judge().figure("converted", SO2, H) == pytest.approx(90.0)

    def test_wet_oxygen_is_dried(self, gas):
        outlet = gas(**{"basis.a19001": "wet_standard"}).set("a01014", H, "2025-10-01 11:00", 12.0)
        outlet.set("a19001", H, "2025-10-01 11:00", 8.8)  # 10 % dry
        assert outlet.judge().figure("converted", SO2, H) == pytest.approx(60 * 15 / 11)

    def test_a_lacking_velocity_empties_the_mass_and_says_so(self, gas):
        answer = gas().lose("a01011", H, "2025-10-01 11:00").judge()
        assert answer.figure("mass", SO2, H) is None
        assert "flow_missing" in answer.reason(SO2, H)

    @pytest.mark.parametrize("factor", ["a01012", "a01013", "a01014"])
    def test_a_lacking_flow_parameter_empties_the_mass_and_says_so(self, gas, factor):
        answer = gas().lose(factor, H, "2025-10-01 11:00").judge()
        assert answer.figure("mass", SO2, H) is None
        assert "flow_parameter_missing" in answer.reason(SO2, H)
        assert answer.verdict(SO2, H) == "valid"

    def test_a_wet_measurement_without_humidity_has_neither(self, gas):
        outlet = gas(**{"basis.a21026": "wet_standard"}).lose("a01014", H, "2025-10-01 11:00")
        answer = outlet.judge()
        assert answer.figure("value", SO2, H) == pytest.approx(60.0)
        assert answer.figure("converted", SO2, H) is None
        assert "state_missing" in answer.reason(SO2, H)

    def test_ppm_is_weighed_by_the_molar_mass(self, gas):
        answer = gas(**{"unit.a21026": "ppm"}).judge()
        assert answer.figure("mass", SO2, H) == pytest.approx(60 * 64 / 22.4 * 36000 * 1e-6)

    def test_no_is_weighed_by_its_own_molar_mass(self, gas):
        outlet = gas(**{"unit.a21003": "ppm"})
        for part in (outlet.values, outlet.flags, outlet.slots):
            part["a21003"] = part["a21026"]
        outlet.pollutants = outlet.judged = ("a21003",)
        assert outlet.judge().figure("mass", "a21003", H) == pytest.approx(
            60 * 30 / 22.4 * 36000 * 1e-6)

    def test_the_flow_of_each_hour_stands_beside(self, gas):
        assert gas().judge().made.flow == pytest.approx(np.full(24, 36000.0))


class TestReportedHour:
    def test_an_hour_value_stands_for_60_minutes_and_says_so(self, gas):
        outlet = gas().flag(SO2, H, "2025-10-01 11:00", "reported_hour")
        answer = outlet.judge()
        assert answer.verdict(SO2, H) == "valid"
        assert answer.figure("valid_minutes", SO2, H) == 60
        assert "reported_hour" in answer.reason(SO2, H)
        assert "reported_hour" not in answer.reason(SO2, "2025-10-01 09:00")

    def test_a_grid_of_one_slot_is_one_of_reported_hours(self, gas):
        answer = gas(every="hour").judge()
        assert answer.figure("valid_minutes", SO2, H) == 60
        assert "reported_hour" in answer.reason(SO2, H)


class TestWater:
    def test_an_analyser_needs_its_one_value(self, water):
        answer = water().flag("w01018", H, "2025-10-01 11:00", "D").judge()
        assert answer.verdict("w01018", H) == "invalid"
        assert answer.reason("w01018", H)[0] == "fault"
        assert answer.figure("valid_minutes", "w01018", "2025-10-01 11:00") == 1

    @pytest.mark.parametrize("factor", ["w00000", "w01001", "w01010"])
    def test_grabbed_factors_need_all_six_values(self, water, factor):
        answer = water().lose(factor, H, "2025-10-01 10:10").judge()
        assert answer.figure("valid_minutes", factor, H) == 5
        assert (answer.verdict(factor, H), answer.reason(factor, H)) == (
            "invalid", ("too_few_values",))
        assert answer.clause(factor, H) == "HJ 356-2019 7"

    def test_no_flow_makes_the_analysers_value_invalid(self, water):
        outlet = water().set("w00000", H, "2025-10-01 11:00", 0.0)
        answer = outlet.judge()
        assert (answer.verdict("w01018", H), answer.reason("w01018", H)[0]) == (
            "invalid", "flow_zero")
        assert answer.verdict("w00000", H) == "valid"
        assert outlet.rule("water.flow_zero_invalid", False).judge().verdict("w01018", H) == "valid"

    def test_an_unknown_flow_leaves_the_value_and_empties_the_mass(self, water):
        answer = water().lose("w00000", H, "2025-10-01 10:10").judge()
        assert answer.verdict("w01018", H) == "valid"
        assert answer.figure("mass", "w01018", H) is None
        assert "flow_missing" in answer.reason("w01018", H)

    @pytest.mark.parametrize(("offset", "begin", "end"), [
        (0, "2025-10-01 10:00", "2025-10-01 11:00"), (1, "2025-10-01 09:00", "2025-10-01 10:00"),
    ])
    def test_a_value_meets_the_flow_of_its_sampling_hour(self, water, offset, begin, end):
        outlet = water(sampling_offset_hours=offset).set("w00000", begin, end, 50.0)
        assert outlet.judge().figure("mass", "w01018", H) == pytest.approx(7.2)

    def test_the_books_offset_holds_where_the_point_has_none(self, water):
        outlet = water().rule("water.sampling_offset", 1).set(
            "w00000", "2025-10-01 09:00", H, 0.0)
        assert outlet.judge().bad("w01018", "invalid") == ["10-01 10:00"]

    @pytest.mark.parametrize("reading", [0.0, -0.4, 1.5])
    def test_below_detection_is_valid_and_enters_as_the_standard_says(self, water, reading):
        outlet = water(**{"detection.w01018": 4.0}).set("w01018", H, "2025-10-01 11:00", reading)
        answer = outlet.judge()
        assert answer.verdict("w01018", H) == "valid"
        assert answer.figure("value", "w01018", H) == reading
        assert answer.figure("mass", "w01018", H) == pytest.approx(2.0 * 90 * 1e-3)
        assert "below_detection" in answer.reason("w01018", H)

    def test_an_hour_exempt_by_marks(self, water):
        answer = water().mark(H, "2025-10-01 10:16", "accident").judge()
        assert answer.verdict("w01018", H) == "exempt"


def test_a_rule_that_changes_within_the_case_holds_from_its_day(gas):
    outlet = gas("2025-10-15", hours=48).rule("gas.hour.min_valid_minutes", 40, "2025-10-16")
    outlet.flag(SO2, "2025-10-15 10:00", "2025-10-15 10:18", "D")
    outlet.flag(SO2, "2025-10-16 10:00", "2025-10-16 10:18", "D")
    answer = outlet.judge()
    assert answer.bad(SO2, "invalid") == ["10-15 10:00"]
    assert answer.clause(SO2, "2025-10-16 10:00") == "自定"
    assert answer.clause(SO2, "2025-10-15 10:00") == "HJ 75-2017 12.1"


def test_infinite_values_are_no_values(gas):
    assert gas().set(SO2, H, "2025-10-01 11:00", np.inf).judge().verdict(SO2, H) == "missing"


def test_a_grid_of_other_hours_is_refused(gas):
    outlet = gas()
    case = outlet.case()
    case.grids[SO2] = Grid(np.zeros((3, 60)), np.zeros((3, 60), np.uint8))
    with pytest.raises(ValueError, match="a21026"):
        judge(case, outlet.ruled())
