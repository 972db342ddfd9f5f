"""Decisions about one link, without socket and clock."""

import pytest

from qingyuan import hj212
from qingyuan.gateway.limits import Allowance, Limits
from qingyuan.gateway.session import Close, Count, Keep, Session
from qingyuan.spool.registry import Station

A, B = "010000A8900016F000169DC0", "010000A8900016F000169DC1"
STATIONS = {A: Station(A, "123456"), B: Station(B, "654321")}
NOON = 1_470_024_000_000


@pytest.fixture
def session():
    return Session("10.0.0.7:4021", Limits(garbage_burst=2000, garbage_rate=1.0))


def packet(segment: str) -> hj212.Packet:
    connection = hj212.Connection()
    connection.receive_data(hj212.frame(segment.encode()))
    return connection.next_event().packet


def minute(mn: str, pw: str) -> hj212.Packet:
    return packet(f"QN=20160801120000001;ST=31;CN=2051;PW={pw};MN={mn};Flag=5;CP=&&DataTime=1&&")


def test_a_known_station_with_its_password_needs_no_remark(session):
    frame, answer = session.packet(minute(A, "123456"), NOON, STATIONS)
    assert (frame.mn, frame.verdict, frame.at, frame.peer) == (A, "", NOON, "10.0.0.7:4021")
    assert b"CN=9014" in answer


@pytest.mark.parametrize(
    ("mn", "pw", "verdict"),
    [("STRANGER", "123456", "unknown"), (A, "000000", "password"), (A, "", "password")],
)
def test_a_stranger_is_kept_with_a_verdict_and_answered(session, mn, pw, verdict):
    frame, answer = session.packet(minute(mn, pw), NOON, STATIONS)
    assert frame.verdict == verdict
    assert b"CN=9014" in answer


def test_several_stations_may_share_a_link(session):
    verdicts = [session.packet(minute(mn, pw), NOON, STATIONS).frame.verdict
                for mn, pw in ((A, "123456"), (B, "654321"), (A, "123456"))]
    assert verdicts == ["", "", ""]


def test_an_answer_of_2005_without_mn_and_pw_belongs_to_who_spoke_before(session):
    session.packet(minute(A, "123456"), NOON, STATIONS)
    bare = packet("ST=91;CN=9014;CP=&&QN=20160801120000001;CN=2051&&")
    frame, answer = session.packet(bare, NOON, STATIONS)
    assert (frame.mn, frame.verdict, answer) == (A, "", b"")


def test_a_packet_without_mn_from_nobody_is_of_unknown_origin(session):
    bare = packet("ST=91;CN=9014;CP=&&QN=20160801120000001;CN=2051&&")
    frame, _ = session.packet(bare, NOON, STATIONS)
    assert (frame.mn, frame.verdict) == ("", "unknown")


def test_a_missing_password_is_wrong_until_the_link_has_given_the_right_one(session):
    bare = packet(f"QN=20160801120000002;ST=31;CN=2051;MN={A};Flag=5;CP=&&DataTime=1&&")
    before = session.packet(bare, NOON, STATIONS).frame.verdict
    session.packet(minute(A, "123456"), NOON, STATIONS)
    after = session.packet(bare, NOON, STATIONS).frame.verdict
    assert (before, after) == ("password", "")


def test_a_new_password_in_the_registry_ends_the_trust_in_the_old_one(session):
    session.packet(minute(A, "123456"), NOON, STATIONS)
    changed = {A: Station(A, "999999")}
    assert session.packet(minute(A, "123456"), NOON, changed).frame.verdict == "password"


def test_an_endless_mn_is_kept_but_not_used_as_a_key(session):
    frame, _ = session.packet(minute("9" * 900, "123456"), NOON, STATIONS)
    assert len(frame.mn) == 64
    assert b"9" * 900 in frame.raw


def test_a_login_is_answered_by_9022_although_no_edition_knows_it(session):
    login = packet(f"QN=20160801120000003;ST=91;CN=9021;PW=123456;MN={A};Flag=4;CP=&&&&")
    _, answer = session.packet(login, NOON, STATIONS)
    assert answer == hj212.frame(
        f"ST=91;CN=9022;PW=123456;MN={A};Flag=0;CP=&&QN=20160801120000003;Logon=1&&".encode()
    )


def test_a_bad_frame_is_kept_with_its_error_and_never_answered(session):
    session.packet(minute(A, "123456"), NOON, STATIONS)
    bad = hj212.BadFrame("crc", "", b"##0010QN=1;CN=2FFFF", 0)
    (keep,) = session.bad(bad, NOON, Allowance(1e6, 1e6))
    assert keep == Keep((NOON, "10.0.0.7:4021", A, "crc", bad.raw), b"")


def test_garbage_beyond_the_allowance_ends_the_link_and_is_counted(session):
    noise = hj212.BadFrame("noise", "", b"\x00" * 1500, 0)
    common = Allowance(1e6, 1e6)
    first, second = (session.bad(noise, NOON, common) for _ in range(2))
    assert isinstance(first[0], Keep)
    assert second == (Count("garbage_unkept"), Close("garbage"))


def test_a_logger_with_a_wrong_crc_every_minute_is_never_cut_off(session):
    bad = hj212.BadFrame("crc", "", b"\x00" * 60, 0)
    patient = Session("10.0.0.7:4021", Limits())
    day = [patient.bad(bad, NOON + m * 60_000, Allowance(1e9, 1e9)) for m in range(1440)]
    assert all(isinstance(effects[0], Keep) for effects in day)


def test_when_all_links_send_garbage_it_is_counted_but_no_longer_kept(session):
    noise = hj212.BadFrame("noise", "", b"\x00" * 600, 0)
    assert session.bad(noise, NOON, Allowance(100, 0.0)) == (Count("garbage_unkept"),)
