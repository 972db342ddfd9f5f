"""Conversations of the annexes, with every answer lost, doubled, late or refusing."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan import hj212
from qingyuan.hj212 import build, commands, orders
from qingyuan.hj212.conversation import (
    ENDS,
    TABLE,
    Conversation,
    Data,
    Ended,
    Send,
    first_contact,
)

CASES = Path(__file__).parents[4] / "cases"
QN = "20160801085857223"
TO = orders.Address("2017", "32", "010000A8900016F000169DC0", "123456")
OLD = orders.Address("2005", "32", "88888880000001", "123456")


def packet(frame):
    connection = hj212.Connection()
    connection.receive_data(frame)
    return connection.next_event().packet


def heard(text):
    return packet(hj212.frame(text.encode()))


def answer(cn, cp="", qn=QN):
    return heard(f"QN={qn};ST=91;CN={cn};PW=123456;MN={TO.mn};Flag=4;CP=&&{cp}&&")


def upload(cn="2051", data_time="20160801084000", mn=TO.mn, qn="20160801085857534"):
    cp = f"DataTime={data_time};w01018-Avg=40.1"
    return heard(f"QN={qn};ST=32;CN={cn};PW=123456;MN={mn};Flag=4;CP=&&{cp}&&")


def asked(frame=None, **options):
    """A conversation whose request went out at second 0."""
    frame = frame or orders.history(TO, QN, "2051", "20160801084000", "20160801084000")
    conversation = Conversation(packet(frame), **options)
    assert conversation.tick(0) == [Send(frame)]
    return conversation


ACCEPTED = answer("9011", "QnRtn=1")
EXECUTED = answer("9012", "ExeRtn=1")


def test_history_to_its_end():
    conversation = asked()
    assert conversation.receive(ACCEPTED, 1) == []
    data = upload()
    assert conversation.receive(data, 2) == [Data(data)]
    assert conversation.receive(EXECUTED, 3) == [Ended("done", "1", "执行成功", "result")]
    assert conversation.outcome.state == "done"


def test_a_refusal_says_why():
    conversation = asked()
    ended, = conversation.receive(answer("9011", "QnRtn=3"), 1)
    assert ended == Ended("refused", "3", "PW错误", "answer")


def test_a_failure_says_why():
    conversation = asked()
    conversation.receive(ACCEPTED, 1)
    ended, = conversation.receive(answer("9012", "ExeRtn=100"), 2)
    assert ended == Ended("failed", "100", "没有数据", "result")


def test_without_an_answer_the_same_bytes_go_out_three_times_more_then_the_link_is_dead():
    conversation = asked(timeout_s=10, resends=3)
    frame = conversation.packet.raw
    assert conversation.tick(9.9) == []
    for second in (10, 20, 30):
        assert conversation.tick(second) == [Send(frame)]
    assert conversation.tick(39.9) == []
    assert conversation.tick(40) == [Ended("timeout", "", "", "answer")]
    assert conversation.tick(50) == []


def test_after_the_9011_nothing_is_sent_again():
    conversation = asked()
    conversation.receive(ACCEPTED, 1)
    assert conversation.tick(10.9) == []
    assert conversation.tick(11) == [Ended("timeout", "", "", "result")]


def test_each_part_gives_new_time():
    conversation = asked()
    conversation.receive(ACCEPTED, 1)
    conversation.receive(upload(), 9)
    assert conversation.tick(18) == []
    assert conversation.tick(19) == [Ended("timeout", "", "", "result")]


def test_patience_after_the_9011_can_be_longer():
    conversation = asked(result_timeout_s=600)
    conversation.receive(ACCEPTED, 1)
    assert conversation.tick(600) == []
    assert conversation.tick(601)[0].state == "timeout"


def test_the_9011_to_a_resent_request_comes_twice():
    conversation = asked()
    conversation.tick(10)
    assert conversation.receive(ACCEPTED, 11) == []
    assert conversation.receive(ACCEPTED, 12) == []
    assert conversation.receive(EXECUTED, 13)[0].state == "done"


def test_a_9012_whose_9011_was_lost_counts():
    assert asked().receive(EXECUTED, 1)[0].state == "done"


def test_answers_to_other_requests_are_not_ours():
    conversation = asked()
    assert conversation.receive(answer("9011", "QnRtn=1", qn="20160801085857224"), 1) == []
    assert conversation.state == "sent"


@pytest.mark.parametrize(
    "other",
    [upload(cn="2061"), upload(data_time="20160801090000"), upload(mn="010000A8900016F000169DC1")],
    ids=["other command", "regular upload outside the period", "other station"],
)
def test_uploads_that_were_not_asked_for_are_not_ours(other):
    conversation = asked()
    conversation.receive(ACCEPTED, 1)
    assert conversation.receive(other, 9) == []
    assert conversation.tick(11)[0].state == "timeout"


def test_an_upload_under_the_requests_qn_is_ours_whatever_its_time():
    conversation = asked()
    conversation.receive(ACCEPTED, 1)
    data = upload(data_time="20160801090000", qn=QN)
    assert conversation.receive(data, 2) == [Data(data)]


def test_settings_come_back_under_the_requests_own_qn():
    conversation = asked(orders.get_realtime_interval(TO, QN))
    conversation.receive(ACCEPTED, 1)
    reply = heard(f"QN={QN};ST=32;CN=1061;PW=123456;MN={TO.mn};Flag=4;CP=&&RtdInterval=30&&")
    assert conversation.receive(reply, 2) == [Data(reply)]
    assert conversation.receive(EXECUTED, 3)[0].state == "done"


def test_a_notice_waits_for_its_9013_only():
    conversation = asked(orders.stop_realtime(TO, QN))
    assert conversation.receive(ACCEPTED, 1) == []
    assert conversation.receive(answer("9013"), 2) == [Ended("done", "", "", "answer")]


def test_a_device_waits_for_the_9014_of_its_upload():
    frame, = build.uploads("2051", qn=QN, data_time="20160801084000", edition="2017", st="32",
                           mn=TO.mn, pw="123456", factors={"w01018": {"Avg": "1"}})  # fmt: skip
    conversation = asked(frame, kind="upload")
    assert conversation.receive(packet(build.answer_to(packet(frame))), 1)[0].state == "done"


def test_2005_answers_carry_the_qn_in_their_cp():
    conversation = asked(orders.set_clock(OLD, QN, "20160801085857"))
    accepted = heard(f"ST=91;CN=9011;PW=1;MN={OLD.mn};Flag=0;CP=&&QN={QN};QnRtn=1&&")
    executed = heard(f"ST=91;CN=9012;PW=1;MN={OLD.mn};CP=&&QN={QN};ExeRtn=1&&")
    assert conversation.receive(accepted, 1) == []
    assert conversation.state == "working"
    assert conversation.receive(executed, 2)[0].state == "done"


def test_realtime_of_2005_has_no_9012_the_first_data_end_the_request():
    conversation = asked(orders.start_realtime(OLD, QN))
    conversation.receive(heard(f"ST=91;CN=9011;PW=1;MN={OLD.mn};CP=&&QN={QN};QnRtn=1&&"), 1)
    data = heard(f"ST=32;CN=2011;PW=1;MN={OLD.mn};CP=&&DataTime=20040516020111;101-Rtd=1.1&&")
    assert conversation.receive(data, 2) == [Data(data), Ended("done", "", "", "result")]


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_lost_link_ends_it(seconds):
    conversation = asked()
    for _ in range(seconds):
        conversation.receive(ACCEPTED, 1)
    assert conversation.lost()[0].state == "link_lost"
    assert conversation.lost() == []


def test_nothing_is_heard_before_it_was_sent_nor_after_the_end():
    conversation = Conversation(packet(orders.start_realtime(TO, QN)))
    assert conversation.receive(ACCEPTED, 0) == []
    conversation.tick(0)
    conversation.receive(answer("9011", "QnRtn=2"), 1)
    assert conversation.receive(EXECUTED, 2) == []
    assert conversation.tick(99) == []


def printed_conversations():
    for name in ("hj212-2005/annex-c", "hj212-2017/annex-c"):
        packets = tomllib.loads((CASES / f"{name}.toml").read_text("utf-8"))["packet"]
        for index, case in enumerate(packets):
            # C.43 prints a 9011 with another QN than its request
            if case["kind"] in ("request", "notice") and case["table"] != "C.43":
                rest = []
                for other in packets[index + 1 :]:
                    if other["title"] != case["title"] or other["kind"] in ("request", "notice"):
                        break
                    rest.append(other)
                yield pytest.param(case, rest, id=f"{name}-{case['table']}-{case['cn']}-{index}")


@pytest.mark.parametrize(("request_", "rest"), [*printed_conversations()])
def test_each_printed_conversation_ends_done(request_, rest):
    conversation = Conversation(heard(request_["segment"]))
    conversation.tick(0)
    kept = []
    for case in rest:
        said = heard(case["segment"])
        kept += [e.packet for e in conversation.receive(said, 1) if isinstance(e, Data)]
    assert conversation.outcome is not None
    assert conversation.outcome.state == "done"
    # one example of 2005 asks for minutes of 6 May and shows data of 16 May without a QN
    stray = {"20040516021000"} - {case["fields"].get("DataTime") for case in rest if "qn" in case}
    printed = [case for case in rest if case["kind"] == "upload"]
    shown = [case for case in printed if case["fields"].get("DataTime") not in stray]
    assert len(kept) == len(shown)


class TestTable:
    def test_every_state_but_the_ends_can_be_lost(self):
        states = {state for state, _ in TABLE}
        assert {state for state, event in TABLE if event == "lost"} == states
        assert states.isdisjoint(ENDS)

    def test_every_end_is_reached(self):
        assert set(TABLE.values()) >= ENDS

    @given(
        events=st.lists(
            st.sampled_from([
                ACCEPTED, EXECUTED, answer("9011", "QnRtn=2"), answer("9012", "ExeRtn=5"),
                answer("9013"), answer("9014"), answer("9011"), upload(), None, "lost",
            ]),
            max_size=12,
        )
    )  # fmt: skip
    def test_whatever_happens_it_ends_once_and_by_its_deadline(self, events):
        conversation = asked()
        effects, now = [], 0.0
        for event in events:
            now += 3
            if event == "lost":
                effects += conversation.lost()
            elif event is not None:
                effects += conversation.receive(event, now)
            effects += conversation.tick(now)
        for _ in range(6):
            now += 10
            effects += conversation.tick(now)
        assert conversation.state in ENDS
        assert [e for e in effects if isinstance(e, Ended)] == [conversation.outcome]
        assert conversation.sent <= 4


class TestFirstContact:
    def test_the_six_steps_of_6_7(self):
        steps = first_contact("2017", system_time="20160801085857")
        assert [step.cn for step in steps] == ["1012", "1000", "1062", "1064", "2011", "2021"]
        assert steps[0].clause == "HJ 212-2017 6.7 1)"

    def test_each_step_can_be_built(self):
        for edition in ("2017", "2025"):
            for step in first_contact(edition, system_time="20160801085857", realtime=False):
                frame = build.request(step.cn, edition=edition, st="32", mn=TO.mn, pw="123456",
                                      qn=QN, fields=step.fields)  # fmt: skip
                assert commands.find(packet(frame).cn, edition, "down")

    def test_2005_prescribes_none(self):
        assert first_contact("2005", system_time="20160801085857") == ()
