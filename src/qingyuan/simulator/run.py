"""A fleet on the network: one process, one loop, one client a station."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from qingyuan.simulator.client import Client
from qingyuan.simulator.clock import SimulatedClock
from qingyuan.simulator.logger import DataLogger
from qingyuan.simulator.manners import Spell
from qingyuan.simulator.physics.noise import dice
from qingyuan.simulator.settings import Talk
from qingyuan.simulator.stations import StationSpec

_CONNECTS_PER_SECOND = 400.0
_LONGEST_SPREAD = 25.0


class Fleet:
    """Virtual stations that talk to one gateway. `counts` sums up everything they do."""

    def __init__(
        self,
        stations: Sequence[StationSpec],
        host: str,
        port: int,
        clock: SimulatedClock,
        *,
        talk: Talk | None = None,
        spells: Mapping[str, Sequence[Spell]] | None = None,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.clock = clock
        self._begun = clock.wall()
        self._first = clock.now()
        spread = len(stations) / _CONNECTS_PER_SECOND
        talk = talk or Talk()
        if talk.spread is None:
            talk = replace(talk, spread=min(_LONGEST_SPREAD, max(3.0, spread)))
        self._clients = []
        for spec in stations:
            logger = DataLogger(
                spec, self._first, talk=talk, spells=(spells or {}).get(spec.mn, ()),
                counts=self.counts,
            )  # fmt: skip
            delay = spread * dice(spec.seed, spec.mn, "first").random()
            self._clients.append(Client(logger, host, port, clock, delay))

    async def run(
        self,
        duration: float | None = None,
        *,
        every: float = 5.0,
        report: Callable[["Fleet"], None] | None = None,
        stop: asyncio.Event | None = None,
    ) -> dict[str, Any]:
        """Run for `duration` real seconds, or until `stop` is set; gives the summary.

        `report` is called every `every` seconds.
        """
        stop = stop or asyncio.Event()
        end = None if duration is None else self.clock.wall() + duration
        for client in self._clients:
            client.start()
        try:
            while not stop.is_set():
                left = every if end is None else min(every, end - self.clock.wall())
                if left <= 0:
                    break
                try:
                    await asyncio.wait_for(stop.wait(), left)
                except TimeoutError:
                    if report is not None:
                        report(self)
        finally:
            summary = self.summary()
            for client in self._clients:
                client.stop()
        return summary

    @property
    def linked(self) -> int:
        """Stations that are connected now."""
        return sum(client.logger.connected for client in self._clients)

    @property
    def queued(self) -> int:
        """What waits to be sent or acknowledged, over all stations."""
        return sum(len(client.logger.outbox) for client in self._clients)

    def summary(self) -> dict[str, Any]:
        """What was done so far, as plain numbers."""
        counts = self.counts

        def named(prefix: str) -> dict[str, int]:
            rows = sorted(counts.items())
            return {k.removeprefix(prefix): n for k, n in rows if k.startswith(prefix)}

        return {
            "stations": len(self._clients),
            "linked": self.linked,
            "seconds": round(self.clock.wall() - self._begun, 1),
            "simulated_seconds": round(self.clock.now() - self._first, 1),
            **{k: counts[k] for k in ("sent", "acknowledged", "resent", "late", "dropped")},
            "queued": self.queued,
            "by_command": named("sent "),
            "manners": named("manner "),
            "requests": counts["requests"],
            "refused": named("refused "),
            "connections": counts["connections"],
            "connections_refused": counts["connections refused"],
            "links_given_up": counts["links given up"],
            "stray_answers": counts["stray answers"],
            "unreadable_answers": counts["unreadable answers"],
        }
