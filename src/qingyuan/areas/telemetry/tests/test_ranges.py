"""Ranges of instruments as judging reads them, and the hours that a change makes judge again."""

from datetime import date, datetime

import pytest

from qingyuan.areas.assets import facilities, queries
from qingyuan.areas.telemetry import facts, jobs, pipeline
from qingyuan.areas.telemetry.models import DirtyWindow, JudgedPoint
from qingyuan.areas.telemetry.pipeline.facts import facts_of
from qingyuan.areas.telemetry.pipeline.ranges import mark_changed
from qingyuan.kernel.clock import CST
from qingyuan.kernel.windows import HOUR

pytestmark = pytest.mark.django_db
BEGUN = date(2026, 5, 1)


def epoch(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=CST).timestamp())


@pytest.fixture
def analyser(cast, station):
    """An SO2 and O2 analyser since May 2026, SO2 in the range 0–150 mg/m³."""
    system = facilities.add_system(cast.manager, station().point, kind="gas", name="CEMS",
                                   since=BEGUN, technique="extractive")
    part = facilities.add_instrument(cast.manager, system, name="分析仪", since=BEGUN,
                                     factors=["SO2", "O2"])
    facilities.set_range(cast.manager, part, "SO2", low=0, high=150,
                         since=queries.midnight(BEGUN))
    return part


def so2(point) -> list[tuple[int, float | None]]:
    known = facts_of(point.pk).parameters.get("range.a21026")
    return list(zip(known.since, known.values, strict=True)) if known else []


def test_an_instruments_range_is_the_points_parameter(cast, analyser):
    point = analyser.system.point
    assert so2(point) == [(epoch(2026, 5, 1), 150)]
    facilities.set_range(cast.manager, analyser, "SO2", low=0, high=300,
                         since=queries.midnight(date(2026, 6, 1)))
    facilities.replace_instrument(cast.manager, analyser, date(2026, 7, 1), serial="N-2")
    assert so2(point) == [(epoch(2026, 5, 1), 150), (epoch(2026, 6, 1), 300),
                          (epoch(2026, 7, 1), 300)]
    facilities.end_system(cast.manager, analyser.system, date(2026, 7, 31))
    assert so2(point)[-1] == (epoch(2026, 8, 1), None)


def test_of_two_instruments_the_wider_range_holds_and_other_units_are_left_out(cast, analyser):
    spare = facilities.add_instrument(cast.manager, analyser.system, name="备用", since=BEGUN,
                                      factors=["SO2"])
    facilities.set_range(cast.manager, spare, "SO2", low=0, high=50, since=queries.midnight(BEGUN))
    assert so2(analyser.system.point) == [(epoch(2026, 5, 1), 150)]
    facilities.set_range(cast.manager, spare, "SO2", low=0, high=500, unit="ppm",
                         since=queries.midnight(date(2026, 6, 1)))
    assert so2(analyser.system.point) == [(epoch(2026, 5, 1), 150), (epoch(2026, 6, 1), 150)]


def test_a_parameter_that_somebody_set_goes_before(cast, analyser):
    point = analyser.system.point
    row = facts.set_parameter(cast.manager, point, "range.a21026", 80.0, since=epoch(2026, 6, 1))
    assert so2(point) == [(epoch(2026, 6, 1), 80)]
    facts.withdraw_parameter(cast.manager, row, "误填")
    assert so2(point) == [(epoch(2026, 5, 1), 150)]


def judged(point) -> None:
    """From 1 May to 1 June 05:00 the point was judged by the ranges in force."""
    JudgedPoint.objects.create(point=point)
    mark_changed(point.pk)
    JudgedPoint.objects.update(first=epoch(2026, 5, 1), last=epoch(2026, 6, 1, 5))


def waiting(point) -> list[int]:
    return sorted(DirtyWindow.objects.filter(point=point).values_list("hour", flat=True))


@pytest.mark.parametrize("act", ["range", "corrected", "replaced", "ended", "same"])
def test_a_changed_range_marks_the_hours_from_then_on(cast, analyser, act):
    point = analyser.system.point
    judged(point)
    scope, day = cast.manager, date(2026, 6, 1)
    if act == "range":
        facilities.set_range(scope, analyser, "SO2", low=0, high=90, since=queries.midnight(day))
    elif act == "corrected":
        facilities.set_range(scope, analyser, "SO2", low=0, high=90,
                             since=queries.midnight(BEGUN))
    elif act == "replaced":
        facilities.replace_instrument(scope, analyser, day, serial="N-2")
    elif act == "ended":
        facilities.end_instrument(scope, analyser, date(2026, 5, 31))
    else:
        facilities.set_range(scope, analyser, "SO2", low=0, high=150,
                             since=queries.midnight(BEGUN))
    jobs.mark_other_ranges()
    first = epoch(2026, 5, 1) if act == "corrected" else epoch(2026, 6, 1)
    wanted = [] if act == "same" else list(range(first, epoch(2026, 6, 1, 6), HOUR))
    assert waiting(point) == wanted
    DirtyWindow.objects.all().delete()
    assert jobs.mark_other_ranges() == ""


def test_a_change_that_was_entered_beside_the_actions_is_found_too(analyser):
    point = analyser.system.point
    judged(point)
    analyser.ranges.update(high=120)
    assert jobs.mark_other_ranges() == "750 hours"
    assert waiting(point)[0] == epoch(2026, 5, 1)


def test_a_point_keeps_the_ranges_of_its_first_hour_as_soon_as_it_is_judged(cast, analyser):
    point, hour = analyser.system.point, epoch(2026, 5, 20, 8)
    pipeline.mark_hours(point.pk, [hour])
    pipeline.run(now=hour + 3 * HOUR)
    assert waiting(point) == []
    facilities.set_range(cast.manager, analyser, "SO2", low=0, high=90,
                         since=queries.midnight(date(2026, 5, 20)))
    JudgedPoint.objects.update(first=hour, last=hour)
    jobs.mark_other_ranges()
    assert waiting(point) == [hour]


def test_hours_judged_before_ranges_were_kept_are_judged_again_once(analyser):
    point = analyser.system.point
    JudgedPoint.objects.create(point=point, first=epoch(2026, 4, 30), last=epoch(2026, 5, 1, 1))
    jobs.mark_other_ranges()
    assert waiting(point) == [epoch(2026, 5, 1), epoch(2026, 5, 1, 1)]


def test_what_all_points_were_judged_by_is_compared_in_three_queries(
        neighbour, analyser, django_assert_num_queries):
    for point in (analyser.system.point, neighbour.point):
        JudgedPoint.objects.create(point=point)
        mark_changed(point.pk)
    with django_assert_num_queries(3):
        assert jobs.mark_other_ranges() == ""
