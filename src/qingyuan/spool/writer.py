"""The one writer of a spool directory."""

import fcntl
import os
import sqlite3
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from types import TracebackType

from qingyuan.spool import dayfile
from qingyuan.spool.errors import SpoolLocked
from qingyuan.spool.frame import (
    COMPARED,
    DAY_MS,
    GENESIS,
    NewFrame,
    chain,
    day_of_ms,
    end_of_day_ms,
    storable,
)

PAGE_SIZE = 4096
CHECKPOINT_PAGES = 8000


class SpoolWriter:
    """Appends frames durably. One per directory (lock file), used from one thread.

    Raises :class:`SpoolLocked` when another process writes to the directory.
    """

    def __init__(self, directory: Path, *, synchronous: str = "FULL") -> None:
        if synchronous not in ("OFF", "NORMAL", "FULL", "EXTRA"):
            raise ValueError(f"synchronous is OFF, NORMAL, FULL or EXTRA, not {synchronous!r}")
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory = directory
        self._synchronous = synchronous
        self._lock = _lock(directory)
        self._seq = 0
        self._link = GENESIS
        self._day = ""
        self._day_end = 0
        self._today: sqlite3.Connection | None = None
        self._before: sqlite3.Connection | None = None
        days = dayfile.day_files(directory)
        for day in list(days)[-2:]:
            self._open(day, days[day])

    def append(self, frames: Sequence[NewFrame]) -> list[int]:
        """Keep frames in one durable commit.

        For each frame its new seq, or minus the seq of its twin when a byte-identical frame of the same MN arrived
        within 24 h (verdicts "", "unknown", "password" only). A batch over China midnight is one commit per day. After an
        exception nothing of the day in hand was kept, and the writer can be used on.
        """
        result: list[int] = []
        start = 0
        while start < len(frames):
            if self._today is None or frames[start].at >= self._day_end:
                self._rotate(day_of_ms(frames[start].at))
            stop = start
            while stop < len(frames) and frames[stop].at < self._day_end:
                stop += 1
            result += self._append_day(frames[start:stop])
            start = stop
        return result

    def close(self) -> None:
        """Release files and lock; a second call does nothing."""
        for connection in (self._today, self._before):
            if connection is not None:
                connection.close()
        self._today = self._before = None
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> "SpoolWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _append_day(self, frames: Sequence[NewFrame]) -> list[int]:
        assert self._today is not None
        seq, link = self._seq, self._link
        rows: list[tuple[int, int, str, str, str, int | None, bytes, bytes]] = []
        fresh: dict[tuple[str, int], list[tuple[int, int, bytes]]] = {}
        result = []
        for at, peer, mn, verdict, raw in frames:
            mn = storable(mn)
            fingerprint = sha256(raw).digest()
            digest = None
            if verdict in COMPARED:
                digest = int.from_bytes(fingerprint[:8], "big", signed=True)
                twin = self._twin(at, mn, digest, raw, fresh.get((mn, digest), []))
                if twin:
                    result.append(-twin)
                    continue
                fresh.setdefault((mn, digest), []).append((seq + 1, at, raw))
            seq += 1
            link = chain(link, seq, at, peer, mn, verdict, fingerprint)
            rows.append((seq, at, peer, mn, verdict, digest, raw, link))
            result.append(seq)
        self._store(rows)
        self._seq, self._link = seq, link
        return result

    def _twin(
        self, at: int, mn: str, digest: int, raw: bytes, fresh: list[tuple[int, int, bytes]]
    ) -> int:
        kept = list(fresh)
        for connection in (self._today, self._before):
            if connection is not None:
                kept += connection.execute(
                    "SELECT seq, at, raw FROM frame WHERE mn = ? AND digest = ?", (mn, digest)
                )
        twins = [s for s, other_at, other in kept if other == raw and abs(at - other_at) <= DAY_MS]
        return max(twins, default=0)

    def _store(self, rows: list[tuple[int, int, str, str, str, int | None, bytes, bytes]]) -> None:
        assert self._today is not None
        if not rows:
            return
        self._today.execute("BEGIN IMMEDIATE")
        try:
            self._today.executemany("INSERT INTO frame VALUES (?,?,?,?,?,?,?,?)", rows)
            self._today.execute("COMMIT")
        except BaseException:
            if self._today.in_transaction:
                self._today.execute("ROLLBACK")
            raise

    def _rotate(self, day: str) -> None:
        path = self._directory / (day + dayfile.SUFFIX)
        dayfile.create(path, day, self._seq + 1, self._link, PAGE_SIZE)
        self._open(day, path)

    def _open(self, day: str, path: Path) -> None:
        connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={self._synchronous}")
        connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES:d}")
        if self._before is not None:
            self._before.close()
        self._before, self._today = self._today, connection
        self._day, self._day_end = day, end_of_day_ms(day)
        notes = dayfile.meta(connection)
        last = connection.execute("SELECT seq, link FROM frame ORDER BY seq DESC LIMIT 1").fetchone()
        self._seq, self._link = last or (int(notes["first_seq"]) - 1, bytes(notes["anchor"]))  # type: ignore[arg-type]


def _lock(directory: Path) -> int:
    descriptor = os.open(directory / "writer.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise SpoolLocked(f"{directory}: another process writes here; stop that gateway first") from None
    return descriptor
