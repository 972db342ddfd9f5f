"""Packets to frames: what is read back is what was given, or the caller is told."""

import pytest

from qingyuan import hj212

ROW = {
    "qn": "20160801085857223", "st": "32", "cn": "2051", "pw": "123456", "mn": "8A", "flag": 7,
    "pnum": 2, "pno": 1, "pairs": [["DataTime", "20160801080000"], ["w01018-Avg", "1.50"],
                                   ["w01018-Flag", "N"], ["w01001-Avg", ""]],
}


def test_the_frame_is_as_the_standard_prints_it():
    frame = hj212.encode(ROW)
    assert frame[6:-6] == (
        b"QN=20160801085857223;ST=32;CN=2051;PW=123456;MN=8A;Flag=7;PNUM=2;PNO=1;"
        b"CP=&&DataTime=20160801080000;w01018-Avg=1.50,w01018-Flag=N;w01001-Avg=&&"
    )
    assert frame[:6] == b"##%04d" % len(frame[6:-6])
    assert frame[-6:] == b"%04X\r\n" % hj212.crc16(frame[6:-6])


def test_a_packet_encodes_to_its_own_frame(read):
    frame = hj212.encode(ROW)
    assert hj212.encode(read(frame)[0].packet) == frame


def test_fields_and_factors_do_instead_of_pairs():
    grouped = {key: ROW[key] for key in ROW if key != "pairs"} | {
        "fields": {"DataTime": "20160801080000"},
        "factors": {"w01018": {"Avg": "1.50", "Flag": "N"}, "w01001": {"Avg": ""}},
    }
    assert hj212.encode(grouped) == hj212.encode(ROW)


def test_chinese_goes_out_as_utf8():
    row = ROW | {"pairs": [["i11001-Info", "//清洗;管路//"]], "rf": "1"}
    assert "RF=1;CP=&&i11001-Info=//清洗;管路//&&".encode() in hj212.encode(row)


@pytest.mark.parametrize(("cp", "pairs"), [
    ("//a;b//", [("", "//a;b//")]),
    ("a=1;//x,y=2//;b=3", [("a", "1"), ("", "//x,y=2//"), ("b", "3")]),
    ("//a=1;b=2//", [("", "//a=1;b=2//")]),
    ("//a;b", [("", "//a"), ("", "b")]),
    ("//a=1;b=2", [("//a", "1"), ("b", "2")]),
    ("b//;//a", [("", "b//"), ("", "//a")]),
    ("=x=1;=;=//", [("", "x=1"), ("", ""), ("", "//")]),
    ("=//a;b//;c", [("", "//a;b//"), ("", "c")]),
])
def test_what_decode_prints_of_nameless_items_and_log_text_is_encoded_again(read, cp, pairs):
    """HJ 212-2017 table 8: what stands between // and // is one text."""
    packet = read(hj212.frame(f"ST=32;CN=2011;CP=&&{cp}&&".encode()))[0].packet
    assert packet.pairs == pairs
    assert read(hj212.encode(packet))[0].packet.pairs == pairs
    assert read(hj212.encode(ROW | {"pairs": pairs}))[0].packet.pairs == pairs


@pytest.mark.parametrize(("change", "message"), [
    ({"cn": None}, "cn is missing"),
    ({"flag": "5"}, "flag is neither a number"),
    ({"flag": True}, "flag is neither a number"),
    ({"pno": -1}, "pno is neither a number"),
    ({"mn": 8}, "mn is neither text nor null"),
    ({"mn": "8;ST=1"}, "header would not be read back"),
    ({"pw": "1,ST=2"}, "header would not be read back"),
    ({"pw": "x "}, "header would not be read back"),
    ({"pw": "CP=&&"}, "header would not be read back"),
    ({"pairs": 5}, "pairs is a list"),
    ({"pairs": [["a"]]}, "pairs is a list"),
    ({"pairs": [["a", 5]]}, "neither name nor text"),
    ({"pairs": [["a", "1;b=2"]]}, "CP would not be read back"),
    ({"pairs": [["a=1,b", "2"]]}, "CP would not be read back"),
    ({"pairs": [["a", " 1"]]}, "CP would not be read back"),
    ({"pairs": [["a", "x" * 9999]]}, "does not fit four digits"),
    ({"pairs": None, "fields": 5}, "pairs is a list"),
])
def test_what_would_not_be_read_back_is_refused(change, message):
    with pytest.raises(hj212.CannotEncode, match=message):
        hj212.encode(ROW | change)


@pytest.mark.parametrize(("change", "encrypted"), [
    ({"flag": 9}, True), ({"flag": 9, "cn": "1014"}, True), ({"flag": 9, "cn": "9014"}, False),
    ({"flag": 5}, False), ({"flag": 9, "st": "21"}, False), ({"flag": 9, "cn": "x"}, False),
])
def test_a_key_encrypts_what_2025_wants_encrypted(read, change, encrypted):
    """HJ 212-2025 clause 6.4: CN 2000-2999, 1014 and 3020."""
    (event,) = read(hj212.encode(ROW | change, sm4_key=b"0" * 16), sm4_key=b"0" * 16)
    assert event.packet.encrypted == encrypted
    assert event.packet.pairs == [tuple(pair) for pair in ROW["pairs"]]
