"""Requests of the office: by consent only, over the live link, followed to their end."""

import time

import pytest

from qingyuan import hj212
from qingyuan.gateway import dispatch
from qingyuan.hj212 import build
from qingyuan.spool.commands import CommandBox
from qingyuan.spool.registry import Consent, Station

MN = "010000A8900016F000169DC0"
HISTORY = [("BeginTime", "20160801080000"), ("EndTime", "20160801090000")]


@pytest.fixture
def box(house):
    with CommandBox(house.places.commands) as box:
        yield box


@pytest.fixture
def consenting(house):
    """The station's discharger has agreed to two commands, until the year 2100."""
    consents = tuple(Consent(cn, 0, 4_102_444_800) for cn in ("2061", "1011", "2012"))
    house.register(Station(MN, "123456", consents=consents))


def now_ms() -> int:
    return int(time.time() * 1000)


def ask(box, cn="2061", cp=HISTORY, **more):
    return box.enqueue(MN, cn, cp, st="31", reason="补数", by="示例负责人", now_ms=now_ms(), **more)


def read(frame: bytes) -> hj212.Packet:
    connection = hj212.Connection()
    connection.receive_data(frame)
    return connection.next_event().packet


def reply(request: hj212.Packet, cn: str, cp: str) -> bytes:
    return hj212.frame(
        f"QN={request.qn};ST=91;CN={cn};PW=123456;MN={MN};Flag=4;CP=&&{cp}&&".encode()
    )


def hour(number: int) -> bytes:
    return build.upload(
        "2061", edition="2017", st="31", mn=MN, pw="123456", qn=f"201608011000000{number:02d}",
        fields=[("DataTime", f"2016080108{number:02d}00")], factors={"a21026": {"Avg": "14.4"}},
    )


def states(box, number):
    return [step.state for step in box.get(number).steps]


def test_a_request_for_history_from_the_office_to_its_result(
    house, minute, box, consenting, eventually
):
    number = ask(box)
    with house.running():
        logger = house.logger()
        logger.ask(minute(1))
        request = read(logger.answer())
        logger.send(reply(request, "9011", "QnRtn=1"))
        answers = [logger.ask(hour(n)) for n in range(2)]
        logger.send(reply(request, "9012", "ExeRtn=1"))
        eventually(lambda: box.get(number).state == "done")
    command = box.get(number)
    assert (request.cn, request.st, request.mn, request.flag) == ("2061", "31", MN, 5)
    assert request.pairs == HISTORY
    assert all(b";CN=9014;" in answer for answer in answers)
    assert command.qn == request.qn
    assert states(box, number) == [
        "waiting", "sent", "sent", "accepted", "accepted", "accepted", "done",
    ]
    assert "数据 2 包" in command.steps[-1].note
    assert bytes.fromhex(command.steps[-1].answer) == reply(request, "9012", "ExeRtn=1")
    assert [read(f.raw).cn for f in house.frames()] == ["2051", "9011", "2061", "2061", "9012"]


def test_without_a_consent_nothing_is_sent(house, minute, box, consenting, eventually):
    number = ask(box, "1012", [("SystemTime", "20160801085857")])
    with house.running():
        logger = house.logger()
        logger.ask(minute(1))
        eventually(lambda: box.get(number).state == "refused")
        assert logger.hears_nothing()
    assert "1012" in box.get(number).steps[-1].note


def test_a_consent_that_has_ended_counts_no_longer(house, minute, box, eventually):
    house.register(Station(MN, "123456", consents=(Consent("2061", 0, time.time() - 1),)))
    number = ask(box)
    with house.running():
        logger = house.logger()
        logger.ask(minute(1))
        eventually(lambda: box.get(number).state == "refused")
        assert logger.hears_nothing()


def test_a_request_waits_for_its_station_and_expires(house, minute, box, consenting, eventually):
    late = ask(box, expires_ms=now_ms() + 500)
    patient = ask(box)
    with house.running():
        time.sleep(1.2)
        assert box.get(patient).state == "waiting"
        logger = house.logger()
        logger.ask(minute(1))
        request = read(logger.answer())
        eventually(lambda: box.get(late).state == "expired")
    assert box.get(patient).qn == request.qn
    assert box.get(late).qn is None


def test_a_wrong_password_opens_no_way_to_the_station(house, minute, box, consenting):
    number = ask(box)
    with house.running():
        logger = house.logger()
        logger.ask(minute(1, pw="000000"))
        assert logger.hears_nothing(1.2)
    assert box.get(number).state == "waiting"


