"""The TCP side: accepts links, watches their times, and ends them cleanly."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from qingyuan import hj212
from qingyuan.gateway import http, metrics
from qingyuan.gateway.committer import Committer, Writer
from qingyuan.gateway.dispatch import Dispatcher
from qingyuan.gateway.limits import Allowance, Limits
from qingyuan.gateway.link import BufferedLink, Link
from qingyuan.gateway.mailbox import Mailbox
from qingyuan.gateway.metrics import Metrics
from qingyuan.gateway.pace import Pace
from qingyuan.gateway.relays import Relays
from qingyuan.gateway.roster import Roster
from qingyuan.kernel.places import Places
from qingyuan.spool import NewFrame, SpoolWriter

log = logging.getLogger(__name__)
_BACKLOG = 4096
_TICK, _POLL, _PACE = 1.0, 0.5, 0.2


@dataclass(frozen=True, slots=True)
class Setup:
    """Where the gateway listens and what it keeps. Port 0 takes a free one."""

    places: Places
    host: str = "0.0.0.0"
    port: int = 9212
    metrics_port: int = 9213
    first_contact: bool = False  # 2017 6.7; only what the discharger has agreed to is sent
    limits: Limits = field(default_factory=Limits)


class _Nobody:
    """Owns frames whose commit nobody waits for."""

    def committed(self, answer: bytes, seq: int) -> None:
        """Nothing is owed."""


_NOBODY = _Nobody()


class Gateway:
    """All links of one process; lives on one event loop."""

    def __init__(
        self, setup: Setup, open_writer: Callable[[], Writer] | None = None
    ) -> None:
        self.setup, self.limits = setup, setup.limits
        self.metrics = Metrics()
        self.roster = Roster(setup.places.registry, self.metrics)
        self.committer = Committer(
            open_writer or (lambda: SpoolWriter(setup.places.spool)), self.limits, self.metrics
        )
        self.pace = Pace(setup.places.root)
        self.kept_garbage = Allowance(
            self.limits.kept_garbage_burst, self.limits.kept_garbage_rate
        )
        self.strange = Allowance(self.limits.stranger_burst, self.limits.stranger_rate)
        self.relays = Relays(setup.places, self.metrics, self.keep, self.roster.sm4_key)
        self.dispatcher = Dispatcher(
            Mailbox(setup.places.commands), self.roster, self.metrics,
            first_contact=setup.first_contact,
        )
        self.links: set[Link] = set()
        # Links that are not read, since they or all have too much in flight; oldest first.
        self.waiting: dict[Link, None] = {}
        # Links on which no known station has spoken yet; oldest first.
        self.strangers: dict[Link, None] = {}
        self.stopping = False
        self._links_page: tuple[float, http.Answer] = (0.0, http.text_page(503, ""))
        self.committer.drained = self._drained
        self.committer.kept = self.relays.kept

    async def start(self) -> None:
        """Open spool and ports. Raises OSError for a taken port, SpoolLocked for a taken spool."""
        self._loop = asyncio.get_running_loop()
        self._unfollowed = self.roster.refresh()
        await self.committer.start()
        try:
            await self.dispatcher.start()
            if self._unfollowed:
                await self.relays.follow(self.roster.stations)
                self._unfollowed = False
            self._server = await self._loop.create_server(
                self._new_link, self.setup.host, self.setup.port, backlog=_BACKLOG
            )
            self._http = await http.serve(self.setup.metrics_port, {
                "/healthz": self._healthz, "/metrics": self._metrics, "/links.json": self._links,
            })
        except BaseException:
            await self._stop_the_rest(0.1)
            raise
        self._tasks = [
            asyncio.create_task(_every(_TICK, self._watch)),
            asyncio.create_task(_every(_POLL, self.dispatcher.poll)),
            asyncio.create_task(_every(_PACE, self._keep_pace)),
        ]
        log.info("listening on %s:%d, metrics on 127.0.0.1:%d", self.setup.host, self.port,
                 self.http_port)

    async def stop(self) -> None:
        """Accept and read nothing more; keep and answer what has arrived; close."""
        self.stopping = True
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for link in list(self.links):
            link.silence()
        left = await self._stop_the_rest(self.limits.stop_grace)
        for link in list(self.links):
            link.close("stop")
        await self._farewell()
        self._http.close()
        if left:
            log.error("stopped with %d frames not kept; their loggers send them again", left)
        log.info("stopped")

    @property
    def port(self) -> int:
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def http_port(self) -> int:
        return int(self._http.sockets[0].getsockname()[1])

    # -- what links call --------------------------------------------------------------------

    def enter(self, link: Link) -> bool:
        """Count a new link in; False when there are too many and all carry known stations.

        Among strangers the oldest makes room: silent connections cannot lock the loggers out.
        """
        full = len(self.links) >= self.limits.max_connections
        if self.stopping or (full and not self.strangers):
            self.metrics.refused += 1
            return False
        if full:
            oldest = next(iter(self.strangers))
            del self.strangers[oldest]
            oldest.close("crowded")
        self.metrics.opened += 1
        self.links.add(link)
        self.strangers[link] = None
        return True

    def leave(self, link: Link) -> None:
        self.links.discard(link)
        self.waiting.pop(link, None)
        self.strangers.pop(link, None)
        self.dispatcher.lost(link, link.heard)

    def hear(self, link: Link, mn: str, packet: hj212.Packet) -> None:
        """A sound packet of a known station."""
        if link in self.strangers:
            del self.strangers[link]
        self.dispatcher.hear(link, mn, packet)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something in a while."""
        self._loop.call_later(seconds, act)

    async def keep(self, frame: NewFrame) -> None:
        """Keep a frame that did not come from a logger; waits while the queue is full."""
        while self.committer.full:
            await asyncio.sleep(0.05)
        self.metrics.frames[frame.verdict] += 1
        self.committer.submit(frame, b"", _NOBODY)

    # -- inside -----------------------------------------------------------------------------

    def _new_link(self) -> Link:
        plain = isinstance(self._loop, asyncio.SelectorEventLoop)
        return BufferedLink(self) if plain else Link(self)

    def _drained(self) -> None:
        for link in list(self.waiting):
            link.resume()

    async def _stop_the_rest(self, grace: float) -> int:
        await self.relays.stop()
        left = await self.committer.stop(grace)
        await self.dispatcher.stop()
        return left

    async def _keep_pace(self) -> None:
        self.committer.pace = self.pace.look(self.committer.last_seq)

    async def _watch(self) -> None:
        self._unfollowed |= self.roster.refresh()
        if self._unfollowed:
            await self.relays.follow(self.roster.stations)
            self._unfollowed = False
        now = time.time()
        for link in list(self.links):
            link.watch(now)

    async def _farewell(self) -> None:
        """A second for the last answers to leave; then the peers that do not read are cut."""
        for _ in range(100):
            if not self.links:
                return
            await asyncio.sleep(0.01)
        for link in list(self.links):
            link.cut()

    def _healthz(self) -> http.Answer:
        if self.committer.failure:
            return http.text_page(503, f"spool: {self.committer.failure}\n")
        return http.text_page(200, "ok\n")

    def _metrics(self) -> http.Answer:
        gauges = {
            "links": ("Links open now.", len(self.links)),
            "links_waiting": ("Links not read until the disk has caught up.", len(self.waiting)),
            "queue_frames": ("Frames waiting for their commit.", self.committer.pending),
            "intake_lag_frames": ("Frames kept and not yet stored by intake.", self.pace.lag),
            "pace_frames": ("Frames a second taken at most, 0 for no limit.", self.committer.pace),
            "stations": ("Stations in the registry in force.", len(self.roster.stations)),
            "registry_ok": ("1 when the registry file was readable.", int(not self.roster.error)),
            "spool_ok": ("0 while commits fail.", int(not self.committer.failure)),
        }
        return http.text_page(200, metrics.render(self.metrics, gauges, self.relays.lags()))

    def _links(self) -> http.Answer:
        # Built at most once a second however many pages look: it walks over all links.
        built_at, page = self._links_page
        if time.time() - built_at < _TICK:
            return page
        page = http.json_page({
            "at": time.time(), "links": [link.document() for link in self.links],
            "relays": self.relays.document(), "registry_error": self.roster.error,
            "spool_error": self.committer.failure,
        })
        self._links_page = (time.time(), page)
        return page


async def _every(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await act()
        except Exception:
            # One bad second must not end the watch over all links.
            log.exception("watch")
