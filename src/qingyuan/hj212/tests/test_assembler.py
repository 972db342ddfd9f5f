"""Parts of split packets. HJ 212-2017 C.49 and C.50; HJ/T 212-2005 clause 6.3.2."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan import hj212


def part(number, of, cp, qn="2016080108585700{0}", flag="Flag=7;", time="20160801080000", mn="A"):
    """A part as 2017 sends it: a QN of its own, the DataTime of the whole."""
    segment = (f"QN={qn.format(number)};ST=32;CN=2061;PW=1;MN={mn};{flag}PNUM={of};PNO={number};"
               f"CP=&&DataTime={time};{cp}&&")
    return hj212.read_segment(segment.encode())


PARTS = (part(1, 3, "a-Avg=1"), part(2, 3, "b-Avg=2"), part(3, 3, "c-Avg=3,c-Flag=N"))


@pytest.mark.parametrize("order", list(permutations(PARTS)))
def test_any_order_gives_the_same_whole(order):
    assembler = hj212.Assembler()
    first, second, whole = (assembler.receive(each) for each in order)
    assert (first, second, whole.parts, len(assembler)) == (None, None, PARTS, 0)
    read = whole.packet
    assert read.factors == {"a": {"Avg": "1"}, "b": {"Avg": "2"}, "c": {"Avg": "3", "Flag": "N"}}
    assert (read.qn, read.pnum, read.pno, read.records) == ("20160801085857001", None, None, [])
    assert read.pairs[0] == ("DataTime", "20160801080000")
    assert [name for name, _ in read.pairs].count("DataTime") == 1


def test_the_whole_reads_like_a_packet_never_split():
    assembler = hj212.Assembler()
    whole = [assembler.receive(each) for each in PARTS][-1].packet
    again = hj212.read_segment(whole.segment)
    assert (again.pairs, again.header) == (whole.pairs, whole.header)
    assert whole.values()[1] == ["1", "2", "3", "N"]


def test_what_is_not_split_comes_back_at_once():
    """2005 requests say Flag=3 although nothing is split: PNUM decides, not bit 1."""
    packet = hj212.read_segment(b"QN=1;ST=32;CN=2051;Flag=3;CP=&&&&")
    assert hj212.Assembler().receive(packet) == (packet, (packet,))


def test_a_part_sent_again_changes_nothing():
    assembler = hj212.Assembler()
    for each in (PARTS[0], PARTS[0], PARTS[1], PARTS[0]):
        assert assembler.receive(each) is None
    assert assembler.receive(PARTS[2]).parts == PARTS


def test_2005_parts_share_the_qn_and_not_the_time():
    first = part(1, 2, "a-Avg=1", qn="7", flag="", time="20160801080000")
    second = part(2, 2, "a-Avg=2", qn="7", flag="", time="20160801090000")
    assembler = hj212.Assembler()
    assert assembler.receive(first) is None
    times = [record["data_time"] for record in assembler.receive(second).packet.records]
    assert times == ["2016-08-01T08:00:00+08:00", "2016-08-01T09:00:00+08:00"]


@pytest.mark.parametrize("other", [
    part(2, 3, "b-Avg=2", mn="B"), part(2, 3, "b-Avg=2", time="20160801090000"),
    part(2, 2, "b-Avg=2"), part(2, 3, "b-Avg=2", qn="9", flag=""),
])
def test_parts_of_different_packets_do_not_join(other):
    assembler = hj212.Assembler()
    for each in (PARTS[0], other, PARTS[2]):
        assert assembler.receive(each) is None


@pytest.mark.parametrize(("number", "of"), [(0, 3), (4, 3)])
def test_a_number_beyond_the_count_is_never_joined(number, of):
    assembler = hj212.Assembler()
    assert assembler.receive(part(number, of, "a-Avg=1")) is None
    assert len(assembler) == 0


def test_a_packet_that_stays_unfinished_is_given_up():
    assembler = hj212.Assembler(timeout=60)
    assembler.receive(PARTS[0], now=0)
    assembler.receive(PARTS[1], now=59)
    assert assembler.receive(PARTS[2], now=60) is None
    assert (len(assembler), assembler.given_up) == (1, 1)


def test_a_flood_of_parts_is_bounded():
    assembler = hj212.Assembler(most=10)
    for number in range(1, 100):
        assembler.receive(part(number, 1000, "a-Avg=1"))
        assembler.receive(part(1, 2, "a-Avg=1", mn=str(number)))
        assert len(assembler) <= 10
    assert assembler.given_up > 80


CPS = st.text("a-b=;,/&1七", max_size=12)


@given(st.lists(st.tuples(st.integers(1, 3), CPS), max_size=8))
def test_no_parts_can_raise(parts):
    """Joined text could read otherwise than its parts (an open // in one, a // in the next)."""
    assembler = hj212.Assembler()
    for number, cp in parts:
        whole = assembler.receive(part(number, 3, cp))
        if whole is not None:
            texts = [pair for each in whole.parts for pair in each.pairs if pair[0] != "DataTime"]
            assert [pair for pair in whole.packet.pairs if pair[0] != "DataTime"] == texts
