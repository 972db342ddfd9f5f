"""Reads of judged values: whose they are, and how many queries they cost."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.telemetry import facts
from qingyuan.areas.telemetry.queries import judged
from qingyuan.kernel import windows

pytestmark = pytest.mark.django_db
HOUR, DAY = 3600, 86_400
START = windows.start("2026-10-05")
ALL = (0, 2**40)


@pytest.fixture
def done(cast, gas, sent, judge):
    sent(gas.point, START, 30)
    facts.record_event(cast.engineer, gas.point, kind="calibration", start=START, passed=True)
    judge(START + 5 * DAY)
    return gas.point


def reads(scope, point) -> list:
    return [
        lambda: judged.hours_of(scope, point, *ALL), lambda: judged.days_of(scope, point, *ALL),
        lambda: judged.months_of(scope, point, *ALL), lambda: judged.years_of(scope, point, *ALL),
        lambda: judged.quarter_of(scope, point, windows.start("2026Q4")),
        lambda: judged.versions_of(scope, point, "hour", START, "a21026"),
        lambda: [judged.progress(scope, point)], lambda: list(judged.events_of(scope, point, *ALL)),
        lambda: judged.judged_factors(scope, point),
        lambda: list(judged.parameters_of(scope, point)),
    ]


def test_the_unit_the_discharger_and_its_inspector_see_what_was_judged(cast, done):
    for who in ("manager", "storekeeper", "discharger", "inspector"):
        assert all(read() for read in reads(getattr(cast, who), done))


@pytest.mark.parametrize("who", ["outsider", "officer"])
def test_nobody_else_sees_anything(cast, done, who):
    for read in reads(getattr(cast, who), done):
        with pytest.raises(MonitoringPoint.DoesNotExist):
            read()
    with pytest.raises(MonitoringPoint.DoesNotExist):
        judged.marks_of(getattr(cast, who), done, *ALL)


def test_a_month_of_hours_costs_three_queries(cast, done):
    with CaptureQueriesContext(connection) as asked:
        found = judged.hours_of(cast.manager, done, *ALL)
    assert (len(found), len(asked)) == (30 * 6, 3)
    assert found[0][:2] == (START, "a01011")
    some = judged.hours_of(cast.manager, done, START, START + 2 * HOUR, ["a21026", "a19001"])
    assert [(row.time, row.factor) for row in some] == [
        (START, "a19001"), (START, "a21026"), (START + HOUR, "a19001"), (START + HOUR, "a21026")]


def test_progress_says_what_waits_and_how_far_it_came(cast, done, sent):
    sent(done, START + 30 * HOUR, 2)
    found = judged.progress(cast.manager, done, now=START + 5 * DAY)
    assert (found.waiting, found.oldest) == (2, START + 30 * HOUR)
    assert (found.first, found.last) == (START, START + 29 * HOUR)
    assert (found.working, found.error) == (False, "")


def test_a_quarter_says_what_its_rate_is_made_of(cast, done):
    rows = judged.quarter_of(cast.manager, done, windows.start("2026Q4"))
    assert [(one.row.factor, one.hours, one.stopped, one.invalid, one.capture) for one in rows
            if one.row.factor == "a21026"] == [("a21026", 30, 0, 0, 1.0)]


def test_events_that_last_are_found_wherever_they_touch(cast, done):
    for start, end in ((START - DAY, None), (START - DAY, START - HOUR), (START - DAY, START + 1),
                       (START + 2 * DAY, START + 3 * DAY)):
        facts.record_event(cast.engineer, done, kind="fault", start=start, end=end)
    found = judged.events_of(cast.manager, done, START, START + DAY)
    assert [(e.kind, e.start, e.end) for e in found] == [
        ("fault", START - DAY, None), ("fault", START - DAY, START + 1),
        ("calibration", START, None)]
