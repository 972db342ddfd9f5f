"""China's hours, days, months, quarters and years: edges, keys and groups."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.kernel import windows as w
from qingyuan.kernel.clock import CST

LEVELS = ("hour", "day", "month", "quarter", "year")
INSTANTS = st.integers(0, 4_102_444_800)  # 1970 to 2100


def at(*moment):
    return int(datetime(*moment, tzinfo=CST).timestamp())


@pytest.mark.parametrize(
    ("level", "last", "first"),
    [
        ("hour", "2025-12-31 22:00", "2025-12-31 23:00"),
        ("day", "2024-02-28", "2024-02-29"),
        ("month", "2025-12", "2026-01"),
        ("quarter", "2025Q3", "2025Q4"),
        ("year", "2025", "2026"),
    ],
)
def test_a_window_ends_where_the_next_begins(level, last, first):
    edge = w.start(first)
    assert w.key(level, edge) == first
    assert w.key(level, edge - 1) == last
    assert w.end_of(level, edge - 1) == edge
    assert w.start_of(level, edge - 1) == w.start(last)


def test_midnight_is_that_of_china():
    assert w.start("2016-08-01") == at(2016, 8, 1) == 1469980800
    assert w.key("day", at(2016, 7, 31, 23, 59, 59)) == "2016-07-31"


@given(INSTANTS, st.sampled_from(LEVELS))
@settings(max_examples=300, deadline=None)
def test_keys_and_starts_invert_each_other(instant, level):
    name = w.key(level, instant)
    begin = w.start(name, level)
    assert begin == w.start_of(level, instant) <= instant < w.end_of(level, instant)
    assert w.key(level, begin) == name


@given(INSTANTS, st.integers(1, 4000), st.sampled_from(LEVELS))
@settings(max_examples=60, deadline=None)
def test_groups_say_of_each_hour_what_its_key_says(instant, count, level):
    begin = instant - instant % w.HOUR
    starts = w.hours(begin, count)
    groups = w.group(level, starts)
    named = [groups.keys[i] for i in groups.index.tolist()]
    assert named == [w.key(level, second) for second in starts.tolist()]
    assert groups.starts.tolist() == [w.start(name) for name in groups.keys]
    assert len(groups) == len(set(groups.keys))


def test_no_hours_have_no_groups():
    groups = w.group("day", w.hours(0, 0))
    assert (len(groups), groups.index.size, groups.starts.size) == (0, 0, 0)


def test_days_with_holes_still_group():
    days = np.array([w.start("2025-01-31"), w.start("2025-03-01")])
    groups = w.group("month", days)
    assert groups.keys == ("2025-01", "2025-03")
    assert groups.index.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("begin", "months", "expected"),
    [
        ((2025, 1, 31, 8), 1, (2025, 2, 28, 8)),
        ((2024, 1, 31, 8), 1, (2024, 2, 29, 8)),
        ((2025, 11, 15, 0, 30), 3, (2026, 2, 15, 0, 30)),
        ((2025, 12, 31), 12, (2026, 12, 31)),
        ((2025, 3, 31), -1, (2025, 2, 28)),
        ((2025, 1, 1), -1, (2024, 12, 1)),
        ((2025, 5, 5), 0, (2025, 5, 5)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(begin, months, expected):
    assert w.add_months(at(*begin), months) == at(*expected)


@pytest.mark.parametrize(
    "text",
    ["2025-13", "2025-02-30", "2025Q5", "2025-1-1", "25", "2025-01-01 07:30", "",
     "2025-01-01 24:00", "２０２５"],
)
def test_text_that_is_no_key_is_refused(text):
    with pytest.raises(ValueError, match="names no|must be in|out of range"):
        w.start(text)


def test_a_key_of_another_level_is_refused():
    with pytest.raises(ValueError, match="'2025-10' names no day"):
        w.start("2025-10", "day")


def test_instants_must_ascend_and_hours_be_full():
    with pytest.raises(ValueError, match="ascend"):
        w.group("day", np.array([2, 1]))
    with pytest.raises(ValueError, match="full hour"):
        w.hours(1800, 2)
