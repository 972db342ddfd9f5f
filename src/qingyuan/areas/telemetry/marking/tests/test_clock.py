"""Noon of the next day, weekends included; not before the rule was in force."""

from datetime import datetime

from qingyuan.areas.telemetry.marking.clock import due_of
from qingyuan.kernel.clock import CST
from qingyuan.standards import Override, load


def at(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=CST).timestamp())


def test_noon_of_the_day_after_even_on_a_saturday():
    due = due_of(at("2026-11-20 23:59"), load())  # a Friday
    assert due.instant == at("2026-11-21 12:00")
    assert due.late(at("2026-11-21 12:00"))
    assert not due.late(at("2026-11-21 11:59"))
    assert "日历日" in due.calendar


def test_a_mark_over_several_days_is_due_for_its_first():
    assert due_of(at("2026-11-20 00:00"), load()).instant == at("2026-11-21 12:00")


def test_no_deadline_before_the_rule():
    assert due_of(at("2022-12-31 08:00"), load()) is None


def test_a_unit_with_an_earlier_hour_of_its_own():
    from datetime import date

    own = Override("marks.deadline_hour", 10, "organisation:7", date(2026, 1, 1), None, "内部",
                   "示例", "text", "示例")
    book = load().with_overrides([own])
    assert due_of(at("2026-11-20 08:00"), book, ("organisation:7",)).instant == at(
        "2026-11-21 10:00")
    assert due_of(at("2026-11-20 08:00"), book).instant == at("2026-11-21 12:00")
