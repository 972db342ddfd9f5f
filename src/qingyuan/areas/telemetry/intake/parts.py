"""Parts of split packets, kept until the last one is there.

Nothing of them is stored before: the position's ``settled`` stays behind the oldest, so that a
restart reads them again.
"""

from qingyuan import hj212

TIMEOUT_MS = 120_000  # arrival time; three re-sends of a part take half a minute
MOST = 2000  # parts kept at a time; the oldest is given up first


class Parts:
    """hj212's Assembler with the sequence of every part."""

    def __init__(self) -> None:
        self._assembler = hj212.Assembler(timeout=TIMEOUT_MS / 1000, most=MOST)
        self._waiting: dict[int, tuple[int, hj212.Packet]] = {}  # seq → (arrival ms, part)

    def receive(self, packet: hj212.Packet, seq: int, at: int) -> hj212.Packet | None:
        """The whole packet when this was its last missing part."""
        whole = self._assembler.receive(packet, at / 1000)
        if whole is None:
            self._waiting[seq] = (at, packet)
            return None
        done = set(map(id, whole.parts))
        self._waiting = {
            number: kept for number, kept in self._waiting.items() if id(kept[1]) not in done
        }
        return whole.packet

    def expired(self, now: int) -> list[tuple[int, int, hj212.Packet]]:
        """Take out (seq, arrival, part) of the parts that waited too long."""
        given_up: list[tuple[int, int, hj212.Packet]] = []
        while self._waiting:
            seq, (at, packet) = next(iter(self._waiting.items()))
            if now - at < TIMEOUT_MS and len(self._waiting) <= MOST:
                break
            del self._waiting[seq]
            given_up.append((seq, at, packet))
        return given_up

    def oldest(self) -> int | None:
        """Sequence of the oldest part that waits."""
        return next(iter(self._waiting), None)
