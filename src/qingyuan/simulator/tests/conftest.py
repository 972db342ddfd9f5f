"""A tiny centre for the talking tests: it reads with `hj212.Connection` and acknowledges."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from qingyuan import hj212
from qingyuan.hj212 import build
from qingyuan.simulator import StationSpec, fleet

NOON = 1_763_870_400
"""2025-11-23 12:00:00 in China."""


class Centre:
    """Accepts loggers, keeps every event, answers uploads unless `silent` says no."""

    def __init__(self) -> None:
        self.packets: list[hj212.Packet] = []
        self.bad: list[hj212.BadFrame] = []
        self.raw: list[bytes] = []
        self.links: list[asyncio.StreamWriter] = []
        self.keys: dict[str, bytes] = {}
        self.silent: Callable[[hj212.Packet], bool] = lambda packet: False
        self.port = 0
        self._tasks: set[asyncio.Task[None] | None] = set()
        self._server: asyncio.Server | None = None

    async def open(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for link in self.links:
            link.transport.abort()
        await self._server.wait_closed()
        await asyncio.gather(*(t for t in self._tasks if t is not None))

    async def drain(self) -> None:
        """Read what the loggers wrote before they hung up."""
        open_ones = [t for t in self._tasks if t is not None and not t.done()]
        if open_ones:
            await asyncio.wait(open_ones, timeout=1)

    def send(self, raw: bytes) -> None:
        self.links[-1].write(raw)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.links.append(writer)
        self._tasks.add(asyncio.current_task())
        connection = hj212.Connection(sm4_key=self.keys.get)
        while data := await _some(reader):
            self.raw.append(data)
            connection.receive_data(data)
            self._take(connection, writer)
        connection.receive_eof()
        self._take(connection, writer)
        writer.close()

    def _take(self, connection: hj212.Connection, writer: asyncio.StreamWriter) -> None:
        while (event := connection.next_event()) is not hj212.NEED_DATA:
            if isinstance(event, hj212.BadFrame):
                self.bad.append(event)
                continue
            self.packets.append(event.packet)
            answer = build.answer_to(event.packet)
            if answer is not None and not self.silent(event.packet):
                writer.write(answer)


async def _some(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(65536)
    except ConnectionError:
        return b""


@pytest.fixture
def centre() -> Centre:
    return Centre()


@pytest.fixture
def noon() -> int:
    return NOON


@pytest.fixture
def station() -> Callable[..., StationSpec]:
    """A station of the fleet by kind and edition, whose minutes fit one packet and whose life is
    without incidents unless told otherwise."""

    def pick(kind: str = "gas", edition: str = "2017", **changes: object) -> StationSpec:
        candidates: Iterable[StationSpec] = fleet(60, seed=3)
        alike = (s for s in candidates if (s.kind, s.edition) == (kind, edition))
        found = next(s for s in alike if "a21004" not in {f.key for f in s.factors})
        return replace(found, **{"incidents": 0.0, "routine": False, "sm4_key": None, **changes})

    return pick
