"""Working days by region: announced, regional, and not announced yet."""

from datetime import date, datetime

import pytest

from qingyuan.kernel.clock import CST
from qingyuan.standards.calendars import FOLDER, load_calendars, working_days
from qingyuan.standards.provision import BadBook

CHINA, XINJIANG = working_days("110000"), working_days("650102")


@pytest.mark.parametrize(("day", "working", "title"), [
    ("2026-02-14", True, "调休上班"), ("2026-02-16", False, "春节"),
    ("2026-02-28", True, "调休上班"),
    ("2026-10-01", False, "国庆节"), ("2026-10-10", True, "调休上班"),
    ("2026-11-21", False, "周末"),
    ("2026-11-23", True, "工作日"),
])
def test_the_country_has_the_announced_days(day, working, title):
    found = CHINA.day(date.fromisoformat(day))
    assert (found.working, found.title, found.provisional) == (working, title, False)


@pytest.mark.parametrize(("day", "title"), [
    ("2025-03-31", "肉孜节"), ("2025-06-06", "古尔邦节"), ("2025-06-10", "古尔邦节"),
    ("2023-06-30", "古尔邦节"), ("2022-05-05", "肉孜节"),
])
def test_xinjiang_rests_on_days_the_country_works(day, title):
    when = date.fromisoformat(day)
    assert CHINA.is_working_day(when)
    assert not XINJIANG.is_working_day(when)
    assert XINJIANG.day(when).title == title


def test_a_clock_over_corban_runs_two_days_longer_in_xinjiang():
    thursday = date(2025, 6, 5)
    assert CHINA.deadline(thursday, 3).day == date(2025, 6, 10)
    clock = XINJIANG.deadline(thursday, 3)
    assert clock.day == date(2025, 6, 13)
    assert clock.calendar == "新疆工作日历（含肉孜节、古尔邦节）"
    assert clock.instant == int(datetime(2025, 6, 14, tzinfo=CST).timestamp())


def test_first_five_working_days_of_a_quarter():
    # October 2026: 1-7 free, 8, 9, 10 (a Saturday, worked), 12, 13
    assert CHINA.nth_working_day_of("2026Q4", 5) == date(2026, 10, 13)
    assert CHINA.nth_working_day_of("2026-10", 1) == date(2026, 10, 8)
    with pytest.raises(ValueError, match="fewer than 40"):
        CHINA.nth_working_day_of("2026-10", 40)
    with pytest.raises(ValueError, match="from 1"):
        CHINA.nth_working_day_of("2026-10", 0)
    with pytest.raises(ValueError, match="names no"):
        CHINA.nth_working_day_of("2026", 1)


def test_a_year_that_is_not_announced_is_reckoned_and_says_so():
    clock = CHINA.period_deadline("2027Q1", 5)
    # 1 January 2027 is a Friday and New Year's Day; 4 to 8 January are worked
    assert (clock.day, clock.provisional) == (date(2027, 1, 8), True)
    assert CHINA.day(date(2027, 2, 6)).title == "春节"
    assert not CHINA.is_working_day(date(2027, 10, 1))
    assert not CHINA.period_deadline("2026Q4", 5).provisional


def test_days_about_a_reckoned_feast_are_provisional_in_xinjiang_only():
    day = date(2026, 5, 26)
    assert (XINJIANG.day(day).provisional, CHINA.day(day).provisional) == (True, False)
    assert not XINJIANG.day(date(2026, 6, 10)).provisional


def test_office_hours_change_with_the_season():
    assert str(XINJIANG.office_hours(date(2026, 9, 30))) == "10:00–14:00、16:00–20:00"
    winter = XINJIANG.office_hours(date(2026, 10, 8))
    assert (winter.title, str(winter)) == ("冬季作息", "10:00–14:00、15:30–19:30")
    assert XINJIANG.office_hours(date(2027, 1, 4)) == winter
    assert XINJIANG.office_hours(date(2026, 10, 1)) is None


def test_counting_forth_and_back():
    friday = date(2026, 9, 25)  # Mid-autumn
    assert CHINA.add_working_days(friday, 0) == friday
    forth = CHINA.add_working_days(friday, 7)
    assert CHINA.working_days_between(friday, forth) == 7
    assert CHINA.working_days_between(forth, friday) == -7
    assert CHINA.add_working_days(date(2026, 10, 8), -1) == date(2026, 9, 30)


GOOD = """name = "示例日历"
prefix = ""
source = "示例"
[[office]]
since = "01-01"
title = "全年"
spans = ["09:00-12:00"]
status = "text"
source = "示例"
"""


@pytest.mark.parametrize(("text", "fault"), [
    ("name = ", "not TOML"),
    (GOOD.replace('name = "示例日历"\n', ""), "name is missing"),
    (GOOD + "colour = 1\n", "unknown key colour"),
    (GOOD.replace('"text"', '"sure"'), "status 'sure'"),
    (GOOD.replace("09:00-12:00", "12:00-09:00"), "follow each other"),
    (GOOD.replace("01-01", "13-01"), "office 全年"),
    (GOOD.replace('prefix = ""', 'prefix = "65"'), "empty prefix"),
    (GOOD + '[[holiday]]\ntitle = "示例节"\ndays = ["2026-02-30"]\n'
     'status = "text"\nsource = "示例"\n', "2026-02-30"),
])
def test_a_faulty_calendar_is_refused_by_file_and_fault(tmp_path, text, fault):
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadBook, match=fault) as refused:
        load_calendars(tmp_path)
    assert "own.toml" in str(refused.value) or "empty prefix" in str(refused.value)


def test_two_files_of_one_region_are_refused(tmp_path):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    with pytest.raises(BadBook, match="a.toml"):
        load_calendars(tmp_path)


def test_the_shipped_files_are_sound():
    assert set(load_calendars(FOLDER)) == {"", "65"}
