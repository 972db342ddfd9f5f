"""All relay legs of the registry in force: started, fed, their positions saved, ended."""

import asyncio
import logging
import sqlite3
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from qingyuan.gateway.metrics import Metrics
from qingyuan.gateway.relay import PENDING, Relay
from qingyuan.gateway.relay_store import Leg, RelayStore
from qingyuan.kernel.places import Places
from qingyuan.spool import NewFrame
from qingyuan.spool.registry import Station

log = logging.getLogger(__name__)
T = TypeVar("T")
_SAVE_SECONDS = 1.0


class Relays:
    """Costs nothing without relays: its thread and its file come with the first one."""

    def __init__(
        self, places: Places, metrics: Metrics, keep: Callable[[NewFrame], Awaitable[None]],
        sm4_key: Callable[[str], bytes | None],
    ) -> None:
        self._places, self._metrics, self._keep, self._sm4_key = places, metrics, keep, sm4_key
        self._legs: dict[Leg, Relay] = {}
        self._by_mn: dict[str, list[Relay]] = {}
        self._tasks: dict[Leg, asyncio.Task[None]] = {}
        self._saved: dict[Leg, int] = {}
        self._pool: ThreadPoolExecutor | None = None
        self._last_seq = 0

    async def follow(self, stations: Mapping[str, Station]) -> None:
        """Start the legs that the registry names and end those it no longer names.

        A new leg begins with the next frame; history is not mirrored. A known one goes on where it
        stood, even after a restart.
        """
        wanted = {(target, s.mn): s for s in stations.values() for target in s.relays}
        if not wanted and self._pool is None and not self._file.exists():
            return
        await self._open()
        for leg in self._legs.keys() - wanted.keys():
            self._end(leg)
        await self._save(dict.fromkeys(self._saved.keys() - wanted.keys()))
        for leg in wanted.keys() - self._legs.keys():
            self._begin(leg)
        for leg, station in wanted.items():
            self._legs[leg].required = station.relay_required
        await self._save()
        log.info("relays: %d", len(self._legs))

    def kept(self, frames: Sequence[NewFrame], seqs: Sequence[int]) -> None:
        """A batch is durable: offer the frames of relayed stations to their legs."""
        self._last_seq = max(self._last_seq, *seqs)
        if not self._by_mn:
            return
        for frame, seq in zip(frames, seqs, strict=True):
            if seq > 0 and not frame.verdict:
                for relay in self._by_mn.get(frame.mn, ()):
                    relay.offer(seq, frame.raw)

    async def stop(self) -> None:
        """End all legs and save how far they have come."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        if self._pool:
            self._keeper.cancel()
            await self._save()
            await self._on_disk(self._store.close)
            self._pool.shutdown()

    def lags(self) -> dict[str, int]:
        """Frames that wait, by target."""
        lags: defaultdict[str, int] = defaultdict(int)
        for (target, _), relay in self._legs.items():
            lags[target] += relay.lag
        return dict(lags)

    def document(self) -> list[dict[str, object]]:
        """What ``/links.json`` shows of the legs."""
        return [
            {"target": target, "mn": mn, "connected": relay.connected, "position": relay.position,
             "lag": relay.lag, "behind": relay.behind, "last_error": relay.error}
            for (target, mn), relay in self._legs.items()
        ]

    # -- inside -----------------------------------------------------------------------------

    @property
    def _file(self) -> Path:
        return self._places.root / "relay.sqlite"

    async def _open(self) -> None:
        if self._pool:
            return
        self._pool = ThreadPoolExecutor(1, "relay")
        self._store = await self._on_disk(lambda: RelayStore(self._file, self._places.spool))
        self._saved = await self._on_disk(self._store.positions)
        self._last_seq = max(self._last_seq, await self._on_disk(self._store.last_seq))
        self._keeper = asyncio.create_task(self._keep_up())

    def _begin(self, leg: Leg) -> None:
        position = self._saved.get(leg, self._last_seq)
        relay = Relay(leg, position, self._metrics, self._fetch, self._keep, self._sm4_key)
        if leg not in self._saved:
            relay.fill([], more=False)
        self._legs[leg] = relay
        self._by_mn.setdefault(leg[1], []).append(relay)
        self._tasks[leg] = asyncio.create_task(relay.run())

    def _end(self, leg: Leg) -> None:
        relay = self._legs.pop(leg)
        self._tasks.pop(leg).cancel()
        self._by_mn[leg[1]].remove(relay)
        if not self._by_mn[leg[1]]:
            del self._by_mn[leg[1]]

    async def _keep_up(self) -> None:
        """Each second: positions to the disk, and older frames to the legs that ask for them."""
        while True:
            try:
                await self._scan()
                await self._save()
            except (sqlite3.Error, OSError) as error:
                log.error("relay: %s; tried again", error)
            await asyncio.sleep(_SAVE_SECONDS)

    async def _scan(self) -> None:
        legs = {leg: r for leg, r in self._legs.items() if not r.scanned.is_set()}
        if not legs:
            return
        for relay in legs.values():
            relay.behind = False  # from here on it takes what is offered, beyond ``until``
        until = max(self._last_seq, await self._on_disk(self._store.last_seq))
        positions = {leg: relay.position for leg, relay in legs.items()}
        found, cut = await self._on_disk(lambda: self._store.scan(positions, until, PENDING))
        for leg, relay in legs.items():
            relay.fill(found[leg], more=leg in cut)

    async def _save(self, moved: Mapping[Leg, int | None] | None = None) -> None:
        if moved is None:
            now = {leg: relay.position for leg, relay in self._legs.items()}
            moved = {leg: seq for leg, seq in now.items() if self._saved.get(leg) != seq}
        if not moved:
            return
        await self._on_disk(lambda: self._store.save(moved))
        for leg, seq in moved.items():
            if seq is None:
                self._saved.pop(leg, None)
            else:
                self._saved[leg] = seq

    async def _fetch(self, seq: int) -> bytes:
        frame = await self._on_disk(lambda: self._store.frame(seq))
        if frame is None:
            raise OSError(f"frame {seq} is no longer in the spool")
        return frame.raw

    async def _on_disk(self, act: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, act)
