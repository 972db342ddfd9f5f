"""A kept frame in the words of the trade: header field by field, factors with names and units,
text and bytes, and whether its place in the chain holds.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from qingyuan import hj212
from qingyuan.hj212 import commands as protocol
from qingyuan.hj212 import factors as factor_table
from qingyuan.kernel.clock import parse_stamp
from qingyuan.spool import Frame
from qingyuan.spool.frame import GENESIS, chain

from ..queries.columns import LABELS
from ..secrets import hidden

LONGEST = 9999
HEADER = {
    "QN": "请求编码",
    "ST": "系统编码",
    "CN": "命令编码",
    "PW": "访问密码",
    "MN": "设备唯一标识",
    "Flag": "拆分包及应答标志",
    "PNUM": "总包数",
    "PNO": "包号",
    "RF": "重发标记",
}
_ESCAPES = {"\r": "\\r", "\n": "\\n", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Line:
    """One header field or plain CP field: name on the wire, name in Chinese, text, meaning."""

    key: str
    label: str
    text: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one factor."""

    suffix: str
    label: str
    text: str
    unit: str


@dataclass(frozen=True, slots=True)
class FactorLine:
    """One factor of the packet with its values in the order sent."""

    code: str
    name: str
    known: bool
    values: list[Value]
    flag: str


def read(raw: bytes, sm4_key: bytes | None) -> Any:
    """The first event of a frame's bytes (PacketReceived or BadFrame), None for no bytes."""
    link = hj212.Connection(sm4_key=sm4_key, max_length=LONGEST)
    link.receive_data(raw)
    link.receive_eof()
    event = link.next_event()
    return None if event is hj212.NEED_DATA else event


def summary(frame: Frame, sm4_key: bytes | None) -> dict[str, Any]:
    """What a list shows of a frame."""
    event = read(frame.raw, sm4_key)
    line: dict[str, Any] = {
        "frame": frame,
        "size": len(frame.raw),
        "command": "",
        "cn": "",
        "time": None,
        "count": 0,
        "part": "",
    }
    if isinstance(event, hj212.PacketReceived):
        packet = event.packet
        line |= {
            "cn": packet.cn,
            "command": command_name(packet),
            "time": time_of(packet),
            "count": len(packet.factors),
        }
        if packet.pnum and packet.pnum > 1:
            line["part"] = f"{packet.pno}/{packet.pnum}"
        if packet.rf == "1":
            line["resent"] = True
    return line


def time_of(packet: hj212.Packet) -> Any:
    """DataTime as a datetime, None when absent or wrong."""
    text = packet.fields.get("DataTime", "")
    return parse_stamp(text)


def command_name(packet: hj212.Packet) -> str:
    """The command's name in the packet's edition, as an upload where it has both directions."""
    edition = packet.edition or "2017"
    found = protocol.find(packet.cn or "", edition)
    for wanted in ("upload", "answer", "notice", "request"):
        for command in found:
            if command.kind == wanted:
                return command.name
    elsewhere = protocol.find(packet.cn or "")
    return elsewhere[0].name if elsewhere else _("未知命令")


def header(packet: hj212.Packet, show_password: bool) -> list[Line]:
    """The header fields that the packet has, in the order of HJ 212-2017 table 2."""
    texts = {
        "QN": packet.qn,
        "ST": packet.st,
        "CN": packet.cn,
        "PW": packet.pw,
        "MN": packet.mn,
        "Flag": packet.flag,
        "PNUM": packet.pnum,
        "PNO": packet.pno,
        "RF": packet.rf,
    }
    lines = []
    for key, text in texts.items():
        if text is None:
            continue
        shown = hidden(key, str(text), show_password)
        lines.append(Line(key, HEADER[key], shown, _meaning(key, packet)))
    return lines


def _meaning(key: str, packet: hj212.Packet) -> str:
    if key == "QN":
        when = parse_stamp((packet.qn or "")[:14])
        return f"{when:%Y-%m-%d %H:%M:%S}.{(packet.qn or '')[14:]}" if when else _("不是 17 位时间")
    if key == "ST":
        return protocol.meaning(protocol.SYSTEMS, packet.st or "")
    if key == "CN":
        return command_name(packet)
    if key == "Flag":
        return flag_words(packet)
    if key == "RF":
        return _("重发的数据") if packet.rf == "1" else ""
    return ""


