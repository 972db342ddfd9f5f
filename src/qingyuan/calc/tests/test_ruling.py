"""The book as a judgement reads it: by day, by the start of a clock, remembering what was read."""

import inspect
from datetime import date

import numpy as np
import pytest

from qingyuan.calc import aggregate, rates
from qingyuan.calc.ruling import (
    BESIDE,
    CAPABILITY,
    CLOCKS,
    JUDGED,
    READ,
    RECORDS,
    Properties,
    Ruling,
    later,
)
from qingyuan.calc.types import Dated, Event, Mark
from qingyuan.kernel import windows
from qingyuan.standards import Book, Override, Unregulated

SCOPE = ("permit:1", "region:65")
TAKEN_BY = {
    "gas.flag.normal_share": (aggregate.gas_flag, "share"),
    "rates.standard_check_free_hours": (rates.tally, "free_hours"),
}


def override(name: str, value: object, since: str, until: str | None = None,
             link: str = "permit:1") -> Override:
    return Override(name, value, link, date.fromisoformat(since),
                    date.fromisoformat(until) if until else None, clause="自定", source="自定")


def ruling(book: Book, start: str, hours: int, *overrides: Override) -> Ruling:
    return Ruling(book.with_overrides(overrides), SCOPE, windows.start(start), hours)


class TestByHour:
    def test_one_piece_where_nothing_changes(self, book):
        found = ruling(book, "2025-10-01", 48)
        assert [p[:2] for p in found.pieces("gas.hour.min_valid_minutes")] == [(0, 48)]
        assert found.numbers("gas.hour.min_valid_minutes").tolist() == [45.0] * 48

    def test_cut_at_china_midnight_where_a_rule_begins_and_behind_its_last_day(self, book):
        found = ruling(book, "2025-10-01 20:00", 60,
                       override("gas.hour.min_valid_minutes", 40, "2025-10-02", "2025-10-02"))
        values = found.numbers("gas.hour.min_valid_minutes").tolist()
        assert values == [45.0] * 4 + [40.0] * 24 + [45.0] * 32

    def test_a_nearer_link_hides_a_farther_one(self, book):
        found = ruling(book, "2025-10-01", 96,
                       override("gas.hour.min_valid_minutes", 50, "2025-10-02", link="region:65"),
                       override("gas.hour.min_valid_minutes", 40, "2025-10-03", "2025-10-03"))
        assert found.numbers("gas.hour.min_valid_minutes")[::24].tolist() == [45, 50, 40, 50]

    def test_another_chains_rule_is_not_read(self, book):
        found = ruling(book, "2025-10-01", 24,
                       override("gas.hour.min_valid_minutes", 40, "2025-01-01", link="permit:2"))
        assert found.numbers("gas.hour.min_valid_minutes")[0] == 45

    def test_a_switch_hour_by_hour(self, book):
        found = ruling(book, "2025-10-01", 48,
                       override("control.hour_rule", "any_overlap", "2025-10-02"))
        assert np.flatnonzero(found.says("control.hour_rule", "any_overlap"))[0] == 24

    def test_a_day_without_rule_is_unregulated(self, book):
        with pytest.raises(Unregulated, match="water.hour.min_values"):
            ruling(book, "1999-01-01", 1).numbers("water.hour.min_values")
        with pytest.raises(Unregulated):
            ruling(book, "2025-10-01", 1).numbers("gas.hour.no_such_rule")


class TestClocks:
    def test_what_began_before_any_rule_runs_under_the_first_days(self, book):
        found = ruling(book, "2018-03-05", 24)
        before = windows.start("1999-01-01")
        assert found.since("gas.stop.long", before).value == 3
        with pytest.raises(Unregulated):
            found.at("gas.stop.long", before)

    def test_intervals_are_added_in_their_unit(self, book):
        start = windows.start("2025-11-30 09:00")

        def due(name: str) -> str:
            return windows.key("hour", later(start, book.at(name, date(2025, 11, 30))))

        assert due("gas.calibration.auto.interval") == "2025-12-01 09:00"
        assert due("gas.calibration.extractive.interval") == "2025-12-07 09:00"
        assert due("gas.calibration.full.interval") == "2026-02-28 09:00"

    def test_what_is_no_interval_is_refused(self, book):
        with pytest.raises(ValueError, match="kPa"):
            later(0, book.at("gas.standard.pressure", date(2025, 1, 1)))
        with pytest.raises(TypeError, match="minutes_left"):
            later(0, book.at("control.hour_rule", date(2025, 1, 1)))


