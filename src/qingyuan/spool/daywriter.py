"""The writer's hold on one day file: its connection, its tail, and what it can say about twins."""

import sqlite3
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from struct import Struct

from qingyuan.spool import dayfile, postings
from qingyuan.spool.frame import COMPARED, DAY_MS
from qingyuan.spool.postings import Entry
from qingyuan.spool.sieve import Sieve

# 8 MB of write-ahead log between checkpoints: the throughput of 32 MB with a quarter of its pause.
CHECKPOINT_PAGES = 8 * 1024 * 1024 // dayfile.PAGE_SIZE
WAL_LIMIT_BYTES = 64 * 1024 * 1024

Row = tuple[int, int, str, str, str, bytes, bytes]  # the columns of Frame

first_eight = Struct(">q").unpack_from  # a frame's digest: the first 8 bytes of its SHA-256


class DayWriter:
    """An open day file: its rows, the tail that no chunk covers, and the sieve of the covered."""

    def __init__(self, path: Path, synchronous: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None, timeout=30)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute(f"PRAGMA synchronous={synchronous}")
        self.connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES:d}")
        self.connection.execute(f"PRAGMA journal_size_limit={WAL_LIMIT_BYTES:d}")
        self.meta = dayfile.Meta(self.connection)
        self._covered = Sieve()
        for digests in postings.all_digests(self.connection):
            self._covered.add_all(digests)
        self._tail: list[Entry] = []
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
        fresh = list(map(_entry, rows, digests))
        full = len(self._tail) + len(fresh) >= postings.CHUNK_FRAMES
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            self.connection.executemany("INSERT INTO frame VALUES (?,?,?,?,?,?,?)", rows)
            if full:
                postings.append_chunk(self.connection, self._tail + fresh)
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
        seqs = self._hidden.get(digest, []) + [self._recent.get(digest, 0)]
        seqs += postings.seqs_with_digest(self.connection, mn, digest)
        for seq in sorted(seqs, reverse=True):
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
            postings.append_chunk(self.connection, self._tail)
            self.connection.execute("COMMIT")
        except BaseException:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            raise
        self._forget_tail()

    def close(self) -> None:
        """Release the file; the last one out merges the write-ahead log."""
        self.connection.close()

    def _remember(self, entries: list[Entry]) -> None:
        digests = list(map(_DIGEST, entries))
        if len(set(digests)) < len(digests) or not self._recent.keys().isdisjoint(digests):
            for _, seq, digest, _ in entries:
                if digest in self._recent:
                    self._hidden.setdefault(digest, []).append(self._recent[digest])
                self._recent[digest] = seq
        else:
            self._recent.update(zip(digests, map(_SEQ, entries), strict=True))
        self._tail += entries

    def _forget_tail(self) -> None:
        self._covered.add_all(map(_DIGEST, self._tail))
        self._tail, self._recent, self._hidden = [], {}, {}

    def _uncovered(self) -> list[Entry]:
        rows = self.connection.execute(
            "SELECT mn, seq, raw, at FROM frame WHERE seq > ? ORDER BY seq",
            (postings.covered(self.connection),),
        )
        return [
            (mn, seq, first_eight(sha256(raw).digest())[0], at) for mn, seq, raw, at in rows
        ]


_SEQ, _DIGEST = itemgetter(1), itemgetter(2)


def _entry(row: Row, digest: int) -> Entry:
    return row[3], row[0], digest, row[1]


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
