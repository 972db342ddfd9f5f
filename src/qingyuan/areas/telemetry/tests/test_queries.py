"""What the pages read: states, series, tables, frames, within a fixed number of queries."""

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied

from qingyuan.areas.assets import actions as assets
from qingyuan.areas.assets.models import DataLogger, MonitoringPoint
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.telemetry import actions, queries
from qingyuan.areas.telemetry.models import Position
from qingyuan.areas.telemetry.queries.series import decimate
from qingyuan.kernel.clock import parse_stamp
from qingyuan.spool.commands import CommandBox

pytestmark = pytest.mark.django_db
ARRIVED = 1_795_413_600.0  # 2026-11-23T14:00+08:00, when the first frame of a test arrives
ALL = (0, 2**40)


def at(stamp: str) -> int:
    return int(parse_stamp(stamp).timestamp())


@pytest.mark.parametrize(("later", "state"), [(60, "live"), (300, "late"), (7200, "silent")])
def test_a_point_is_live_late_or_silent(
    cast, station, segment, spooled, intake, later, state
):
    one = station()
    assert queries.point_latest(cast.manager, one.point).state == "never"
    spooled([segment(one, "2011", "20261123140000",
                     "a21026-Rtd=12.5,a21026-ZsRtd=14,a21026-Flag=N")])
    intake()
    found = queries.point_latest(cast.manager, one.point, now=ARRIVED + later)
    assert (found.state, found.mn) == (state, one.mn)
    [tile] = found.tiles
    assert (tile.code, tile.value, tile.converted, tile.flag, tile.unit, tile.interval) == (
        "a21026", 12.5, 14.0, "N", "mg/m³", "rtd")


def test_the_overview_takes_a_fixed_number_of_queries(
    cast, station, segment, spooled, intake, django_assert_max_num_queries
):
    for number in range(8):
        one = station(mn=f"MANY{number}", name=f"{number} 号")
        cn = "2011" if number % 2 else "2051"
        spooled([segment(one, cn, "20261123140000", "a21026-Rtd=1,a21026-Avg=2")], mn=one.mn)
    intake()
    with django_assert_max_num_queries(9):
        found = queries.points_overview(cast.manager, now=ARRIVED)
    assert [p.tiles[0].value for p in found] == [2.0, 1.0] * 4
    assert {p.state for p in found} == {"live"}


def test_only_visible_points_are_shown(cast, station):
    one = station()
    assert queries.points_overview(cast.outsider) == []
    for reading in (
        lambda: queries.point_latest(cast.outsider, one.point),
        lambda: queries.series(cast.outsider, one.point, "min", ["a21026"], *ALL),
        lambda: queries.table(cast.outsider, one.point, "min", *ALL),
        lambda: queries.readings(cast.outsider, one.point, "min", *ALL),
        lambda: queries.frames(cast.outsider, one.point),
        lambda: queries.messages(cast.outsider, one.point),
        lambda: queries.commands_of_point(cast.outsider, one.point),
        lambda: queries.factors_of_point(cast.outsider, one.point, "min", *ALL),
    ):
        with pytest.raises(MonitoringPoint.DoesNotExist):
            reading()
    with pytest.raises(DataLogger.DoesNotExist):
        queries.readings_of_mn(cast.outsider, one.mn, "min", *ALL)


@pytest.mark.parametrize(("cn", "interval"), [("2051", "min"), ("2061", "hour")])
def test_a_series_keeps_gaps_and_flags(cast, station, segment, spooled, intake, cn, interval):
    one = station()
    step = "20261123{:02d}0000" if interval == "hour" else "202611231{}000"
    marks = [1, 2, 5]
    spooled([
        segment(one, cn, step.format(mark) if interval == "hour" else f"2026112314{mark}000",
                f"a21026-Avg={mark}.5,a21026-Max=9,a21026-Flag={'D' if mark == 2 else 'N'}")
        for mark in marks
    ])
    intake()
    plain, most = queries.series(cast.manager, one.point, interval, ["a21026", "a21026-Max"], *ALL)
    assert [(value, flag) for _t, value, flag in plain.dots] == [
        (1.5, "N"), (2.5, "D"), (None, ""), (5.5, "N")]
    assert (plain.suffix, plain.unit, plain.total) == ("Avg", "mg/m³", 3)
    assert [value for _t, value, _f in most.dots] == [9.0, 9.0, None, 9.0]


def test_decimation_keeps_the_extremes():
    dots = [(t, 1.0, "N") for t in range(10_000)]
    dots[4321] = (4321, 99.0, "T")
    dots[8765] = (8765, -5.0, "D")
    kept = decimate(dots, 500)
    assert len(kept) <= 502
    assert dots[4321] in kept
    assert dots[8765] in kept
    assert kept == sorted(kept)


@pytest.mark.parametrize(("cn", "interval"), [("2011", "rtd"), ("2061", "hour")])
def test_a_table_is_paged_newest_first(
    cast, station, segment, spooled, intake, cn, interval, django_assert_max_num_queries
):
    one = station()
    suffix = "Rtd" if cn == "2011" else "Avg"
    spooled([segment(one, cn, f"20261123{hour:02d}0000",
                     f"a21026-{suffix}={hour},a21026-Flag=N;a21002-{suffix}=1")
             for hour in range(12)])
    intake()
    with django_assert_max_num_queries(8):
        page = queries.table(cast.manager, one.point, interval, *ALL, page=2, size=5)
    assert page.total == 12
    assert [row.factors["a21026"][suffix] for row in page.rows] == [6.0, 5.0, 4.0, 3.0, 2.0]
    assert {factor.code for factor in page.factors} == {"a21026", "a21002"}
    assert page.suffixes["a21026"] == [suffix, "Flag"]
    assert page.sources[page.rows[0].source].kind == "wire"
    everything = list(queries.readings(cast.manager, one.point, interval, *ALL))
    assert [r.time for r in everything] == sorted(r.time for r in everything)
    assert len(everything) == 12


