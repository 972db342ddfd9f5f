"""Hostile streams cost time in proportion to their length, counted in steps and sizes."""

import sys

import pytest

from qingyuan import hj212

HOSTILE = {
    "hashes": b"#" * 5000,
    "heads without names": b"##0900" * 1000,
    "heads above the cap": b"##9999QN=" * 600,
    "nested heads": b"##0900QN=" * 600,
    "nested heads ending on hex digits": b"##0905QN=" * 600,
    "nested heads that never end": b"##4096QN=" * 600,
    "line ends": b"\r\n" * 3000,
    "broken log texts": hj212.frame(b"CN=1;CP=&&" + b"a=//x;" * 500 + b"&&") * 2,
    "slashes": hj212.frame(b"CN=1;CP=&&a=" + b"/" * 3000 + b"x;&&") * 2,
}


def steps(data, chunk):
    """Lines of Python run while ``data`` is read to the last byte, loops included."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        consume(data, chunk)
    finally:
        sys.settrace(before)
    return count


def consume(data, chunk):
    link = hj212.Connection()
    for at in range(0, len(data), chunk):
        link.receive_data(data[at : at + chunk])
        take(link)
    link.receive_eof()
    take(link)


def take(link):
    while (event := link.next_event()) is not hj212.NEED_DATA:
        if isinstance(event, hj212.PacketReceived):
            assert event.packet.pairs


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("chunk", [7, 1 << 20])
def test_four_times_the_bytes_take_four_times_the_steps(name, chunk):
    data = HOSTILE[name]
    once, four_times = steps(data * 2, chunk), steps(data * 8, chunk)
    assert four_times < 4.4 * once + 500


@pytest.mark.parametrize("name", HOSTILE)
def test_memory_stays_within_a_frame_and_a_stretch(name):
    link = hj212.Connection(max_stretch=8192)
    data = HOSTILE[name] * 20
    for at in range(0, len(data), 100):
        link.receive_data(data[at : at + 100])
        while link.next_event() is not hj212.NEED_DATA:
            continue
        assert link.buffered <= 8192 + 4096 + 120


def test_a_flood_of_bad_frames_is_not_diagnosed_unasked():
    """Which sum was used instead of the CRC takes a loop over the bytes: only when asked for."""
    bad = hj212.frame(b"CN=1;CP=&&" + b"a=1;" * 900 + b"&&")[:-6] + b"1234\r\n"
    assert steps(bad * 20, 1 << 20) < 20 * 300