def test_a_refusal_keeps_its_reason(house, minute, box, consenting, eventually):
    number = ask(box)
    with house.running():
        logger = house.logger()
        logger.ask(minute(1))
        logger.send(reply(read(logger.answer()), "9011", "QnRtn=2"))
        eventually(lambda: box.get(number).state == "refused")
    assert box.get(number).steps[-1].note.startswith("2 ")


def test_without_an_answer_the_same_bytes_go_out_four_times(
    house, minute, box, consenting, eventually, monkeypatch
):
    monkeypatch.setattr(dispatch, "TIMEOUT", 0.3)
    number = ask(box)
    with house.running():
        logger = house.logger()
        logger.ask(minute(1))
        sent = [logger.answer() for _ in range(4)]
        eventually(lambda: box.get(number).state == "timeout")
        late = reply(read(sent[0]), "9012", "ExeRtn=1")
        logger.send(late)
        eventually(lambda: box.get(number).state == "done")
    assert len(set(sent)) == 1
    assert "4 次无应答" in next(s.note for s in box.get(number).steps if s.state == "timeout")


def test_a_link_lost_under_way_leaves_the_end_unknown(
    house, minute, box, consenting, eventually
):
    number = ask(box)
    with house.running():
        logger = house.logger()
        logger.ask(minute(1))
        logger.send(reply(read(logger.answer()), "9011", "QnRtn=1"))
        eventually(lambda: box.get(number).state == "accepted")
        logger.close()
        eventually(lambda: box.get(number).state == "timeout")


def test_one_command_at_a_time_for_a_station(house, minute, box, consenting, eventually):
    first, second = ask(box), ask(box, "1011", [])
    with house.running():
        logger = house.logger()
        logger.ask(minute(1))
        request = read(logger.answer())
        assert logger.hears_nothing(0.8)
        logger.send(reply(request, "9012", "ExeRtn=100"))
        following = read(logger.answer())
        eventually(lambda: box.get(first).state == "failed")
    assert (request.cn, following.cn) == ("2061", "1011")
    assert box.get(second).qn == following.qn


def test_a_notice_is_done_with_its_9013(house, minute, box, consenting, eventually):
    number = ask(box, "2012", [])
    with house.running():
        logger = house.logger()
        logger.ask(minute(1))
        logger.send(reply(read(logger.answer()), "9013", ""))
        eventually(lambda: box.get(number).state == "done")


def test_at_the_first_contact_only_what_was_agreed_to_is_asked_for(
    house, minute, box, eventually
):
    house.register(Station(MN, "123456", consents=(Consent("1012", 0, None),)))
    with house.running(first_contact=True):
        logger = house.logger()
        logger.ask(minute(1))
        request = read(logger.answer())
        logger.send(reply(request, "9012", "ExeRtn=1"))
        logger.ask(minute(2))
        eventually(lambda: box.of_station(MN)[0].state == "done")
    (command,) = box.of_station(MN)
    assert (command.cn, command.st, command.by) == ("1012", "31", "gateway")
    assert request.fields["SystemTime"].startswith("20")


def test_without_the_option_nothing_is_asked_for(house, minute, box):
    house.register(Station(MN, "123456", consents=(Consent("1012", 0, None),)))
    with house.running():
        logger = house.logger()
        logger.ask(minute(1))
        assert logger.hears_nothing(1.2)
    assert box.of_station(MN) == []


def test_what_the_edition_does_not_know_fails_with_the_reason(
    house, minute, box, consenting, eventually
):
    number = ask(box, "2061", [("Wrong", "1")])
    with house.running():
        house.logger().ask(minute(1))
        eventually(lambda: box.get(number).state == "failed")
    assert "BeginTime" in box.get(number).steps[-1].note


def test_a_restart_gives_back_what_was_never_sent_and_owns_up_to_the_rest(
    house, minute, box, consenting, eventually
):
    claimed, sent = ask(box), ask(box)
    box.claim(2, now_ms())
    box.progress(sent, "sent", qn="20160801085857223", note="…", now_ms=now_ms())
    with house.running():
        eventually(lambda: box.get(sent).state == "timeout")
        logger = house.logger()
        logger.ask(minute(1))
        request = read(logger.answer())
        eventually(lambda: box.get(claimed).qn == request.qn)
