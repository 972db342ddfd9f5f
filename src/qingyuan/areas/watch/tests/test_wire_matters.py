"""Frames become findings: states and readings of devices, values sent again otherwise, a logger's
own hours against those computed from its minutes; and one path from the socket's frame to the
keeper's and the duty's inbox."""

import time
from datetime import date, datetime

import pytest

from qingyuan.areas.findings.models import Finding
from qingyuan.areas.telemetry.models import Event, Factor, HourReading, HourValue, JudgedPoint
from qingyuan.areas.watch import jobs
from qingyuan.kernel.clock import CST
from qingyuan.spool import NewFrame, SpoolWriter

HOUR = 3600


@pytest.fixture
def now() -> int:
    """A full hour of this day, epoch seconds."""
    return int(time.time()) // HOUR * HOUR


def stamp(moment: int) -> str:
    return f"{datetime.fromtimestamp(moment, CST):%Y%m%d%H%M%S}"


@pytest.fixture
def frames(station, segment, places, intake, now):
    """``frames(("3020", -60, "PolId=a21026;i12001-Info=2"), …)``: packets of so many minutes ago
    through the spool into the tables, then the watch looks."""
    one = station()

    def send(*said):
        with SpoolWriter(places.spool, synchronous="OFF") as spool:
            spool.append([NewFrame(
                (now + 60 * ago + 60) * 1000, "192.0.2.1:40000", one.mn, "",
                segment(one, cn, stamp(now + 60 * ago), items)) for cn, ago, items in said])
        intake()
        jobs.watch((now + 600) * 1000)

    send.point = one.point
    return send


def test_state_of_fault_is_a_matter_until_the_next_sound_state(frames, findings, now):
    frames(("3020", -60, "PolId=a21026;i12001-Info=2"))
    found, = findings("device_alarm")
    assert (found.factor, found.first_at) == ("a21026", (now - HOUR) * 1000)
    assert "监测仪器故障" in found.title
    frames(("3020", -50, "PolId=a21026;i12001-Info=2"), ("3020", -45, "PolId=a34013;i12001-Info=0"))
    assert [row.ended_at for row in findings("device_alarm")] == [None]
    frames(("3020", -40, "PolId=a21026;i12001-Info=0"))
    assert findings("device_alarm")[0].ended_at == (now - 40 * 60) * 1000


@pytest.mark.parametrize("said", ["PolId=a21026;i12001-Info=1", "PolId=a21026;i12001-Info=3",
                                  "i22001-Info=0", "PolId=a21026;i13008-Info=2",
                                  "i33001-Info=??"])
def test_states_of_every_day_are_none(frames, said):
    frames(("3020", -60, said), ("3020", -20, said))
    assert not Finding.objects.exists()


def test_state_in_a_declared_stop_or_of_a_kind_switched_off_is_none(cast, frames, rule, now):
    Event.objects.create(point=frames.point, organisation=cast.houses.unit, kind="stop",
                         start=now - HOUR, end=now - 1800)
    rule("device_alarm", on=False)
    frames(("3020", -60, "i22001-Info=2"), ("3020", -60, "i33001-Info=20"),
           ("3020", -31, "i33001-Info=20"))
    assert not Finding.objects.exists()


def test_reading_still_outside_half_an_hour_later(frames, findings, now):
    frames(("3020", -60, "i33002-Info=12.5"), ("3020", -31, "i33002-Info=11.0"))
    assert findings("device_parameter") == []
    frames(("3020", -30, "i33002-Info=12.0"))
    found, = findings("device_parameter")
    assert "冷凝器温度" in found.title
    assert "12.5 ℃，应为 0～10 ℃" in found.title
    frames(("3020", -10, "i33002-Info=4.0"))
    assert findings("device_parameter")[0].open is False


@pytest.mark.parametrize(("cn", "interval"), [("2061", "hour"), ("2051", "min"), ("2031", "day")])
def test_period_sent_again_with_other_values(frames, findings, cn, interval):
    frames((cn, -120, "a21026-Avg=80.0,a21026-Flag=N;a19001-Avg=6.0,a19001-Flag=N"))
    assert findings("changed_data") == []
    frames((cn, -120, "a21026-Avg=30.0,a21026-Flag=N;a19001-Avg=6.0,a19001-Flag=N"))
    found, = findings("changed_data")
    assert (found.detail["interval"], found.factor) == (interval, "a21026")
    assert found.detail["figures"][0][2:] == ["Avg", 80.0, 30.0]
    assert "80 变为 30" in found.title
    frames()
    assert findings("changed_data")[0].count == 1