def test_readings_of_an_mn_follow_its_dates(cast, station, segment, spooled, intake):
    one, other = station(), station(mn="010000A8900016F000169D99", name="2 号排口")
    change = parse_stamp("20261123120000")
    assets.end_link(cast.manager, one.logger.assignments.all(), change)
    assets.end_link(cast.manager, other.logger.assignments.all(), change)
    assets.link_logger(cast.manager, other.logger, one.point, since=change)
    spooled([segment(one, "2051", "20261123110000", "a21026-Avg=1")])
    spooled([segment(other, "2051", "20261123130000", "a21026-Avg=2")], mn=other.mn)
    spooled([segment(one, "2051", "20261123130000", "a21026-Avg=3")])
    intake()
    assert [r.factors["a21026"]["Avg"]
            for r in queries.readings(cast.manager, one.point, "min", *ALL)] == [1.0, 2.0]
    assert [r.factors["a21026"]["Avg"]
            for r in queries.readings_of_mn(cast.manager, other.mn, "min", *ALL)] == [2.0]


def test_frames_of_a_point_are_its_own_st(cast, station, segment, spooled):
    one = station()
    water = station(mn="010000A8900016F000169D02", kind="water", name="总排口").point
    assets.link_logger(cast.manager, one.logger, water, since=assets.BEGINNING)
    gas, drain, answer = spooled([
        segment(one, "2051", "20261123140000", "a21026-Avg=1"),
        segment(one, "2051", "20261123140000", "w01018-Avg=1", st="32"),
        segment(one, "9011", "", "QnRtn=1", st="91"),
    ])
    assert [f.seq for f in queries.frames(cast.manager, one.point)] == [answer, gas]
    assert [f.seq for f in queries.frames(cast.manager, water)] == [answer, drain]
    assert [f.seq for f in queries.frames(cast.manager, water, limit=1)] == [answer]
    assert queries.frame(cast.manager, one.point, gas).seq == gas
    assert queries.frame(cast.manager, one.point, drain) is None
    with pytest.raises(PermissionDenied):
        queries.frames(cast.storekeeper, one.point)


def test_the_lag_is_what_the_spool_has_and_the_tables_have_not(
    cast, station, segment, spooled, intake
):
    one = station()
    spooled([segment(one, "2051", "20261123140000", "a21026-Avg=1")])
    intake()
    spooled([segment(one, "2051", f"2026112314{n}000", "a21026-Avg=1") for n in (1, 2, 3)])
    status = queries.gateway_status(cast.manager)
    assert (status.up, status.lag, status.last_seq) == (False, 3, 4)
    assert status.stored_at == Position.objects.get().at
    with pytest.raises(PermissionDenied):
        queries.gateway_status(cast.discharger)


def test_a_command_needs_consent_a_reason_and_the_manager(cast, station):
    one = station()
    with pytest.raises(PermissionDenied, match="consent"):
        actions.send_command(cast.manager, one.logger, "1012", [], reason="校时")
    assets.give_consent(cast.discharger, one.logger, "1012", since=today(), until=today(),
                        document="示例同意书", given_by="示例")
    with pytest.raises(PermissionDenied):
        actions.send_command(cast.engineer, one.logger, "1012", [], reason="校时")
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError):
        actions.send_command(cast.manager, one.logger, "1012", [], reason="  ")
    fields = [("SystemTime", "20261123140000"), ("NewPW", "654321")]
    pk = actions.send_command(cast.manager, one.logger, "1012", fields, reason="时钟快 3 分钟")
    command = queries.command(cast.manager, pk)
    assert (command.mn, command.st, command.state, command.cp[0]) == (
        one.mn, "31", "waiting", ("SystemTime", "20261123140000"))
    line = AuditLine.objects.get(verb="send_command")
    assert line.after["reason"] == "时钟快 3 分钟"
    assert "654321" not in str(line.after)
    assert queries.commands(cast.outsider) == []
    with pytest.raises(DataLogger.DoesNotExist):
        queries.command(cast.outsider, pk)


def test_a_command_is_shown_on_the_hours_it_touched(cast, station):
    one = station()
    with CommandBox(settings.PLACES.commands) as box:
        sent, _never = (
            box.enqueue(one.mn, "3011", [], st="31", reason="校准", by="示例", now_ms=now)
            for now in (at("20261123130500") * 1000, at("20261123140600") * 1000))
        box.progress(sent, "sent", now_ms=at("20261123140700") * 1000)
        box.progress(sent, "done", now_ms=at("20261123161000") * 1000)

    def touching(hour):
        start = at(f"20261123{hour}0000")
        return [c.id for c in queries.commands_touching(
            cast.manager, one.point, start, start + 3600)]

    # Asked for at one, under way from two until four; the second never left the house.
    assert [touching(hour) for hour in (13, 14, 15, 16, 17)] == [[], [sent], [sent], [sent], []]


def test_messages_of_a_point(cast, station, segment, spooled, intake):
    one = station()
    spooled([segment(one, "2021", "20261123140000", "SB1-RS=1"),
             segment(one, "2081", "20261123140000", "RestartTime=20261123135900")])
    intake()
    assert [m.cn for m in queries.messages(cast.manager, one.point)] == ["2081", "2021"]
    assert [m.cn for m in queries.messages(cast.manager, one.point, cn="2021")] == ["2021"]
    assert not queries.messages(cast.manager, one.point, before=1).exists()
