"""The engine as a whole: what holds for any case, and the joint between hours and what is above."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qingyuan.calc import reasons
from qingyuan.calc.engine import judge, judge_hours, roll_up
from qingyuan.calc.ruling import Ruling
from qingyuan.calc.sheet import (
    NOT_JUDGED,
    FactorHours,
    History,
    Past,
    Sheet,
    from_rows,
    joined,
    stored,
)
from qingyuan.calc.types import VERDICTS, Case, Event, Grid, Judgement, Mark
from qingyuan.standards import Unregulated

SO2, PM, COD = "a21026", "a34013", "w01018"
ORDER = ("stopped", "missing", "out_of_control", "invalid", "exempt", "valid")
CAUSES = ORDER[:-1]
few = settings(max_examples=25, deadline=None,
               suppress_health_check=[HealthCheck.function_scoped_fixture])


def befall(outlet, factor: str, hour: int, cause: str) -> None:
    """Make one clock hour of ``factor`` what ``cause`` says."""
    begin = outlet.start + 3600 * hour
    slots = slice(hour * outlet.slots[factor], (hour + 1) * outlet.slots[factor])
    if cause == "stopped":
        outlet.marks.append(Mark(begin, begin + 3600, "stopped", factor))
    elif cause == "missing":
        outlet.values[factor][slots] = np.nan
    elif cause == "out_of_control":
        outlet.events += [Event(begin, "verification", factor, False),
                          Event(begin + 3600, "verification", factor, True)]
    elif cause == "invalid":
        outlet.flags[factor][slots] = 5
    elif cause == "exempt":
        outlet.marks.append(Mark(begin, begin + 3600, "accident", factor))


happenings = st.lists(st.sets(st.sampled_from(CAUSES)), min_size=48, max_size=48)


def same_hours(one: Judgement, other: Judgement, factor: str, other_factor: str = "") -> None:
    left, right = one.hours[factor], other.hours[other_factor or factor]
    for column in ("valid_minutes", "value", "converted", "mass", "substituted", "verdict"):
        np.testing.assert_array_equal(getattr(left, column), getattr(right, column), column)
    assert [one.reasons[i] for i in left.reason] == [other.reasons[i] for i in right.reason]
    assert [one.clauses[i] for i in left.clause] == [other.clauses[i] for i in right.clause]


class TestAnyCase:
    @few
    @given(happenings)
    def test_the_strongest_cause_of_an_hour_is_its_verdict(self, gas, happened):
        outlet = gas("2025-10-01", hours=48, every="hour")
        for hour, causes in enumerate(happened):
            for cause in causes:
                befall(outlet, SO2, hour, cause)
        expected = [min(causes, key=ORDER.index, default="valid") for causes in happened]
        assert outlet.judge().verdicts(SO2) == expected

    @few
    @given(happenings, st.integers(1, 47))
    def test_stretches_put_together_are_the_whole(self, gas, happened, cut):
        outlet = gas("2025-10-01", hours=48)
        outlet.event("2025-09-30 08:00", "calibration", True)
        for hour, causes in enumerate(happened):
            for cause in causes:
                befall(outlet, SO2, hour, cause)
        whole = outlet.case()
        parts = []
        for first, end in ((0, cut), (cut, 48)):
            case = part_of(whole, first, end)
            ruling = Ruling(outlet.ruled(), outlet.scope, case.start, case.hours)
            parts.append(judge_hours(case, ruling))
        ruling = Ruling(outlet.ruled(), outlet.scope, whole.start, whole.hours)
        again = roll_up(whole, ruling, joined(parts))
        once = judge(whole, outlet.ruled(), outlet.scope)
        for factor in whole.judged:
            same_hours(once, again, factor)
        assert once.days == again.days

    @few
    @given(happenings, happenings)
    def test_an_unrelated_factor_changes_nothing(self, gas, happened, elsewhere):
        alone, beside = gas("2025-10-01", hours=48), gas("2025-10-01", hours=48)
        for part in (beside.values, beside.flags, beside.slots):
            part["a21002"] = np.copy(part["a21026"]) if part is not beside.slots else 60
        beside.pollutants = beside.judged = ("a34013", "a21002", "a21026")
        for hour, causes in enumerate(happened):
            for cause in causes:
                befall(alone, SO2, hour, cause)
                befall(beside, SO2, hour, cause)
            for cause in elsewhere[hour]:
                befall(beside, "a21002", hour, cause)
        left, right = alone.judge().made, beside.judge().made
        same_hours(left, right, SO2)
        for level in ("days", "months", "quarters", "years"):
            assert [p for p in getattr(left, level) if p.factor == SO2] == [
                p for p in getattr(right, level) if p.factor == SO2]
        assert left.capture["2025Q4", SO2] == right.capture["2025Q4", SO2]

    @few
    @given(happenings)
    def test_every_hour_has_what_its_verdict_promises(self, water, happened):
        outlet = water("2025-10-01", hours=48)
        for hour, causes in enumerate(happened):
            for cause in causes:
                befall(outlet, COD, hour, cause)
        made = outlet.judge().made
        hours = made.hours[COD]
        for i, verdict in enumerate(hours.verdict):
            codes = made.reasons[hours.reason[i]]
            name = VERDICTS[verdict]
            explaining = [c for c in codes if reasons.REASONS[c].verdict != reasons.REMARK]
            assert [reasons.REASONS[c].verdict for c in explaining] == [name] * (name != "valid")
            assert made.clauses[hours.clause[i]]

    def test_the_same_again_gives_the_same(self, gas):
        outlet = gas().flag(SO2, "2025-10-01 10:00", "2025-10-01 11:00", "D")
        first, second = outlet.judge().made, outlet.judge().made
        same_hours(first, second, SO2)
        assert (first.days, first.reasons, first.clauses, first.under, first.capture) == (
            second.days, second.reasons, second.clauses, second.under, second.capture)

    def test_what_goes_in_is_not_written_to(self, gas):
        outlet = gas().flag(SO2, "2025-10-01 10:00", "2025-10-01 11:00", "D")
        for arrays in (outlet.values, outlet.flags):
            for array in arrays.values():
                array.setflags(write=False)
        assert outlet.judge().verdict(SO2, "2025-10-01 10:00") == "invalid"

    def test_one_hour_is_a_case(self, gas, water):
        assert gas(hours=1).judge().verdicts(SO2) == ["valid"]
        assert water(hours=1).judge().verdicts(COD) == ["valid"]

    def test_nothing_to_judge_gives_an_empty_judgement(self, gas):
        outlet = gas()
        outlet.judged = ()
        made = outlet.judge().made
        assert (made.hours, made.days, made.capture, made.reasons) == ({}, (), {}, ())

    def test_nothing_reported_at_all(self, gas):
        outlet = gas()
        outlet.values.clear()
        assert outlet.judge().verdicts(SO2) == ["missing"] * 24

    def test_no_hour_is_no_case(self, gas):
        outlet = gas()
        case = replace(outlet.case(), hours=0, grids={})
        with pytest.raises(ValueError, match="at least one hour"):
            judge(case, outlet.ruled())

    def test_a_day_without_rules_is_unregulated(self, gas):
        with pytest.raises(Unregulated):
            gas("1999-01-01").judge()

    def test_a_year_comes_by_day_month_quarter_and_year(self, gas):
        made = gas("2025-01-01", hours=8760, every="hour").judge().made
        assert [len(level) for level in (made.days, made.months, made.quarters, made.years)] == [
            730, 24, 8, 2]
        assert {p.verdict for p in made.years} == {"valid"}


def part_of(case: Case, first: int, end: int) -> Case:
    grids = {factor: Grid(grid.values[first:end], grid.flags[first:end], grid.letters)
             for factor, grid in case.grids.items()}
    return replace(case, start=case.start + 3600 * first, hours=end - first, grids=grids)


class TestJoint:
    def troubled(self, gas):
        outlet = gas("2025-10-01", hours=24 * 30, every="hour")
        outlet.rule("gas.calibration.extractive.interval", 8)
        outlet.lose(SO2, "2025-10-05 10:00", "2025-10-05 16:00")
        outlet.event("2025-10-02 08:00", "calibration", True)
        outlet.event("2025-10-11 08:00", "calibration", True)
        outlet.event("2025-10-16 08:00", "calibration", True)
        outlet.event("2025-10-23 08:00", "calibration", True)
        return outlet

    def ruling(self, outlet) -> Ruling:
        return Ruling(outlet.ruled(), outlet.scope, outlet.start, outlet.hours)

    def test_stored_hours_roll_up_to_what_was_judged(self, gas):
        outlet = self.troubled(gas)
        made = outlet.judge().made
        factors = {
            factor: from_rows(own.valid_minutes, own.value, own.converted, own.mass, own.verdict,
                              (";".join(made.reasons[i]) for i in own.reason), own.clause)
            for factor, own in made.hours.items()}
        sheet = stored(made.start, factors, made.flow, made.clauses)
        case = replace(outlet.case(), grids={})
        again = roll_up(case, self.ruling(outlet), sheet)
        for factor in made.hours:
            same_hours(made, again, factor)
        assert (made.days, made.months, made.capture) == (again.days, again.months, again.capture)

    def test_what_the_quarter_decides_is_decided_anew(self, gas):
        outlet = self.troubled(gas)
        made = outlet.judge().made
        assert any("substituted_short_window" in codes for codes in made.reasons)
        own = made.hours[SO2]
        factor = from_rows(own.valid_minutes, own.value, own.converted, own.mass, own.verdict,
                           (";".join(made.reasons[i]) for i in own.reason), own.clause)
        sheet = stored(made.start, {SO2: factor}, made.flow, made.clauses)
        past = Past(made.start - 3600 * 300, np.zeros(300, np.uint8), np.full(300, 50.0))
        case = replace(outlet.case(), judged=(SO2,), grids={})
        again = roll_up(case, self.ruling(outlet), sheet, History({SO2: past}))
        index = (4 * 24) + 10
        assert again.hours[SO2].substituted[index] == 50.0
        assert "substituted_short_window" not in again.reasons[again.hours[SO2].reason[index]]

    def test_hours_that_were_not_judged_count_for_nothing(self, gas):
        outlet = gas("2025-10-01", hours=72, every="hour")
        sheet = judge_hours(outlet.case(), self.ruling(outlet))
        sheet.factors[SO2].verdict[:30] = NOT_JUDGED
        made = roll_up(outlet.case(), self.ruling(outlet), sheet)
        assert made.capture["2025Q4", SO2].hours == 42
        rows = [(p.key, p.count, p.verdict) for p in made.days if p.factor == SO2]
        assert rows == [("2025-10-02", 18, "invalid"), ("2025-10-03", 24, "valid")]

    def test_a_water_day_that_was_not_judged_gets_no_load(self, water):
        outlet = water("2025-10-01", hours=72)
        sheet = judge_hours(outlet.case(), self.ruling(outlet))
        sheet.factors[COD].verdict[48:] = NOT_JUDGED
        made = roll_up(outlet.case(), self.ruling(outlet), sheet)
        assert [p.key for p in made.days if p.factor == COD] == ["2025-10-01", "2025-10-02"]
        assert [p.substituted for p in made.months if p.factor == COD] == [
            pytest.approx(2 * 86.4)]

    def test_a_sheet_of_other_hours_or_factors_is_refused(self, gas):
        outlet = gas()
        case = outlet.case()
        sheet = judge_hours(case, self.ruling(outlet))
        with pytest.raises(ValueError, match="hours of the case"):
            roll_up(replace(case, start=case.start + 3600), self.ruling(outlet), sheet)
        with pytest.raises(ValueError, match="a21002"):
            roll_up(replace(case, judged=("a21002",)), self.ruling(outlet), sheet)

    def test_sheets_that_do_not_fit_are_refused(self, gas):
        outlet = gas()
        sheet = judge_hours(outlet.case(), self.ruling(outlet))
        with pytest.raises(ValueError, match="adjacent"):
            joined([sheet, sheet])
        after = replace(sheet, start=sheet.start + 24 * 3600, factors={SO2: sheet.factors[SO2]})
        with pytest.raises(ValueError, match="same factors"):
            joined([sheet, after])
        with pytest.raises(ValueError, match="side by side"):
            stored(sheet.start, sheet.factors, sheet.flow[:-1], sheet.clauses)

    def test_joining_keeps_each_hours_clause(self, gas):
        outlet = gas("2025-10-01", hours=48).event("2025-10-02 10:00", "calibration", False)
        whole = outlet.case()
        parts: list[Sheet] = []
        for first, end in ((24, 48), (0, 24)):
            case = part_of(whole, first, end)
            parts.insert(0, judge_hours(case, Ruling(outlet.ruled(), outlet.scope, case.start, 24)))
        sheet = joined(parts)
        own: FactorHours = sheet.factors[SO2]
        assert {sheet.clauses[i] for i in own.clause[:34]} == {"HJ 75-2017 12.1"}
        assert {sheet.clauses[i] for i in own.clause[34:]} == {"HJ 75-2017 12.2.3 表5"}
