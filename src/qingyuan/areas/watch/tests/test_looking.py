"""How minutes are looked at: old ones, many at once, many points, one that cannot be looked at."""

from qingyuan.areas.findings.models import Finding
from qingyuan.areas.telemetry.models import PointParameter


def test_old_minutes_and_points_without_any_raise_nothing(watched, station, hour):
    station(mn="010000A8900016F000169D02", name="2 号排口")
    watched.sent(-500, -400, a21026=0.0)
    watched.look(0)
    assert not Finding.objects.exists()


def test_whole_day_at_once_says_the_same_as_packet_by_packet(watched, findings, hour):
    watched.send(0, 60, a21026=lambda n: 0.0 if n < 20 else 21.0 + n % 5)
    found, = findings("zero")
    assert (found.first_at, found.ended_at) == (hour * 1000, (hour + 20 * 600) * 1000)
    assert found.open


def test_point_that_cannot_be_looked_at_holds_up_no_other(
    cast, watched, station, findings, hour, caplog
):
    from qingyuan.areas.watch import jobs

    bad = station(mn="010000A8900016F000169D02", name="2 号排口").point
    PointParameter.objects.create(point=bad, organisation=cast.houses.plant, name="limit.a21026",
                                  value="35 mg/m3", since=0)
    watched.sent(0, 12, a21026=0.0)
    watched.sent(0, 12, point=bad)
    jobs.watch((hour + 7200) * 1000)
    assert [row.point_id for row in findings("zero")] == [watched.point.pk]
    assert f"cannot look at point {bad.pk}" in caplog.text


def test_as_many_queries_for_three_points_as_for_one(watched, station, hour):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from qingyuan.areas.watch import jobs

    def asked(packet):
        with CaptureQueriesContext(connection) as seen:
            jobs.watch((hour + 600 * packet) * 1000)
        return len(seen.captured_queries)

    watched.sent(0, 3)
    alone = asked(3)
    others = [station(mn=f"010000A8900016F000169D0{n}", name=f"{n} 号排口").point for n in (2, 3)]
    watched.send(3, 5)
    for point in others:
        watched.sent(0, 6, point=point)
    watched.sent(5, 6)
    assert asked(6) <= alone


def test_long_pause_is_caught_up_in_parts(watched, findings, monkeypatch):
    from qingyuan.areas.watch import minutes

    monkeypatch.setattr(minutes, "BUDGET", 70)
    watched.sent(0, 30, a21026=lambda n: 0.0 if n < 20 else 20.0 + n % 3)
    for _look in range(30):  # a day and five hours in parts of 70 minutes
        watched.look(30)
    found, = findings("zero")
    assert (found.ended_at - found.first_at, found.count) == (20 * 600_000, 2)
