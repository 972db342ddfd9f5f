"""Departures known from the field: each entry shows itself in its own example, and only there."""

import time

import pytest

from qingyuan import hj212
from qingyuan.hj212 import dialects, lint
from qingyuan.hj212.commands import TableError

CLEAN = (
    b"QN=20200801085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;"
    b"CP=&&DataTime=20200801085857;w01018-Rtd=7.5,w01018-Flag=N&&"
)


def only_event(stream):
    connection = hj212.Connection()
    connection.receive_data(stream)
    connection.receive_eof()
    return connection.next_event()


def shown(dialect):
    """The example as it arrives, and the dialects that are found in it."""
    coding = "gbk" if dialect.name == "gbk-text" else "utf-8"
    text = dialect.example.encode(coding)
    event = only_event(text if text.startswith(b"##") else hj212.frame(text))
    if isinstance(event, hj212.BadFrame):
        return event, dialects.of_bad_frame(event)
    return event.packet, dialects.find(event.packet)


@pytest.mark.parametrize("dialect", dialects.TABLE, ids=lambda dialect: dialect.name)
def test_each_dialect_is_found_in_its_example(dialect):
    _, found = shown(dialect)
    assert dialect in found


@pytest.mark.parametrize("dialect", dialects.TABLE, ids=lambda dialect: dialect.name)
def test_each_dialect_becomes_a_finding_with_clause(dialect):
    subject, _ = shown(dialect)
    finding = next(f for f in lint.lint(subject) if f.code == dialect.name)
    assert finding.severity == dialect.severity
    assert finding.clause.startswith("HJ")
    assert finding.message_zh == dialect.what_zh


def test_a_packet_to_the_letter_speaks_no_dialect():
    assert dialects.find(only_event(hj212.frame(CLEAN)).packet) == ()


def test_a_bare_segment_has_no_frame_to_find_fault_with():
    assert dialects.find(hj212.read_segment(CLEAN)) == ()


def test_the_edition_of_the_station_decides_which_entries_apply():
    packet = hj212.read_segment(CLEAN.replace(b"w01018", b"011"))
    assert dialects.by_name("codes-of-2005-in-2017") in dialects.find(packet)
    assert dialects.by_name("codes-of-2005-in-2017") not in dialects.find(packet, "2005")


def entry(**changes):
    dialect = dialects.TABLE[0]
    row = {name: getattr(dialect, name) for name in dialect.__slots__}
    return row | {"pattern": "x", "editions": []} | changes


@pytest.mark.parametrize(
    "rows",
    [
        [entry(pattern="(")],
        [entry(look_in="tail")],
        [entry(severity="grave")],
        [entry(editions=["2030"])],
        [entry(), entry()],
        [{key: value for key, value in entry().items() if key != "clause"}],
    ],
    ids=["pattern", "place", "severity", "edition", "double", "missing key"],
)
def test_the_loader_refuses_a_slip(rows):
    with pytest.raises(TableError):
        dialects.load(rows)


def test_an_unknown_name_is_told_with_the_known_ones():
    with pytest.raises(KeyError, match="lower-case-crc"):
        dialects.by_name("nothing of the kind")


def test_a_hostile_packet_does_not_hold_the_patterns_up():
    cps = [b"-" * 9000, b"a-" * 4500, b";" * 9000, b"DataTime=" * 1000, b"a=," * 3000, b" " * 9000]
    for cp in cps:
        for head in (b"CN=2011;", b"QN=" * 2500 + b";CN=2011;"):
            packet = hj212.read_segment(head + b"CP=&&" + cp + b"&&")
            started = time.process_time()
            dialects.find(packet)
            # a second is two hundred times what an ordinary packet takes
            assert time.process_time() - started < 1.0
