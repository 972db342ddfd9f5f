"""Events as JSON lines: the form that ``qingyuan hj212 decode`` prints and ``encode`` reads."""

from typing import Any

from .events import BadFrame, PacketReceived
from .packet import Packet


def as_line(event: PacketReceived | BadFrame) -> dict[str, Any]:
    """The object for one event; only texts, numbers, booleans, None, lists and dicts in it."""
    if isinstance(event, PacketReceived):
        return packet_line(event.packet)
    return {
        "ok": False,
        "offset": event.offset,
        "length": len(event.raw),
        "error": event.error,
        "detail": event.detail,
        "raw": event.raw.hex(),
    }


def packet_line(packet: Packet) -> dict[str, Any]:
    """The object for a sound packet; ``rf`` and ``records`` only where the packet has them."""
    line: dict[str, Any] = {
        "ok": True,
        "offset": packet.offset,
        "length": packet.length,
        "edition": packet.edition,
        "qn": packet.qn,
        "st": packet.st,
        "cn": packet.cn,
        "pw": packet.pw,
        "mn": packet.mn,
        "flag": packet.flag,
        "ack": packet.ack,
        "pnum": packet.pnum,
        "pno": packet.pno,
        "data_time": packet.data_time,
        "fields": packet.fields,
        "factors": packet.factors,
        "pairs": [list(pair) for pair in packet.pairs],
    }
    if packet.rf is not None:
        line["rf"] = packet.rf
    if packet.records:
        line["records"] = packet.records
    line["warnings"] = packet.warnings
    return line
