"""Hours of a waste-water point's analysers become findings."""

import time

import pytest

from qingyuan.areas.findings.models import Finding
from qingyuan.areas.telemetry.models import PointParameter
from qingyuan.areas.watch import jobs

HOUR = 3600


@pytest.fixture
def outlet(station):
    """``outlet([40.0, …], flow=10.0)``: COD of the hours up to this one, then the watch looks."""
    from qingyuan.areas.telemetry.backfill import store
    from qingyuan.areas.telemetry.sources import simulated

    point = station(kind="water", name="总排口").point
    now = int(time.time()) // HOUR * HOUR

    def report(values, flow=10.0, flag="N"):
        store(point.pk, "hour", [("w01018", "Avg"), ("w00000", "Avg")], [
            (now - HOUR * back, [value, flow], [flag, "N"])
            for back, value in enumerate(reversed(values), 1)], simulated())
        jobs.watch(now * 1000)

    report.point = point
    return report


def test_analyser_that_repeats_itself_for_a_day(outlet, findings):
    outlet([40.0 + n for n in range(6)] + [38.5] * 24)
    found, = findings("constant")
    assert (found.factor, found.ended_at) == ("w01018", None)
    assert "恒为 38.5 mg/L，已 24 小时" in found.title


@pytest.mark.parametrize("facts", [{"values": [38.5] * 23}, {"values": [38.5] * 30, "flow": 0.0},
                                   {"values": [0.0] * 5}, {"values": [0.0] * 30, "flow": 0.0},
                                   {"values": [0.0] * 30, "flag": "M"}])
def test_short_repeats_and_hours_without_flow_are_none(outlet, facts):
    outlet(**facts)
    assert not Finding.objects.exists()


def test_zero_of_six_hours_while_water_flows(outlet, findings):
    outlet([40.0, *[0.0] * 6])
    assert "持续为零，已 6 小时" in findings("zero")[0].title


def test_hour_above_range(cast, outlet, findings):
    PointParameter.objects.create(point=outlet.point, organisation=cast.houses.plant, value=200,
                                  name="range.w01018", since=0)
    outlet([199.0, 200.0])
    assert findings("over_range")[0].detail["range"] == 200
