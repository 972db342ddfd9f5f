"""Whose a reason, a packet, a command is: two units at one discharger, a logger that has moved."""

import pytest
from django.conf import settings

from qingyuan.areas.assets import actions as assets
from qingyuan.areas.assets.models import DataLogger, ServiceContract
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.telemetry import actions, queries
from qingyuan.areas.telemetry.models import Quarantine
from qingyuan.kernel.clock import parse_stamp
from qingyuan.spool import NewFrame, SpoolWriter
from qingyuan.spool.commands import CommandBox

pytestmark = pytest.mark.django_db
HOUR = 3_600


def at(stamp: str) -> int:
    return int(parse_stamp(stamp).timestamp())


def mns(rows) -> set[str]:
    return {row.mn for row in rows}


@pytest.fixture
def strange(segment, spooled, intake):
    """A station's packet with a factor that nobody knows; the sequence."""

    def arrive(of) -> int:
        [seq] = spooled([segment(of, "2011", "20261123140000", "zz9001-Rtd=1")], mn=of.mn)
        intake()
        return seq

    return arrive


@pytest.fixture
def asked():
    """Put a command in the mailbox as of an instant ("20261123140000"); its id."""

    def ask(mn: str, cn: str, stamp: str, *steps: tuple[str, str], cp=()) -> int:
        with CommandBox(settings.PLACES.commands) as box:
            pk = box.enqueue(mn, cn, list(cp), st="31", reason="示例事由", by="示例",
                             now_ms=at(stamp) * 1000)
            for state, when in steps:
                box.progress(pk, state, now_ms=at(when) * 1000)
        return pk

    return ask


def test_quarantine_of_the_other_unit_at_the_same_discharger_is_not_seen(
    cast, station, neighbour, strange, browser_of
):
    own = station()
    strange(own)
    seq = strange(neighbour)
    row = Quarantine.objects.get(mn=neighbour.mn)
    assert mns(queries.quarantine(cast.manager)) == {own.mn}
    assert mns(queries.quarantine(cast.outsider)) == {neighbour.mn}
    assert mns(queries.quarantine(cast.inspector)) == {own.mn, neighbour.mn}
    assert queries.quarantine_counts(cast.manager).packets == 1
    for page in (f"/quarantine/{row.pk}/", f"/quarantine/{row.pk}/packets/{seq}/"):
        refused = browser_of("manager").get(page)
        assert (page, refused.status_code) == (page, 404)
        assert neighbour.password not in refused.content.decode()
    shown = browser_of("outsider").get(f"/quarantine/{row.pk}/packets/{seq}/")
    assert neighbour.password in shown.content.decode()
    with pytest.raises(Quarantine.DoesNotExist):
        actions.replay_quarantine(cast.manager, row)
    with pytest.raises(Quarantine.DoesNotExist):
        actions.dismiss_quarantine(cast.manager, row)


def test_an_unknown_mn_is_everybodys_until_somebody_registers_it(cast, station, spooled, intake):
    station()
    spooled([b"##0010ST=32;CN=1"], mn="NEW01", verdict="unknown")
    intake()
    assert mns(queries.quarantine(cast.manager)) == mns(queries.quarantine(cast.outsider)) == {
        "NEW01"}
    station(mn="NEW01", name="新点位")
    assert mns(queries.quarantine(cast.manager)) == {"NEW01"}
    assert mns(queries.quarantine(cast.outsider)) == set()


def test_quarantine_goes_with_the_logger_and_leaves_earlier_packets_behind(
    cast, moved, segment, intake, places
):
    raws = [segment(moved, "2011", f"{stamp}000000", "zz9001-Rtd=1")
            for stamp in ("20191231", "20200102")]
    with SpoolWriter(places.spool, synchronous="OFF") as spool:
        _before, after = spool.append([
            NewFrame(at(stamp) * 1000, "192.0.2.1:40000", moved.mn, "", raw)
            for stamp, raw in zip(("20191231000010", "20200102000010"), raws, strict=True)
        ])
    intake()
    assert mns(queries.quarantine(cast.manager)) == set()
    row = queries.quarantine(cast.outsider).get()
    assert row.count == 2
    assert [f.seq for f in queries.quarantined_frames(cast.outsider, row.pk)[1]] == [after]


def test_after_the_contract_nothing_later_is_seen(cast, station, strange, asked):
    one = station()
    strange(one)
    pk = asked(one.mn, "1012", "20261123140000")
    assert mns(queries.quarantine(cast.manager)) == {one.mn}
    ServiceContract.objects.update(since="2020-01-01", until="2020-12-31")
    assert not queries.quarantine(cast.manager).exists()
    assert queries.commands(cast.manager) == []
    with pytest.raises(DataLogger.DoesNotExist):
        queries.command(cast.manager, pk)


