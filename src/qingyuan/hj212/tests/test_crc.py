"""The check sum: vectors of the standards, and the folded form against the plain ones."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qingyuan.hj212 import crc, wrong_sums

# HJ 212-2017 Annex A; HJ 212-2025 Annex A.1; a 2005 request (HJ/T 212-2005 C.2.13 segment)
VECTORS = (
    (b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;"
     b"CP=&&RtdInterval=30&&", b"1C80"),
    (b"QN=20240601085857223;ST=32;CN=1011;PW=123456;MN=010000A8900016F000169DC0;Flag=9;CP=&&&&",
     b"2200"),
    (b"QN=20040516010101001;ST=32;CN=2051;PW=123456;MN=88888880000001;Flag=3;"
     b"CP=&&BeginTime=20040506111000,EndTime=20040506151000&&", b"6B80"),
)


@pytest.mark.parametrize(("segment", "printed"), VECTORS)
def test_vectors_of_the_standards(segment, printed):
    assert crc.printed_crc(segment) == printed
    assert crc.crc16_by_table(segment) == int(printed, 16)


@given(st.binary(max_size=300))
def test_folded_table_and_bit_form_agree(reference, segment):
    assert crc.crc16(segment) == crc.crc16_by_table(segment) == reference.bit_crc(segment)


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9, 1023, 1024, 1025, 9999, 16384, 16385, 40000])
def test_folding_at_every_kind_of_length(size):
    segment = bytes((31 * at + at // 256) % 256 for at in range(size))
    assert crc.crc16(segment) == crc.crc16_by_table(segment)


def test_swapping_bytes_eight_apart_cannot_be_seen():
    """The weakness of this sum that intake must know of: it proves little."""
    assert crc.crc16(b"A2345678B") == crc.crc16(b"B2345678A")


@pytest.mark.parametrize(("declared", "name"), [
    (0x4B37, "MODBUS"), (0x374B, "MODBUS, bytes swapped"), (0xBB3D, "ARC"),
    (0x29B1, "CCITT-FALSE"), (0x31C3, "XMODEM"), (0x2189, "KERMIT"), (0x6F91, "MCRF4XX"),
    (0x906E, "X-25"),
])
def test_wrong_sums_are_known_by_name(declared, name):
    """The check values of the CRC catalogue for "123456789"."""
    assert wrong_sums.variant(b"123456789", declared) == name


@given(st.binary(max_size=200))
@example(bytes(9999))
def test_modbus_is_what_a_loop_over_the_bytes_gives(data):
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            low, register = register & 1, register >> 1
            register ^= 0xA001 * low
    assert dict(wrong_sums.SUMS)["MODBUS"](data) == register


def test_right_sum_with_swapped_bytes_is_named():
    right = crc.crc16(b"123456789")
    swapped = right >> 8 | (right & 0xFF) << 8
    assert wrong_sums.variant(b"123456789", swapped) == "HJ 212, bytes swapped"


def test_unknown_sum_has_no_name():
    assert wrong_sums.variant(b"123456789", 0x1234) is None
