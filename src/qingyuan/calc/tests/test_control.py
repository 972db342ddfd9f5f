"""Out of control: what failed, what is overdue, what was not verified, what reaches backwards."""

import pytest

from qingyuan.calc.types import Dated, Event

SO2, PM, COD = "a21026", "a34013", "w01018"


def hours(first: str, count: int) -> list[str]:
    day, hour = first.split()
    return [f"{day} {int(hour[:2]) + i:02d}:00" for i in range(count)]


class TestFailed:
    def test_from_the_failure_until_the_next_pass(self, gas):
        outlet = gas().event("2025-10-01 10:00", "calibration", False)
        answer = outlet.event("2025-10-01 13:00", "calibration", True).judge()
        assert answer.bad(SO2, "out_of_control") == hours("10-01 10:00", 3)
        assert answer.reason(SO2, "2025-10-01 11:00")[0] == "calibration_failed"
        assert answer.clause(SO2, "2025-10-01 11:00") == "HJ 75-2017 12.2.3 表5"

    def test_without_a_later_pass_to_the_end(self, gas):
        answer = gas().event("2025-10-01 22:00", "verification", False).judge()
        assert answer.bad(SO2, "out_of_control") == ["10-01 22:00", "10-01 23:00"]

    def test_a_failure_before_the_case_still_counts(self, gas):
        outlet = gas().event("2025-09-30 22:00", "comparison", False)
        answer = outlet.event("2025-10-01 02:00", "verification", True).judge()
        assert answer.bad(SO2, "out_of_control") == ["10-01 00:00", "10-01 01:00"]
        assert answer.reason(SO2, "2025-10-01 00:00")[0] == "comparison_failed"

    @pytest.mark.parametrize(("failed", "passed", "ends"), [
        ("calibration", "calibration", True), ("calibration", "full_calibration", True),
        ("calibration", "verification", False),
        ("full_calibration", "calibration", False), ("full_calibration", "full_calibration", True),
        ("verification", "comparison", True), ("verification", "calibration", False),
        ("comparison", "verification", True), ("comparison", "comparison", True),
        ("standard_check", "standard_check", True), ("standard_check", "calibration", True),
    ])
    def test_each_family_has_its_own_end(self, gas, failed, passed, ends):
        outlet = gas().event("2025-10-01 10:00", failed, False)
        answer = outlet.event("2025-10-01 12:00", passed, True).judge()
        assert (answer.verdict(SO2, "2025-10-01 12:00") == "valid") is ends
        assert answer.verdict(SO2, "2025-10-01 11:00") == "out_of_control"

    def test_an_unknown_result_ends_nothing(self, gas):
        outlet = gas().event("2025-10-01 10:00", "calibration", False)
        answer = outlet.event("2025-10-01 12:00", "calibration", None).judge()
        assert answer.verdict(SO2, "2025-10-01 23:00") == "out_of_control"

    def test_a_failure_and_a_pass_of_one_minute_leave_no_time_between(self, gas):
        outlet = gas().event("2025-10-01 10:00", "calibration", False)
        outlet.event("2025-10-01 10:00", "calibration", True)
        assert outlet.judge().bad(SO2, "out_of_control") == []

    def test_one_factors_failure_is_its_own(self, gas):
        answer = gas().event("2025-10-01 10:00", "calibration", False, PM).judge()
        assert answer.verdict(PM, "2025-10-01 10:00") == "out_of_control"
        assert answer.verdict(SO2, "2025-10-01 10:00") == "valid"


