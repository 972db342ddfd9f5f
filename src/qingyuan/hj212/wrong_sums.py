"""Sums that senders take for the CRC of HJ 212, known by name.

A flood of bad frames must not make its diagnosis expensive, so no sum here loops over the bytes:
those of polynomial 1021h are ``binascii``'s, and those of 8005h = (x + 1)(x^15 + x + 1) are reduced
as one large number, since x^(15 * 2^k) = x^(2^k) + 1 modulo the second factor.
"""

import binascii
from collections.abc import Callable, Iterator

from .crc import crc16

_MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_TRINOMIAL = 1 << 15 | 0b11
_FOLDS = tuple((15 << k, (1 << (15 << k)) - 1, 1 << k) for k in range(12, -1, -1))


def _mirror(crc: int) -> int:
    return _MIRRORED[crc & 0xFF] << 8 | _MIRRORED[crc >> 8]


def _remainder(number: int) -> int:
    """``number``, a polynomial over GF(2), modulo x^16 + x^15 + x^2 + 1."""
    odd = number.bit_count() & 1
    for width, mask, shift in _FOLDS:
        while high := number >> width:
            number = (number & mask) ^ high ^ (high << shift)
    return number ^ _TRINOMIAL if number.bit_count() & 1 != odd else number


def _mirrored_8005(start: int, data: bytes) -> int:
    number = int.from_bytes(data.translate(_MIRRORED), "big") << 16
    return _mirror(_remainder(number ^ start << 8 * len(data)))


def _mirrored_1021(start: int, data: bytes) -> int:
    return _mirror(binascii.crc_hqx(data.translate(_MIRRORED), start))


# Most frequent first; names as in the catalogues of CRCs.
SUMS: tuple[tuple[str, Callable[[bytes], int]], ...] = (
    ("MODBUS", lambda data: _mirrored_8005(0xFFFF, data)),
    ("ARC", lambda data: _mirrored_8005(0x0000, data)),
    ("CCITT-FALSE", lambda data: binascii.crc_hqx(data, 0xFFFF)),
    ("XMODEM", lambda data: binascii.crc_hqx(data, 0x0000)),
    ("KERMIT", lambda data: _mirrored_1021(0x0000, data)),
    ("MCRF4XX", lambda data: _mirrored_1021(0xFFFF, data)),
    ("X-25", lambda data: _mirrored_1021(0xFFFF, data) ^ 0xFFFF),
)


def _swapped(crc: int) -> int:
    return (crc & 0xFF) << 8 | crc >> 8


def _all(segment: bytes) -> Iterator[tuple[str, int]]:
    yield "HJ 212, bytes swapped", _swapped(crc16(segment))
    for name, compute in SUMS:
        crc = compute(segment)
        yield name, crc
        yield f"{name}, bytes swapped", _swapped(crc)
    yield "HJ 212 over ## and the length too", crc16(b"##%04d" % len(segment) + segment)


def variant(segment: bytes, declared: int) -> str | None:
    """Name of the wrong sum that gives ``declared`` for this segment, or None.

    >>> variant(b"123456789", 0x4B37)
    'MODBUS'
    """
    return next((name for name, crc in _all(segment) if crc == declared), None)
