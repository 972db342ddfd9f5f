"""The writer's hold on one day file: its connection, its tail, and what it can say about twins."""

import sqlite3
from collections.abc import Iterable
from hashlib import sha256
from itertools import chain as flat
from operator import itemgetter
from pathlib import Path
from struct import Struct

from qingyuan.spool import dayfile, postings
from qingyuan.spool.frame import COMPARED, DAY_MS
from qingyuan.spool.postings import Tail
from qingyuan.spool.sieve import Sieve

# 8 MB of write-ahead log between checkpoints: the throughput of 32 MB with a quarter of its pause.
CHECKPOINT_PAGES = 8 * 1024 * 1024 // dayfile.PAGE_SIZE
WAL_LIMIT_BYTES = 64 * 1024 * 1024

Row = tuple[int, int, str, str, str, bytes, bytes]  # the columns of Frame

_EACH = Struct(">q24x").iter_unpack


def first_eights(prints: list[bytes]) -> list[int]:
    """Digests of frames: the first 8 bytes of each SHA-256.

    >>> first_eights([bytes(7) + bytes([3]) + bytes(24), bytes([255]) * 32])
    [3, -1]
    """
    return [digest for (digest,) in _EACH(b"".join(prints))]


class DayWriter:
    """An open day file: its rows, the tail that no chunk covers, and the sieve of the covered."""

    def __init__(self, path: Path, synchronous: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        self.connection.execute(f"PRAGMA synchronous={synchronous}")
        self.connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES:d}")
        self.connection.execute(f"PRAGMA journal_size_limit={WAL_LIMIT_BYTES:d}")
        self.meta = dayfile.Meta(self.connection)
        self._covered = Sieve()
        for digests in postings.all_digests(self.connection):
            self._covered.add_all(digests)
        self._tail = Tail()
        self._recent: dict[int, int] = {}  # digest → newest sequence in the tail
        self._hidden: dict[int, list[int]] = {}  # digest → earlier ones
        self._remember(self._uncovered())

    def end(self) -> tuple[int, bytes]:
        """Sequence and link of the newest row, or what stands before the file when it is empty."""
        row = self.connection.execute(
            "SELECT seq, link FROM frame ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        return row or (self.meta.first_seq - 1, self.meta.anchor)

    def store(self, rows: list[Row], digests: list[int]) -> None:
        """Commit rows durably; a failure leaves file and memory as they were."""
        fresh = Tail()
        fresh.seqs, fresh.digests = list(map(_SEQ, rows)), digests
        fresh.mns, fresh.ats = list(map(_MN, rows)), list(map(_AT, rows))
        full = len(self._tail) + len(rows) >= postings.CHUNK_FRAMES
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            postings.insert(self.connection, "frame", rows)
            if full:
                joined = Tail()
                joined.extend(self._tail)
                joined.extend(fresh)
                joined.append_chunk(self.connection)
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        self._remember(fresh)
        if full:
            self._forget_tail()

    def perhaps_kept(self, digests: list[int]) -> set[int]:
        """Those digests that this file may hold; what is left out it certainly does not hold."""
        return (self._recent.keys() & digests).union(self._covered.perhaps(digests))

    def twin(self, at: int, mn: str, raw: bytes, digest: int) -> int:
        """Sequence of the newest kept frame with these bytes and MN within 24 h of ``at``, or 0."""
        tail = [*self._hidden.get(digest, ()), self._recent.get(digest, 0)]
        chunked = postings.seqs_with_digest(self.connection, mn, digest)
        seqs: Iterable[int] = flat(reversed(tail), chunked)
        for seq in seqs:
            row = self.connection.execute(
                "SELECT at, mn, verdict, raw FROM frame WHERE seq = ?", (seq,)
            ).fetchone()
            if row and is_twin(at, mn, raw, *row):
                return seq
        return 0

    def seal(self) -> None:
        """Cover the tail by a chunk, so that readers and the next start find all by MN."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            self._tail.append_chunk(self.connection)
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        self._forget_tail()
        self.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Release the file; the last one out merges the write-ahead log."""
        self.connection.close()

    def _remember(self, fresh: Tail) -> None:
        digests = fresh.digests
        if len(set(digests)) < len(digests) or not self._recent.keys().isdisjoint(digests):
            for seq, digest in zip(fresh.seqs, digests, strict=True):
                if digest in self._recent:
                    self._hidden.setdefault(digest, []).append(self._recent[digest])
                self._recent[digest] = seq
        else:
            self._recent.update(zip(digests, fresh.seqs, strict=True))
        self._tail.extend(fresh)

    def _forget_tail(self) -> None:
        self._covered.add_all(self._tail.digests)
        self._tail, self._recent, self._hidden = Tail(), {}, {}

    def _uncovered(self) -> Tail:
        rows = self.connection.execute(
            "SELECT seq, at, mn, raw FROM frame WHERE seq > ? ORDER BY seq",
            (postings.covered(self.connection),),
        )
        tail, prints = Tail(), []
        for seq, at, mn, raw in rows:
            tail.seqs.append(seq)
            tail.ats.append(at)
            tail.mns.append(mn)
            prints.append(sha256(raw).digest())
        tail.digests = first_eights(prints)
        return tail


_SEQ, _AT, _MN = itemgetter(0), itemgetter(1), itemgetter(3)


def is_twin(
    at: int, mn: str, raw: bytes, other_at: int, other_mn: str, other_verdict: str, other_raw: bytes
) -> bool:
    """Whether a frame repeats a kept one: same MN, same bytes, at most 24 h apart.

    >>> is_twin(0, "A", b"##", DAY_MS, "A", "", b"##"), is_twin(0, "A", b"##", 0, "A", "crc", b"##")
    (True, False)
    """
    return (
        raw == other_raw
        and mn == other_mn
        and other_verdict in COMPARED
        and abs(at - other_at) <= DAY_MS
    )
