"""One China day of frames in one SQLite file: name, schema, opening."""

import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from qingyuan.spool.errors import SpoolError

SUFFIX = ".sqlite"
PACKED_SUFFIX = ".packed.sqlite"
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(\.packed)?\.sqlite")

SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT;
CREATE TABLE frame (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    peer TEXT NOT NULL,
    mn TEXT NOT NULL,
    verdict TEXT NOT NULL,
    digest INTEGER,
    raw BLOB NOT NULL,
    link BLOB NOT NULL
) STRICT;
CREATE INDEX frame_mn ON frame (mn, digest);
"""


def day_files(directory: Path) -> dict[str, Path]:
    """Day → file, in order of days. Where a packed copy stands beside its original, the copy counts."""
    found: dict[str, Path] = {}
    for name in sorted(os.listdir(directory), reverse=True):
        if match := _NAME.fullmatch(name):
            if match[2] or match[1] not in found:
                found[match[1]] = directory / name
    return dict(sorted(found.items()))


def is_packed(path: Path) -> bool:
    return path.name.endswith(PACKED_SUFFIX)


def create(path: Path, day: str, first_seq: int, anchor: bytes, page_size: int) -> None:
    """Make an empty day file that names the link before it; it appears whole or not at all."""
    making = path.with_name(f".{path.name}.new")
    making.unlink(missing_ok=True)
    connection = sqlite3.connect(making, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size={page_size:d}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.executescript(SCHEMA)
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)",
            [("format", 1), ("day", day), ("first_seq", first_seq), ("anchor", anchor)],
        )
    finally:
        connection.close()
    publish(making, path)


def publish(making: Path, path: Path) -> None:
    """Give a finished file its name, durably."""
    with making.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(making, path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot change a row; FileNotFoundError when the file has gone.

    A file of a running day needs its shared-memory file, hence read-write where the rights allow it; on a read-only
    copy (a backup medium) nothing writes, and the file is taken as it stands.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    mode = "mode=rw" if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK) else "immutable=1"
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?{mode}", uri=True, isolation_level=None, timeout=30
        )
        connection.execute("PRAGMA query_only=ON")
    except sqlite3.OperationalError as error:
        if not path.exists():
            raise FileNotFoundError(path) from error
        raise SpoolError(f"{path}: cannot be opened: {error}") from error
    return connection


def meta(connection: sqlite3.Connection) -> dict[str, int | str | bytes]:
    """The file's own notes: format, day, first_seq, anchor (link before the first row)."""
    rows: Iterator[tuple[str, int | str | bytes]] = connection.execute("SELECT key, value FROM meta")
    return dict(rows)
