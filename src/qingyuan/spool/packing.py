"""Compressing older days: a packed copy is made, compared, published; only then the original goes.

The two newest days stay as they are: the writer looks for twins in them.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from qingyuan.spool import dayfile, packedday
from qingyuan.spool.errors import SpoolError, SpoolLocked
from qingyuan.spool.frame import link_of
from qingyuan.spool.packedday import PackedDay
from qingyuan.spool.plainday import PlainDay

UNTOUCHED_DAYS = 2


def compress_before(directory: Path, day: str) -> list[Path]:
    """Pack the days before ``day`` (ISO), except the two newest; the new files.

    Can be killed at any point and run again. Days whose chain is broken are left as they are, since
    they are evidence, and named by a SpoolError once the others are done.
    """
    try:
        date.fromisoformat(day)
    except ValueError as error:
        raise SpoolError(f"{day!r} is no day; write YYYY-MM-DD") from error
    done, broken = [], []
    with _alone(directory):
        for name, path in list(dayfile.day_files(directory).items())[:-UNTOUCHED_DAYS]:
            if name >= day:
                continue
            try:
                if not dayfile.is_packed(path):
                    done.append(_pack(path, directory / (name + dayfile.PACKED_SUFFIX)))
                _remove_original(directory / (name + dayfile.SUFFIX))
            except SpoolError as error:
                broken.append(str(error))
    if broken:
        raise SpoolError("; ".join(broken))
    return done


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    descriptor = os.open(directory / "compress.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise SpoolLocked(f"{directory}: another process compresses here; wait for it") from None
    finally:
        os.close(descriptor)


def _pack(path: Path, packed: Path) -> Path:
    making = packed.with_name(f".{packed.name}.new")
    making.unlink(missing_ok=True)
    with closing(PlainDay(path)) as day:
        with closing(sqlite3.connect(making, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous=OFF")  # publish() syncs the whole file
            connection.execute("PRAGMA journal_mode=OFF")
            _write(connection, day)
        with closing(PackedDay(making)) as copy:
            _compare(path, day, copy)
    dayfile.publish(making, packed)
    return packed


def _write(connection: sqlite3.Connection, day: PlainDay) -> None:
    seqs: dict[str, list[int]] = {}
    seq = day.meta.first_seq - 1
    connection.executescript("BEGIN;" + packedday.SCHEMA)
    dayfile.write_meta(connection, {
        "day": day.meta.day, "first_seq": day.meta.first_seq, "anchor": day.meta.anchor,
    })
    while frames := day.after(seq, packedday.BLOCK_FRAMES):
        packedday.write_block(connection, frames)
        for frame in frames:
            seqs.setdefault(frame.mn, []).append(frame.seq)
        seq = frames[-1].seq
    connection.executemany(
        "INSERT INTO station VALUES (?, ?)",
        [(mn, packedday.pack_seqs(listed)) for mn, listed in sorted(seqs.items())],
    )
    connection.execute("COMMIT")


def _compare(path: Path, day: PlainDay, copy: PackedDay) -> None:
    """Raise SpoolError unless the copy equals the day frame by frame and its chain is sound."""
    seq, link = day.meta.first_seq - 1, day.meta.anchor
    while frames := day.after(seq, packedday.BLOCK_FRAMES):
        if frames != copy.after(seq, packedday.BLOCK_FRAMES):
            raise SpoolError(f"{path}: the compressed copy differs after frame {seq}; not replaced")
        for frame in frames:
            if link_of(link, frame) != frame.link or frame.seq != seq + 1:
                raise SpoolError(
                    f"{path}: the chain is broken at frame {frame.seq}; not compressed, run "
                    "'qingyuan spool verify'"
                )
            seq, link = frame.seq, frame.link
    if copy.last_seq() != seq:
        raise SpoolError(f"{path}: the compressed copy has more frames; not replaced")


def _remove_original(path: Path) -> None:
    """Take a packed day's original away, once no log holds rows that the main file lacks.

    A reader that has it open reads on; one that is just opening it finds it whole or not at all.
    """
    if not path.exists():
        return
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        return  # a reader is at it; the next run takes the original away
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    dayfile.sync_directory(path.parent)