def test_commands_belong_to_who_held_the_logger_when_they_lived(cast, moved, asked):
    before = asked(moved.mn, "1012", "20191231100000", ("sent", "20191231100001"),
                   ("done", "20191231100002"))
    after = asked(moved.mn, "3011", "20261123140000", ("sent", "20261123140001"))
    for scope, own, foreign in (
        (cast.manager, before, after), (cast.discharger, before, after),
        (cast.outsider, after, before),
    ):
        assert [c.id for c in queries.commands(scope)] == [own]
        assert queries.command(scope, own).id == own
        with pytest.raises(DataLogger.DoesNotExist):
            queries.command(scope, foreign)
    assert [c.id for c in queries.commands_of_point(cast.manager, moved.old)] == [before]
    assert [c.id for c in queries.commands_of_point(cast.outsider, moved.point)] == [after]


def test_a_command_after_the_move_marks_no_hour_of_the_point_that_was_left(cast, moved, asked):
    pk = asked(moved.mn, "3011", "20261123140000", ("sent", "20261123140001"))
    hour = (at("20261123140000"), at("20261123150000"))
    assert queries.commands_touching(cast.manager, moved.old, *hour) == []
    assert [c.id for c in queries.commands_touching(cast.outsider, moved.point, *hour)] == [pk]


def test_messages_after_the_move_are_not_shown_at_the_point_that_was_left(
    cast, moved, segment, spooled, intake
):
    spooled([segment(moved, "2081", "", "RestartTime=20261123135900", st="91")])
    intake()
    assert not queries.messages(cast.manager, moved.old).exists()
    assert [m.cn for m in queries.messages(cast.outsider, moved.point)] == ["2081"]


def test_two_hundred_later_commands_hide_no_control(cast, station, asked):
    one = station()
    control = asked(one.mn, "3011", "20261123140000", ("sent", "20261123140001"))
    with CommandBox(settings.PLACES.commands) as box:
        for second in range(201):
            box.enqueue(one.mn, "2011", [], st="31", reason="补数", by="示例",
                        now_ms=(at("20261124140000") + second) * 1000)
    hour = (at("20261123140000"), at("20261123150000"))
    assert [c.id for c in queries.commands_touching(cast.manager, one.point, *hour)] == [control]


def test_the_hours_between_two_steps_are_marked_and_those_of_waiting_are_not(
    cast, station, asked
):
    one = station()
    pk = asked(one.mn, "3012", "20261123103000", ("sent", "20261123113000"),
               ("waiting", "20261123113001"), ("sent", "20261123125900"),
               ("accepted", "20261123125901"), ("done", "20261123150000"))
    hours = {
        hour for hour in range(9, 18)
        for found in queries.commands_touching(
            cast.manager, one.point, at(f"20261123{hour:02}0000"),
            at(f"20261123{hour:02}0000") + HOUR)
        if found.id == pk
    }
    assert hours == {12, 13, 14, 15}


@pytest.mark.parametrize(("who", "seen"), [
    ("manager", True), ("engineer", True), ("reviewer", False), ("storekeeper", False),
    ("inspector", False), ("discharger", False),
])
def test_the_new_password_of_a_command_is_for_those_who_may_see_secrets(
    cast, station, asked, segment, browser_of, who, seen
):
    one = station()
    pk = asked(one.mn, "1072", "20261123140000", ("sent", "20261123140001"),
               cp=[("NewPW", "S3CRET"), ("newsk", "S3CRET-9")])
    with CommandBox(settings.PLACES.commands) as box:
        box.progress(pk, "done", now_ms=at("20261123140002") * 1000,
                     answer=segment(one, "9012", "", "ExeRtn=1;NewPW=S3CRET"))
    page = browser_of(who).get(f"/commands/{pk}/")
    assert page.status_code == 200
    assert ("S3CRET" in page.content.decode()) is seen


@pytest.mark.parametrize(("who", "seen"), [
    ("engineer", True), ("reviewer", False), ("inspector", False), ("discharger", False),
])
def test_the_new_key_in_a_packet_is_for_those_who_may_see_secrets(
    cast, station, segment, spooled, intake, browser_of, who, seen
):
    one = station()
    key = "0123456789ABCDEF0123456789ABCDEF"
    [seq] = spooled([segment(one, "1014", "20261123140000", f"NewSK={key};PW=654321")])
    intake()
    text = browser_of(who).get(f"/points/{one.point.pk}/packets/{seq}/").content.decode()
    assert (key in text, "654321" in text) == (seen, seen)


def test_no_record_of_a_packet_keeps_a_secret(cast, station, segment, spooled, intake):
    one = station()
    spooled([segment(one, "1014", "", "SKCreateTime=20261123140000;NewSK=0123456789ABCDEF")])
    intake()
    [message] = queries.messages(cast.manager, one.point)
    assert message.pairs == [["SKCreateTime", "20261123140000"], ["NewSK", "••••••"]]


def test_the_audit_trail_of_a_command_keeps_no_secret(cast, station):
    one = station()
    assets.give_consent(cast.discharger, one.logger, "1014", since=today(), until=None,
                        document="示例同意书", given_by="示例")
    actions.send_command(cast.manager, one.logger, "1014", [("NewSK", "0123456789ABCDEF")],
                         reason="更换密钥")
    assert AuditLine.objects.get(verb="send_command").after["fields"] == [["NewSK", "(secret)"]]
