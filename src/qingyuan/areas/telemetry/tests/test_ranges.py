"""Ranges of instruments as judging reads them, and the hours that a change makes judge again."""

from datetime import date, datetime

import pytest

from qingyuan.areas.assets import facilities, queries
from qingyuan.areas.telemetry import facts
from qingyuan.areas.telemetry.models import DirtyWindow, JudgedPoint
from qingyuan.areas.telemetry.pipeline.facts import facts_of
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


@pytest.mark.parametrize("act", ["range", "corrected", "replaced", "ended", "same"])
def test_a_changed_range_marks_the_hours_from_then_on(cast, analyser, act):
    point = analyser.system.point
    JudgedPoint.objects.create(point=point, first=epoch(2026, 5, 1), last=epoch(2026, 6, 1, 5))
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
    hours = sorted(DirtyWindow.objects.filter(point=point).values_list("hour", flat=True))
    first = epoch(2026, 5, 1) if act == "corrected" else epoch(2026, 6, 1)
    wanted = [] if act == "same" else list(range(first, epoch(2026, 6, 1, 6), HOUR))
    assert hours == wanted