def flag_words(packet: hj212.Packet) -> str:
    """The bits of Flag in words."""
    edition = packet.edition
    words = [f"HJ{'/T' if edition == '2005' else ''} 212-{edition}" if edition else _("版本位未知")]
    words.append(_("需要应答") if packet.ack else _("不需应答"))
    if (packet.flag or 0) & 2:
        words.append(_("含包号") if packet.pnum else _("有拆分位但没有包号"))
    return "，".join(words)


def fields(packet: hj212.Packet, show_secrets: bool) -> list[Line]:
    """Plain fields of the CP with their Chinese names and meanings."""
    table = protocol.FIELDS.get(packet.edition or "2017", {})
    lines = []
    for key, text in packet.fields.items():
        row = table.get(key)
        label = row.label if row else {"DataTime": _("数据时间")}.get(key, _("标准中没有的字段"))
        shown = hidden(key, text, show_secrets)
        lines.append(Line(key, label, shown, field_meaning(key, shown, row)))
    return lines


def field_meaning(key: str, text: str, row: Any) -> str:
    """What a plain field's text says: a code's meaning, a moment, or its unit."""
    if key == "QnRtn":
        return protocol.meaning(protocol.QN_RETURNS, text)
    if key == "ExeRtn":
        return protocol.meaning(protocol.EXE_RETURNS, text)
    when = parse_stamp(text)
    if when is not None:
        return f"{when:%Y-%m-%d %H:%M:%S}"
    return row.unit if row and row.unit else ""


def factor_lines(packet: hj212.Packet, names: dict[str, Any]) -> list[FactorLine]:
    """Factors with names and units; ``names`` is code → Factor row of the dictionary."""
    edition = packet.edition or "2017"
    lines = []
    for code, texts in packet.factors.items():
        row = names.get(code) or factor_table.find(code, edition)
        lines.append(
            FactorLine(
                code,
                row.name if row else _("编码表中没有"),
                row is not None,
                [
                    Value(suffix, label_of(suffix), text, unit(code, suffix, row, edition))
                    for suffix, text in texts.items()
                    if suffix != "Flag"
                ],
                texts.get("Flag", ""),
            )
        )
    return lines


def label_of(suffix: str) -> str:
    return LABELS.get(suffix, suffix)


def unit(code: str, suffix: str, row: Any, edition: str) -> str:
    """The unit of one value; amounts have their own."""
    if suffix == "Cou":
        found = factor_table.find(code, edition)
        return found.amount_unit if found else ""
    if suffix in ("SampleTime", "EFlag", "Info", "SN", "RS", "Ala"):
        return ""
    return "h" if suffix == "RT" else (row.unit if row else "")


def as_text(raw: bytes) -> str:
    """The bytes as text, UTF-8 first, then GBK; line ends and other control bytes spelled out.

    >>> print(as_text(b"##\\r\\n\\x01"))
    ##\\r\\n\\x01
    """
    for coding in ("utf-8", "gb18030"):
        try:
            text = raw.decode(coding)
            break
        except UnicodeDecodeError:
            continue
    else:
        text = raw.decode("latin-1")
    return "".join(c if ord(c) >= 32 else _ESCAPES.get(c, f"\\x{ord(c):02x}") for c in text)


def as_hex(raw: bytes) -> str:
    """Sixteen bytes a line: offset, hex, printable characters.

    >>> as_hex(b"##0001")
    '0000  23 23 30 30 30 31                                ##0001'
    """
    lines = []
    for start in range(0, len(raw), 16):
        row = raw[start : start + 16]
        octets = " ".join(f"{b:02X}" for b in row)
        shown = "".join(chr(b) if 32 <= b < 127 else "." for b in row)
        lines.append(f"{start:04X}  {octets:<47}  {shown}")
    return "\n".join(lines)


def chain_holds(frame: Frame, before: Frame | None) -> bool | None:
    """Whether the frame's link follows from the one before; None when that is not at hand."""
    if before is None and frame.seq != 1:
        return None
    previous = GENESIS if before is None else before.link
    return (
        chain(
            previous,
            frame.seq,
            frame.at,
            frame.peer,
            frame.mn,
            frame.verdict,
            sha256(frame.raw).digest(),
        )
        == frame.link
    )
