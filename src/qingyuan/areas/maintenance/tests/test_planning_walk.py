"""The walk of one point: plain values in, visits out."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.areas.maintenance.planning.reckoning import Window
from qingyuan.areas.maintenance.planning.walk import Fixed, walk

TODAY = date(2026, 11, 2)
ROUND, CALIBRATION, QUARTER = (1, "round"), (1, "calibration"), (1, "quarter")
EVERY = {ROUND: (7, 2), CALIBRATION: (15, 4), QUARTER: (90, 14)}  # days, lead


def day(n: int) -> date:
    """The n-th day of the plan, today being the first."""
    return TODAY + timedelta(days=n - 1)


def window(due: date, lead: int) -> Window:
    return Window(due - timedelta(days=lead), due, 0, "")


def after(key, done: date) -> Window:
    interval, lead = EVERY[key]
    return window(done + timedelta(days=interval), lead)


def visits(items, fixed=(), through=date(2026, 12, 1), allowed=lambda d: d,
           follow=after):
    return [(v.day, set(v.items), v.fixed) for v in walk(
        items, follow, fixed, today=TODAY, through=through, allowed=allowed)]


def test_a_weekly_round_comes_every_seven_days_until_the_horizon():
    found = visits({ROUND: window(day(3), 2)})
    assert [d for d, _items, _fixed in found] == [day(3), day(10), day(17), day(24)]


def test_what_is_open_goes_along():
    found = visits({ROUND: window(day(3), 2), CALIBRATION: window(day(6), 4)}, through=day(12))
    assert found == [(day(3), {ROUND, CALIBRATION}, None), (day(10), {ROUND}, None)]


def test_what_is_not_open_yet_waits_for_its_own_window():
    found = visits({ROUND: window(day(3), 2), CALIBRATION: window(day(9), 4)}, through=day(10))
    assert found == [(day(3), {ROUND}, None), (day(9), {ROUND, CALIBRATION}, None)]


def test_what_is_overdue_is_planned_for_today():
    assert visits({ROUND: window(day(-20), 2)}, through=day(1)) == [(day(1), {ROUND}, None)]


def test_a_fixed_visit_stays_and_the_next_due_counts_from_it():
    found = visits({ROUND: window(day(5), 2)}, [Fixed(9, day(4), frozenset({ROUND}))],
                   through=day(12))
    assert found == [(day(4), {ROUND}, 9), (day(11), {ROUND}, None)]


def test_nothing_goes_elsewhere_before_the_visit_that_holds_it():
    found = visits({ROUND: window(day(6), 2), CALIBRATION: window(day(4), 4)},
                   [Fixed(9, day(6), frozenset({ROUND}), fills=False)], through=day(6))
    assert found == [(day(4), {CALIBRATION}, None), (day(6), {ROUND}, 9)]


def test_a_fixed_round_takes_along_what_is_open_and_what_is_due_that_day():
    found = visits({ROUND: window(day(6), 2), CALIBRATION: window(day(6), 4)},
                   [Fixed(9, day(6), frozenset({ROUND}))], through=day(6))
    assert found == [(day(6), {ROUND, CALIBRATION}, 9)]


def test_put_off_knowingly_it_is_not_planned_twice():
    items = {ROUND: window(day(3), 2)}
    late = [Fixed(9, day(8), frozenset({ROUND}), late=True)]
    assert visits(items, late, through=day(8)) == [(day(8), {ROUND}, 9)]
    unknowing = [Fixed(9, day(8), frozenset({ROUND}))]
    assert visits(items, unknowing, through=day(8))[0] == (day(3), {ROUND}, None)


def test_a_visit_of_the_past_that_was_not_made_counts_as_todays():
    found = visits({ROUND: window(day(-1), 2)}, [Fixed(9, day(-1), frozenset({ROUND}))],
                   through=day(8))
    assert found == [(day(1), {ROUND}, 9), (day(8), {ROUND}, None)]


def test_what_was_done_meanwhile_is_held_by_no_visit():
    found = visits({ROUND: window(day(12), 2)}, [Fixed(9, day(5), frozenset({ROUND}))],
                   through=day(12))
    assert found == [(day(5), set(), 9), (day(12), {ROUND}, None)]


def test_nobody_goes_where_nobody_may():
    end = day(9)
    found = visits({ROUND: window(day(3), 2)}, allowed=lambda d: d if d <= end else None)
    assert [d for d, _items, _fixed in found] == [day(3)]
    held_up = visits({ROUND: window(day(3), 2)}, allowed=lambda d: max(d, day(8)),
                     through=day(16))
    assert [d for d, _items, _fixed in held_up] == [day(8), day(15)]


def test_an_interval_of_hours_sends_nobody_twice_a_day():
    found = visits({ROUND: window(day(1), 0)}, through=day(3),
                   follow=lambda key, done: window(done, 0))
    assert [d for d, _items, _fixed in found] == [day(1), day(2), day(3)]


KEYS = st.tuples(st.integers(1, 2), st.sampled_from("abcdef"))
PLANS = st.dictionaries(
    KEYS, st.tuples(st.integers(-30, 40), st.integers(1, 95), st.integers(0, 30)), min_size=1,
    max_size=8)
FIXED = st.lists(st.tuples(st.integers(-5, 45), st.sets(KEYS, max_size=4), st.booleans()),
                 max_size=4)


@settings(max_examples=300, deadline=None)
@given(PLANS, FIXED)
def test_every_interval_is_kept_and_no_fixed_visit_is_moved(plans, fixed):
    def start(key):
        due, interval, lead = plans[key]
        return window(TODAY + timedelta(days=due), min(lead, interval - 1))

    def follow(key, done):
        _due, interval, lead = plans[key]
        return window(done + timedelta(days=interval), min(lead, interval - 1))

    items = {key: start(key) for key in plans}
    stops = [Fixed(n, TODAY + timedelta(days=d), frozenset(holds), fills=fills)
             for n, (d, holds, fills) in enumerate(fixed)]
    through = TODAY + timedelta(days=60)
    found = walk(items, follow, stops, today=TODAY, through=through)
    assert found == walk(items, follow, stops, today=TODAY, through=through)
    assert [v.day for v in found] == sorted(v.day for v in found)
    assert {v.fixed: v.day for v in found if v.fixed is not None} == {
        stop.id: max(stop.day, TODAY) for stop in stops}
    for key, first in items.items():
        due = first.due
        for visit in found:
            if key in visit.items:
                assert visit.day <= max(due, TODAY)
                assert visit.items[key].opens <= visit.day
                due = follow(key, visit.day).due
        assert due > through
