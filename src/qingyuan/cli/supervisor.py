"""Run several processes as one: one readable log, restart of what dies, a clean stop in order.

Data loggers must always find the gateway: whatever its siblings do, it runs on, and they are
started again for ever, ever more patiently. Everything stops only when the gateway itself cannot be
kept, or when nothing can be started at all. A wrong setting does not come this far: ``up`` prepares
the database before.

Children get SIGTERM when the supervisor itself is killed (Linux), so that nothing runs on unseen.
"""

import asyncio
import ctypes
import os
import re
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

STABLE_SECONDS = 30.0   # a child that lived this long may be restarted without counting against it
MAX_QUICK_DEATHS = 5   # of the gateway
NOTHING_STARTS = 2      # quick deaths of every child since the start
FIRST_PAUSE, VITAL_PAUSE, LONGEST_PAUSE = 0.4, 5.0, 30.0  # seconds before a child starts again
VITAL = "gateway"
STOP_SECONDS = 12.0
COLOURS = (36, 32, 33, 35, 34, 96)
PR_SET_PDEATHSIG = 1
# What a child's own logger writes before its text; the supervisor says the time already.
STAMP = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S*\s+(?:INFO\s+)?")


@dataclass
class Child:
    """One process: its name in the log, its command, and whether it may end by itself."""

    name: str
    command: Sequence[str]
    once: bool = False          # a job that ends; its end is reported, not mended
    restarts: int = 0
    quick_deaths: int = 0
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)


class Supervisor:
    """Start children in order, stop them in the same order (what takes in stops first). ``vital``
    names the one that all the others must not stop."""

    def __init__(self, children: Sequence[Child], *, vital: str = VITAL,
                 say: Callable[[str, str], None] | None = None):
        self.children = list(children)
        self._vital = vital
        self._settled = False  # once a child has proved to run
        self._say = say or Log([child.name for child in children])
        self._stopping = asyncio.Event()
        self._failed = ""

    async def run(self) -> int:
        """Return 0 after a requested stop, 1 when the vital child could not be kept running, or
        none could be started."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stopping.set)
        keepers = [asyncio.create_task(self._keep(child)) for child in self.children]
        await self._stopping.wait()
        await self._stop_all()
        await asyncio.gather(*keepers)
        if self._failed:
            self._say("up", self._failed)
            return 1
        return 0

    async def _keep(self, child: Child) -> None:
        while not self._stopping.is_set():
            started = time.monotonic()
            child.process = await asyncio.create_subprocess_exec(
                *child.command, stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
                preexec_fn=_die_with_parent, start_new_session=True, limit=1 << 20,
            )
            await self._relay(child)
            code = await child.process.wait()
            if self._stopping.is_set():
                return
            if child.once:
                self._say(child.name, "finished" if code == 0 else f"ended with status {code}")
                return
            await self._after_death(child, code, time.monotonic() - started)

    async def _after_death(self, child: Child, code: int, lived: float) -> None:
        stable = lived > STABLE_SECONDS
        self._settled |= stable
        child.quick_deaths = 0 if stable else child.quick_deaths + 1
        self._failed = self._hopeless(child, code)
        if self._failed:
            self._stopping.set()
            return
        child.restarts += 1
        pause = min(FIRST_PAUSE * 2 ** min(child.quick_deaths - 1, 10),
                    VITAL_PAUSE if child.name == self._vital else LONGEST_PAUSE)
        self._say(child.name, f"ended with status {code}; starting it again in {pause:.1f} s")
        await self._pause(pause)

    def _hopeless(self, child: Child, code: int) -> str:
        """Why everything has to stop, or ""."""
        if child.name == self._vital and child.quick_deaths >= MAX_QUICK_DEATHS:
            return (f"{child.name} ended {MAX_QUICK_DEATHS} times in a row within "
                    f"{STABLE_SECONDS:.0f} s (last status {code}); everything is stopped. "
                    "Its last lines above say why.")
        lasting = [one for one in self.children if not one.once]
        if not self._settled and all(one.quick_deaths >= NOTHING_STARTS for one in lasting):
            return (f"none of {', '.join(one.name for one in lasting)} can be started; everything "
                    "is stopped. Their lines above say why.")
        return ""

    async def _pause(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _relay(self, child: Child) -> None:
        assert child.process is not None
        assert child.process.stdout is not None
        while line := await _read_line(child.process.stdout):
            self._say(child.name, STAMP.sub("", line.decode("utf-8", "replace").rstrip()))

    async def _stop_all(self) -> None:
        for child in self.children:
            process = child.process
            if process is None or process.returncode is not None:
                continue
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                self._say(child.name, f"did not stop within {STOP_SECONDS:.0f} s; killed")
                process.kill()


class Log:
    """Lines of all processes on one screen: time, name, text; colour only on a terminal."""

    def __init__(self, names: Sequence[str]) -> None:
        self._width = max(map(len, [*names, "up"]))
        self._colour = {name: COLOURS[i % len(COLOURS)] for i, name in enumerate(names)}
        self._tty = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def __call__(self, name: str, text: str) -> None:
        label = f"{name:<{self._width}}"
        if self._tty:
            label = f"\x1b[{self._colour.get(name, 37)}m{label}\x1b[0m"
        print(f"{time.strftime('%H:%M:%S')} {label} │ {text}", flush=True)


async def _read_line(stream: asyncio.StreamReader) -> bytes:
    try:
        return await stream.readline()
    except ValueError:  # a line over the limit: show what is there rather than stop listening
        return await stream.read(1 << 16) or b"\n"


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
