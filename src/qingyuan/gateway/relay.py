"""Forwarding: one leg is one station's frames, in order, to one further address.

Each leg has a TCP link of its own, as the logger itself would, and sends frame by frame: the next
one goes out when the far side has acknowledged the one before. A leg remembers how far it has come,
so that neither an outage nor a restart loses a frame. What the far side says is kept in the spool
with the verdict "relay". The logger's own acknowledgement never waits for any of this.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable

from qingyuan import hj212
from qingyuan.gateway.limits import Allowance
from qingyuan.gateway.metrics import Metrics
from qingyuan.gateway.relay_store import Leg
from qingyuan.spool import NewFrame

log = logging.getLogger(__name__)
SENDS = 3  # HJ 212-2017 table 1: 10 s, three times
PATIENCE = 10.0
PENDING = 100_000  # sequences a leg remembers before it goes back to the spool for the rest
_IN_MEMORY = 16  # newest frames a leg holds as bytes, so that a live relay reads no disk
_GARBAGE = 65_536.0  # bytes of bad frames that a far side may send at once, or in a minute
_BACKOFF = (1.0, 2.0, 5.0, 15.0, 30.0, 60.0)


class Unanswered(Exception):
    """The far side took a frame that it must acknowledge and did not."""


class Relay:
    """One leg. ``required``: a frame that stays unacknowledged is tried again for ever."""

    def __init__(
        self, leg: Leg, position: int, metrics: Metrics,
        fetch: Callable[[int], Awaitable[bytes]],
        keep: Callable[[NewFrame], Awaitable[None]],
        sm4_key: Callable[[str], bytes | None],
    ) -> None:
        self.leg, self.position = leg, position
        self.required = False
        self.connected = False
        self.behind = False  # more waits in the spool than ``pending`` holds
        self.error = ""
        self.scanned = asyncio.Event()
        self._metrics, self._fetch, self._keep, self._sm4_key = metrics, fetch, keep, sm4_key
        self._pending: deque[tuple[int, bytes]] = deque()
        self._news = asyncio.Event()
        self._mute = False
        self._expected = ""
        self._answered = asyncio.Event()

    @property
    def lag(self) -> int:
        """Frames known to wait for this leg."""
        return len(self._pending)

    def offer(self, seq: int, raw: bytes) -> None:
        """A frame of the station was kept."""
        if self.behind or len(self._pending) >= PENDING:
            self.behind = True
            return
        self._pending.append((seq, raw if len(self._pending) < _IN_MEMORY else b""))
        self._news.set()

    def fill(self, older: list[int], *, more: bool) -> None:
        """What a scan of the spool found goes before what has come since; may overlap with it."""
        self.behind = more
        newer = () if more else self._pending
        last = older[-1] if older else 0
        self._pending = deque(
            [(seq, b"") for seq in older] + [entry for entry in newer if entry[0] > last]
        )
        self.scanned.set()
        self._news.set()

    async def run(self) -> None:
        """Deliver for ever; ends by being cancelled."""
        failures = 0
        while True:
            await self.scanned.wait()
            await self._wait_for_news()
            before = self.position
            try:
                await self._deliver_on_a_link()
            except (OSError, TimeoutError, Unanswered) as error:
                self.error = str(error) or type(error).__name__
            except Exception as error:
                # A slip of ours with one frame must not end the leg unseen.
                self.error = repr(error)
                log.exception("relay of %s to %s", self.leg[1], self.leg[0])
            failures = 0 if self.position > before else failures + 1
            await asyncio.sleep(_BACKOFF[min(failures, len(_BACKOFF) - 1)])

    async def _wait_for_news(self) -> None:
        while not self._pending:
            self._news.clear()
            await self._news.wait()

    async def _deliver_on_a_link(self) -> None:
        host, _, port = self.leg[0].rpartition(":")
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
        listening = asyncio.create_task(self._listen(reader))
        delivering = asyncio.create_task(self._deliver(writer))
        self.connected, self.error = True, ""
        try:
            await asyncio.wait((listening, delivering), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.connected = False
            for task in (listening, delivering):
                task.cancel()
            writer.close()
            outcomes = await asyncio.gather(listening, delivering, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    async def _deliver(self, writer: asyncio.StreamWriter) -> None:
        while True:
            await self._wait_for_news()
            seq, raw = self._pending[0]
            if seq > self.position:
                outcome = await self._send(raw or await self._fetch(seq), writer)
                self._metrics.relayed[self.leg[0], outcome] += 1
                self.position = seq
            if self._pending and self._pending[0][0] == seq:
                self._pending.popleft()
            if self.behind and not self._pending:
                self.scanned.clear()
                await self.scanned.wait()

    async def _send(self, raw: bytes, writer: asyncio.StreamWriter) -> str:
        self._expected = self._qn_to_wait_for(raw)
        self._answered.clear()
        for _ in range(1 if self._mute else SENDS):
            async with asyncio.timeout(PATIENCE):
                writer.write(raw)
                await writer.drain()
            if not self._expected:
                return "sent"
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._answered.wait()
                self._mute = False
                return "acknowledged"
        if self.required:
            raise Unanswered("the far side does not acknowledge")
        # A far side that never answers gets each frame once, so that the leg keeps pace.
        self._mute = True
        return "unanswered"

    def _qn_to_wait_for(self, raw: bytes) -> str:
        connection = hj212.Connection(sm4_key=self._sm4_key, max_length=len(raw))
        connection.receive_data(raw)
        event = connection.next_event()
        if not isinstance(event, hj212.PacketReceived) or not event.packet.ack:
            return ""
        return _qn_of(event.packet)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        connection = hj212.Connection(sm4_key=self._sm4_key)
        garbage = Allowance(_GARBAGE, _GARBAGE / 60)
        while data := await reader.read(4096):
            connection.receive_data(data)
            while (event := connection.next_event()) is not hj212.NEED_DATA:
                if isinstance(event, hj212.PacketReceived):
                    await self._keep_fact(event.packet.raw)
                    if self._expected and _answers(event.packet, self._expected):
                        self._answered.set()
                elif not garbage.take(len(event.raw), time.time()):
                    raise ConnectionError("the far side sends garbage")
                else:
                    await self._keep_fact(event.raw)
        raise ConnectionError("the far side closed the link")

    async def _keep_fact(self, raw: bytes) -> None:
        target, mn = self.leg
        await self._keep(NewFrame(int(time.time() * 1000), f"relay {target}", mn, "relay", raw))


def _answers(packet: hj212.Packet, expected: str) -> bool:
    return packet.cn in ("9014", "9013") and _qn_of(packet) == expected


def _qn_of(packet: hj212.Packet) -> str:
    """The QN in the header, or in the CP where 2005 puts it (annex C)."""
    return packet.qn or packet.fields.get("QN", "")
