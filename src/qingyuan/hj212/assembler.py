"""Joining the parts of a split packet (HJ 212-2017 clause 6.3.2, C.49, C.50).

Parts of 2017 and later have QNs of their own and one DataTime; parts of 2005 share one QN.
"""

from typing import NamedTuple

from .encode import encode_segment
from .packet import Packet

_Key = tuple[object, ...]


class Whole(NamedTuple):
    """A split packet joined: ``packet`` reads like one that was never split."""

    packet: Packet
    parts: tuple[Packet, ...]


class _Waiting:
    __slots__ = ("parts", "since")

    def __init__(self, since: float) -> None:
        self.since = since
        self.parts: dict[int, Packet] = {}


class Assembler:
    """Collects parts until all of them are there, in any order, doubles allowed.

    ``timeout``: seconds after which an unfinished packet is given up. ``most``: unfinished
    packets kept at a time; the oldest goes first. No clock: ``now`` is passed in, in seconds.
    """

    def __init__(self, timeout: float = 600.0, most: int = 1000) -> None:
        self._timeout = timeout
        self._most = most
        self._waiting: dict[_Key, _Waiting] = {}
        self.given_up = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def receive(self, packet: Packet, now: float = 0.0) -> Whole | None:
        """Give a packet in; the whole comes back with the last missing part, else None.

        A packet that is not split comes back at once. Never raises.
        """
        self._expire(now)
        pnum, pno = packet.pnum, packet.pno
        if pnum is None or pno is None or pnum < 2:
            return Whole(packet, (packet,))
        if not 1 <= pno <= pnum:
            return None
        key = _key(packet)
        waiting = self._waiting.setdefault(key, _Waiting(now))
        waiting.parts[pno] = packet
        if len(waiting.parts) < pnum:
            self._bound()
            return None
        del self._waiting[key]
        return _join(tuple(waiting.parts[n] for n in range(1, pnum + 1)))

    def _expire(self, now: float) -> None:
        while self._waiting:
            key, oldest = next(iter(self._waiting.items()))
            if now - oldest.since < self._timeout:
                return
            self._give_up(key)

    def _bound(self) -> None:
        while len(self._waiting) > self._most:
            self._give_up(next(iter(self._waiting)))

    def _give_up(self, key: _Key) -> None:
        del self._waiting[key]
        self.given_up += 1


def _key(packet: Packet) -> _Key:
    if packet.edition == "2005":
        return packet.mn, packet.st, packet.cn, packet.pnum, packet.qn
    return packet.mn, packet.st, packet.cn, packet.pnum, packet.fields.get("DataTime")


def _join(parts: tuple[Packet, ...]) -> Whole:
    first = parts[0]
    pairs = list(first.pairs)
    for part in parts[1:]:
        pairs += part.pairs[1:] if _same_time(first, part) else part.pairs
    whole = {**first.header._asdict(), "pnum": None, "pno": None, "pairs": pairs}
    segment = encode_segment(whole)
    raw = b"".join(part.raw for part in parts)
    return Whole(Packet(segment, raw, first.offset), parts)


def _same_time(first: Packet, part: Packet) -> bool:
    return bool(part.pairs) and part.pairs[0][0] == "DataTime" and part.pairs[0] in first.pairs