class TestHoursTouched:
    @pytest.mark.parametrize(("second", "verdict"), [(900, "valid"), (901, "out_of_control")])
    def test_45_minutes_must_lie_outside_to_the_second(self, gas, at, second, verdict):
        outlet = gas().event("2025-10-01 10:00", "calibration", False)
        outlet.events.append(Event(at("2025-10-01 10:00") + second, "calibration", "", True))
        assert outlet.judge().verdict(SO2, "2025-10-01 10:00") == verdict

    def test_several_spans_of_an_hour_add_up(self, gas):
        outlet = gas()
        for begin, end in (("10:00", "10:08"), ("10:30", "10:38")):
            outlet.event(f"2025-10-01 {begin}", "calibration", False)
            outlet.event(f"2025-10-01 {end}", "calibration", True)
        assert outlet.judge().bad(SO2, "out_of_control") == ["10-01 10:00"]

    def test_spans_that_overlap_count_once(self, gas):
        outlet = gas().event("2025-10-01 10:00", "calibration", False)
        outlet.event("2025-10-01 10:04", "verification", False)
        outlet.event("2025-10-01 10:12", "calibration", True)
        outlet.event("2025-10-01 10:14", "verification", True)
        assert outlet.judge().bad(SO2, "out_of_control") == []

    def test_any_overlap_is_the_other_reading(self, gas):
        outlet = gas().rule("control.hour_rule", "any_overlap")
        outlet.event("2025-10-01 10:59", "calibration", False)
        answer = outlet.event("2025-10-01 12:00", "calibration", True).judge()
        assert answer.bad(SO2, "out_of_control") == ["10-01 10:00", "10-01 11:00"]

    def test_the_longest_span_gives_the_reason(self, gas):
        outlet = gas().event("2025-10-01 10:00", "calibration", False)
        outlet.event("2025-10-01 10:20", "calibration", True)
        outlet.event("2025-10-01 10:20", "verification", False)
        answer = outlet.event("2025-10-01 11:00", "verification", True).judge()
        assert answer.reason(SO2, "2025-10-01 10:00")[0] == "verification_failed"


