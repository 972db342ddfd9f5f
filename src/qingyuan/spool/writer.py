"""The one writer of a spool directory."""

import fcntl
import os
import sqlite3
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from types import TracebackType

from qingyuan.spool import dayfile
from qingyuan.spool.daywriter import DayWriter, Row, first_eights, is_twin
from qingyuan.spool.errors import SpoolError, SpoolLocked
from qingyuan.spool.frame import (
    COMPARED,
    GENESIS,
    NewFrame,
    chain,
    day_of_ms,
    end_of_day_ms,
    storable,
)


class SpoolWriter:
    """Appends frames durably. One per directory (lock file), used from one thread.

    Twins are looked for in the newest day file and the one before it, which hold the last 24 h.
    Raises :class:`SpoolLocked` when another process writes to the directory.
    """

    def __init__(self, directory: Path, *, synchronous: str = "FULL") -> None:
        if synchronous not in ("OFF", "NORMAL", "FULL", "EXTRA"):
            raise ValueError(f"synchronous is OFF, NORMAL, FULL or EXTRA, not {synchronous!r}")
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory = directory
        self._synchronous = synchronous
        self._days: list[DayWriter] = []  # newest first, at most two
        self._seq, self._link, self._day_end = 0, GENESIS, 0
        self._lock = _lock(directory)
        try:
            for day, path in list(dayfile.day_files(directory).items())[-2:]:
                if dayfile.is_packed(path):
                    raise SpoolError(f"{path}: packed, yet of the two newest; restore later days")
                self._open(day, path)
        except BaseException:
            self.close()
            raise

    def append(self, frames: Sequence[NewFrame]) -> list[int]:
        """Keep frames in one durable commit (one per day when the batch lies over China midnight).

        For each frame its new seq, or minus the seq of its twin: a byte-identical frame of the same
        MN that arrived within 24 h (verdicts "", "unknown", "password" only). A frame whose clock
        went back goes to the newest file. After an exception (disk full) nothing of the day in hand
        was kept, and the same frames can be given again.
        """
        if self._lock < 0:
            raise SpoolError("this writer is closed")
        result: list[int] = []
        start = 0
        while start < len(frames):
            if frames[start].at >= self._day_end:
                self._rotate(day_of_ms(frames[start].at))
            stop = start + 1
            if max(map(_AT, frames)) < self._day_end:
                stop = len(frames)
            while stop < len(frames) and frames[stop].at < self._day_end:
                stop += 1
            result += self._append_day(frames[start:stop])
            start = stop
        return result

    def head(self) -> tuple[int, bytes]:
        """Sequence and link of the newest frame; (0, 32 zero bytes) when there is none."""
        return self._seq, self._link

    def close(self) -> None:
        """Release files and lock; a second call does nothing."""
        try:
            if self._days:
                self._days[0].seal()
        finally:
            while self._days:
                self._days.pop().close()
            if self._lock >= 0:
                os.close(self._lock)
                self._lock = -1

    def __enter__(self) -> "SpoolWriter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _append_day(self, frames: Sequence[NewFrame]) -> list[int]:
        prints = [sha256(raw).digest() for _, _, _, _, raw in frames]
        digests = first_eights(prints)
        repeated = _repeated(digests)
        # Asked for the whole batch at once, which is cheap; nearly all frames are new.
        suspects = repeated.union(*(day.perhaps_kept(digests) for day in self._days))
        seq, link = self._seq, self._link
        rows: list[Row] = []
        kept: list[int] = []
        result = []
        for (at, peer, mn, verdict, raw), print_, digest in zip(
            frames, prints, digests, strict=True
        ):
            if not mn.isascii():
                mn = storable(mn)
            if digest in suspects and verdict in COMPARED:
                batch = rows if digest in repeated else []
                twin = self._twin(at, mn, raw, digest, batch)
                if twin:
                    result.append(-twin)
                    continue
            seq += 1
            link = chain(link, seq, at, peer, mn, verdict, print_)
            rows.append((seq, at, peer, mn, verdict, raw, link))
            kept.append(digest)
            result.append(seq)
        if rows:
            self._days[0].store(rows, kept)
        self._seq, self._link = seq, link
        return result

    def _twin(self, at: int, mn: str, raw: bytes, digest: int, batch: list[Row]) -> int:
        for seq, other_at, _, other_mn, verdict, other, _ in reversed(batch):
            if is_twin(at, mn, raw, other_at, other_mn, verdict, other):
                return seq
        return next(filter(None, (day.twin(at, mn, raw, digest) for day in self._days)), 0)

    def _rotate(self, day: str) -> None:
        if self._days:
            self._days[0].seal()
        path = self._directory / (day + dayfile.SUFFIX)
        dayfile.create(path, day, self._seq + 1, self._link)
        self._open(day, path)

    def _open(self, day: str, path: Path) -> None:
        try:
            self._days.insert(0, DayWriter(path, self._synchronous))
        except sqlite3.DatabaseError as error:
            raise SpoolError(
                f"{path}: cannot be opened: {error}; restore it from a copy"
            ) from error
        self._day_end = end_of_day_ms(day)
        self._seq, self._link = self._days[0].end()
        while len(self._days) > 2:
            self._days.pop().close()


_AT = itemgetter(0)


def _repeated(digests: list[int]) -> set[int]:
    if len(set(digests)) == len(digests):
        return set()
    return {digest for digest, times in Counter(digests).items() if times > 1}


def _lock(directory: Path) -> int:
    descriptor = os.open(directory / "writer.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise SpoolLocked(
            f"{directory}: another process writes here; stop that gateway first"
        ) from None
    return descriptor
