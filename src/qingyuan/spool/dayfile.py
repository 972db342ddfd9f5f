"""One China day of frames in one SQLite file: names, schema, opening."""

import os
import re
import sqlite3
from pathlib import Path

from qingyuan.spool.errors import SpoolError

SUFFIX = ".sqlite"
PACKED_SUFFIX = ".packed.sqlite"
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})(\.packed)?\.sqlite")

# Rows of some 1.2 kB: 16 kB pages waste less and need a quarter of the write calls of 4 kB pages
# (figures in docs/decisions/0002-spool.md).
PAGE_SIZE = 16384
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT;
CREATE TABLE frame (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    peer TEXT NOT NULL,
    mn TEXT NOT NULL,
    verdict TEXT NOT NULL,
    raw BLOB NOT NULL,
    link BLOB NOT NULL
) STRICT;
CREATE TABLE chunk (
    first_seq INTEGER PRIMARY KEY,
    last_seq INTEGER NOT NULL,
    min_at INTEGER NOT NULL,
    max_at INTEGER NOT NULL
) STRICT;
CREATE TABLE posting (
    chunk INTEGER NOT NULL,
    mn TEXT NOT NULL,
    seqs BLOB NOT NULL,
    digests BLOB NOT NULL,
    PRIMARY KEY (chunk, mn)
) WITHOUT ROWID, STRICT;
"""


def day_files(directory: Path) -> dict[str, Path]:
    """Day → file, oldest first. Where a packed copy stands beside its original, the copy counts."""
    found: dict[str, Path] = {}
    for name in sorted(os.listdir(directory)):
        match = _NAME.fullmatch(name)
        if match and (match[2] or match[1] not in found):
            found[match[1]] = directory / name
    return dict(sorted(found.items()))


def is_packed(path: Path) -> bool:
    return path.name.endswith(PACKED_SUFFIX)


def create(path: Path, day: str, first_seq: int, anchor: bytes) -> None:
    """Make an empty day file that names the link before it; it appears whole or not at all."""
    making = path.with_name(f".{path.name}.new")
    making.unlink(missing_ok=True)
    connection = sqlite3.connect(making, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size={PAGE_SIZE:d}")
        connection.execute("PRAGMA synchronous=OFF")  # publish() syncs the whole file
        connection.executescript("BEGIN;" + SCHEMA)
        write_meta(connection, {"day": day, "first_seq": first_seq, "anchor": anchor})
        connection.execute("COMMIT")
        # set before anybody can open it: changing the mode later would ask readers to leave
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
    publish(making, path)


def publish(making: Path, path: Path) -> None:
    """Give a finished file its name, durably."""
    with making.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(making, path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make names that appeared or went durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that changes no row; FileNotFoundError when the file has gone.

    Reading beside a writer needs the shared-memory file, hence read-write where the rights allow
    it. On a read-only medium nobody writes, and the file is taken as it stands.
    """
    try:
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?{_mode(path)}", uri=True, isolation_level=None, timeout=30
        )
        connection.execute("PRAGMA query_only=ON")
    except sqlite3.OperationalError as error:
        if not path.exists():
            raise FileNotFoundError(path) from error
        raise SpoolError(f"{path}: cannot be opened: {error}") from error
    return connection


def _mode(path: Path) -> str:
    if not path.exists():
        raise FileNotFoundError(path)
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return "mode=rw"
    wal = path.with_name(path.name + "-wal")
    return "mode=ro" if wal.exists() and wal.stat().st_size else "immutable=1"


class Meta:
    """A day file's own notes: its first sequence and the link before that."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        notes = dict(connection.execute("SELECT key, value FROM meta").fetchall())
        if notes.get("format") != 1:
            raise SpoolError(f"a day file of format {notes.get('format')!r}, this release reads 1")
        self.day = str(notes["day"])
        self.first_seq = int(notes["first_seq"])
        self.anchor = bytes(notes["anchor"])


def write_meta(connection: sqlite3.Connection, notes: dict[str, int | str | bytes]) -> None:
    connection.executemany("INSERT INTO meta VALUES (?, ?)", [("format", 1), *notes.items()])
