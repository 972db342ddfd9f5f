"""Parts of split packets, kept until the last one is there.

Nothing of them is stored before: the position's ``settled`` stays behind the oldest, so that a
restart reads them again.
"""

from qingyuan import hj212

TIMEOUT_MS = 120_000  # arrival time; three re-sends of a part take half a minute
EVER = 2**62  # later than any arrival
MOST = 2000  # parts kept at a time; the oldest is given up first


class Parts:
    """hj212's Assembler with the sequence of every part."""

    def __init__(self) -> None:
        self._assembler = hj212.Assembler(timeout=TIMEOUT_MS / 1000, most=MOST)
        self._waiting: dict[int, tuple[int, hj212.Packet]] = {}  # seq → (arrival ms, part)
        # First and last sequence of packets that were joined, overlapping ones as one. A restart
        # inside such a stretch would see some of the parts and pair them with others.
        self._joined: list[tuple[int, int]] = []

    def receive(self, packet: hj212.Packet, seq: int, at: int) -> hj212.Packet | None:
        """The whole packet when this was its last missing part."""
        whole = self._assembler.receive(packet, at / 1000)
        if whole is None:
            self._waiting[seq] = (at, packet)
            return None
        done = set(map(id, whole.parts))
        first = seq
        for number in [n for n, (_at, part) in self._waiting.items() if id(part) in done]:
            first = min(first, number)
            del self._waiting[number]
        while self._joined and self._joined[-1][1] >= first:
            first = min(first, self._joined.pop()[0])
        self._joined.append((first, seq))
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

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def settled(self, read: int) -> int:
        """The last sequence that a restart need not read again, when all up to ``read`` are read:
        before the oldest part that waits, and not inside a packet that was joined."""
        place = min(read, next(iter(self._waiting), read + 1) - 1)
        for first, last in reversed(self._joined):
            if first <= place < last:
                place = first - 1
        self._joined = [span for span in self._joined if span[1] > place]
        return place
