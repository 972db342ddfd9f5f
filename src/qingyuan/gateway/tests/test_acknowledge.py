"""What is answered, what is not, and what stands in the spool afterwards."""

import socket

import pytest

from qingyuan.hj212 import frame

MN, MN_2005 = "010000A8900016F000169DC0", "88888880000001"
DATA_2005 = "CP=&&DataTime=20160801084000;011-Avg=33.1,011-Flag=N&&"


def test_a_minute_packet_of_2017_is_kept_verbatim_and_answered_by_9014(house, minute):
    with house.running():
        answer = house.logger().ask(minute(1))
    assert answer == frame(
        f"QN=20160801085000001;ST=91;CN=9014;PW=123456;MN={MN};Flag=4;CP=&&&&".encode()
    )
    (kept,) = house.frames()
    assert (kept.mn, kept.verdict, kept.raw) == (MN, "", minute(1))


def test_plain_asyncio_serves_as_well(house, minute):
    with house.running(plain=True):
        answer = house.logger().ask(minute(1) + minute(2))
    assert b"QN=20160801085000001;" in answer
    assert len(house.frames()) == 2


def test_2005_is_answered_with_the_qn_inside_the_cp(house):
    head = f"QN=20160801085000001;ST=32;CN=2051;PW=123456;MN={MN_2005};Flag=1;"
    with house.running():
        answer = house.logger().ask(frame((head + DATA_2005).encode()))
    assert answer == frame(b"ST=91;CN=9014;CP=&&QN=20160801085000001;CN=2051&&")


def test_2025_is_answered_with_the_version_bits_of_2025(house, minute):
    with house.running():
        answer = house.logger().ask(minute(1, flag=9))
    assert b";CN=9014;" in answer
    assert b";Flag=8;" in answer


@pytest.mark.parametrize("flag", ["Flag=4;", "Flag=8;", "Flag=0;", ""])
def test_no_answer_where_the_flag_asks_for_none(house, flag, eventually):
    head = f"QN=20160801085000001;ST=32;CN=2051;PW=123456;MN={MN};{flag}"
    with house.running():
        logger = house.logger()
        logger.send(frame((head + DATA_2005).encode()))
        eventually(lambda: house.verdicts() == [""])
        assert logger.hears_nothing()


@pytest.mark.parametrize(
    ("segment", "cn"),
    [
        (f"QN=20160801085000001;ST=21;CN=9015;PW=123456;MN={MN};Flag=9;CP=&&&&", b"9013"),
        (f"QN=20160801085000001;ST=32;CN=1013;PW=123456;MN={MN};Flag=5;CP=&&PolId=w01018&&",
         b"9013"),
        (f"QN=20160801085000001;ST=91;CN=9021;PW=123456;MN={MN};Flag=1;CP=&&&&", b"9022"),
    ],
    ids=["heartbeat", "clock", "login"],
)
def test_notices_have_answers_of_their_own(house, segment, cn):
    with house.running():
        answer = house.logger().ask(frame(segment.encode()))
    assert b";CN=" + cn + b";" in answer


def test_a_frame_sent_again_is_answered_again_counted_and_not_kept_again(house, minute):
    with house.running():
        logger = house.logger()
        answers = [logger.ask(minute(1)) for _ in range(3)]
        other_link = house.logger().ask(minute(1))
        counted = house.metric("duplicates_total")
    assert set(answers) == {other_link}
    assert len(house.frames()) == 1
    assert counted == 3


def test_the_same_qn_with_other_bytes_is_a_new_fact(house, minute):
    corrected = frame(minute(1)[6:-6].replace(b"14.4", b"14.6"))
    with house.running():
        logger = house.logger()
        logger.ask(minute(1))
        logger.ask(corrected)
    assert [f.raw for f in house.frames()] == [minute(1), corrected]


def test_strangers_and_wrong_passwords_are_kept_and_answered(house, minute):
    with house.running():
        logger = house.logger()
        answers = [logger.ask(minute(1, mn="GHOST00000001")), logger.ask(minute(2, pw="000000"))]
        counted = house.metric('frames_total{verdict="unknown"}')
    assert all(b";CN=9014;" in answer for answer in answers)
    assert house.verdicts() == ["unknown", "password"]
    assert counted == 1


def test_bad_frames_are_kept_unanswered_and_the_good_one_behind_them_is_answered(house, minute):
    wrong_crc = minute(1)[:-6] + b"0000\r\n"
    with house.running():
        answer = house.logger().ask(b"Hour" + wrong_crc + minute(2))
    assert b"QN=20160801085000002;" in answer
    assert house.verdicts() == ["noise", "crc", ""]
    assert b"".join(f.raw for f in house.frames()) == b"Hour" + wrong_crc + minute(2)


def test_answers_come_in_the_order_of_the_frames_however_tcp_cuts_them(house, minute):
    stream = b"".join(minute(n) for n in range(300))
    with house.running():
        logger = house.logger()
        for start in range(0, len(stream), 777):
            logger.send(stream[start : start + 777])
        answers = [logger.answer()[9:26] for _ in range(300)]
    assert answers == [f"20160801085{n:06d}".encode() for n in range(300)]


def test_a_peer_that_stops_sending_still_gets_its_answers(house, minute):
    with house.running():
        logger = house.logger()
        logger.send(minute(1) + minute(2))
        logger.socket.shutdown(socket.SHUT_WR)
        answers = [logger.answer(), logger.answer(), logger.answer()]
    assert [b"9014" in answer for answer in answers] == [True, True, False]


def test_what_stands_behind_an_unfinished_frame_is_not_lost_with_the_link(
    house, minute, eventually
):
    with house.running():
        logger = house.logger()
        logger.send(b"##0900QN=20160801085000000;ST=31;" + minute(1))
        logger.close()
        eventually(lambda: house.verdicts() == ["length", ""])


def test_one_station_on_two_links(house, minute):
    with house.running():
        one, other = house.logger(), house.logger()
        answers = [one.ask(minute(1)), other.ask(minute(2)), one.ask(minute(3))]
        shown = [[s["mn"] for s in link["stations"]] for link in house.links()["links"]]
    assert [a[24:26] for a in answers] == [b"01", b"02", b"03"]
    assert shown == [[MN], [MN]]


def test_an_encrypted_packet_is_read_with_its_stations_key(house):
    from qingyuan.hj212 import build
    from qingyuan.spool.registry import Station

    key = "0123456789abcdeffedcba9876543210"
    house.register(Station(MN, "123456", "2025", sm4_key=key))
    packet = build.upload(
        "2011", edition="2025", st="31", mn=MN, pw="123456", qn="20260801085857223",
        fields=[("DataTime", "20260801085857")], factors={"a21026": {"Rtd": "17.3", "Flag": "N"}},
        sm4_key=bytes.fromhex(key),
    )
    with house.running():
        answer = house.logger().ask(packet)
    assert b";CN=9014;" in answer
    assert [(f.verdict, f.raw) for f in house.frames()] == [("", packet)]
