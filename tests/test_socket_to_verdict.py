"""From the wire to the verdict: frames through intake and the judging, to the page that says why.

The figures are worked by hand from HJ 212-2017 D.2: SO2 30 mg/m3 at 8 % O2 and a reference of 6 %
gives 30 x (21 - 6)/(21 - 8) = 34.615 mg/m3; 12 m/s x 0.95 through 10 m2 are 410,400 m3/h wet at 60
degrees, 94.5 kPa and 10 % moisture, that is 282,412 m3/h dry at 273 K and 101.325 kPa, 8.472 kg/h.
"""

from datetime import datetime

import pytest
from django.urls import reverse

from qingyuan.kernel.clock import CST

pytestmark = pytest.mark.django_db

HOUR = int(datetime(2026, 11, 23, 13, tzinfo=CST).timestamp())
MINUTE = ("a21026-Avg=30,a21026-Flag={};a19001-Avg=8,a19001-Flag=N;a01011-Avg=12,a01011-Flag=N;"
          "a01012-Avg=60,a01012-Flag=N;a01013-Avg=-0.5,a01013-Flag=N;a01014-Avg=10,a01014-Flag=N")
PARAMETERS = {
    "technique": "extractive", "auto_calibration": True, "o2_reference": 6.0, "duct_area_m2": 10.0,
    "velocity_field_factor": 0.95, "atmospheric_pressure_kpa": 95.0, "limit.a21026": 35.0,
}


@pytest.fixture
def judged(cast, station, segment, spooled, intake):
    """A gas point with the hour 13:00 as frames, of which the slots in ``flags`` are not N."""
    from qingyuan.areas.telemetry.facts import set_parameter
    from qingyuan.areas.telemetry.pipeline import run

    def judge(flags: dict[int, str]):
        one = station()
        for name, value in PARAMETERS.items():
            set_parameter(cast.manager, one.point, name, value, since=HOUR - 86_400)
        spooled([segment(one, "2051", f"2026112313{slot}000", MINUTE.format(flags.get(slot, "N")))
                 for slot in range(6)])
        intake()
        run(now=HOUR + 7200)
        return one

    return judge


def hour_of(cast, point):
    from qingyuan.areas.telemetry.queries.judged import hours_of

    return {row.factor: row for row in hours_of(cast.manager, point, HOUR, HOUR + 3600)}


def test_an_hour_from_frames_is_judged_with_value_clause_and_mass(cast, judged):
    row = hour_of(cast, judged({}).point)["a21026"]
    assert (row.verdict, row.count, row.value) == ("valid", 60, 30.0)
    assert row.converted == pytest.approx(30 * 15 / 13, rel=1e-12)
    assert row.mass == pytest.approx(8.472366335247163, rel=1e-12)
    assert row.clause.startswith("HJ 75-2017")


def test_two_bad_slots_leave_forty_minutes_which_are_too_few(cast, judged):
    row = hour_of(cast, judged({1: "D", 2: "D"}).point)["a21026"]
    assert (row.verdict, row.count) == ("invalid", 40)
    assert row.reason.split(";")[0] == "fault"


def test_the_drawer_shows_the_arithmetic(cast, judged, client):
    one = judged({})
    client.force_login(cast.manager.user)
    said = client.get(reverse("telemetry:why", args=[one.point.pk]),
                      {"level": "hour", "time": HOUR, "factor": "a21026"}).content.decode()
    assert "34.6" in said
    assert "8.47" in said
    assert "HJ 75-2017" in said


def test_a_calibration_entered_afterwards_changes_the_verdict_and_keeps_the_old_one(cast, judged):
    from qingyuan.areas.telemetry.facts import record_event
    from qingyuan.areas.telemetry.pipeline import run
    from qingyuan.areas.telemetry.queries.judged import versions_of

    one = judged({})
    record_event(cast.engineer, one.point, kind="calibration", start=HOUR - 600, passed=False,
                 factor="a21026", now=HOUR + 7200)
    run(now=HOUR + 7200)
    row = hour_of(cast, one.point)["a21026"]
    assert row.verdict == "out_of_control"
    assert row.version == 2
    kept = versions_of(cast.manager, one.point, "hour", HOUR, "a21026")
    assert [(v.version, v.row["verdict"], v.cause) for v in kept] == [
        (2, "out_of_control", ""), (1, "valid", "facts")]


def test_the_neighbour_sees_nothing_of_it(cast, judged, client):
    one = judged({})
    client.force_login(cast.outsider.user)
    for name in ("telemetry:hours", "telemetry:why", "telemetry:facts", "telemetry:comparison"):
        answer = client.get(reverse(name, args=[one.point.pk]),
                            {"level": "hour", "time": HOUR, "factor": "a21026"})
        assert answer.status_code == 404
