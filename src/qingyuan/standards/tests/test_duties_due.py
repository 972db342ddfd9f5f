"""When a duty is due again: from the real finish, never later than the standard's interval."""

import os
import random
from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from qingyuan.kernel.clock import CST
from qingyuan.standards import Override, Unregulated, load
from qingyuan.standards.duties import interval_of, load_duties, next_due, terms

DATES = int(os.environ.get("QINGYUAN_DUTY_DATES", "500"))
"""Random finish dates; the bar of the full series is 10,000."""
FIRST, LAST = date(2023, 8, 1), date(2036, 12, 31)  # HJ 1286 is the youngest of the standards


@pytest.fixture(scope="module")
def book():
    return load()


@pytest.fixture(scope="module")
def duties():
    return load_duties()


@pytest.fixture
def when(duties, book):
    def due(key, done, **more):
        moment = date.fromisoformat(done) if len(done) == 10 else (
            datetime.fromisoformat(done).replace(tzinfo=CST))
        return next_due(duties[key], moment, book, **more)

    return due


def latest(day, interval):
    """The last day that an interval allows after a finish on ``day``, by another arithmetic
    than the code's."""
    if not interval.calendar and interval.unit != "month":
        return day + timedelta(days=interval.amount / (24 if interval.unit == "h" else 1))
    if not interval.calendar:
        year, month = day.year, day.month
        for _ in range(interval.amount):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        return date(year, month, min(day.day, monthrange(year, month)[1]))
    if interval.unit == "d" and interval.amount == 1:
        return day + timedelta(days=1)
    if interval.unit == "d":
        monday = day - timedelta(days=day.weekday())
        return monday + timedelta(days=13)
    period = (day.year * 12 + day.month - 1) // interval.amount + 1
    end = (period + 1) * interval.amount
    return date(end // 12, end % 12 + 1, 1) - timedelta(days=1)


def patterns(duties):
    """One duty for each way of counting."""
    found = {}
    for duty in duties:
        found.setdefault((duty.interval, duty.rule, duty.interval_auto, duty.rule_auto,
                          duty.calendar, duty.invalidates), replace(duty, months=()))
    for word in ("7d", "15d", "30d", "90d", "180d", "3m", "6m", "12m", "day", "week", "month",
                 "quarter", "half_year", "year"):
        found[word] = replace(duties["video.week.lens"], interval=interval_of(word))
    return list(found.values())


def finishes(seed):
    """Random finishes, every second one with its time of day; month ends and leap days often."""
    chance = random.Random(seed)
    span = (LAST - FIRST).days
    for number in range(DATES):
        day = FIRST + timedelta(days=chance.randrange(span))
        if number % 5 == 0:
            day = day.replace(day=monthrange(day.year, day.month)[1])
        clock = time(chance.randrange(24), chance.randrange(60), chance.randrange(60))
        yield datetime.combine(day, clock, CST) if number % 2 else day


@pytest.mark.parametrize("automatic", [False, True])
def test_never_later_than_the_interval_after_any_finish(duties, book, automatic):
    asked = patterns(duties)
    assert len(asked) > 35
    for done in finishes(20261123):
        day = done.date() if isinstance(done, datetime) else done
        for duty in asked:
            due = next_due(duty, done, book, auto_calibration=automatic)
            bounds = [latest(day, t.interval)
                      for t in terms(duty, book, day, auto_calibration=automatic)]
            told = (duty.key, str(duty.interval), done, due)
            assert due.due <= min(bounds), told
            # nor sooner than it must, else the test would pass with "today"
            assert due.due >= min(bounds) - timedelta(days=1), told
            assert day <= due.opens <= due.due, told
            assert due.due == (due.at - timedelta(microseconds=1)).date(), told


def test_a_clock_to_the_second_never_runs_longer(duties, book):
    clocks = [d for d in duties if d.invalidates and d.auto_calibration is not True]
    assert {d.rule for d in clocks} >= {"gas.calibration.extractive.interval",
                                        "gas.calibration.full.interval"}
    for done in finishes(7):
        moment = done if isinstance(done, datetime) else datetime.combine(done, time(), CST)
        for duty in clocks:
            bounds = [datetime.combine(latest(moment.date(), t.interval), moment.timetz())
                      for t in terms(duty, book, moment.date())]
            assert next_due(duty, done, book).at == min(bounds), (duty.key, done)


@pytest.mark.parametrize(("done", "due", "source"), [
    ("2026-07-01T10:00", "2026-09-29", "HJ 75-2017 附录G"),  # July to September have 92 days
    ("2026-02-10T10:00", "2026-05-10", "HJ 75-2017 11.2 e)"),  # with February, 89
    ("2026-11-30T10:00", "2027-02-28", "HJ 75-2017 11.2 e)"),  # clipped, and a tie
])
def test_of_three_months_and_ninety_days_the_earlier_is_due(when, done, due, source):
    found = when("hj75.calibration.full", done)
    assert (found.due.isoformat(), found.source) == (due, source)


def test_verification_is_six_months_with_automatic_calibration_and_three_without(when):
    assert when("hj75.verification", "2026-02-10").due == date(2026, 5, 10)
    found = when("hj75.verification", "2026-02-10", auto_calibration=True)
    assert (found.due, found.source) == (date(2026, 8, 9), "HJ 75-2017 附录G")  # 180 d


@pytest.mark.parametrize(("key", "due"), [
    ("hj75.calibration.extractive", "2026-03-09"),  # 11.2 d): 7 d, the list prints 15d
    ("hj75.calibration.in_situ", "2026-03-17"),
    ("hj75.calibration.particulate", "2026-03-17"),
    ("hj75.house.hygiene", "2026-03-09"),
    ("hj75.gas.line_leak", "2026-04-01"),
    ("hj355.calibration.manual", "2026-03-09"),
    ("hj355.comparison.samples", "2026-04-01"),  # 30 d before the month
    ("remote.gas.marks", "2026-03-03"),
])
def test_each_interval_from_a_finish_with_its_time(when, key, due):
    assert when(key, "2026-03-02T09:30").due.isoformat() == due


def test_a_calibration_is_due_to_the_minute_before_data_become_invalid(when):
    found = when("hj75.calibration.extractive", "2026-03-02T09:30")
    assert found.at == datetime(2026, 3, 9, 9, 30, tzinfo=CST)
    assert found.opens == date(2026, 3, 7)


def test_an_inspection_may_be_done_all_of_its_due_day(when):
    assert when("hj75.house.hygiene", "2026-03-02T09:30").at == datetime(
        2026, 3, 10, tzinfo=CST)


def test_a_calibration_known_by_day_only_counts_from_that_day_s_beginning(when):
    found = when("hj75.calibration.extractive", "2026-03-02")
    assert (found.due, found.at) == (date(2026, 3, 8), datetime(2026, 3, 9, tzinfo=CST))


def test_automatic_calibration_counts_by_calendar_day_as_judging_does(duties, book, when):
    found = when("hj75.calibration.auto", "2026-03-02T09:30", auto_calibration=True)
    assert (found.due, found.at) == (date(2026, 3, 3), datetime(2026, 3, 4, tzinfo=CST))
    strict = book.with_overrides([Override(
        "gas.calibration.auto.day_rule", "strict", "organisation:1", date(2020, 1, 1),
        clause="示例合同")])
    found = next_due(duties["hj75.calibration.auto"], datetime(2026, 3, 2, 9, 30, tzinfo=CST),
                     strict, auto_calibration=True, scope=["organisation:1"])
    assert found.at == datetime(2026, 3, 3, 9, 30, tzinfo=CST)


def test_the_finish_is_read_on_the_clock_of_china(duties, book):
    late = datetime.fromisoformat("2026-03-01T20:00:00+00:00")  # 04:00 of the 2nd in China
    assert next_due(duties["hj75.house.hygiene"], late, book).due == date(2026, 3, 9)


@pytest.mark.parametrize(("word", "done", "opens", "due"), [
    ("quarter", "2026-01-05", "2026-04-01", "2026-06-30"),
    ("quarter", "2026-03-31", "2026-04-01", "2026-06-30"),
    ("quarter", "2026-11-23", "2027-01-01", "2027-03-31"),
    ("half_year", "2026-06-30", "2026-07-01", "2026-12-31"),
    ("half_year", "2026-07-01", "2027-01-01", "2027-06-30"),
    ("month", "2028-01-31", "2028-02-01", "2028-02-29"),
    ("week", "2026-11-23", "2026-11-30", "2026-12-06"),  # a Monday
    ("week", "2026-11-29", "2026-11-30", "2026-12-06"),  # its Sunday
    ("day", "2026-12-31", "2027-01-01", "2027-01-01"),
    ("year", "2026-12-31", "2027-01-01", "2027-12-31"),
])
def test_calendar_periods_are_due_within_the_next_one(duties, book, word, done, opens, due):
    duty = replace(duties["video.week.lens"], interval=interval_of(word))
    found = next_due(duty, date.fromisoformat(done), book)
    assert (found.opens.isoformat(), found.due.isoformat()) == (opens, due)


def test_records_are_archived_once_in_each_half_year(when):
    found = when("hj75.archive.consumables", "2026-08-03")
    assert (found.opens, found.due) == (date(2027, 1, 1), date(2027, 6, 30))


@pytest.mark.parametrize(("done", "opens", "due"), [
    ("2026-12-07", "2026-12-12", "2026-12-14"),
    ("2027-03-29", "2027-11-01", "2027-11-07"),  # the 5th of April lies between winters
    ("2026-10-20", "2026-11-01", "2026-11-07"),
])
def test_a_winter_s_duty_sleeps_through_the_summer(when, done, opens, due):
    found = when("winter.gas.ladder", done)
    assert (found.opens.isoformat(), found.due.isoformat()) == (opens, due)


def test_the_unit_s_own_stricter_figure_holds_in_its_scope(duties, book):
    own = book.with_overrides([Override(
        "gas.inspection.interval", 5, "organisation:3", date(2026, 1, 1), clause="示例合同 附件2")])
    duty, done = duties["hj75.house.hygiene"], date(2026, 3, 2)
    inside = next_due(duty, done, own, scope=["organisation:3"])
    assert (inside.due, inside.source) == (date(2026, 3, 7), "示例合同 附件2")
    assert next_due(duty, done, own).due == date(2026, 3, 9)


def test_a_looser_figure_does_not_outrun_the_list(duties, book):
    own = book.with_overrides([Override(
        "gas.inspection.interval", 10, "organisation:3", date(2026, 1, 1), clause="示例合同")])
    found = next_due(duties["hj75.house.hygiene"], date(2026, 3, 2), own, scope=["organisation:3"])
    assert (found.due, found.term.rule) == (date(2026, 3, 9), "")


def test_an_own_lead_widens_the_window(duties, book):
    duty = replace(duties["hj75.house.hygiene"], lead=4)
    assert next_due(duty, date(2026, 3, 2), book).opens == date(2026, 3, 5)


def test_a_finish_without_zone_or_before_the_standard_is_refused(duties, book):
    with pytest.raises(ValueError, match="no time zone"):
        next_due(duties["hj75.house.hygiene"], datetime(2026, 3, 2, 9, 30), book)  # noqa: DTZ001
    with pytest.raises(Unregulated, match="2018-03-01"):
        next_due(duties["hj75.house.hygiene"], date(2018, 2, 28), book)
