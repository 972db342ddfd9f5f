"""The short way reads what the careful path reads, whatever has been read before."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan import hj212
from qingyuan.hj212 import cp as careful
from qingyuan.hj212.shapes import ShapeCache

CP = (
    b"DataTime=20160801085800;w01018-Min=1.0,w01018-Avg=2.0,w01018-Flag=N;"
    b"w01001-Avg=7,w01001-Flag=N"
)
SEGMENT = b"QN=1;ST=32;CN=2051;PW=1;MN=A;Flag=5;CP=&&%s&&"
LOGGER = ("A", "2051", "32")


def taught(*cps):
    cache = ShapeCache()
    for cp in cps:
        cache.learn(LOGGER, cp, careful.read_body(cp))
    return cache


def both_ways(cache, cp):
    """What the two short ways make of a CP, compiled expressions included."""
    segment = b"CP=&&" + cp + b"&&"
    for _ in range(20):
        by_expression = cache.match_last(LOGGER, segment, 5)
    return [match for match in (cache.match(LOGGER, cp), by_expression) if match is not None]


def test_values_are_in_the_order_sent(packet):
    for _ in range(40):
        read = packet(SEGMENT % CP)
        shape, texts = read.values()
        assert texts == ["1.0", "2.0", "N", "7", "N"]
        assert shape.columns == (
            ("w01018", "Min"), ("w01018", "Avg"), ("w01018", "Flag"), ("w01001", "Avg"),
            ("w01001", "Flag"),
        )
        assert shape.fields == ("DataTime",)


def test_packets_of_one_kind_share_one_shape(packet):
    first, _ = packet(SEGMENT % CP).values()
    second, texts = packet(SEGMENT % CP.replace(b"7", b"8")).values()
    assert first is second
    assert texts[3] == "8"


def test_values_of_an_irregular_cp_are_those_of_factors(packet):
    shape, texts = packet(SEGMENT % (CP + b";w01001-Avg=9; x-Rtd=1")).values()
    assert dict(zip(shape.columns, texts, strict=True))[("w01001", "Avg")] == "9"
    assert shape.columns[-1] == ("x", "Rtd")


@pytest.mark.parametrize("cp", [
    CP.replace(b"=7", b"= 7"), CP.replace(b"=7", b"=7;"), CP + b";", CP + b";DataTime=1",
    CP.replace(b"=7", b"=//7//"), CP.replace(b"=7", "=七".encode()), CP.replace(b"=7", b";7"),
    CP.replace(b"1.0,w01018-Avg=2.0", b"1.0=w01018-Avg,2.0"), b"", b"a", b";",
    CP.replace(b"N;w01001-Avg=7", b"N;w01001-Avg;7"), CP + b";=7",
])
def test_what_is_irregular_has_no_shape(cp):
    cache = taught(CP, cp)
    assert both_ways(cache, cp) == []


def test_the_cache_is_bounded_and_keeps_the_newest():
    cache = ShapeCache(most_shapes=3, most_loggers=2)
    for number in range(10):
        cp = b"a%d-Rtd=1" % number
        cache.learn((str(number), "2011", "31"), cp, careful.read_body(cp))
    assert len(cache) == 3
    assert cache.match(LOGGER, b"a9-Rtd=2")[1] == ["2"]
    assert cache.match(LOGGER, b"a0-Rtd=2") is None


NAMES = st.sampled_from(["", "DataTime", "PolId", "a-Rtd", "a-Flag", "b-c-Rtd", "1", "a"])
TEXTS = st.text("019.N-/ =;,&\t七", max_size=4)
CPS = st.lists(st.tuples(NAMES, TEXTS, st.sampled_from(";,=")), max_size=6).map(
    lambda items: "".join(f"{name}={text}{end}" for name, text, end in items)[:-1].encode()
)


@given(st.lists(CPS, min_size=1, max_size=4))
def test_short_and_careful_path_agree(cps):
    cache = taught(*cps)
    for cp in cps:
        if b"&&" in cp or cp.endswith(b"&"):
            continue
        body = careful.read_body(cp)
        for shape, row in both_ways(cache, cp):
            assert list(zip(shape.names, row, strict=True)) == body.pairs
            assert shape.fields_of(row) == body.fields
            assert shape.factors_of(row) == body.factors
            assert (shape.data_time(row) is None) == ("DataTime" not in body.fields)


def test_what_was_read_before_changes_nothing(lines):
    """The same stream twice: the second time all shapes are known."""
    stream = b"".join(
        hj212.frame(SEGMENT % cp) for cp in (CP, CP + b";", CP.replace(b",", b";"), b"a-Rtd=1")
    )
    assert lines(stream) == lines(stream)
