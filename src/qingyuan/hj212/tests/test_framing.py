"""Framing: what is a frame, where a bad one ends, what belongs to whom (HJ 212-2017, 6.3.1)."""

import pytest

from qingyuan import hj212
from qingyuan.hj212.wrong_sums import SUMS

SEGMENT = b"QN=20160801085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;" \
          b"CP=&&DataTime=20160801085857;w01018-Rtd=120.3,w01018-Flag=N&&"
FRAME = hj212.frame(SEGMENT)
CRC = FRAME[-6:-2]


def spans(lines):
    return [(row.get("error", "ok"), row["offset"], row["length"]) for row in lines]


def test_a_frame_is_one_packet(lines):
    assert lines(FRAME) == [{
        "ok": True, "offset": 0, "length": len(FRAME), "edition": "2017",
        "qn": "20160801085857223", "st": "32", "cn": "2011", "pw": "123456",
        "mn": "010000A8900016F000169DC0", "flag": 5, "ack": True, "pnum": None, "pno": None,
        "data_time": "2016-08-01T08:58:57+08:00", "fields": {"DataTime": "20160801085857"},
        "factors": {"w01018": {"Rtd": "120.3", "Flag": "N"}},
        "pairs": [["DataTime", "20160801085857"], ["w01018-Rtd", "120.3"], ["w01018-Flag", "N"]],
        "warnings": [],
    }]


def test_nothing_is_given_out_before_the_line_end_is_known(drain):
    link = hj212.Connection()
    for byte in FRAME[:-1]:
        link.receive_data(bytes([byte]))
        assert drain(link) == []
    link.receive_data(FRAME[-1:])
    assert [event.packet.length for event in drain(link)] == [len(FRAME)]


@pytest.mark.parametrize(("ending", "length", "remark"), [
    (b"\r\n", 0, []), (b"\n", -1, ["frame ends with LF alone"]), (b"", -2, ["no CR LF"]),
])
def test_line_ends(lines, ending, length, remark):
    first, second = lines(FRAME[:-2] + ending + FRAME)
    assert (first["length"], first["warnings"]) == (len(FRAME) + length, remark)
    assert second["offset"] == first["length"]


def test_a_carriage_return_alone_ends_nothing(lines):
    rows = lines(FRAME[:-1] + FRAME)
    end = len(FRAME) - 2
    assert spans(rows) == [("ok", 0, end), ("noise", end, 1), ("ok", end + 1, len(FRAME))]


def test_lower_case_crc_is_read_with_a_warning(lines):
    (row,) = lines(FRAME[:-6] + CRC.lower() + b"\r\n")
    assert (row["ok"], row["warnings"]) == (True, ["CRC in lower-case hex"])


def test_wrong_crc_names_modbus(lines):
    modbus = dict(SUMS)["MODBUS"](SEGMENT)
    (row,) = lines(FRAME[:-6] + b"%04X\r\n" % modbus)
    assert row["error"] == "crc"
    assert row["detail"] == f"CRC is {CRC.decode()}, the frame says {modbus:04X}, which is MODBUS"
    assert bytes.fromhex(row["raw"])[:-6] == FRAME[:-6]


def test_anything_but_hex_at_the_declared_end_is_length(lines):
    longer = FRAME[:2] + b"%04d" % (len(SEGMENT) + 2) + FRAME[6:]
    assert spans(lines(longer + FRAME)) == [
        ("length", 0, len(longer)), ("ok", len(longer), len(FRAME)),
    ]


@pytest.mark.parametrize("segment", [
    b"QN=1;ST=32;PW=123456;MN=1;Flag=5;CP=&&&&", b"QN=1;ST=32;CN=2011;PW=1;MN=1;Flag=5",
    b"QN=1;ST=32;PW=1;MN=1;CP=&&CN=2011&&",
])
def test_without_cn_or_cp_it_is_segment(lines, segment):
    raw = hj212.frame(segment)
    assert spans(lines(raw + FRAME)) == [("segment", 0, len(raw)), ("ok", len(raw), len(FRAME))]


def test_an_empty_cn_is_a_cn(lines):
    assert lines(hj212.frame(b"ST=32;CN=;CP=&&&&"))[0]["cn"] == ""


def test_noise_merges_and_is_told_from_frames(lines):
    rows = lines(b"Hour" + FRAME + b"\r\n#\x00##12 ##0012;QN=1" + FRAME + b"##")
    assert [row.get("error", "ok") for row in rows] == ["noise", "ok", "noise", "ok", "noise"]
    assert bytes.fromhex(rows[2]["raw"]) == b"\r\n#\x00##12 ##0012;QN=1"


