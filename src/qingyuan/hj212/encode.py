"""Packets to frames."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from .cp import is_log, read_pairs, split_name
from .crc import printed_crc
from .header import NAMES, Header, edition_of, read_header
from .packet import Packet
from .sm4 import encrypt_segment

LONGEST = 9999

# Text that is read back as it stands, whatever its items mean; the rest is read back to be sure.
_EVIDENT_CP = re.compile(r"[^;,=&/\s]+=[^;,=&/\s]*(?:[;,][^;,=&/\s]+=[^;,=&/\s]*)*")
_EVIDENT_HEADER = re.compile(r"(?:[A-Za-z]+=[^;,=&\s]*;)*")


class CannotEncode(ValueError):
    """What was given cannot stand in a frame; the message names the item."""


def frame(segment: bytes) -> bytes:
    """``##``, length, segment, CRC, CR LF. CannotEncode above 9999 bytes."""
    if len(segment) > LONGEST:
        raise CannotEncode(f"a data segment of {len(segment)} bytes does not fit four digits")
    return b"##%04d%s%s\r\n" % (len(segment), segment, printed_crc(segment))


def encode(packet: Packet | Mapping[str, Any], *, sm4_key: bytes | None = None) -> bytes:
    """The whole frame of a packet or of an object as ``hj212 decode`` prints it.

    Keys used: qn, st, cn, pw, mn, rf (text or null), flag, pnum, pno (number or null), and pairs
    (or else fields and factors). With ``sm4_key`` the CP of what 2025 wants encrypted is (clause
    6.4: CN 2000-2999, 1014, 3020); length and CRC stay those of the plain segment. CannotEncode
    names what cannot be written.
    """
    header, segment = _checked(packet)
    whole = frame(segment)
    if sm4_key is None or not _is_encrypted(header):
        return whole
    return whole[:6] + encrypt_segment(segment, sm4_key) + whole[-6:]


def _is_encrypted(header: Header) -> bool:
    from .commands import encrypted  # reads its tables, which plain encoding can do without

    command = header.cn if header.cn is not None and len(header.cn) == 4 else ""
    return edition_of(header.flag, header.st) == "2025" and encrypted(command, "2025")


def encode_segment(packet: Packet | Mapping[str, Any]) -> bytes:
    """The plain data segment, without frame. CannotEncode when it would not be read back alike."""
    return _checked(packet)[1]


def _checked(packet: Packet | Mapping[str, Any]) -> tuple[Header, bytes]:
    if isinstance(packet, Packet):
        header, pairs = packet.header, packet.pairs
    else:
        header, pairs = _header_of(packet), _pairs_of(packet)
    if header.cn is None:
        raise CannotEncode("cn is missing")
    _check_header(header)
    _check_cp(pairs)
    return header, write_segment(header, pairs)


def write_segment(header: Header, pairs: Iterable[tuple[str, str]]) -> bytes:
    """Header and CP as bytes, without any check."""
    return f"{_header_text(header)}CP=&&{cp_text(pairs)}&&".encode()


def _header_text(header: Header) -> str:
    return "".join(
        f"{name}={value};" for name, value in zip(NAMES, header, strict=True) if value is not None
    )


def cp_text(pairs: Iterable[tuple[str, str]]) -> str:
    """The CP's text: ``,`` between items of one factor, ``;`` else (HJ 212-2017 clause 6.3.3).
    A text without a name stands alone where that is read back so, else behind a bare ``=``.

    >>> cp_text([("DataTime", "20160801085857"), ("w01018-Rtd", "1.5"), ("w01018-Flag", "N")])
    'DataTime=20160801085857;w01018-Rtd=1.5,w01018-Flag=N'
    >>> cp_text([("", "//a;b//"), ("", "x=1")])
    '//a;b//;=x=1'
    """
    text, last = "", None
    for name, value in pairs:
        factor, suffix = split_name(name)
        alone = not name and value and ("=" not in value or is_log(value))
        item = value if alone else f"{name}={value}"
        text += f"{',' if suffix is not None and factor == last else ';'}{item}"
        last = factor if suffix is not None else None
    return text[1:]


def _check_header(header: Header) -> None:
    text = _header_text(header)
    if _EVIDENT_HEADER.fullmatch(text) and text.count("=") == sum(v is not None for v in header):
        return
    if "CP=&&" in text or read_header(text.encode())[0] != header:
        raise CannotEncode(f"the header would not be read back the same: {text!r}")


def _check_cp(pairs: list[tuple[str, str]]) -> None:
    text = cp_text(pairs)
    if _EVIDENT_CP.fullmatch(text) and text.count("=") == len(pairs):
        return
    if read_pairs(text.encode())[0] != pairs:
        raise CannotEncode(f"the CP would not be read back the same: {text!r}")


def _header_of(source: Mapping[str, Any]) -> Header:
    qn, st, cn, pw, mn, rf = (
        _text_or_none(name, source.get(name)) for name in ("qn", "st", "cn", "pw", "mn", "rf")
    )
    flag, pnum, pno = (_number_or_none(name, source.get(name)) for name in ("flag", "pnum", "pno"))
    return Header(qn, st, cn, pw, mn, flag, pnum, pno, rf)


def _text_or_none(name: str, value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise CannotEncode(f"{name} is neither text nor null: {value!r}")


def _number_or_none(name: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9:
        return value
    raise CannotEncode(f"{name} is neither a number from 0 to 999999999 nor null: {value!r}")


def _pairs_of(source: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs = source.get("pairs")
    try:
        items = _from_groups(source) if pairs is None else [(name, text) for name, text in pairs]
    except (AttributeError, TypeError, ValueError):
        wanted = "pairs is a list of [name, text], fields and factors are objects"
        raise CannotEncode(wanted) from None
    for item in items:
        if not (isinstance(item[0], str) and isinstance(item[1], str)):
            raise CannotEncode(f"neither name nor text may be other than text: {list(item)!r}")
    return items


def _from_groups(source: Mapping[str, Any]) -> list[tuple[str, str]]:
    cells = list(source.get("fields", {}).items())
    for factor, row in source.get("factors", {}).items():
        cells += [(f"{factor}-{suffix}", text) for suffix, text in row.items()]
    return cells
