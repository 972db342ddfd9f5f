"""Requests and notices from the office: 9011, the deed, 9012; 9013 (HJ 212-2017 6.5)."""

from typing import TYPE_CHECKING

from qingyuan.hj212 import Packet, build, commands
from qingyuan.simulator.compose import Batch, Outgoing
from qingyuan.simulator.deeds import FAILED, Reply, control, data, parameters

if TYPE_CHECKING:
    from qingyuan.simulator.logger import DataLogger

ACCEPTED, REFUSED = 1, 2
_DEEDS = {**parameters.DEEDS, **data.DEEDS, **control.DEEDS}


def handle(logger: "DataLogger", packet: Packet, now: float) -> None:
    """Queue everything that a request or notice from the centre calls for."""
    cn = packet.cn or ""
    logger.counts["requests"] += 1
    if cn in ("2012", "2022"):
        _stop(logger, cn)
        _queue(logger, "9013", build.notice_answer(packet), packet)
        return
    code = verdict(logger, packet)
    _queue(logger, "9011", build.request_answer(packet, code), packet)
    if code != ACCEPTED:
        logger.counts[f"refused {code}"] += 1
        return
    try:
        reply = _DEEDS[cn](logger, packet, now)
    except (KeyError, ValueError):
        reply = Reply([], FAILED)  # a field is missing or no number; the centre hears ExeRtn=2
    for batch in reply.responses:
        logger.outbox.answer(batch)
    if reply.result is not None:
        _queue(logger, "9012", build.result(packet, reply.result), packet)


def verdict(logger: "DataLogger", packet: Packet) -> int:
    """QnRtn: 1 will do, 3 PW, 4 MN, 5 ST, 8 CN (HJ 212-2017 table 7); 2005 knows 1, 2, 3."""
    spec = logger.spec
    known = commands.find(packet.cn or "", spec.edition, "down") and packet.cn in _DEEDS
    checks = (
        (packet.pw == logger.settings.password, 3),
        (packet.mn == spec.mn, 4),
        (packet.st == spec.st, 5),
        (bool(known), 8),
    )
    code = next((code for right, code in checks if not right), ACCEPTED)
    return REFUSED if spec.edition == "2005" and code > 3 else code


def _queue(logger: "DataLogger", cn: str, raw: bytes, packet: Packet) -> None:
    frame = Outgoing(cn, raw, packet.qn or "")
    logger.outbox.answer(Batch(cn, lambda late: [frame]))


def _stop(logger: "DataLogger", cn: str) -> None:
    if cn == "2012":
        logger.settings.realtime = False
    logger.timetable.change("2011" if cn == "2012" else "2021", 0, 0)
