"""Encrypted packets. HJ 212-2025 clause 6.4 and Annex A.2; vectors in ``cases/hj212-2025``."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan import hj212
from qingyuan.hj212 import sm4

KEY = b"0" * 16
OTHER = b"1" * 16


@pytest.fixture(scope="module")
def annex(encrypted_examples):
    return encrypted_examples


def wire(case, cipher=None):
    """The frame as sent: length and CRC of the plain segment, CP in cipher text."""
    head = case["segment"].split("&&")[0].encode()
    text = bytes.fromhex(case["cipher"]) if cipher is None else cipher
    segment = head + b"&&" + text + b"&&"
    return b"##%04d%s%s\r\n" % (len(segment), segment, case["crc"].encode())


def test_worked_examples_of_the_annex(annex, read):
    assert len(annex) == 2
    for case in annex:
        (event,) = read(wire(case), sm4_key=KEY)
        assert event.packet.segment == case["segment"].encode()
        assert (event.packet.factors, event.packet.encrypted) == (case["factors"], True)
        assert event.packet.raw == wire(case)
        assert hj212.encode(event.packet, sm4_key=KEY) == wire(case)


def test_printed_cipher_text_is_read(annex, read):
    """The annex prints the bytes as {0xE4,0x3E,…}, the plain rest behind them."""
    for case in annex:
        raw = bytes.fromhex(case["cipher"])
        whole = len(raw) // 16 * 16
        printed = "{" + ",".join(f"0x{byte:02X}" for byte in raw[:whole]) + "}"
        (event,) = read(wire(case, printed.encode() + raw[whole:]), sm4_key=KEY)
        assert event.packet.segment == case["segment"].encode()


def test_without_the_right_key_it_is_crc(annex, lines):
    for case in annex:
        for key in (None, OTHER):
            (row,) = lines(wire(case), sm4_key=key)
            assert row["error"] == "crc"
    assert "no key for this MN" in lines(wire(annex[0]))[0]["detail"]
    assert "after SM4 decryption" in lines(wire(annex[0]), sm4_key=OTHER)[0]["detail"]


@pytest.mark.parametrize(("keys", "sound"), [
    ({"010000A8900016F000169DC0": KEY}.get, True), ({}.get, False), ({}.__getitem__, False),
    (lambda mn: b"short", False),
])
def test_keys_by_station(annex, lines, keys, sound):
    assert lines(wire(annex[0]), sm4_key=keys)[0]["ok"] == sound


def test_a_plain_packet_stays_plain_although_there_is_a_key(annex, read):
    (event,) = read(hj212.frame(annex[0]["segment"].encode()), sm4_key=KEY)
    assert (event.packet.factors, event.packet.encrypted) == (annex[0]["factors"], False)


def test_2017_is_never_deciphered(annex, lines):
    case = annex[0] | {"segment": annex[0]["segment"].replace("Flag=9", "Flag=5")}
    case["crc"] = f"{hj212.crc16(case['segment'].encode()):04X}"
    assert lines(wire(case), sm4_key=KEY)[0]["error"] == "crc"


def test_cipher_text_may_hold_anything_a_frame_is_made_of(read):
    """Framing goes by length alone: cipher text with ##, && or line ends inside is no matter."""
    head = b"QN=1;ST=31;CN=2051;MN=A;Flag=9;CP=&&"
    cipher = b"##0020QN=1;&&\r\n&"
    plain = sm4.decrypt_segment(head + cipher + b"&&", KEY)
    (event,) = read(
        b"##%04d%s%s\r\n" % (len(plain), head + cipher + b"&&", b"%04X" % hj212.crc16(plain)),
        sm4_key=KEY,
    )
    assert event.packet.segment == plain


def test_a_plain_crc_that_fits_by_chance_does_not_hide_the_packet(read):
    """256 sums exist: one encrypted packet in 256 has a plain CRC that fits too."""
    found = 0
    for number in range(3000):
        segment = b"ST=31;CN=2051;MN=A;Flag=9;CP=&&a01011-Avg=1.%04d,a01011-Flag=N&&" % number
        sent = sm4.encrypt_segment(segment, KEY)
        if hj212.crc16(sent) == hj212.crc16(segment):
            found += 1
            (event,) = read(hj212.encode(hj212.read_segment(segment), sm4_key=KEY), sm4_key=KEY)
            assert event.packet.factors == {
                "a01011": {"Avg": f"1.{number:04d}", "Flag": "N"},
            }
    assert found > 2


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=100), st.binary(min_size=16, max_size=16))
def test_a_round_trip_gives_the_same_bytes_and_length(text, key):
    segment = b"CN=2011;Flag=9;CP=&&" + text + b"&&"
    sent = sm4.encrypt_segment(segment, key)
    assert len(sent) == len(segment)
    tail = len(text) % 16 + 2
    assert sent[-tail:] == segment[-tail:]
    if not text.startswith(b"{") and not sent[20:].startswith(b"{0x"):
        assert sm4.decrypt_segment(sent, key) == segment


@pytest.mark.parametrize("text", ["", "zz", "30" * 15, "30" * 17])
def test_a_key_is_32_hex_digits(text):
    with pytest.raises(ValueError, match="32 hex digits"):
        sm4.parse_key(text)


def test_a_connection_refuses_a_short_key():
    with pytest.raises(ValueError, match="16 bytes"):
        hj212.Connection(sm4_key=b"short")


def test_a_key_is_bytes_or_a_function():
    with pytest.raises(TypeError, match="function from MN"):
        hj212.Connection(sm4_key="30" * 16)
    assert hj212.Connection(sm4_key=bytearray(KEY)).next_event() is hj212.NEED_DATA


def test_only_a_closed_cp_can_be_encrypted():
    with pytest.raises(ValueError, match="cannot be encrypted"):
        sm4.encrypt_segment(b"CN=2011;CP=&&a", KEY)
    assert sm4.decrypt_segment(b"CN=2011;CP=&&a", KEY) is None