class TestDeadlines:
    def test_without_a_prior_event_no_deadline_and_a_note_until_the_first(self, gas):
        answer = gas().event("2025-10-01 10:30", "calibration", True).judge()
        assert answer.bad(SO2, "out_of_control") == []
        assert "calibration_history_unknown" in answer.reason(SO2, "2025-10-01 10:00")
        assert "calibration_history_unknown" not in answer.reason(SO2, "2025-10-01 11:00")
        assert "full_calibration_history_unknown" in answer.reason(SO2, "2025-10-01 11:00")
        assert "full_calibration_history_unknown" not in answer.reason(PM, "2025-10-01 00:00")

    @pytest.mark.parametrize(("technique", "days", "clause"), [
        ("extractive", 7, "11.2 d)"), ("dilution", 7, "11.2 d)"), ("in_situ", 15, "11.2 c)"),
    ])
    def test_gaseous_interval_by_technique(self, gas, technique, days, clause):
        outlet = gas(f"2025-10-{1 + days:02d}", technique=technique)
        answer = outlet.event("2025-10-01 10:00", "calibration", True).judge()
        assert answer.bad(SO2, "out_of_control")[0] == f"10-{1 + days:02d} 10:00"
        assert answer.clause(SO2, f"2025-10-{1 + days:02d} 10:00") == f"HJ 75-2017 {clause}"
        assert answer.reason(SO2, f"2025-10-{1 + days:02d} 10:00")[0] == "calibration_overdue"

    def test_particulate_interval(self, gas):
        answer = gas("2025-10-16").event("2025-10-01 10:00", "calibration", True).judge()
        assert answer.bad(PM, "out_of_control")[0] == "10-16 10:00"
        assert answer.clause(PM, "2025-10-16 10:00") == "HJ 75-2017 11.2 b)"

    def test_exactly_at_the_deadline_is_in_time(self, gas):
        outlet = gas("2025-10-08").event("2025-10-01 10:00", "calibration", True)
        assert outlet.event("2025-10-08 10:00", "calibration", True).judge().bad(
            SO2, "out_of_control") == []

    def test_a_second_late_is_late(self, gas, at):
        outlet = gas("2025-10-08").rule("control.hour_rule", "any_overlap")
        outlet.event("2025-10-01 10:00", "calibration", True)
        outlet.events.append(Event(at("2025-10-08 10:00") + 1, "calibration", "", True))
        assert outlet.judge().bad(SO2, "out_of_control") == ["10-08 10:00"]

    @pytest.mark.parametrize(("rule", "first"), [
        ("calendar_day", "10-03 00:00"), ("strict", "10-02 10:00"),
    ])
    def test_24_hours_by_calendar_day_or_strictly(self, gas, rule, first):
        outlet = gas("2025-10-02", hours=48, auto_calibration=True)
        outlet.rule("gas.calibration.auto.day_rule", rule)
        answer = outlet.event("2025-10-01 10:00", "calibration", True).judge()
        assert answer.bad(SO2, "out_of_control")[0] == first
        assert answer.bad(PM, "out_of_control")[0] == first
        assert answer.clause(SO2, "2025-10-03 00:00") == "HJ 75-2017 11.2 a)"

    def test_one_a_calendar_day_is_enough_however_far_apart(self, gas):
        outlet = gas("2025-10-01", hours=72, auto_calibration=True)
        outlet.event("2025-10-01 00:10", "calibration", True)
        outlet.event("2025-10-02 23:50", "calibration", True)
        assert outlet.judge().bad(SO2, "out_of_control") == []

    def test_a_failed_calibration_does_not_renew_and_one_without_result_does(self, gas):
        outlet = gas("2025-10-08").event("2025-10-01 10:00", "calibration", True)
        outlet.event("2025-10-07 10:00", "calibration", False)
        outlet.event("2025-10-07 11:00", "verification", True)
        answer = outlet.judge()
        assert answer.reason(SO2, "2025-10-08 09:00")[0] == "calibration_failed"
        outlet.events[1] = Event(outlet.events[1].time, "calibration", "", None)
        assert outlet.judge().bad(SO2, "out_of_control") == []

    def test_full_calibration_renews_a_known_clock_only(self, gas):
        known = gas("2025-10-08").event("2025-10-01 10:00", "calibration", True)
        known.event("2025-10-06 10:00", "full_calibration", True)
        assert known.judge().bad(SO2, "out_of_control") == []
        unknown = gas("2025-10-13").event("2025-10-05 10:00", "full_calibration", True)
        assert unknown.judge().bad(SO2, "out_of_control") == []

    @pytest.mark.parametrize(("done", "due"), [
        ("2025-07-08 10:00", "2025-10-08 10:00"), ("2025-11-30 10:00", "2026-02-28 10:00"),
    ])
    def test_full_calibration_counts_in_months(self, gas, done, due):
        outlet = gas(due[:10]).event(done, "full_calibration", True)
        answer = outlet.judge()
        assert answer.bad(SO2, "out_of_control")[0] == due[5:]
        assert answer.bad(PM, "out_of_control") == []
        assert answer.reason(SO2, due)[0] == "full_calibration_overdue"

    def test_in_situ_systems_have_no_full_calibration(self, gas):
        outlet = gas("2025-10-08", technique="in_situ")
        answer = outlet.event("2025-01-01 10:00", "full_calibration", True).judge()
        assert answer.bad(SO2, "out_of_control") == []

    def test_the_rule_of_the_day_the_clock_started_holds(self, gas):
        outlet = gas("2025-10-07", hours=48)
        outlet.rule("gas.calibration.extractive.interval", 15, "2025-10-02")
        answer = outlet.event("2025-10-01 10:00", "calibration", True).judge()
        assert answer.bad(SO2, "out_of_control")[0] == "10-08 10:00"
        later = gas("2025-10-09", hours=24)
        later.rule("gas.calibration.extractive.interval", 15, "2025-10-02")
        later.event("2025-10-01 10:00", "calibration", True)
        assert later.event("2025-10-02 10:00", "calibration", True).judge().bad(
            SO2, "out_of_control") == []

    def test_a_clock_older_than_any_rule_runs_under_the_first_days_rule(self, gas):
        outlet = gas("2018-03-01", hours=48, auto_calibration=True)
        answer = outlet.event("2018-02-28 10:00", "calibration", True).judge()
        assert answer.bad(SO2, "out_of_control")[0] == "03-02 00:00"

    def test_the_technique_is_that_of_the_day_the_clock_started(self, gas, at):
        outlet = gas("2025-10-08")
        outlet.parameters["technique"] = Dated(
            (0, at("2025-10-05")), ("in_situ", "extractive"))
        answer = outlet.event("2025-10-01 10:00", "calibration", True).judge()
        assert answer.bad(SO2, "out_of_control") == []

    def test_oxygen_has_no_deadline(self, gas):
        outlet = gas("2025-10-16")
        outlet.judged = (*outlet.judged, "a19001")
        answer = outlet.event("2025-10-01 10:00", "calibration", True).judge()
        assert answer.bad("a19001", "out_of_control") == []
        assert answer.reason("a19001", "2025-10-16 00:00") == ()


