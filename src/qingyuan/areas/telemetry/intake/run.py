"""The position moves forward in the transaction that stores what was read. That is all of
exactly-once: whatever dies, the next run begins where the last commit says. So does the same
process when the database or the disk refuses: it forgets all it holds and begins there again."""

import gc
import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.backends.signals import connection_created

from qingyuan.spool import Frame, SpoolReader

from ..models import Position
from .batch import Batch
from .latest import Latest
from .plans import Plans
from .reader import Reader
from .routes import Routes
from .store import write

NAME = "intake"
# Frames a transaction. SQLite has one writer: frames are decoded outside the transaction, which
# leaves the pages half of the time, and a short batch leaves it often. When intake has fallen
# behind it takes longer ones: a page of the table then takes several rows at a time.
BATCH, LONG_BATCH = 500, 8000
SAID = "intake.seq"  # the gateway slows down by it when intake falls behind
RIVAL = "another intake is at work on this database; only one may run"
FLUSH = 0.5  # seconds between two writings of arrivals
IDLE_FIRST, IDLE_MOST = 0.015, 0.05
RETRY_FIRST, RETRY_MOST = 0.5, 10.0  # seconds until the next attempt when something refuses
# What passes by itself or by an operator's hand: the server restarts, the disk is full. The fast
# statements of ``sql`` go to the drivers, whose errors Django does not translate.
TROUBLE = (OperationalError, InterfaceError, OSError, sqlite3.OperationalError,
           psycopg.OperationalError, psycopg.InterfaceError)
log = logging.getLogger("qingyuan.intake")


class Overtaken(RuntimeError):
    """Another intake moved the position; this one has stored nothing and must stop."""


@dataclass(slots=True)
class Progress:
    """What a run has done so far."""

    frames: int = 0
    packets: int = 0


