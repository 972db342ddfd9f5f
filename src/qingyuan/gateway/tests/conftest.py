"""A gateway on free ports with a real spool, and loggers that talk to it over real sockets."""

import asyncio
import json
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvloop

from qingyuan.gateway.limits import Limits
from qingyuan.gateway.server import Gateway, Setup
from qingyuan.hj212.build import frame
from qingyuan.kernel.places import Places
from qingyuan.spool import Frame, SpoolReader, registry
from qingyuan.spool.registry import Station

MN = "010000A8900016F000169DC0"
MN_2005 = "88888880000001"
STATIONS = (
    Station(MN, "123456", "2017", "gas", "示例电厂1号排口"),
    Station(MN_2005, "123456", "2005", "water", "示例污水厂"),
)


class Logger:
    """A data logger's end of one link."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._rest = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def answer(self, timeout: float = 10.0) -> bytes:
        """The next whole frame; b"" when the far side has closed."""
        self.socket.settimeout(timeout)
        while b"\r\n" not in self._rest:
            data = self.socket.recv(65536)
            if not data:
                return b""
            self._rest += data
        one, _, self._rest = self._rest.partition(b"\r\n")
        return one + b"\r\n"

    def ask(self, data: bytes) -> bytes:
        self.send(data)
        return self.answer()

    def hears_nothing(self, seconds: float = 0.4) -> bool:
        try:
            return self.answer(seconds) == b"never"
        except TimeoutError:
            return True

    def is_closed(self, timeout: float = 10.0) -> bool:
        """Whether the far side ends the link in time."""
        self.socket.settimeout(timeout)
        try:
            while self.socket.recv(65536):
                continue
        except ConnectionError:
            return True
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        self.socket.close()


class House:
    """One data directory and the gateways that run on it, one after another."""

    def __init__(self, root: Path) -> None:
        self.places = Places(root)
        self._open: list[Logger] = []
        self.gateway: Gateway | None = None
        self.register(*STATIONS)

    def register(self, *stations: Station) -> None:
        registry.save(self.places.registry, stations)

    @contextmanager
    def running(
        self, limits: Limits | None = None, writer: Callable[[], object] | None = None,
        plain: bool = False, **more: object,
    ) -> Iterator[Gateway]:
        """A gateway on a thread of its own, stopped cleanly at the end."""
        setup = Setup(self.places, "127.0.0.1", 0, 0, limits=limits or Limits(), **more)
        ready, stop = threading.Event(), []

        async def serve() -> None:
            self.gateway = Gateway(setup, writer)
            loop, ended = asyncio.get_running_loop(), asyncio.Event()
            await self.gateway.start()
            stop.append(lambda: loop.call_soon_threadsafe(ended.set))
            ready.set()
            await ended.wait()
            await self.gateway.stop()

        def run() -> None:
            factory = asyncio.SelectorEventLoop if plain else uvloop.new_event_loop
            with asyncio.Runner(loop_factory=factory) as runner:
                runner.run(serve())

        thread = threading.Thread(target=run)
        thread.start()
        assert ready.wait(10), "the gateway does not start"
        try:
            yield self.gateway
        finally:
            for logger in self._open:
                logger.close()
            stop[0]()
            thread.join(20)
        assert not thread.is_alive(), "the gateway does not stop"

    def logger(self) -> Logger:
        logger = Logger(self.gateway.port)
        self._open.append(logger)
        return logger

    def frames(self) -> list[Frame]:
        """All frames in the spool, oldest first."""
        reader = SpoolReader(self.places.spool)
        try:
            return reader.after(0, 1_000_000)
        finally:
            reader.close()

    def verdicts(self) -> list[str]:
        return [f.verdict for f in self.frames()]

    def page(self, path: str) -> str:
        url = f"http://127.0.0.1:{self.gateway.http_port}{path}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.read().decode()

    def links(self) -> dict:
        return json.loads(self.page("/links.json"))

    def metric(self, name: str) -> float:
        """A sample of /metrics by its name with labels, without the common prefix."""
        for line in self.page("/metrics").splitlines():
            sample, _, value = line.rpartition(" ")
            if sample == f"qingyuan_gateway_{name}":
                return float(value)
        return 0.0


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def minute() -> Callable[..., bytes]:
    """A minute packet (HJ 212-2017 C.16), distinct by its QN's milliseconds."""

    def build(number: int = 0, mn: str = MN, pw: str = "123456", flag: int = 5) -> bytes:
        qn = f"20160801085{number:06d}"
        return frame(
            f"QN={qn};ST=31;CN=2051;PW={pw};MN={mn};Flag={flag};CP=&&DataTime=20160801084000;"
            "a21026-Cou=1.2,a21026-Min=13.8,a21026-Avg=14.4,a21026-Max=15.2,a21026-Flag=N&&".encode()
        )

    return build


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Wait until something holds; the test fails when it does not within ``seconds``."""

    def wait(holds: Callable[[], bool], seconds: float = 10.0) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "did not come true in time"
            time.sleep(0.02)

    return wait
