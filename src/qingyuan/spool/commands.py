"""Commands from the office to a station, in a SQLite file of their own, with a trace of every step.

Whoever enqueues checks the discharger's consent (``Station.consent``), and the gateway checks it
again before sending; here only the life of a command is kept.
"""

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from qingyuan.spool.errors import CommandError

# The life of a command. "release" gives back what was claimed and could not be sent; "resend" and
# "report" stay where they are and leave a trace; an answer counts even after the time-out, since it
# says what the station did.
STATES: dict[tuple[str, str], str] = {
    ("waiting", "send"): "sent",
    ("waiting", "refuse"): "refused",
    ("waiting", "fail"): "failed",
    ("waiting", "expire"): "expired",
    ("sent", "release"): "waiting",
    ("sent", "resend"): "sent",
    ("sent", "accept"): "accepted",
    ("sent", "refuse"): "refused",
    ("sent", "finish"): "done",
    ("sent", "fail"): "failed",
    ("sent", "time out"): "timeout",
    ("accepted", "report"): "accepted",
    ("accepted", "finish"): "done",
    ("accepted", "fail"): "failed",
    ("accepted", "time out"): "timeout",
    ("timeout", "accept"): "accepted",
    ("timeout", "refuse"): "refused",
    ("timeout", "finish"): "done",
    ("timeout", "fail"): "failed",
}
STEPS = frozenset((state, target) for (state, _), target in STATES.items())
NAMES = frozenset(name for step in STEPS for name in step)

DEFAULT_LIFE_MS = 3_600_000
_FOREVER = 2**62

_SCHEMA = """
CREATE TABLE IF NOT EXISTS command (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    mn TEXT NOT NULL,
    cn TEXT NOT NULL,
    cp TEXT NOT NULL,
    st TEXT NOT NULL,
    reason TEXT NOT NULL,
    by TEXT NOT NULL,
    state TEXT NOT NULL,
    qn TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS command_mn ON command (mn, id);
CREATE INDEX IF NOT EXISTS command_open ON command (state, id)
    WHERE state IN ('waiting', 'sent', 'accepted');
CREATE TABLE IF NOT EXISTS command_event (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    command INTEGER NOT NULL REFERENCES command (id),
    at INTEGER NOT NULL,
    state TEXT NOT NULL,
    note TEXT NOT NULL,
    answer TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS command_event_command ON command_event (command, id);
CREATE TRIGGER IF NOT EXISTS command_event_stays BEFORE UPDATE ON command_event
    BEGIN SELECT RAISE(ABORT, 'the trace of a command is append-only'); END;
CREATE TRIGGER IF NOT EXISTS command_event_kept BEFORE DELETE ON command_event
    BEGIN SELECT RAISE(ABORT, 'the trace of a command is append-only'); END;
"""
_FIELDS = (
    "id", "mn", "cn", "cp", "st", "reason", "by", "state", "qn", "created_at", "expires_at",
    "changed_at",
)
_COLUMNS = f"SELECT {', '.join(_FIELDS)} FROM command"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a trace: epoch ms, state reached, note, the answer's raw bytes as hex or ""."""

    at: int
    state: str
    note: str
    answer: str


@dataclass(frozen=True, slots=True)
class Command:
    """A command and where it stands; times in epoch milliseconds."""

    id: int
    mn: str
    cn: str
    cp: tuple[tuple[str, str], ...]
    st: str
    reason: str
    by: str
    state: str
    qn: str | None
    created_at: int
    expires_at: int
    changed_at: int
    steps: tuple[Step, ...] = ()