class Intake:
    """One reader of one spool. Use from one thread. ``trouble`` says why nothing can be stored at
    the moment, "" when all is well."""

    def __init__(self, spool: Path, *, batch: int = BATCH) -> None:
        self._folder, self._short = spool, batch
        self._mark, self._said_at, self._said = spool.parent / SAID, 0.0, 0
        self._mute = False  # whether it was said already that the mark cannot be written
        self._reach: int | None = None  # the highest sequence that this intake tried to commit
        self.progress, self.trouble = Progress(), ""
        self._begin()

    def _begin(self) -> None:
        """Everything as the last commit says; Overtaken when that was another's."""
        self._spool = SpoolReader(self._folder)
        self._size = self._short
        self._routes = Routes()
        self._reader = Reader(self._routes, Plans())
        self._latest = Latest()
        self._flushed_at = 0.0
        self._rate, self._rate_at, self._rate_frames = 0.0, time.monotonic(), 0
        position, _new = Position.objects.get_or_create(name=NAME)
        if position.seq > self._spool.last_seq():
            raise Overtaken(
                f"intake has stored up to frame {position.seq}, the spool ends at "
                f"{self._spool.last_seq()}: this spool does not belong to this database"
            )
        if self._reach is not None and position.seq > self._reach:
            raise Overtaken(RIVAL)
        self._reach = position.seq
        self._seq = position.seq  # what the table says: the fence against a second intake
        self._read = position.settled
        self._settled = position.settled

    def step(self) -> int:
        """Read, decode and store one batch; how many frames there were."""
        frames = self._spool.after(self._read, self._size)
        behind = len(frames) == self._size
        if behind:
            self._size = min(self._size * 2, max(LONG_BATCH, self._short))
        elif len(frames) < self._short:  # else frames still come fast: no small steps again
            self._size = self._short
        if not frames:
            if self._latest and self._flush_due():
                self._commit([], None)
            self._say()
            return 0
        if self._routes.refresh():
            self._reader.plans.forget()
        batch = self._reader.read(frames)
        self._commit(frames, batch)
        self._say()
        return len(frames)

    def _commit(self, frames: list[Frame], batch: Batch | None) -> None:
        now = time.time()
        seq = max(self._seq, frames[-1].seq if frames else 0)
        read = frames[-1].seq if frames else self._read
        if batch is not None:
            self._latest.add(batch.heard)
        # Arrivals are written twice a second; a restart reads from the last such moment.
        flush = batch is None or self._flush_due()
        settled = self._reader.parts.settled(read) if flush else self._settled
        self._reach = seq  # a commit whose answer is lost may have come through
        with transaction.atomic(durable=True):
            if batch is not None:
                write(batch)
            if flush:
                self._latest.write()
            self._advance(seq, settled, len(frames), int(now * 1000))
        self._seq, self._read, self._settled = seq, read, settled
        if flush:
            self._latest.clear()
            self._flushed_at = time.monotonic()
        self.progress.frames += len(frames)
        self.progress.packets += batch.packets if batch is not None else 0

    def _flush_due(self) -> bool:
        return time.monotonic() - self._flushed_at >= FLUSH

    def _say(self) -> None:
        """Leave the stored sequence where the gateway looks for it: a few times a second, and
        once a second when nothing comes, as a sign of life. Without it the gateway just goes on."""
        if time.monotonic() - self._said_at >= (0.2 if self._read != self._said else 1.0):
            self._said_at, self._said = time.monotonic(), self._read
            temporary = self._mark.with_name(f".{self._mark.name}")
            try:
                temporary.write_text(str(self._read))
                temporary.replace(self._mark)
                self._mute = False
            except OSError as error:
                if not self._mute:
                    log.warning("%s cannot be written: %s", self._mark, error)
                self._mute = True

    def _advance(self, seq: int, settled: int, frames: int, now_ms: int) -> None:
        moved = Position.objects.filter(name=NAME, seq=self._seq).update(
            seq=seq, settled=settled, at=now_ms, rate=self._measured(frames)
        )
        if moved != 1:
            raise Overtaken(RIVAL)

    def _measured(self, frames: int) -> float:
        """Frames a second over the last few seconds."""
        self._rate_frames += frames
        passed = time.monotonic() - self._rate_at
        if passed >= 2:
            self._rate = self._rate_frames / passed
            self._rate_at, self._rate_frames = time.monotonic(), 0
        return round(self._rate, 1)

    def drain(self) -> Progress:
        """Store all there is, then return."""
        while self.step():
            pass
        self._finish()
        return self.progress

    def _finish(self) -> None:
        if self._latest:
            self._commit([], None)

    def run(self, stopping: Callable[[], bool]) -> Progress:
        """Store what comes until told to stop; sleeps at most IDLE_MOST when nothing comes. While
        the database or the disk refuses it tries again and again: what waits is in the spool."""
        pause, patience = IDLE_FIRST, RETRY_FIRST
        while not stopping():
            try:
                done = self._resumed() if self.trouble else self.step()
            except TROUBLE as error:
                self._refused(error)
                _wait(patience, stopping)
                patience = min(patience * 2, RETRY_MOST)
                continue
            pause = IDLE_FIRST if done else min(pause * 2, IDLE_MOST)
            patience = RETRY_FIRST
            if done < self._short:
                time.sleep(pause)
        if not self.trouble:
            self._finish_if_possible()
        return self.progress

    def _resumed(self) -> int:
        """A step on a new connection and a new reader, from the last commit."""
        self._spool.close()
        connection.close()
        self._begin()
        done = self.step()
        log.warning("stores again, from frame %d on", self._read)
        self.trouble = ""
        return done

    def _refused(self, error: Exception) -> None:
        text = " ".join(str(error).split()) or type(error).__name__
        if text != self.trouble:
            log.error("nothing can be stored, frames wait in the spool: %s", text)
        self.trouble = text

    def _finish_if_possible(self) -> None:
        try:
            self._finish()
        except TROUBLE as error:  # the next start reads the frames of these arrivals again
            self._refused(error)

    def close(self) -> None:
        self._spool.close()


def _wait(seconds: float, stopping: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not stopping():
        time.sleep(0.1)


def tune() -> None:
    """Settings of a process that does nothing but intake.

    Its connection writes what the spool holds durably already: after a power cut the position and
    its readings are lost together, and read again, so it need not wait for the disk. And what a
    batch allocates is freed by reference; the collector would only walk through it again and again.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    connection_created.connect(_hasten)
    connection.ensure_connection()
    _hasten(connection)


def _hasten(connection: Any, **_signal: Any) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous=NORMAL")
            cursor.execute("PRAGMA wal_autocheckpoint=8000")
            cursor.execute("PRAGMA cache_size=-131072")
        else:
            cursor.execute("SET synchronous_commit = off")
