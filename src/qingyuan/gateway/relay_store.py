"""What the relays need of the disk: how far each has come, and frames out of the spool.

Everything here runs on one thread of its own, so that a slow read holds up no link.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path

from qingyuan.spool import Frame, SpoolReader

Leg = tuple[str, str]  # target "host:port", MN
_SCHEMA = """
CREATE TABLE IF NOT EXISTS position (
    target TEXT NOT NULL, mn TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (target, mn)
) STRICT, WITHOUT ROWID
"""
_PORTION = 500


class RelayStore:
    """Positions in ``relay.sqlite``; frames from the spool. Used from one thread."""

    def __init__(self, path: Path, spool: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, timeout=30)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute(_SCHEMA)
        self._spool = SpoolReader(spool)

    def positions(self) -> dict[Leg, int]:
        """The last sequence that each leg has delivered."""
        rows = self._db.execute("SELECT target, mn, seq FROM position")
        return {(target, mn): seq for target, mn, seq in rows}

    def save(self, moved: Mapping[Leg, int | None]) -> None:
        """Store positions durably; None forgets the leg."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            for (target, mn), seq in moved.items():
                if seq is None:
                    self._db.execute(
                        "DELETE FROM position WHERE target = ? AND mn = ?", (target, mn)
                    )
                else:
                    self._db.execute(
                        "INSERT OR REPLACE INTO position VALUES (?, ?, ?)", (target, mn, seq)
                    )

    def last_seq(self) -> int:
        return self._spool.last_seq()

    def frame(self, seq: int) -> Frame | None:
        return self._spool.get(seq)

    def scan(
        self, legs: Mapping[Leg, int], until: int, most: int
    ) -> tuple[dict[Leg, list[int]], set[Leg]]:
        """Sequences up to ``until`` that each leg has yet to deliver, oldest first.

        At most ``most`` for each leg; the second value names the legs that have more.
        """
        by_mn: dict[str, list[Leg]] = {}
        for leg in legs:
            by_mn.setdefault(leg[1], []).append(leg)
        found: dict[Leg, list[int]] = {leg: [] for leg in legs}
        cut: set[Leg] = set()
        seq = min(legs.values(), default=until)
        while seq < until and (frames := self._spool.after(seq, _PORTION)):
            for frame in frames:
                for leg in by_mn.get(frame.mn, ()) if not frame.verdict else ():
                    if not legs[leg] < frame.seq <= until:
                        continue
                    if len(found[leg]) < most:
                        found[leg].append(frame.seq)
                    else:
                        cut.add(leg)
            seq = frames[-1].seq
        return found, cut

    def close(self) -> None:
        self._db.close()
        self._spool.close()
