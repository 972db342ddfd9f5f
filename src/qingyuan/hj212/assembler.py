"""Joining the parts of a split packet (HJ 212-2017 clause 6.3.2, C.49, C.50).

Parts of 2017 and later have QNs of their own and one DataTime; parts of 2005 share one QN.
"""

from typing import NamedTuple

from .encode import write_segment
from .packet import JoinedPacket, Packet

_Key = tuple[object, ...]


class Whole(NamedTuple):
    """``packet`` reads like one that was never split: header of the first part without PNUM and
    PNO, CP of all ``parts``. For a packet that was not split it is the packet itself."""

    packet: Packet
    parts: tuple[Packet, ...]


class _Waiting:
    __slots__ = ("parts", "since")

    def __init__(self, since: float) -> None:
        self.since = since
        self.parts: dict[int, Packet] = {}


class Assembler:
    """Collects parts until all of them are there, in any order, doubles allowed.

    ``timeout``: seconds after the first part after which an unfinished packet is given up.
    ``most``: parts kept at a time; the oldest packet is given up first. There is no clock here:
    ``now`` is passed in, in seconds.
    """

    def __init__(self, timeout: float = 600.0, most: int = 4096) -> None:
        self._timeout = timeout
        self._most = most
        self._waiting: dict[_Key, _Waiting] = {}
        self._held = 0
        self.given_up = 0

    def __len__(self) -> int:
        """Parts held."""
        return self._held

    def receive(self, packet: Packet, now: float = 0.0) -> Whole | None:
        """Give a packet in. With the last missing part the whole comes back, before that None.
        What is not split comes back at once; a part whose number does not fit its count is never
        joined. Never raises."""
        self.expire(now)
        pnum, pno = packet.pnum, packet.pno
        if pnum is None or pno is None or pnum < 2:
            return Whole(packet, (packet,))
        if not 1 <= pno <= pnum:
            return None
        key = _key(packet)
        waiting = self._waiting.setdefault(key, _Waiting(now))
        self._held += pno not in waiting.parts
        waiting.parts[pno] = packet
        if len(waiting.parts) == pnum:
            self._forget(key)
            return _join(tuple(waiting.parts[number] for number in range(1, pnum + 1)))
        while self._held > self._most:
            self._give_up()
        return None

    def expire(self, now: float) -> None:
        """Give up what has waited longer than the timeout."""
        while self._waiting:
            oldest = next(iter(self._waiting.values()))
            if now - oldest.since < self._timeout:
                return
            self._give_up()

    def _give_up(self) -> None:
        self._forget(next(iter(self._waiting)))
        self.given_up += 1

    def _forget(self, key: _Key) -> None:
        self._held -= len(self._waiting.pop(key).parts)


def _key(packet: Packet) -> _Key:
    station = packet.mn, packet.st, packet.cn, packet.pnum
    times = [text for name, text in packet.pairs if name == "DataTime"]
    if packet.edition == "2005":
        qn = packet.qn or packet.fields.get("QN")
        return (*station, "QN", qn) if qn else (*station, "DataTime", *times[:1])
    return (*station, "DataTime", *times[:1])


def _join(parts: tuple[Packet, ...]) -> Whole:
    first = parts[0]
    pairs = list(first.pairs)
    for part in parts[1:]:
        pairs += _without_time(first, part)
    header = first.header._replace(pnum=None, pno=None)
    raw = b"".join(part.raw for part in parts)
    remarks = tuple(dict.fromkeys(remark for part in parts for remark in part.warnings))
    whole = JoinedPacket(write_segment(header, pairs), raw, first.offset, remarks, pairs)
    return Whole(whole, parts)


def _without_time(first: Packet, part: Packet) -> list[tuple[str, str]]:
    """The part's pairs; the DataTime that it shares with the first part would begin a record."""
    pairs = list(part.pairs)
    time = next((pair for pair in first.pairs if pair[0] == "DataTime"), None)
    if time in pairs:
        pairs.remove(time)
    return pairs