class TestLongStop:
    def stop(self, gas, start: str, end: str, verified: str | None, first: str, count: int):
        outlet = gas(first, hours=count, every="hour")
        outlet.event(start, "stop_start").event(end, "stop_end")
        if verified:
            outlet.event(verified, "verification", True)
        return outlet.judge()

    @pytest.mark.parametrize(("start", "long"), [
        ("2025-06-01 00:00", False), ("2025-05-31 23:59", True),
    ])
    def test_only_a_stop_longer_than_three_months_counts(self, gas, start, long):
        answer = self.stop(gas, start, "2025-09-01 00:00", None, "2025-09-01", 24 * 20)
        assert bool(answer.bad(SO2, "out_of_control")) is long

    @pytest.mark.parametrize(("verified", "late"), [
        ("2025-09-15 00:00", False), ("2025-09-15 00:01", True),
    ])
    def test_verified_within_two_weeks(self, gas, verified, late):
        answer = self.stop(gas, "2025-05-01 00:00", "2025-09-01 00:00", verified, "2025-09-01",
                           24 * 20)
        bad = answer.bad(SO2, "out_of_control")
        assert len(bad) == late * 14 * 24
        assert answer.verdict(SO2, "2025-09-16 00:00") == "valid"

    def test_late_is_out_of_control_from_the_restart(self, gas):
        answer = self.stop(gas, "2025-05-01 00:00", "2025-09-01 00:00", "2025-09-20 00:00",
                           "2025-08-31", 24 * 30)
        bad = answer.bad(SO2, "out_of_control")
        assert (bad[0], bad[-1], len(bad)) == ("09-01 00:00", "09-19 23:00", 19 * 24)
        assert answer.reason(SO2, "2025-09-01 00:00")[0] == "restart_unverified"
        assert answer.clause(SO2, "2025-09-01 00:00") == "HJ 75-2017 12.1.2"

    def test_a_case_that_ends_before_the_deadline_only_notes_it(self, gas):
        answer = self.stop(gas, "2025-05-01 00:00", "2025-09-01 00:00", None, "2025-08-31", 24 * 15)
        assert answer.bad(SO2, "out_of_control") == []
        assert "verification_pending" in answer.reason(SO2, "2025-09-14 00:00")
        assert "verification_pending" not in answer.reason(SO2, "2025-08-31 12:00")

    def test_a_stop_declared_by_mark_counts_alike(self, gas):
        outlet = gas("2025-09-01", hours=24 * 15, every="hour")
        outlet.mark("2025-05-01", "2025-09-01", "stopped")
        assert len(outlet.judge().bad(SO2, "out_of_control")) == 15 * 24


