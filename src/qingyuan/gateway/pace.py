"""How fast frames may be taken, so that a flood does not run away from a working intake.

Intake may leave the sequence that it has stored in a file. While it does so and is far behind, the
gateway takes frames about as fast as intake stores them: answers wait a little instead of the lag
growing. Intake that stands still (an upgrade, a fault) holds nothing up: the spool is there for it.
"""

import time
from pathlib import Path

FILE = "intake.seq"  # in the data directory: one decimal number, replaced after a commit
MARK = 20_000  # frames of lag that are left alone
LEAST = 2_000.0  # frames a second that are always taken; a province sends some hundred
_FRESH_SECONDS = 5.0


class Pace:
    """Measures intake by its file. Times are epoch seconds."""

    def __init__(self, root: Path, *, mark: int = MARK, least: float = LEAST) -> None:
        self._path, self._mark, self._least = root / FILE, mark, least
        self._before: tuple[float, int] | None = None
        self._rate = 0.0
        self.lag = 0

    def look(self, last_seq: int, now: float | None = None) -> float:
        """Frames a second that may be taken, 0.0 for no limit; called a few times a second."""
        now = time.time() if now is None else now
        stored = self._stored(now)
        if stored is None:
            self._before, self._rate, self.lag = None, 0.0, 0
            return 0.0
        self.lag = max(0, last_seq - stored)
        if self._before is not None and now > self._before[0]:
            rate = (stored - self._before[1]) / (now - self._before[0])
            self._rate = rate if not self._rate else 0.7 * self._rate + 0.3 * rate
        self._before = (now, stored)
        if self.lag <= self._mark:
            return 0.0
        return max(self._least, self._rate * self._mark / self.lag)

    def _stored(self, now: float) -> int | None:
        try:
            fresh = now - self._path.stat().st_mtime < _FRESH_SECONDS
            return int(self._path.read_text()) if fresh else None
        except (OSError, ValueError):
            # Absent, or caught while it is being written: nothing is known, nothing is held up.
            return None
