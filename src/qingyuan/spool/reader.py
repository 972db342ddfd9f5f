"""Any number of readers, in any process, beside the writer."""

import sqlite3
from pathlib import Path
from types import TracebackType

from qingyuan.spool import dayfile
from qingyuan.spool.frame import Frame

_COLUMNS = "SELECT seq, at, peer, mn, verdict, raw, link FROM frame"


class SpoolReader:
    """Sees committed frames only; survives rotation and compression. Used from one thread."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._open: dict[str, sqlite3.Connection] = {}

    def after(self, seq: int, limit: int = 500) -> list[Frame]:
        """Frames with a higher sequence, oldest first, at most ``limit``."""
        found: list[Frame] = []
        for day in self._days():
            found += map(Frame._make, self._day(day).execute(
                _COLUMNS + " WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit - len(found))
            ))
            if len(found) >= limit:
                break
        return found

    def get(self, seq: int) -> Frame | None:
        """The frame of a sequence, or None."""
        found = self.after(seq - 1, 1)
        return found[0] if found and found[0].seq == seq else None

    def of_station(
        self, mn: str, *, before: int | None = None, since_at: int | None = None,
        until_at: int | None = None, limit: int = 100,
    ) -> list[Frame]:
        """Frames of one MN, newest first: below sequence ``before``, arrived in [since_at, until_at) (ms)."""
        found: list[Frame] = []
        for day in reversed(self._days()):
            found += map(Frame._make, self._day(day).execute(
                _COLUMNS + " WHERE mn = ? AND seq < ? AND at >= ? AND at < ? ORDER BY seq DESC LIMIT ?",
                (mn, 2**62 if before is None else before, since_at or 0,
                 2**62 if until_at is None else until_at, limit - len(found)),
            ))
            if len(found) >= limit:
                break
        return found

    def last_seq(self) -> int:
        """Sequence of the newest frame, 0 when there is none."""
        for day in reversed(self._days()):
            row = self._day(day).execute("SELECT max(seq) FROM frame").fetchone()
            if row[0] is not None:
                return int(row[0])
        return 0

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()

    def __enter__(self) -> "SpoolReader":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _days(self) -> list[str]:
        if not self._directory.is_dir():
            return []
        return list(dayfile.day_files(self._directory))

    def _day(self, day: str) -> sqlite3.Connection:
        if day not in self._open:
            self._open[day] = dayfile.open_for_reading(dayfile.day_files(self._directory)[day])
        return self._open[day]