class TestWater:
    def test_a_failed_check_reaches_forward_and_back(self, water):
        outlet = water("2025-10-01", hours=48).event("2025-10-01 08:00", "standard_check", True)
        outlet.event("2025-10-02 08:00", "standard_check", False)
        answer = outlet.event("2025-10-02 12:00", "calibration", True).judge()
        assert answer.bad(COD, "invalid") == [
            f"10-{1 + h // 24:02d} {h % 24:02d}:00" for h in range(8, 32)]
        assert answer.bad(COD, "out_of_control") == hours("10-02 08:00", 4)
        assert answer.reason(COD, "2025-10-01 09:00")[0] == "check_failed_backward"
        assert answer.reason(COD, "2025-10-02 09:00")[0] == "check_failed"
        assert answer.clause(COD, "2025-10-01 09:00") == "HJ 356-2019 6"

    @pytest.mark.parametrize(("reading", "first_bad", "last_bad"), [
        ("any_check", "10-01 08:00", "10-02 11:00"), ("same_kind", "10-01 03:00", "10-02 23:00"),
    ])
    def test_what_ends_a_backward_invalidation_is_a_switch(
        self, water, reading, first_bad, last_bad
    ):
        outlet = water("2025-10-01", hours=48).rule("water.backward.ended_by", reading)
        outlet.event("2025-10-01 03:00", "comparison", True)
        outlet.event("2025-10-01 08:00", "standard_check", True)
        outlet.event("2025-10-02 08:00", "comparison", False)
        answer = outlet.event("2025-10-02 12:00", "standard_check", True).judge()
        bad = answer.bad(COD, "invalid") + answer.bad(COD, "out_of_control")
        assert (bad[0], bad[-1]) == (first_bad, last_bad)

    def test_without_an_earlier_pass_to_the_beginning_and_noted(self, water):
        answer = water().event("2025-10-01 05:00", "calibration", False).judge()
        assert answer.bad(COD, "invalid") == hours("10-01 00:00", 5)
        assert "no_previous_check" in answer.reason(COD, "2025-10-01 02:00")

    def test_a_value_belongs_to_its_stamp(self, water):
        outlet = water().event("2025-10-01 03:10", "standard_check", True)
        outlet.event("2025-10-01 10:10", "standard_check", False)
        answer = outlet.event("2025-10-01 12:10", "standard_check", True).judge()
        # hour 3 is touched for 50 minutes, hour 10 at its start by what failed, then from 10:10
        assert answer.bad(COD, "invalid") == hours("10-01 03:00", 7)
        assert answer.bad(COD, "out_of_control") == hours("10-01 10:00", 3)

    def test_fifteen_minutes_after_the_start_are_borne(self, water):
        outlet = water().event("2025-10-01 09:59", "standard_check", True)
        outlet.event("2025-10-01 10:45", "standard_check", False)
        answer = outlet.event("2025-10-01 11:00", "standard_check", True).judge()
        assert answer.bad(COD, "out_of_control") == []
        assert answer.bad(COD, "invalid") == ["10-01 10:00"]

    @pytest.mark.parametrize(("reading", "codes"), [
        ("calibration", {"calibration_overdue"}), ("none", set()),
        ("calibration_and_check", {"calibration_overdue", "check_overdue"}),
    ])
    def test_overdue_is_a_switch(self, water, reading, codes):
        outlet = water("2025-10-08", hours=24).rule("water.overdue", reading)
        outlet.event("2025-10-01 10:00", "calibration", True)
        answer = outlet.event("2025-10-07 09:30", "standard_check", True).judge()
        bad = answer.bad(COD, "out_of_control")
        found = {answer.reason(COD, f"2025-{hour}")[0] for hour in bad}
        assert found == codes
        assert ("10-08 10:00" in bad) is ("calibration_overdue" in codes)

    def test_history_unknown_is_noted_as_far_as_it_matters(self, water):
        answer = water().judge()
        assert answer.reason(COD, "2025-10-01 00:00") == ("calibration_history_unknown",)
        assert answer.reason("w01001", "2025-10-01 00:00") == ()
        both = water().rule("water.overdue", "calibration_and_check").judge()
        assert both.reason(COD, "2025-10-01 00:00") == (
            "calibration_history_unknown", "check_history_unknown")
