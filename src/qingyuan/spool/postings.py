"""Which frames of a day file belong to which MN, without a B-tree that every commit tears open.

An ordinary index on the MN touches a page per frame (2,000 stations, 2,000 pages a round), and
each touched page is written twice. So the writer collects some thousand frames and then appends
one *chunk*: for each MN one row with its sequences and the first 8 bytes of each frame's SHA-256.
Frames behind the last chunk (the tail) are found by reading the tail.
"""

import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain as flat

CHUNK_FRAMES = 16384


class Tail:
    """Columns of the frames that no chunk covers yet: MN, sequence, digest, arrival (ms)."""

    def __init__(self) -> None:
        self.mns: list[str] = []
        self.seqs: list[int] = []
        self.digests: list[int] = []
        self.ats: list[int] = []

    def __len__(self) -> int:
        return len(self.seqs)

    def extend(self, other: "Tail") -> None:
        """Put further frames behind these."""
        self.mns += other.mns
        self.seqs += other.seqs
        self.digests += other.digests
        self.ats += other.ats

    def append_chunk(self, connection: sqlite3.Connection) -> None:
        """Write these frames as one chunk, inside the caller's transaction; none for none."""
        if not self.seqs:
            return
        first = self.seqs[0]
        connection.execute(
            "INSERT INTO chunk VALUES (?, ?, ?, ?)",
            (first, self.seqs[-1], min(self.ats), max(self.ats)),
        )
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, mn in enumerate(self.mns):
            places[mn].append(place)
        insert(connection, "posting", [
            (first, mn, _chosen(self.seqs, places[mn]), _chosen(self.digests, places[mn]))
            for mn in sorted(places)
        ])


_MANY = 100


def insert(connection: sqlite3.Connection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Rows by the hundred in one statement.

    A tenth less work than executemany alone, and at every step of a statement the thread gives the
    interpreter lock away and has to wait for it.
    """
    if not rows:
        return
    one = f"({','.join('?' * len(rows[0]))})"
    whole = len(rows) - len(rows) % _MANY
    if whole:
        many = f"INSERT INTO {table} VALUES {','.join([one] * _MANY)}"
        for start in range(0, whole, _MANY):
            connection.execute(many, list(flat.from_iterable(rows[start : start + _MANY])))
    connection.executemany(f"INSERT INTO {table} VALUES {one}", rows[whole:])


def _chosen(numbers: list[int], places: list[int]) -> bytes:
    return array("q", map(numbers.__getitem__, places)).tobytes()


def covered(connection: sqlite3.Connection) -> int:
    """The highest sequence that a chunk covers, 0 when there is no chunk."""
    return int(connection.execute("SELECT coalesce(max(last_seq), 0) FROM chunk").fetchone()[0])


def all_digests(connection: sqlite3.Connection) -> Iterator["array[int]"]:
    """Every digest that the chunks hold, as arrays of signed 64-bit numbers."""
    for (blob,) in connection.execute("SELECT digests FROM posting"):
        yield _numbers(blob)


def seqs_with_digest(connection: sqlite3.Connection, mn: str, digest: int) -> Iterator[int]:
    """Sequences of an MN's chunked frames with this digest, newest first; asked for, step by step.

    A re-sent frame is mostly a fresh one, so that the search ends in the first chunks.
    """
    wanted = array("q", (digest,)).tobytes()
    # instr: rows that do not hold it are passed over inside one step of the statement.
    for seqs, digests in connection.execute(
        "SELECT p.seqs, p.digests FROM chunk c CROSS JOIN posting p"
        " ON p.chunk = c.first_seq AND p.mn = ? WHERE instr(p.digests, ?)"
        " ORDER BY c.first_seq DESC", (mn, wanted)
    ):
        pairs = zip(reversed(_numbers(seqs)), reversed(_numbers(digests)), strict=True)
        yield from [seq for seq, other in pairs if other == digest]


def seqs_of_station(
    connection: sqlite3.Connection, mn: str, before: int, since_at: int, until_at: int
) -> Iterator[list[int]]:
    """An MN's sequences below ``before``, newest first; a list per chunk that meets the times."""
    done = covered(connection)
    yield [seq for (seq,) in connection.execute(
        "SELECT seq FROM frame WHERE seq > ? AND seq < ? AND mn = ? ORDER BY seq DESC",
        (done, before, mn),
    )]
    chunks = connection.execute(
        "SELECT p.seqs FROM chunk c CROSS JOIN posting p ON p.chunk = c.first_seq AND p.mn = ?"
        " WHERE c.first_seq < ? AND c.last_seq <= ? AND c.max_at >= ? AND c.min_at < ?"
        " ORDER BY c.first_seq DESC",
        (mn, before, done, since_at, until_at),
    )
    for (blob,) in chunks.fetchall():
        yield [seq for seq in reversed(_numbers(blob)) if seq < before]


def _numbers(blob: bytes) -> "array[int]":
    numbers = array("q")
    numbers.frombytes(blob)
    return numbers
