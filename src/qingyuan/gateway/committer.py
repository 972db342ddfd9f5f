"""From many links to one durable commit at a time, and back with the answers.

One thread owns the spool. It takes what has arrived while it was busy (group commit by arrival,
not by timer), so a quiet gateway answers at once and a busy one pays one sync for many frames.
"""

import asyncio
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from qingyuan.gateway.limits import Limits
from qingyuan.gateway.metrics import Metrics
from qingyuan.spool import NewFrame

log = logging.getLogger(__name__)
_RETRY_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
_OF_A_FRAME = (ValueError, OverflowError, sqlite3.DataError, sqlite3.InterfaceError)
_REFUSED = 0  # stands for the seq of a frame that no spool can take


class Writer(Protocol):
    """What the committer asks of ``qingyuan.spool.SpoolWriter``."""

    def append(self, frames: Sequence[NewFrame]) -> list[int]: ...
    def close(self) -> None: ...


class Owner(Protocol):
    """Who handed a frame in and waits for its commit."""

    def committed(self, answer: bytes, seq: int) -> None: ...


Batch = tuple[list[NewFrame], list[tuple[Owner, bytes]]]


class Committer:
    """All methods but ``_work`` and what it calls run on the event loop's thread."""

    def __init__(self, open_writer: Callable[[], Writer], limits: Limits, metrics: Metrics) -> None:
        self._open_writer, self._limits, self._metrics = open_writer, limits, metrics
        self._inbox: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._frames: list[NewFrame] = []
        self._owed: list[tuple[Owner, bytes]] = []
        self._busy = False
        self._stopping = threading.Event()
        self._handed_at = 0.0
        self.pending = 0
        self.full = False
        self.pace = 0.0  # frames a second that may be taken at most, 0.0 for no limit
        self.last_seq = 0
        self.failure = ""
        self.drained: Callable[[], None] = lambda: None
        self.kept: Callable[[list[NewFrame], list[int]], None] = lambda frames, seqs: None

    async def start(self) -> None:
        """Open the spool on its own thread; raises what opening raises."""
        self._loop = asyncio.get_running_loop()
        opened: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(
            target=self._work, args=(opened,), name="spool", daemon=True
        )
        self._thread.start()
        await opened

    def submit(self, frame: NewFrame, answer: bytes, owner: Owner) -> None:
        """Take a frame for the next commit; ``owner.committed`` is called when it is durable."""
        self._frames.append(frame)
        self._owed.append((owner, answer))
        self.pending += 1
        if self.pending >= self._limits.high_mark:
            self.full = True
        if not self._busy:
            self._busy = True
            # At the end of this turn of the loop: what else is readable now joins the batch.
            self._loop.call_soon(self._hand_over)

    async def stop(self, grace: float) -> int:
        """Commit what was handed in, close the spool; the number of frames left unanswered."""
        self.pace = 0.0
        deadline = time.monotonic() + grace
        while self.pending and time.monotonic() < deadline:
            await asyncio.sleep(0.005)
        self._stopping.set()
        self._inbox.put(None)
        await asyncio.to_thread(self._thread.join, grace)
        return self.pending

    def _next(self, size: int) -> None:
        """The batch before, of ``size`` frames, is done."""
        if not self._frames:
            self._busy = False
        elif self.pace and not self._stopping.is_set():
            wait = size / self.pace - (self._loop.time() - self._handed_at)
            self._loop.call_later(max(0.0, wait), self._hand_over)
        else:
            self._hand_over()

    def _hand_over(self) -> None:
        self._handed_at = self._loop.time()
        size = self._limits.batch
        batch = self._frames[:size], self._owed[:size]
        self._frames, self._owed = self._frames[size:], self._owed[size:]
        self._inbox.put(batch)

    def _committed(self, batch: Batch, seqs: list[int], seconds: float) -> None:
        metrics, frames = self._metrics, batch[0]
        metrics.commit.observe(seconds)
        if self.failure:
            self.failure = ""
            log.info("spool: commits succeed again")
        self.pending -= len(frames)
        now = time.time()
        answered: list[int] = []  # arrivals
        for frame, (owner, answer), seq in zip(frames, batch[1], seqs, strict=True):
            if seq < 0:
                metrics.duplicates += 1
            if answer and seq != _REFUSED:
                answered.append(frame[0])
            try:
                owner.committed(answer, seq)
            except Exception:
                # A slip in one link must not stop the answers of all.
                log.exception("answer")
        metrics.answers += len(answered)
        metrics.answer.observe_all([now - at / 1000 for at in answered])
        self.kept(frames, seqs)
        self.last_seq = max(self.last_seq, *seqs)
        self._next(len(frames))
        if self.full and self.pending <= self._limits.low_mark:
            self.full = False
            self.drained()

    def _failed(self, text: str) -> None:
        if not self.failure:
            log.error("spool: %s; nothing is answered until it can be kept", text)
        self.failure = text
        self._metrics.spool_errors += 1

    # -- the spool's thread ---------------------------------------------------------------

    def _work(self, opened: "asyncio.Future[None]") -> None:
        try:
            writer = self._open_writer()
        except Exception as error:
            self._loop.call_soon_threadsafe(opened.set_exception, error)
            return
        self._loop.call_soon_threadsafe(opened.set_result, None)
        try:
            while (batch := self._inbox.get()) is not None:
                begun = time.perf_counter()
                seqs = self._append(writer, batch[0])
                if seqs is None:
                    return
                seconds = time.perf_counter() - begun
                self._loop.call_soon_threadsafe(self._committed, batch, seqs, seconds)
        finally:
            try:
                writer.close()
            except Exception as error:
                log.error("spool: %s while closing; what was acknowledged is kept", error)

    def _append(self, writer: Writer, frames: list[NewFrame]) -> list[int] | None:
        """Append until it succeeds; None when the gateway stops while the disk still refuses."""
        tries = 0
        while True:
            try:
                return writer.append(frames)
            except _OF_A_FRAME as error:
                # Not the disk but a frame: one stranger must not hold up all others.
                if len(frames) == 1:
                    log.error("spool refuses a frame from %s: %r", frames[0].peer, error)
                    return [_REFUSED]
                return self._one_by_one(writer, frames)
            except Exception as error:
                self._loop.call_soon_threadsafe(self._failed, repr(error))
                if self._stopping.wait(_RETRY_SECONDS[min(tries, len(_RETRY_SECONDS) - 1)]):
                    return None
                tries += 1

    def _one_by_one(self, writer: Writer, frames: list[NewFrame]) -> list[int] | None:
        seqs: list[int] = []
        for frame in frames:
            one = self._append(writer, [frame])
            if one is None:
                return None
            seqs += one
        return seqs