@pytest.mark.parametrize("flag", ["N", "M"])
def test_period_sent_again_with_the_same_values_is_none(frames, findings, flag):
    frames(("2061", -120, "a21026-Avg=80.0,a21026-Flag=N"),
           ("2061", -120, f"a21026-Avg=80.0,a21026-Flag={flag}"))
    assert findings("changed_data") == []


@pytest.fixture
def hours(station, now):
    """``hours([(20.0, 20.0), …])``: reported and computed SO2 means of the hours up to this one,
    judged, then the watch looks. ``converted`` enters converted means instead."""
    point = station().point
    factor, kept = Factor.objects.get(code="a21026"), {"at": 0}

    def enter(pairs, *, column="avg", count=60, flag="N"):
        kept["at"] += 1
        for back, (was, own) in enumerate(reversed(pairs), 1):
            moment = {"point": point, "time": now - back * HOUR, "factor": factor}
            HourReading.objects.update_or_create(
                **moment, defaults={column: was, "flag": flag, "frame": 1, "source_id": 1})
            HourValue.objects.update_or_create(
                **moment, defaults={
                    "count": count, "value": own if column == "avg" else 20.0,
                    "converted": own if column == "zs_avg" else None, "verdict": "valid",
                    "rules": "r", "inputs": "i", "at": 1})
        JudgedPoint.objects.update_or_create(point=point, defaults={"at": kept["at"]})
        jobs.watch(now * 1000)

    return enter


def test_three_hours_beyond_a_hundredth_are_a_mismatch(hours, findings, now):
    hours([(20.0, 20.0), (25.0, 20.0), (25.0, 20.0)])
    assert findings("mismatch") == []
    hours([(20.0, 20.0), (25.0, 20.0), (26.0, 20.0), (25.0, 20.0)])
    found, = findings("mismatch")
    assert (found.factor, found.first_at) == ("a21026", (now - 3 * HOUR) * 1000)
    assert "最多相差 30.0%（数采仪 26，平台 20.00）" in found.title
    hours([(25.0, 20.0), (26.0, 20.0), (25.0, 20.0), (20.1, 20.0)])
    found.refresh_from_db()
    assert (found.ended_at, found.open, found.count) == ((now - HOUR) * 1000, True, 1)


def test_converted_means_by_another_reference(hours, findings):
    hours([(30.0, 36.7)] * 3, column="zs_avg")
    assert findings("mismatch")[0].detail["column"] == "zs_avg"


@pytest.mark.parametrize("facts", [{"count": 48}, {"flag": "C"}])
def test_hours_that_may_differ_are_not_compared(hours, findings, facts):
    hours([(25.0, 20.0)] * 4, **facts)
    assert findings("mismatch") == []


def test_share_of_the_rule_counts(hours, findings, rule):
    rule("mismatch", share=0.3)
    hours([(25.0, 20.0)] * 4)
    assert findings("mismatch") == []


def test_minute_frames_reach_the_inbox_of_keeper_and_duty(
    cast, frames, findings, browser_of, now
):
    from qingyuan.areas.assets.models import PointKeeper
    from qingyuan.areas.notices.models import DutyShift, Notice

    PointKeeper.objects.create(organisation=cast.houses.unit, point=frames.point,
                               since=date(2020, 1, 1), person=cast.engineer.user)
    DutyShift.objects.create(
        organisation=cast.houses.unit, person=cast.reviewer.user, kind="day",
        since=(now - 12 * HOUR) * 1000, until=(now + 12 * HOUR) * 1000)
    frames(*[("2051", 10 * n - 120, f"a21026-Avg={'0.00' if n else '0.0'},a21026-Flag=N;"
              f"a19001-Avg={6 + n / 10},a19001-Flag=N") for n in range(12)])
    found, = findings("zero")
    told = set(Notice.objects.values_list("person__username", "title", "urgent"))
    assert told == {(name, found.title, True) for name in ("engineer", "reviewer")}
    page = browser_of("engineer").get("/findings/").content.decode()
    assert found.title in page
