"""The whole product as a fixture: every process on free ports, a data directory of its own."""

import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "correct-horse-2026"
# What the browser itself writes of a form that was refused, or of a phone without a signal.
EXPECTED = ("status of 422", "ERR_INTERNET_DISCONNECTED", "htmx:afterRequest", "htmx:sendError")
START_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Product:
    """Drives ``qingyuan`` from outside, as an operator would."""

    def __init__(self, data: Path, environment: dict[str, str] | None = None) -> None:
        self.data = data
        self.http_port, self.gateway_port, self.metrics_port = (free_port() for _ in range(3))
        self.environment = {**os.environ, **(environment or {}), "QINGYUAN_DATA": str(data)}
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)
        self.processes: list[subprocess.Popen[bytes]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "qingyuan", *words]

    def run(self, *words: str, ok: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a verb to its end; its output as text."""
        done = subprocess.run(self.command(*words), env=self.environment, text=True,
                              capture_output=True, timeout=120, check=False)
        if ok:
            assert done.returncode == 0, done.stderr
        return done

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a verb in a process group of its own; its log goes to the data directory."""
        log = (self.data / f"{words[0]}-{len(self.processes)}.log").open("wb")
        process = subprocess.Popen(self.command(*words), env=self.environment, stdout=log,
                                   stderr=subprocess.STDOUT, start_new_session=True)
        log.close()
        self.processes.append(process)
        return process

    def up(self) -> subprocess.Popen[bytes]:
        """``qingyuan up`` on the free ports, ready when /healthz says so."""
        process = self.start("up", "--data", str(self.data), "--http-port", str(self.http_port),
                             "--gateway-host", "127.0.0.1", "--gateway-port",
                             str(self.gateway_port), "--metrics-port", str(self.metrics_port))
        self.wait_for(self.healthy, "the product to be up", process)
        return process

    def healthy(self) -> bool:
        return self.get("/healthz") == 200

    def get(self, path: str) -> int:
        try:
            with urllib.request.urlopen(self.address + path, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def readings(self, mn: str, interval: str, since: str, until: str) -> list[dict[str, object]]:
        text = self.run("readings", mn, "--interval", interval, "--from", since, "--to", until,
                        "--json").stdout
        return list(json.loads(text)["readings"])

    def talk(self, data: bytes, answers: int, timeout: float = 20.0) -> bytes:
        """Send bytes over one link and read until that many answers have come."""
        with socket.create_connection(("127.0.0.1", self.gateway_port), timeout=timeout) as link:
            link.sendall(data)
            got = b""
            while got.count(b"\r\n") < answers:
                piece = link.recv(65536)
                assert piece, f"the gateway closed the link after {got!r}"
                got += piece
            return got

    def wait_for(self, true: Callable[[], object], what: str,
                 process: subprocess.Popen[bytes] | None = None,
                 seconds: float = START_SECONDS) -> None:
        end = time.monotonic() + seconds
        while not true():
            dead = process is not None and process.poll() is not None
            assert not dead, f"ended while waiting for {what}:\n{self.logs()}"
            assert time.monotonic() < end, f"waited {seconds} s for {what}:\n{self.logs()}"
            time.sleep(0.1)

    def logs(self) -> str:
        return "\n".join(f"--- {p.name}\n{p.read_text(errors='replace')[-3000:]}"
                         for p in sorted(self.data.glob("*.log")))

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


@pytest.fixture
def product_on_postgresql(tmp_path: Path) -> Iterator[Product]:
    """The same on a PostgreSQL of its own; fails loudly where none can be had."""
    place = importlib.util.spec_from_file_location(
        "with_postgres", Path(__file__).parent / "with_postgres.py")
    assert place is not None
    assert place.loader is not None
    with_postgres = importlib.util.module_from_spec(place)
    place.loader.exec_module(with_postgres)
    with with_postgres.server() as url:
        made = Product(tmp_path / "data", {"DATABASE_URL": url})
        made.data.mkdir()
        yield made
        made.stop()


@pytest.fixture(scope="session")
def installation(settled: Callable[[Path], Path]) -> Callable[[Path], AbstractContextManager]:
    """``with installation(folder) as product``: an installation there, stopped afterwards."""

    @contextmanager
    def made(folder: Path) -> Iterator[Product]:
        product = Product(settled(folder))
        try:
            yield product
        finally:
            product.stop()

    return made


@pytest.fixture
def product(tmp_path: Path, installation: Callable) -> Iterator[Product]:
    """An installation of its own, stopped afterwards."""
    with installation(tmp_path / "data") as made:
        yield made


@pytest.fixture(scope="module")
def chromium():
    # The driver keeps an event loop in this thread, which Django would take for async code; the
    # database is emptied after each test, so this must hold until the driver is gone.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def at(chromium, live_server, cast):
    """``at("/stations/")``: a signed-in page there. An error in the console fails the test."""
    contexts, complaints = [], []

    def open_(path: str = "/", *, width: int = 1440, who: str = "manager", scheme: str = "light"):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            locale="zh-CN",
            color_scheme=scheme,
            base_url=live_server.url,
        )
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and not any(word in message.text for word in EXPECTED)
                else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        user = getattr(cast, who).user
        user.set_password(PASSWORD)
        user.save()
        page.goto(f"/sign-in/?next={quote(path)}")
        page.fill("input[name=username]", who)
        page.fill("input[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: url.endswith(path))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
