"""The commands' file from the event loop: every call runs, in order, on one thread of its own."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from qingyuan.spool.commands import Command, CommandBox

log = logging.getLogger(__name__)
T = TypeVar("T")


class Mailbox:
    """:class:`CommandBox`, awaitable."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, "commands")
        self._opened = False

    async def open(self) -> None:
        """Open the file, made if absent. Raises sqlite3.Error or OSError."""
        self._box = await self._there(lambda: CommandBox(self._path))
        self._opened = True

    async def claim(self, limit: int, only: Collection[str]) -> list[Command]:
        """Take waiting commands of these MNs; late ones of any MN expire."""
        return await self._there(lambda: self._box.claim(limit, _now_ms(), only))

    def enqueue(
        self, mn: str, cn: str, cp: Sequence[tuple[str, str]], *, st: str, reason: str
    ) -> None:
        """Put a command of the gateway's own in the queue, without waiting for it."""
        now = _now_ms()
        self._thread.submit(
            lambda: self._box.enqueue(mn, cn, cp, st=st, reason=reason, by="gateway", now_ms=now)
        ).add_done_callback(_report)

    async def in_flight(self) -> list[Command]:
        """What a gateway before this one had sent and not seen ended."""
        return await self._there(self._box.in_flight)

    def progress(
        self, command: int, state: str, note: str, *, qn: str | None = None,
        answer: bytes | None = None,
    ) -> None:
        """Move a command on, without waiting for it; what goes wrong is logged."""
        now = _now_ms()
        self._thread.submit(
            lambda: self._box.progress(
                command, state, qn=qn, note=note, answer=answer, now_ms=now
            )
        ).add_done_callback(_report)

    async def close(self) -> None:
        """Finish what was begun, then close."""
        if self._opened:
            await self._there(self._box.close)
        self._thread.shutdown()

    async def _there(self, act: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, act)


def _report(future: "Future[Any]") -> None:
    error = future.exception()
    if error is not None:
        log.error("commands: %s", error)


def _now_ms() -> int:
    return int(time.time() * 1000)
