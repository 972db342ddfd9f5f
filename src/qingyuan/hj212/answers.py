"""What a received packet is owed: 9014 for data, 9013 for a notice, 9011 and 9012 for a request.

HJ 212-2017 6.5, table 9 and annex C; HJ/T 212-2005 6.4 and annex C. The two editions differ in
where the QN goes: since 2017 in the header, in 2005 inside the CP, where a data answer also names
the CN that it answers and, for a split packet, its number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qingyuan.hj212 import commands
from qingyuan.hj212.crc import printed_crc
from qingyuan.hj212.encode import frame

if TYPE_CHECKING:
    from qingyuan.hj212.packet import Packet

_VERSION_BITS = 0xFC
_CACHE_LIMIT = 20_000
# Data commands of 2017 and 2025 whose answer is always 9014, so the hot path need not look further.
_PLAIN_UPLOADS = frozenset(
    command.cn
    for command in commands.COMMANDS
    if command.kind == "upload" and command.clauses.keys() & {"2017", "2025"}
) - frozenset(command.cn for command in commands.COMMANDS if command.kind == "notice")
_Key = tuple[str | None, str | None, int]
_templates: dict[_Key, tuple[bytes, bytes]] = {}


def answer_to(packet: Packet, *, qn_return: int | str | None = None) -> bytes | None:
    """The answer that the sender of this packet waits for; None when none is due.

    An upload is answered by 9014 when its Flag asks for it, a notice by 9013 (in 2005 always, since
    its example asks with Flag=0), a 9012 that asks for it by 9014, a 9011, 9013, 9014 never. A
    number that no edition knows counts as an upload. A request is answered only when ``qn_return``
    is given: then the 9011 with that QnRtn (table 7).
    """
    if qn_return is not None:
        return request_answer(packet, qn_return)
    qn, flag = packet.qn, packet.flag
    # bit 0 asks for an answer, a value above 3 has the version bits of 2017 or later
    asks = flag is not None and flag > 3 and flag & 1
    if asks and qn is not None and packet.cn in _PLAIN_UPLOADS:
        stamp = qn.encode()
        if len(stamp) == 17:
            key = (packet.pw, packet.mn, flag or 0)
            head, tail = _templates.get(key) or _remember(key)
            segment = b"QN=" + stamp + tail
            return head + segment + printed_crc(segment) + b"\r\n"
    return _answer(packet)


def request_answer(packet: Packet, qn_return: int | str) -> bytes:
    """9011: whether the request will be executed (2017 table 7, 2005 6.5)."""
    return _interaction(packet, "9011", f"QnRtn={qn_return}", "0")


def result(packet: Packet, exe_return: int | str) -> bytes:
    """9012: how the execution of the request ended (2017 table 6, 2005 6.5)."""
    return _interaction(packet, "9012", f"ExeRtn={exe_return}", None)


def notice_answer(packet: Packet) -> bytes:
    """9013: the notice has arrived."""
    return _interaction(packet, "9013", "", "0")


def data_answer(packet: Packet) -> bytes:
    """9014: the data have arrived. 2005 names QN, CN, PNO and PNUM in the CP and no PW or MN."""
    if packet.edition != "2005":
        return _interaction(packet, "9014", "", None)
    qn = _qn_of_2005(packet)
    items = [f"QN={qn}"] if qn else []
    items.append(f"CN={packet.cn}")
    text = ";".join(items)
    if packet.pno is not None:
        text += f";PNO={packet.pno};PNUM={packet.pnum};"
    return frame(f"ST=91;CN=9014;CP=&&{text}&&".encode())


def kind_of(packet: Packet) -> str:
    """``upload``, ``notice``, ``request`` or ``answer``, as the edition's table says.

    Where a number is both a request and an upload (2011, 2051 …) it counts as an upload: the header
    does not tell them apart, and only a centre receives uploads.
    """
    cn = packet.cn or ""
    rows = (packet.edition and commands.find(cn, packet.edition)) or commands.find(cn)
    kinds = {row.kind for row in rows}
    for kind in ("answer", "notice", "upload", "request"):
        if kind in kinds:
            return kind
    return "answer" if cn.startswith("9") else "upload"


def _answer(packet: Packet) -> bytes | None:
    kind = kind_of(packet)
    if kind == "notice":
        return notice_answer(packet) if packet.ack or packet.edition == "2005" else None
    if packet.ack and (kind == "upload" or packet.cn == "9012"):
        return data_answer(packet)
    return None


def _remember(key: _Key) -> tuple[bytes, bytes]:
    pw, mn, flag = key
    tail = _tail("9014", pw, mn, flag, "").encode()
    if len(_templates) >= _CACHE_LIMIT:
        _templates.clear()
    _templates[key] = template = (b"##%04d" % (20 + len(tail)), tail)
    return template


def _tail(cn: str, pw: str | None, mn: str | None, flag: int | None, cp: str) -> str:
    names = f"{_named('PW', pw)}{_named('MN', mn)}"
    return f";ST=91;CN={cn}{names};Flag={(flag or 4) & _VERSION_BITS};CP=&&{cp}&&"


def _named(name: str, value: object) -> str:
    return "" if value is None else f";{name}={value}"


def _interaction(packet: Packet, cn: str, text: str, flag_2005: str | None) -> bytes:
    if packet.edition != "2005":
        tail = _tail(cn, packet.pw, packet.mn, packet.flag, text)
        return frame((f"QN={packet.qn}{tail}" if packet.qn else tail[1:]).encode())
    qn = _qn_of_2005(packet)
    cp = ";".join(part for part in (f"QN={qn}" if qn else "", text) if part)
    names = f"{_named('PW', packet.pw)}{_named('MN', packet.mn)}{_named('Flag', flag_2005)}"
    return frame(f"ST=91;CN={cn}{names};CP=&&{cp}&&".encode())


def _qn_of_2005(packet: Packet) -> str:
    return packet.qn or packet.fields.get("QN", "")
