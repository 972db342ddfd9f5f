"""An older day in compressed form: blocks of frames in SQLite, and each MN's sequences.

A block is one row: the raw bytes and the other columns compressed together, the links beside them
(hash values do not compress). Frames come out as they went in, bit for bit.
"""

import json
import lzma
import sqlite3
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path

from qingyuan.spool import dayfile
from qingyuan.spool.errors import SpoolError
from qingyuan.spool.frame import Frame

# Small blocks, since a raw page opens one per frame; figures in docs/decisions/0002-spool.md.
BLOCK_FRAMES = 128
PRESET = 1
LINK_BYTES = 32
_KEPT_BLOCKS = 4

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT;
CREATE TABLE block (
    first_seq INTEGER PRIMARY KEY,
    min_at INTEGER NOT NULL,
    max_at INTEGER NOT NULL,
    packed BLOB NOT NULL,
    links BLOB NOT NULL
) STRICT;
CREATE TABLE station (mn TEXT PRIMARY KEY, seqs BLOB NOT NULL) WITHOUT ROWID, STRICT;
"""


def pack(frames: list[Frame]) -> tuple[int, int, int, bytes, bytes]:
    """One row of table ``block`` from consecutive frames."""
    times = [frame.at for frame in frames]
    heads = [
        [frame.seq for frame in frames],
        times,
        [frame.peer for frame in frames],
        [frame.mn for frame in frames],
        [frame.verdict for frame in frames],
        [len(frame.raw) for frame in frames],
    ]
    text = json.dumps(heads, separators=(",", ":"), ensure_ascii=False).encode()
    body = b"".join([len(text).to_bytes(4, "big"), text, *(frame.raw for frame in frames)])
    links = b"".join(frame.link for frame in frames)
    return frames[0].seq, min(times), max(times), _compressed(body), links


def unpack(packed: bytes, links: bytes) -> list[Frame]:
    """The frames of a block; SpoolError when its bytes are damaged."""
    try:
        body = lzma.decompress(packed)
        start = 4 + int.from_bytes(body[:4], "big")
        seqs, ats, peers, mns, verdicts, lengths = json.loads(body[4:start])
        frames = []
        for n, row in enumerate(zip(seqs, ats, peers, mns, verdicts, lengths, strict=True)):
            stop = start + row[5]
            link = links[n * LINK_BYTES : (n + 1) * LINK_BYTES]
            frames.append(Frame._make((*row[:5], body[start:stop], link)))
            start = stop
    except (lzma.LZMAError, EOFError, ValueError, TypeError) as error:
        raise SpoolError(f"a compressed block cannot be read: {error}") from error
    return frames


class PackedDay:
    """Reads a packed file; the same questions as :class:`PlainDay`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = dayfile.open_for_reading(path)
        self._blocks: OrderedDict[int, list[Frame]] = OrderedDict()
        try:
            self.meta = dayfile.Meta(self._connection)
            rows = self._connection.execute(
                "SELECT first_seq, min_at, max_at FROM block ORDER BY first_seq"
            ).fetchall()
            self._firsts: list[int] = [row[0] for row in rows]
            self._min_at: list[int] = [row[1] for row in rows]
            self._max_at: list[int] = [row[2] for row in rows]
        except BaseException:
            self._connection.close()
            raise

    def after(self, seq: int, limit: int) -> list[Frame]:
        """Frames with a higher sequence, oldest first."""
        found: list[Frame] = []
        for first in self._firsts[self._place(seq + 1) :]:
            found += [frame for frame in self._block(first) if frame.seq > seq]
            if len(found) >= limit:
                break
        return found[:limit]

    def pick(self, seqs: list[int]) -> list[Frame]:
        """The frames of these sequences, in the order asked."""
        found = []
        for seq in seqs:
            first = self._firsts[self._place(seq)]
            found += [frame for frame in self._block(first) if frame.seq == seq]
        return found

    def seqs_of_station(
        self, mn: str, before: int, since_at: int, until_at: int
    ) -> Iterator[list[int]]:
        """An MN's sequences below ``before``, newest first, of blocks that meet the times."""
        row = self._connection.execute("SELECT seqs FROM station WHERE mn = ?", (mn,)).fetchone()
        if row:
            yield [
                seq for seq in reversed(unpack_seqs(row[0]))
                if seq < before and self._meets(seq, since_at, until_at)
            ]

    def last_seq(self) -> int:
        """Sequence of the newest frame; of the frame before the file when it is empty."""
        if not self._firsts:
            return self.meta.first_seq - 1
        return self._block(self._firsts[-1])[-1].seq

    def close(self) -> None:
        self._connection.close()

    def _place(self, seq: int) -> int:
        return max(bisect_right(self._firsts, seq) - 1, 0)

    def _meets(self, seq: int, since_at: int, until_at: int) -> bool:
        place = self._place(seq)
        return self._max_at[place] >= since_at and self._min_at[place] < until_at

    def _block(self, first: int) -> list[Frame]:
        if first not in self._blocks:
            row = self._connection.execute(
                "SELECT packed, links FROM block WHERE first_seq = ?", (first,)
            ).fetchone()
            self._blocks[first] = unpack(*row)
            if len(self._blocks) > _KEPT_BLOCKS:
                self._blocks.popitem(last=False)
        return self._blocks[first]


def pack_seqs(seqs: Iterable[int]) -> bytes:
    """Rising sequences as compressed steps.

    >>> list(unpack_seqs(pack_seqs([7, 2007, 4007])))
    [7, 2007, 4007]
    """
    steps, last = array("q"), 0
    for seq in seqs:
        steps.append(seq - last)
        last = seq
    return _compressed(steps.tobytes())


def unpack_seqs(blob: bytes) -> list[int]:
    steps, seqs, last = array("q"), [], 0
    steps.frombytes(lzma.decompress(blob))
    for step in steps:
        last += step
        seqs.append(last)
    return seqs


def _compressed(data: bytes) -> bytes:
    return lzma.compress(data, check=lzma.CHECK_CRC32, preset=PRESET)


def write_block(connection: sqlite3.Connection, frames: list[Frame]) -> None:
    connection.execute("INSERT INTO block VALUES (?, ?, ?, ?, ?)", pack(frames))
