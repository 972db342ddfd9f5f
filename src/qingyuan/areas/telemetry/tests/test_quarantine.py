"""What waited in quarantine is stored once the registry or the dictionary is mended."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied

from qingyuan.areas.assets import actions as assets
from qingyuan.areas.assets.actions import BEGINNING
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.telemetry import actions, queries
from qingyuan.areas.telemetry.models import MinuteReading, Quarantine

pytestmark = pytest.mark.django_db
MN = "010000A8900016F000169D01"


def values(cast, mn, interval="min"):
    return [r.factors for r in queries.readings_of_mn(cast.manager, mn, interval, 0, 2**40)]


def replay(cast, kind):
    return actions.replay_quarantine(cast.reviewer, Quarantine.objects.get(kind=kind))


@pytest.mark.parametrize(("cn", "interval"), [("2051", "min"), ("2061", "hour")])
def test_an_unknown_factor_is_entered_and_replayed(
    cast, station, segment, spooled, intake, cn, interval
):
    one = station()
    spooled([segment(one, cn, "20261123140000", "a21026-Avg=1,a21026-Flag=N;zz9999-Avg=7")])
    intake()
    assert values(cast, one.mn, interval) == [{"a21026": {"Avg": 1.0, "Flag": "N"}}]
    failed = replay(cast, "factor")
    assert (failed.frames, failed.failing) == (1, 1)
    actions.add_factor(cast.manager, "zz9999", name="示例特征因子", unit="mg/m³", medium="gas")
    done = replay(cast, "factor")
    assert (done.frames, done.readings, done.failing) == (1, 1, 0)
    assert values(cast, one.mn, interval) == [
        {"a21026": {"Avg": 1.0, "Flag": "N"}, "zz9999": {"Avg": 7.0}}]
    assert MinuteReading.objects.count() == (1 if interval == "min" else 0)
    assert Quarantine.objects.get().state == "replayed"
    assert AuditLine.objects.filter(verb="replay_quarantine").count() == 2


def test_an_unknown_station_is_entered_and_replayed(cast, station, segment, spooled, intake):
    one = station()
    raw = segment(one, "2051", "20261123140000", "a21026-Avg=1", mn="NEW01", pw="111111")
    spooled([raw], mn="NEW01", verdict="unknown")
    intake()
    assert Quarantine.objects.get().organisation is None
    station(mn="NEW01", password="222222", name="新点位")
    assert replay(cast, "station").failing == 0
    # The station is known now, its password is not the packet's.
    assert Quarantine.objects.get(kind="password").count == 1
    assert values(cast, "NEW01") == []
    new = queries.quarantine(cast.manager, kind="password").get()
    from qingyuan.areas.assets.models import DataLogger

    assets.edit_station(cast.manager, DataLogger.objects.get(mn="NEW01"), password="111111")
    assert actions.replay_quarantine(cast.manager, new).failing == 0
    assert values(cast, "NEW01") == [{"a21026": {"Avg": 1.0}}]


def test_a_missing_link_is_made_and_replayed(cast, station, segment, spooled, intake):
    one = station()
    spooled([segment(one, "2051", "20261123140000", "w01018-Avg=40", st="32")])
    intake()
    water = station(mn="010000A8900016F000169D02", kind="water", name="总排口").point
    assets.link_logger(cast.manager, one.logger, water, st="32", since=BEGINNING)
    assert replay(cast, "assignment").readings == 1
    assert values(cast, one.mn) == [{"w01018": {"Avg": 40.0}}]


def test_a_reason_that_comes_back_after_replay_is_open_again(
    cast, station, segment, spooled, intake
):
    one = station()
    spooled([segment(one, "2051", "20261301000000", "a21026-Avg=1")])
    intake()
    Quarantine.objects.update(state="replayed")
    [seq] = spooled([segment(one, "2051", "20261302000000", "a21026-Avg=1")])
    intake()
    row = Quarantine.objects.get()
    assert (row.state, row.count, row.first_seq) == ("open", 1, seq)


def test_a_dismissed_reason_goes_on_counting_quietly(cast, station, segment, spooled, intake):
    one = station()
    spooled([segment(one, "2051", "20261301000000", "a21026-Avg=1")])
    intake()
    actions.dismiss_quarantine(cast.reviewer, Quarantine.objects.get(), note="设备检修")
    spooled([segment(one, "2051", "20261302000000", "a21026-Avg=1")])
    intake()
    row = Quarantine.objects.get()
    assert (row.state, row.count, row.note) == ("dismissed", 2, "设备检修")
    assert queries.quarantine_counts(cast.manager).states == {"dismissed": 1}


def test_who_sees_and_who_acts(cast, station, segment, spooled, intake):
    one = station()
    spooled([segment(one, "2051", "20261301000000", "a21026-Avg=1")])
    spooled([b"##0010ST=32;CN=1"], mn="STRANGER", verdict="unknown")
    intake()
    own = {name: queries.quarantine(getattr(cast, name)).count() for name in (
        "manager", "reviewer", "inspector", "discharger", "officer", "outsider")}
    # Another unit sees only what is nobody's: a station that it may be about to enter.
    assert own == {"manager": 2, "reviewer": 2, "inspector": 1, "discharger": 0, "officer": 0,
                   "outsider": 1}
    row = Quarantine.objects.get(kind="time")
    with pytest.raises(PermissionDenied):
        actions.replay_quarantine(cast.engineer, row)
    with pytest.raises(Quarantine.DoesNotExist):
        actions.replay_quarantine(cast.outsider, row)


def test_ten_thousand_invented_mns_do_not_fill_the_table(
    cast, station, spooled, intake, monkeypatch
):
    from qingyuan.areas.telemetry.intake import quarantine

    monkeypatch.setattr(quarantine, "MOST_OWNERLESS", 5)
    for number in range(9):
        spooled([b"##0010ST=32;CN=%d" % number], mn=f"X{number}", verdict="unknown")
    intake(batch=2)
    assert Quarantine.objects.count() == 6
    assert Quarantine.objects.get(mn="…").count == 4


def test_a_running_intake_takes_a_new_factor(cast, station, segment, spooled, places):
    from qingyuan.areas.telemetry.intake.run import Intake

    one = station()
    run = Intake(places.spool)
    spooled([segment(one, "2051", "20261123140000", "zz9999-Avg=7")])
    run.drain()
    actions.add_factor(cast.manager, "zz9999", name="示例特征因子")
    spooled([segment(one, "2051", "20261123150000", "zz9999-Avg=8")])
    run.drain()
    run.close()
    assert values(cast, one.mn) == [{"zz9999": {"Avg": 8.0}}]


def test_a_logger_taken_out_of_use_is_a_stranger(cast, station, segment, spooled, intake):
    one = station()
    assets.edit_station(cast.manager, one.logger, active=False)
    spooled([segment(one, "2051", "20261123140000", "a21026-Avg=7")], verdict="unknown")
    intake()
    assert values(cast, one.mn) == []
    assert Quarantine.objects.get().kind == "station"


NEWCOMER = SimpleNamespace(mn="NEW01", st="31", password="123456")


def part(segment, cn, number, items):
    return segment(NEWCOMER, cn, "20261123140000", items, qn=f"2026112314100000{number}",
                   head=f"Flag=7;PNUM=2;PNO={number}")


HALVES = {1: "a21026-Avg=1,a21026-Flag=N", 2: "a21002-Avg=2,a21002-Flag=N"}
WHOLE = {"a21026": {"Avg": 1.0, "Flag": "N"}, "a21002": {"Avg": 2.0, "Flag": "N"}}


@pytest.mark.parametrize(("cn", "interval"), [("2051", "min"), ("2061", "hour")])
def test_both_parts_of_a_split_packet_waited_for_their_station(
    cast, station, segment, spooled, intake, cn, interval
):
    spooled([part(segment, cn, n, HALVES[n]) for n in (1, 2)], mn="NEW01", verdict="unknown")
    intake()
    station(mn="NEW01")
    done = replay(cast, "station")
    assert (done.frames, done.readings, done.failing) == (2, 1, 0)
    assert values(cast, "NEW01", interval) == [WHOLE]
    assert Quarantine.objects.get().state == "replayed"


@pytest.mark.parametrize(("cn", "interval"), [("2051", "min"), ("2061", "hour")])
@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
@pytest.mark.parametrize("kind", ["station", "part"])
def test_the_station_was_entered_between_the_parts(
    cast, station, segment, spooled, intake, cn, interval, order, kind
):
    first, second = order
    spooled([part(segment, cn, first, HALVES[first])], mn="NEW01", verdict="unknown")
    intake()
    one = station(mn="NEW01")
    spooled([part(segment, cn, second, HALVES[second])], mn="NEW01")
    spooled([segment(one, "2011", "20261123141500", "a21026-Rtd=1")], mn="NEW01", step=300_000)
    intake()
    # Either row alone is enough, whatever stands between its first and its last frame.
    assert replay(cast, kind).failing == 0
    assert values(cast, "NEW01", interval) == [WHOLE]
    assert Quarantine.objects.get(kind=kind).state == "replayed"


def test_a_part_whose_other_never_came_is_stored_and_stays_a_failure(
    cast, station, segment, spooled, intake
):
    spooled([part(segment, "2061", 1, HALVES[1])], mn="NEW01", verdict="unknown")
    intake()
    station(mn="NEW01")
    done = replay(cast, "station")
    assert (done.readings, done.failing) == (1, 1)
    assert values(cast, "NEW01", "hour") == [{"a21026": {"Avg": 1.0, "Flag": "N"}}]
    assert Quarantine.objects.get(kind="station").state == "open"
    assert Quarantine.objects.get(kind="part").sample == "1/2"


def test_an_unknown_factor_in_a_split_packet_is_replayed_with_both_parts(
    cast, station, segment, spooled, intake
):
    station(mn="NEW01")
    spooled([part(segment, "2051", 1, "zz9999-Avg=7"), part(segment, "2051", 2, HALVES[2])],
            mn="NEW01")
    intake()
    actions.add_factor(cast.manager, "zz9999", name="示例特征因子")
    assert replay(cast, "factor").failing == 0
    assert values(cast, "NEW01") == [
        {"zz9999": {"Avg": 7.0}, "a21002": {"Avg": 2.0, "Flag": "N"}}]