@pytest.mark.parametrize("start", [
    b"##0079;QN=1", b"##079QN=1;", b"##4097QN=1;", b"#0020QN=1;", b"##0020CP=&&", b"##0020qn=1;",
    b"##00a0QN=1;", b"## 020QN=1;", b"##0020QN 1;", b"##0020FlagX=",
])
def test_what_never_begins_a_frame(lines, start):
    assert spans(lines(start + FRAME)) == [
        ("noise", 0, len(start)), ("ok", len(start), len(FRAME)),
    ]


@pytest.mark.parametrize("name", ["QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF"])
def test_every_header_name_begins_a_frame(lines, name):
    assert lines(b"##0100%s=" % name.encode())[0]["error"] == "length"


def test_the_cap_is_a_setting(lines):
    long = hj212.frame(SEGMENT[:-2] + b";i11001-Info=" + b"x" * 4500 + b"&&")
    assert [row.get("error", "ok") for row in lines(long)] == ["noise"]
    assert [row["ok"] for row in lines(long, max_length=9999)] == [True]


def test_search_goes_on_one_byte_after_the_first_hash(lines):
    assert spans(lines(b"#" + FRAME)) == [("noise", 0, 1), ("ok", 1, len(FRAME))]


def test_a_good_frame_inside_a_bad_one_is_found(lines):
    # so short that the declared end falls on the next frame's ";CP="
    size = 6 + len(SEGMENT) - FRAME.index(b";CP=")
    assert spans(lines(FRAME[:size] + FRAME + FRAME)) == [
        ("length", 0, size), ("ok", size, len(FRAME)), ("ok", size + len(FRAME), len(FRAME)),
    ]


def test_bad_frames_nest_and_each_is_a_line(lines):
    rows = lines(b"##0090QN=1" + b"##0047ST=2" + FRAME)
    assert spans(rows) == [("length", 0, 10), ("length", 10, 10), ("ok", 20, len(FRAME))]


def test_a_bad_frame_reaches_to_the_next_event(lines):
    bad = FRAME[:-6] + b"0000\r\n"
    assert spans(lines(bad + b"garbage" + FRAME))[0] == ("crc", 0, len(bad) + 7)


def test_an_unfinished_frame_waits_although_a_good_one_stands_behind(drain):
    link = hj212.Connection()
    link.receive_data(b"##0900QN=1;" + FRAME)
    assert drain(link) == []
    link.receive_eof()
    bad, good = drain(link)
    assert (bad.error, bad.raw, good.packet.offset) == ("length", b"##0900QN=1;", 11)


def test_a_silent_link_releases_and_goes_on(drain):
    link = hj212.Connection()
    link.receive_data(FRAME + b"##0900QN=1;" + FRAME[:20])
    assert len(drain(link)) == 1
    link.release()
    assert [event.error for event in drain(link)] == ["length", "length"]
    link.receive_data(FRAME)
    (event,) = drain(link)
    assert event.packet.offset == len(FRAME) + 31


def test_a_pause_gives_out_a_frame_that_lacks_only_its_line_end(drain):
    link = hj212.Connection()
    link.receive_data(FRAME[:-2])
    assert drain(link) == []
    link.receive_pause()
    assert [event.packet.warnings for event in drain(link)] == [["no CR LF"]]


def test_a_pause_releases_nothing_unfinished(drain):
    link = hj212.Connection()
    link.receive_data(FRAME[:-3])
    link.receive_pause()
    assert drain(link) == []
    link.receive_data(FRAME[-3:])
    assert [event.packet.length for event in drain(link)] == [len(FRAME)]


def test_need_data_is_a_constant():
    link = hj212.Connection()
    assert link.next_event() is hj212.NEED_DATA
    assert repr(hj212.NEED_DATA) == "NEED_DATA"


def test_endless_noise_comes_in_pieces_and_is_not_kept(drain):
    link = hj212.Connection(max_stretch=1000)
    sizes = []
    for _ in range(100):
        link.receive_data(b"x" * 99)
        sizes += [len(event.raw) for event in drain(link)]
        assert link.buffered <= 1000
    link.receive_eof()
    assert [*sizes, *(len(event.raw) for event in drain(link))] == [1000] * 9 + [900]


def test_events_compare_by_what_they_say(read):
    stream = b"x" + FRAME + FRAME[:-6] + b"0000\r\n##0100QN="
    assert read(stream) == read(stream[:50], stream[50:])
    assert set(read(stream)) == set(read(stream))
    assert read(stream)[1] != read(FRAME)[0]
    assert read(stream)[0] != read(b"y")[0]
