"""Packets to frames."""

from collections.abc import Iterable, Mapping
from typing import Any

from .cp import read_pairs, split_name
from .crc import printed_crc
from .packet import Packet
from .sm4 import encrypt_segment

LONGEST = 9999
_TEXTS = (("QN", "qn"), ("ST", "st"), ("CN", "cn"), ("PW", "pw"), ("MN", "mn"))
_NUMBERS = (("Flag", "flag"), ("PNUM", "pnum"), ("PNO", "pno"))


class CannotEncode(ValueError):
    """What was given cannot stand in a frame; the message names the item."""


def frame(segment: bytes) -> bytes:
    """``##``, length, segment, CRC, CR LF. CannotEncode above 9999 bytes."""
    if len(segment) > LONGEST:
        raise CannotEncode(f"a data segment of {len(segment)} bytes does not fit four digits")
    return b"##%04d%s%s\r\n" % (len(segment), segment, printed_crc(segment))


def encode(packet: Packet | Mapping[str, Any], *, sm4_key: bytes | None = None) -> bytes:
    """The whole frame of a packet or of an object as ``hj212 decode`` prints it.

    Keys used: qn, st, cn, pw, mn (text or null), flag, pnum, pno (number or null), rf, and pairs
    (or else fields and factors). ``sm4_key`` encrypts the CP; length and CRC stay those of the
    plain segment. CannotEncode names what cannot be written.
    """
    segment = encode_segment(packet)
    whole = frame(segment)
    if sm4_key is None:
        return whole
    return whole[:6] + encrypt_segment(segment, sm4_key) + whole[-6:]


def encode_segment(packet: Packet | Mapping[str, Any]) -> bytes:
    """The plain data segment, without frame."""
    source = packet if isinstance(packet, Mapping) else _as_mapping(packet)
    items = [f"{name}={_header_text(name, source[key])}" for name, key in _TEXTS
             if source.get(key) is not None]
    items += [f"{name}={_number(name, source[key])}" for name, key in _NUMBERS
              if source.get(key) is not None]
    if source.get("rf") is not None:
        items.append(f"RF={_header_text('RF', source['rf'])}")
    if source.get("cn") is None:
        raise CannotEncode("cn is missing")
    return (";".join(items) + f";CP=&&{cp_text(_pairs(source))}&&").encode()


def _as_mapping(packet: Packet) -> dict[str, Any]:
    return {**packet.header._asdict(), "pairs": packet.pairs}


def _header_text(name: str, text: object) -> str:
    if not isinstance(text, str):
        raise CannotEncode(f"{name} is not text: {text!r}")
    if ";" in text or "CP=&&" in text or text != text.strip():
        raise CannotEncode(f"{name} cannot be {text!r}")
    return text


def _number(name: str, number: object) -> int:
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number < 10**9:
        raise CannotEncode(f"{name} is not a number: {number!r}")
    return number


def _pairs(source: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs = source.get("pairs")
    if pairs is None:
        pairs = [*source.get("fields", {}).items()]
        for factor, row in source.get("factors", {}).items():
            pairs += [(f"{factor}-{suffix}", text) for suffix, text in row.items()]
    try:
        return [(_text(name), _text(text)) for name, text in pairs]
    except (TypeError, ValueError) as error:
        raise CannotEncode(f"pairs: {error}") from None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def cp_text(pairs: Iterable[tuple[str, str]]) -> str:
    """The CP's text: ``,`` between items of one factor, ``;`` else (HJ 212-2017 clause 6.3.3).

    CannotEncode when it would not be read back as the same pairs.

    >>> cp_text([("DataTime", "20160801085857"), ("w01018-Rtd", "1.5"), ("w01018-Flag", "N")])
    'DataTime=20160801085857;w01018-Rtd=1.5,w01018-Flag=N'
    """
    wanted, text, last = list(pairs), "", None
    for name, value in wanted:
        factor, suffix = split_name(name)
        same = suffix is not None and factor == last
        text += ("," if same else ";") + f"{name}={value}"
        last = factor if suffix is not None else None
    text = text[1:]
    if read_pairs(text.encode())[0] != wanted:
        raise CannotEncode(f"CP would not be read back the same: {text!r}")
    return text