class CommandBox:
    """One connection to the commands' file: one box per thread or process, any number of them."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A command may carry a station's new password; SQLite's log inherits the file's mode.
        path.touch(mode=0o600)
        self._db = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.executescript(_SCHEMA)

    def enqueue(
        self,
        mn: str,
        cn: str,
        cp: Sequence[tuple[str, str]],
        *,
        st: str,
        reason: str,
        by: str,
        now_ms: int,
        expires_ms: int | None = None,
    ) -> int:
        """Put a command in the queue; its id. Unsent by ``expires_ms`` (in an hour) it expires."""
        if not mn or not cn or not by:
            raise CommandError("a command needs MN, CN and the name of who asks for it")
        ends = now_ms + DEFAULT_LIFE_MS if expires_ms is None else expires_ms
        pairs = json.dumps([[name, value] for name, value in cp], ensure_ascii=False)
        with _Transaction(self._db):
            row = self._db.execute(
                "INSERT INTO command (mn, cn, cp, st, reason, by, state, created_at, expires_at,"
                " changed_at) VALUES (?, ?, ?, ?, ?, ?, 'waiting', ?, ?, ?)",
                (mn, cn, pairs, st, reason, by, now_ms, ends, now_ms),
            )
            assert row.lastrowid is not None
            self._trace(row.lastrowid, now_ms, "waiting", reason, None)
        return row.lastrowid

    def claim(self, limit: int, now_ms: int, only: Collection[str] | None = None) -> list[Command]:
        """Take the oldest waiting commands (of the MNs in ``only``, when given) and mark them sent.

        Two claimers never get the same command. What waited too long is expired first. Whoever
        claims and cannot send gives back with ``progress(id, "waiting", …)``.
        """
        if not self._db.execute("SELECT 1 FROM command WHERE state = 'waiting' LIMIT 1").fetchone():
            return []
        with _Transaction(self._db):
            late = self._db.execute(
                "SELECT id FROM command WHERE state = 'waiting' AND expires_at <= ?", (now_ms,)
            ).fetchall()
            for (number,) in late:
                self._move(number, "waiting", "expired", None, now_ms)
                self._trace(number, now_ms, "expired", "not sent in time", None)
            waiting = self._db.execute(
                "SELECT id FROM command WHERE state = 'waiting'"
                " AND (? IS NULL OR mn IN (SELECT value FROM json_each(?))) ORDER BY id LIMIT ?",
                (*[None if only is None else json.dumps(list(only))] * 2, limit),
            ).fetchall()
            for (number,) in waiting:
                self._move(number, "waiting", "sent", None, now_ms)
                self._trace(number, now_ms, "sent", "claimed by the gateway", None)
        return [self.get(number) for (number,) in waiting]

    def progress(
        self,
        id: int,
        state: str,
        *,
        qn: str | None = None,
        note: str | None = None,
        answer: bytes | None = None,
        now_ms: int,
    ) -> None:
        """Move a command on and trace it; CommandError when the states know no such step."""
        with _Transaction(self._db):
            row = self._db.execute("SELECT state FROM command WHERE id = ?", (id,)).fetchone()
            if row is None:
                raise CommandError(f"there is no command {id}")
            if (row[0], state) not in STEPS:
                raise CommandError(f"command {id} is {row[0]} and cannot become {state}")
            self._move(id, row[0], state, qn, now_ms)
            self._trace(id, now_ms, state, note or "", answer)

    def get(self, id: int) -> Command:
        """A command with its trace; CommandError when there is none."""
        row = self._db.execute(_COLUMNS + " WHERE id = ?", (id,)).fetchone()
        if row is None:
            raise CommandError(f"there is no command {id}")
        return self._command(row)

    def of_station(
        self, mn: str, limit: int = 50, *, since_ms: int = 0, until_ms: int = _FOREVER
    ) -> list[Command]:
        """A station's commands with their traces, newest first: those that lived, from being asked
        for to their last step, at some time of [since_ms, until_ms)."""
        rows = self._db.execute(
            _COLUMNS + " WHERE mn = ? AND created_at < ? AND changed_at >= ?"
            " ORDER BY id DESC LIMIT ?", (mn, until_ms, since_ms, limit),
        )
        return [self._command(row) for row in rows.fetchall()]

    def touching(self, mn: str, since_ms: int, until_ms: int) -> list[Command]:
        """Every command that was on its way to a station, or at work there, at some time of
        [since_ms, until_ms), newest first: from its first sending to the last step of its trace.

        Waiting is not touching: a sending that was given back does not count.
        """
        rows = self._db.execute(
            _COLUMNS + " WHERE mn = ? AND created_at < ? AND changed_at >= ?"
            " AND (SELECT min(e.at) FROM command_event e WHERE e.command = command.id"
            "  AND e.state = 'sent' AND e.id > (SELECT max(w.id) FROM command_event w"
            "   WHERE w.command = command.id AND w.state = 'waiting')) < ?"
            " ORDER BY id DESC", (mn, until_ms, since_ms, until_ms),
        )
        return [self._command(row) for row in rows.fetchall()]

    def in_flight(self) -> list[Command]:
        """Commands under way: what a starting gateway finds of its predecessor."""
        rows = self._db.execute(_COLUMNS + " WHERE state IN ('sent', 'accepted') ORDER BY id")
        return [self._command(row) for row in rows.fetchall()]

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> "CommandBox":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _move(self, id: int, old: str, new: str, qn: str | None, now_ms: int) -> None:
        moved = self._db.execute(
            "UPDATE command SET state = ?, qn = coalesce(?, qn), changed_at = ?"
            " WHERE id = ? AND state = ?",
            (new, qn, now_ms, id, old),
        )
        if moved.rowcount != 1:
            raise CommandError(f"command {id} was no longer {old}")

    def _trace(self, id: int, at: int, state: str, note: str, answer: bytes | None) -> None:
        self._db.execute(
            "INSERT INTO command_event (command, at, state, note, answer) VALUES (?, ?, ?, ?, ?)",
            (id, at, state, note, (answer or b"").hex()),
        )

    def _command(self, row: tuple[Any, ...]) -> Command:
        steps = self._db.execute(
            "SELECT at, state, note, answer FROM command_event WHERE command = ? ORDER BY id",
            (row[0],),
        )
        cp = tuple((name, value) for name, value in json.loads(row[3]))
        known = dict(zip(_FIELDS, row, strict=True))
        return Command(**{**known, "cp": cp, "steps": tuple(Step(*step) for step in steps)})


class _Transaction:
    """BEGIN IMMEDIATE … COMMIT, or ROLLBACK on any exception."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._db.in_transaction:
            self._db.execute("COMMIT" if kind is None else "ROLLBACK")
