"""The socket of one logger: connects, writes what the logger says, hands it what arrives."""

import asyncio
from collections import deque
from typing import cast

from qingyuan import hj212
from qingyuan.simulator.clock import SimulatedClock
from qingyuan.simulator.logger import Act, Close, DataLogger, Send, backoff
from qingyuan.simulator.physics.noise import dice

_LONGEST_SLEEP = 30.0
_SHORTEST_SLEEP = 0.001
_ABANDONED_MOST = 5
_BUFFER_MOST = 1 << 20


class Link(asyncio.Protocol):
    """One TCP connection; an abandoned one may outlive its successor, so each has an object."""

    transport: asyncio.Transport

    def __init__(self, client: "Client") -> None:
        self._client = client
        self._connection = hj212.Connection(sm4_key=client.logger.key_of)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._client.link_up(self)

    def data_received(self, data: bytes) -> None:
        self._connection.receive_data(data)
        while (event := self._connection.next_event()) is not hj212.NEED_DATA:
            self._client.received(self, event)

    def connection_lost(self, exc: Exception | None) -> None:
        self._client.link_lost(self)


class Client:
    """One virtual station on the network. `start` sets it going, `stop` ends it."""

    def __init__(
        self, logger: DataLogger, host: str, port: int, clock: SimulatedClock, delay: float = 0.0
    ) -> None:
        """`delay` real seconds pass before the first attempt to connect."""
        self.logger, self._host, self._port, self._clock = logger, host, port, clock
        self._roll = dice(logger.spec.seed, logger.spec.mn, "backoff")
        self._pause = delay
        self._failures = 0
        self._link: Link | None = None
        self._abandoned: list[Link] = []
        self._dripping: deque[tuple[bytes, float]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._running = False

    def start(self) -> None:
        """Begin to connect and to keep time."""
        self._running = True
        self._connect()
        self._arm()

    def stop(self) -> None:
        """Close the link and be still."""
        self._running = False
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None:
            self._task.cancel()
        for link in self._abandoned:
            link.transport.abort()
        if self._link is not None:
            self._link.transport.close()

    def link_up(self, link: Link) -> None:
        """A connection was made."""
        if not self._running:
            link.transport.abort()
            return
        self._link, self._failures = link, 0
        self.logger.link_up(self._clock.now())
        self._step()

    def link_lost(self, link: Link) -> None:
        """A connection is gone; only the present one matters."""
        if link is not self._link:
            return
        self._link = None
        self._dripping.clear()
        self.logger.link_down()
        if self._running:
            self._pause = self._clock.impatience * backoff(self._failures, self._roll)
            self._connect()

    def received(self, link: Link, event: hj212.Event) -> None:
        """Something came from the centre."""
        if link is not self._link:
            return
        if isinstance(event, hj212.PacketReceived):
            now, wall = self._clock.now(), self._clock.wall()
            self._do(self.logger.receive(event.packet, now, wall))
            self._arm()
        else:
            self.logger.counts["unreadable answers"] += 1

    def _connect(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._keep_trying())

    async def _keep_trying(self) -> None:
        loop = asyncio.get_running_loop()
        while self._running and self._link is None:
            await asyncio.sleep(self._pause)
            self._pause = self._clock.impatience * backoff(self._failures, self._roll)
            if not self.logger.wants_link(self._clock.now()):
                continue
            try:
                await loop.create_connection(lambda: Link(self), self._host, self._port)
            except OSError:
                self._failures += 1
                self.logger.counts["connections refused"] += 1

    def _step(self) -> None:
        if self._running:
            self._do(self.logger.step(self._clock.now(), self._clock.wall()))
            self._arm()

    def _arm(self) -> None:
        """Set the one timer to whatever comes first."""
        if not self._running:
            return
        if self._timer is not None:
            self._timer.cancel()
        wall = self._clock.wall()
        due, deadline = self.logger.wake(self._clock.now(), wall)
        pause = self._clock.until(due)
        if deadline is not None:
            pause = min(pause, deadline - wall)
        pause = min(max(pause, _SHORTEST_SLEEP), _LONGEST_SLEEP)
        self._timer = asyncio.get_running_loop().call_later(pause, self._step)

    def _do(self, acts: list[Act]) -> None:
        for act in acts:
            link = self._link
            if link is None:
                return
            if isinstance(act, Close):
                self._leave(link, act)
            elif self._dripping or act.pause:
                self._drip(link, act)
            elif link.transport.get_write_buffer_size() < _BUFFER_MOST:
                link.transport.write(act.data)
            else:
                self.logger.counts["writes given up"] += 1

    def _leave(self, link: Link, act: Close) -> None:
        if not act.quietly:
            link.transport.abort()
            self.link_lost(link)
            return
        link.transport.pause_reading()
        self._abandoned.append(link)
        if len(self._abandoned) > _ABANDONED_MOST:
            self._abandoned.pop(0).transport.abort()
        self.link_lost(link)

    def _drip(self, link: Link, act: Send) -> None:
        """Put bytes behind those that still drip; the first ones start the dripping."""
        idle = not self._dripping
        if act.pause:
            self._dripping.extend((act.data[i : i + 1], act.pause) for i in range(len(act.data)))
        else:
            self._dripping.append((act.data, 0.0))
        if idle:
            self._drop(link)

    def _drop(self, link: Link) -> None:
        if link is not self._link or not self._dripping:
            return
        data, pause = self._dripping[0]
        link.transport.write(data)
        asyncio.get_running_loop().call_later(pause, self._dropped, link)

    def _dropped(self, link: Link) -> None:
        if link is self._link and self._dripping:
            self._dripping.popleft()
            self._drop(link)