class TestProperties:
    def test_each_hour_has_the_property_of_its_start(self, gas):
        outlet = gas("2025-10-01", hours=4)
        half = outlet.start + 5400
        outlet.parameters["duct_area_m2"] = Dated((half, half + 3600), (2.0, None))
        point = Properties(outlet.case())
        np.testing.assert_equal(point.numbers("duct_area_m2"), [np.nan, np.nan, 2.0, np.nan])
        assert point.at("duct_area_m2", half) == 2.0
        assert point.at("duct_area_m2", half - 1) is None
        assert point.at("no_such", half) is None

    def test_words_and_truths(self, gas):
        outlet = gas("2025-10-01", hours=2, auto_calibration=True)
        point = Properties(outlet.case())
        assert point.says("technique", "extractive").all()
        assert point.says("auto_calibration", True).all()
        assert np.isnan(point.numbers("technique")).all()


class Heard:
    """A book that remembers which names were asked of it."""

    def __init__(self, book: Book) -> None:
        self.book, self.names = book, set()

    def at(self, name, day, scope=()):
        self.names.add(name)
        return self.book.at(name, day, scope)

    def history(self, name):
        self.names.add(name)
        return self.book.history(name)


class TestRead:
    """What judging reads is exactly what ``JUDGED`` says, over cases that leave nothing out."""

    def eventful(self, outlet, analyser: str) -> None:
        start = outlet.start
        for kind in ("calibration", "full_calibration", "standard_check", "comparison",
                     "verification"):
            outlet.events += [Event(start - 86400, kind, "", True), Event(start + 7200, kind, "",
                                                                         False)]
        outlet.marks += [Mark(start - 200 * 86400, start, "stopped"),
                         Mark(start + 36000, start + 39600, "start_up"),
                         Mark(start + 46800, start + 50400, "fault")]
        outlet.values[analyser][-1] = np.nan

    def gas_cases(self, gas):
        for technique, auto in (("extractive", True), ("extractive", False), ("in_situ", False)):
            outlet = gas("2025-02-01", hours=24 * 40, every="hour", technique=technique,
                         auto_calibration=auto,
                         **{f"unit.{code}": "ppm" for code in ("a21026", "a21002", "a21003")})
            for code in ("a21002", "a21003"):
                for part in (outlet.values, outlet.flags, outlet.slots):
                    part[code] = part["a21026"]
            outlet.pollutants = outlet.judged = ("a34013", "a21026", "a21002", "a21003")
            self.eventful(outlet, "a21026")
            yield outlet

    def water_cases(self, water):
        for reading in ("calibration_and_check", "none"):
            outlet = water("2025-02-01", hours=24 * 40).rule("water.overdue", reading)
            for code in ("w21003", "w21011", "w21001"):
                for part in (outlet.values, outlet.flags, outlet.slots):
                    part[code] = part["w01018"]
            outlet.pollutants = ("w01018", "w21003", "w21011", "w21001")
            outlet.judged = (*outlet.pollutants, "w00000")
            self.eventful(outlet, "w01018")
            outlet.lose("w01018", "2025-02-10", "2025-02-11")
            yield outlet

    def test_judging_reads_these_names_and_no_other(self, gas, water):
        from qingyuan.calc.engine import judge

        asked: set[str] = set()
        named: set[str] = set()
        for outlet in (*self.gas_cases(gas), *self.water_cases(water)):
            heard = Heard(outlet.ruled())
            made = judge(outlet.case(), heard, outlet.scope)
            assert set(made.under) == heard.names
            asked |= heard.names
            named |= set(made.under)
        assert asked == set(JUDGED)

    def test_the_list_is_sorted_without_doubles_and_in_the_book(self, book):
        assert list(READ) == sorted(set(READ))
        assert set(READ) == {*JUDGED, *BESIDE, *CLOCKS, *RECORDS, *CAPABILITY}
        assert not set(JUDGED) & set(BESIDE)
        assert set(READ) <= set(book.names())

    @pytest.mark.parametrize("name", BESIDE)
    def test_what_is_read_beside_judging_is_an_argument_of_a_function(self, name):
        function, argument = TAKEN_BY[name]
        assert argument in inspect.signature(function).parameters
