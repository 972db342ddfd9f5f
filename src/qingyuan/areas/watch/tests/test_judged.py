"""Judged hours and days become findings, and stop being some when they are judged otherwise."""

import time
from datetime import UTC, datetime

import pytest

from qingyuan.areas.findings.models import Finding
from qingyuan.areas.telemetry.models import (
    DayValue,
    Factor,
    HourValue,
    JudgedPoint,
    PointParameter,
)
from qingyuan.areas.watch import jobs

HOUR = 3600


@pytest.fixture
def now() -> int:
    """A full hour of this day, epoch seconds."""
    return int(time.time()) // HOUR * HOUR


@pytest.fixture
def point(cast, station):
    """A point whose SO2 may be 35 mg/m3 dry at the reference oxygen."""
    held = station().point
    for name, value in (("limit.a21026", 35), ("o2_reference", 6)):
        PointParameter.objects.create(point=held, organisation=cast.houses.plant, name=name,
                                      value=value, since=0)
    return held


@pytest.fixture
def judged(point, now):
    """``judged({-3: 40.0})``: the SO2 hours so many hours ago with their converted values; a text
    instead of a number is the reason of one out of control. Says that the point was judged."""

    def enter(hours, *, table=HourValue, factor="a21026"):
        code = Factor.objects.get(code=factor)
        for back, said in hours.items():
            bad = isinstance(said, str)
            table.objects.update_or_create(
                point=point, time=now + back * HOUR, factor=code, defaults={
                    "count": 60, "value": 20.0, "converted": None if bad else said,
                    "verdict": "out_of_control" if bad else "valid",
                    "reason": said if bad else "", "clause": "HJ 75-2017 12.2",
                    "rules": "r", "inputs": "i", "at": 1})
        last = JudgedPoint.objects.filter(point=point).values_list("at", flat=True).first() or 0
        JudgedPoint.objects.update_or_create(point=point, defaults={"at": last + 1})
        jobs.watch(now * 1000)

    return enter


def test_hours_above_the_limit_are_one_finding_with_its_worst(judged, now):
    judged({-3: 36.0, -2: 52.5, -1: 35.0})
    found = Finding.objects.get()
    assert (found.kind, found.factor, found.severity) == ("over_limit_hour", "a21026", "alarm")
    assert [one[:2] for one in found.detail["hours"]] == [
        [now - 3 * HOUR, 36.0], [now - 2 * HOUR, 52.5]]
    assert "52.5" in found.title
    assert "限值 35" in found.title
    assert found.first_at == (now - 3 * HOUR) * 1000


def test_another_look_says_nothing_twice(judged):
    judged({-3: 36.0})
    judged({-2: 20.0})
    assert Finding.objects.get().count == 1


def test_further_hour_adds_to_it(judged):
    judged({-3: 36.0})
    judged({-1: 37.0})
    assert Finding.objects.get().count == 2


def test_hour_judged_anew_takes_it_back(judged):
    judged({-3: 36.0})
    judged({-3: "calibration_failed"})
    gone = Finding.objects.get(kind="over_limit_hour")
    assert gone.ended_at is not None
    assert Finding.objects.filter(kind="out_of_control").count() == 1


def test_day_above_the_limit_is_its_own_kind(judged):
    judged({-24: 36.0}, table=DayValue)
    assert Finding.objects.get().kind == "over_limit_day"


def test_out_of_control_goes_on_until_the_hours_are_valid_again(judged, now):
    judged({-3: "calibration_failed", -2: "calibration_failed"})
    found = Finding.objects.get()
    assert (found.kind, found.ended_at) == ("out_of_control", None)
    assert found.first_at == (now - 3 * HOUR) * 1000
    judged({-1: 20.0})
    found.refresh_from_db()
    assert (found.ended_at, found.open) == ((now - HOUR) * 1000, True)


def test_factors_of_one_reason_are_one_finding(judged):
    judged({-2: "full_calibration_overdue"})
    judged({-2: "full_calibration_overdue"}, factor="a21002")
    found = Finding.objects.get()
    assert found.kind == "overdue_calibration"
    judged({-1: "full_calibration_overdue"})
    judged({-1: "full_calibration_overdue"}, factor="a21002")
    found.refresh_from_db()
    assert found.detail["factors"] == ["a21002", "a21026"]


def test_two_stretches_are_two_matters_once_the_first_is_closed(judged):
    judged({-9: "check_failed", -8: 20.0})
    Finding.objects.update(open=False, state="closed")
    judged({-7: 20.0})
    assert Finding.objects.count() == 1
    judged({-2: "check_failed"})
    assert Finding.objects.count() == 2


def test_only_the_unit_under_contract_answers(cast, judged):
    from qingyuan.areas.assets.models import ServiceContract

    ServiceContract.objects.update(until=datetime(2020, 1, 1, tzinfo=UTC).date())
    judged({-1: 99.0})
    assert not Finding.objects.exists()
