"""Which frames of a day file belong to which MN, without a B-tree that every commit tears open.

An ordinary index on the MN touches a page per frame (2,000 stations, 2,000 pages a round), and
each touched page is written twice. So the writer collects some thousand frames and then appends
one *chunk*: for each MN one row with its sequences and the first 8 bytes of each frame's SHA-256.
Frames behind the last chunk (the tail) are found by reading the tail.
"""

import sqlite3
from array import array
from collections.abc import Iterator

CHUNK_FRAMES = 16384


Entry = tuple[str, int, int, int]  # mn, seq, digest, at in epoch milliseconds


def append_chunk(connection: sqlite3.Connection, entries: list[Entry]) -> None:
    """Write one chunk over consecutive frames, inside the caller's transaction; none for none."""
    if not entries:
        return
    first, last = entries[0][1], entries[-1][1]
    times = [at for _, _, _, at in entries]
    connection.execute(
        "INSERT INTO chunk VALUES (?, ?, ?, ?)", (first, last, min(times), max(times))
    )
    grouped: dict[str, tuple[array[int], array[int]]] = {}
    for mn, seq, digest, _ in entries:
        if (lists := grouped.get(mn)) is None:
            lists = grouped[mn] = (array("q"), array("q"))
        lists[0].append(seq)
        lists[1].append(digest)
    connection.executemany(
        "INSERT INTO posting VALUES (?, ?, ?, ?)",
        [(first, mn, seqs.tobytes(), digests.tobytes())
         for mn, (seqs, digests) in sorted(grouped.items())],
    )


def covered(connection: sqlite3.Connection) -> int:
    """The highest sequence that a chunk covers, 0 when there is no chunk."""
    return int(connection.execute("SELECT coalesce(max(last_seq), 0) FROM chunk").fetchone()[0])


def all_digests(connection: sqlite3.Connection) -> Iterator["array[int]"]:
    """Every digest that the chunks hold, as arrays of signed 64-bit numbers."""
    for (blob,) in connection.execute("SELECT digests FROM posting"):
        yield _numbers(blob)


def seqs_with_digest(connection: sqlite3.Connection, mn: str, digest: int) -> list[int]:
    """Sequences of an MN's chunked frames with this digest, newest chunk first."""
    wanted = array("q", (digest,)).tobytes()
    found = []
    for seqs, digests in connection.execute(
        "SELECT p.seqs, p.digests FROM chunk c CROSS JOIN posting p"
        " ON p.chunk = c.first_seq AND p.mn = ? ORDER BY c.first_seq DESC", (mn,)
    ):
        if wanted in digests:
            pairs = zip(_numbers(seqs), _numbers(digests), strict=True)
            found += [seq for seq, other in pairs if other == digest]
    return found


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
        " WHERE c.first_seq < ? AND c.max_at >= ? AND c.min_at < ? ORDER BY c.first_seq DESC",
        (mn, before, since_at, until_at),
    )
    for (blob,) in chunks.fetchall():
        yield [seq for seq in reversed(_numbers(blob)) if seq < before]


def _numbers(blob: bytes) -> "array[int]":
    numbers = array("q")
    numbers.frombytes(blob)
    return numbers
