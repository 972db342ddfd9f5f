"""What to do about each event on a link. Decides; does nothing itself, knows no clock.

An answer is part of ``Keep``: it may only go out once the frame is durable, or known to be so.
"""

from collections.abc import Mapping
from typing import NamedTuple

from qingyuan import hj212
from qingyuan.gateway.limits import Allowance, Limits
from qingyuan.hj212.build import answer_to
from qingyuan.spool import NewFrame
from qingyuan.spool.registry import Station

Stations = Mapping[str, Station]
LOGIN = "9021"
_LONGEST_MN = 64  # 24 by HJ 212-2017 table 2; longer ones are kept, but not as a key
_LEAST_COST = 512  # bytes that a bad frame counts for at least: a row has its own price
_new = tuple.__new__  # a NamedTuple's own constructor takes three times as long
_MNS_ON_LINK = 256  # one link may serve several loggers, yet not fill memory with names


class Keep(NamedTuple):
    """Append the frame; after the commit send ``answer`` (b"" where none is due)."""

    frame: NewFrame
    answer: bytes


class Close(NamedTuple):
    """End the link; ``reason`` is a word of the metrics."""

    reason: str


class Count(NamedTuple):
    """Raise a counter of the metrics."""

    name: str


Effect = Keep | Close | Count


class Session:
    """One link's memory: who has spoken on it, and how much garbage it may still send."""

    __slots__ = ("_garbage", "_proven", "last_mn", "peer")

    def __init__(self, peer: str, limits: Limits) -> None:
        self.peer = peer
        self.last_mn = ""
        self._proven: dict[str, str] = {}
        self._garbage = Allowance(limits.garbage_burst, limits.garbage_rate)

    def packet(self, packet: hj212.Packet, at: int, stations: Stations) -> Keep:
        """A sound frame that arrived at ``at`` (epoch ms); its verdict "" means a known station.

        Unknown stations and wrong passwords are kept and answered too, otherwise the logger
        sends the same frame for ever.
        """
        mn, verdict = packet.mn or "", ""
        station = stations.get(mn)
        if station is None or packet.pw != station.password or mn not in self._proven:
            mn = (mn or self.last_mn)[:_LONGEST_MN]
            verdict = self._verdict(mn, packet.pw, stations)
        self.last_mn = mn
        answer = login_answer(packet) if packet.cn == LOGIN else answer_to(packet)
        frame = _new(NewFrame, (at, self.peer, mn, verdict, packet.raw))
        return _new(Keep, (frame, answer or b""))

    def bad(self, event: hj212.BadFrame, at: int, common: Allowance) -> tuple[Effect, ...]:
        """A bad stretch: kept with its error, never answered (HJ 212-2017 6.2; App. A)."""
        size, now = max(len(event.raw), _LEAST_COST), at / 1000
        if not self._garbage.take(size, now):
            return (Count("garbage_unkept"), Close("garbage"))
        if not common.take(size, now):
            return (Count("garbage_unkept"),)
        return (Keep(NewFrame(at, self.peer, self.last_mn, event.error, event.raw), b""),)

    def _verdict(self, mn: str, pw: str | None, stations: Stations) -> str:
        station = stations.get(mn)
        if station is None:
            return "unknown"
        # 2005's 9014 carries no PW: a link keeps the trust that its last password earned.
        given = self._proven.get(mn) if pw is None else pw
        if given != station.password:
            return "password"
        if self._proven.get(mn) != given and len(self._proven) < _MNS_ON_LINK:
            self._proven[mn] = given
        return ""


def login_answer(packet: hj212.Packet) -> bytes:
    """9022 to a login 9021, which no edition knows but loggers in the field wait for.

    Logon=1 for strangers too: refused, they would hold their data back instead of sending them
    into quarantine, where somebody sees them.
    """
    items = [f"QN={packet.qn}"] if packet.qn else []
    cp = ";".join([*items, "Logon=1"])
    head = f"ST=91;CN=9022;PW={packet.pw or ''};MN={packet.mn or ''};Flag=0"
    return hj212.frame(f"{head};CP=&&{cp}&&".encode())
