"""How far intake has come, told to the gateway, so that answers wait instead of the lag growing.

Sixteen bytes in ``taken`` beside the day files: the last sequence stored and the moment, epoch
milliseconds. Written in place by one process, read by one other; a torn read shows at worst an old
or a new half for one batch, and the next look mends it. Nothing depends on it but the pace.
"""

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Final

MARK: Final = struct.Struct("<qq")
FILE: Final = "taken"
MAX_LAG: Final = 20_000  # frames that may wait between spool and readings before answers wait too
FRESH_MS: Final = 3_000  # an intake silent for longer is down: evidence is taken in all the same


class TakenMark:
    """The writing side, one for an intake."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._file = os.open(directory / FILE, os.O_RDWR | os.O_CREAT, 0o644)

    def set(self, seq: int, now_ms: int) -> None:
        """``seq`` is stored and committed."""
        os.pwrite(self._file, MARK.pack(seq, now_ms), 0)

    def close(self) -> None:
        os.close(self._file)


class Pace:
    """The reading side: says how long to hold the next commit back.

    Within MAX_LAG nothing is held. Beyond it a batch may pass when intake has taken as many
    frames as the last batch brought, so the lag stops growing while answers still flow; that also
    holds after an outage with millions of frames waiting. A silent intake holds nothing.
    """

    def __init__(self, directory: Path, clock_ms: Callable[[], int], *,
                 max_lag: int = MAX_LAG) -> None:
        self._path = directory / FILE
        self._clock_ms, self._max_lag = clock_ms, max_lag
        self._file = -1
        self._needed = 0

    def must_wait(self, last_seq: int) -> bool:
        """Whether the next commit should wait; ``last_seq`` is the newest frame of the spool."""
        taken, at = self._read()
        if self._clock_ms() - at > FRESH_MS or last_seq - taken <= self._max_lag:
            return False
        return taken < self._needed

    def passed(self, frames: int) -> None:
        """A batch of that many frames was committed."""
        taken, _ = self._read()
        self._needed = taken + frames

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _read(self) -> tuple[int, int]:
        if self._file < 0:
            try:
                self._file = os.open(self._path, os.O_RDONLY)
            except FileNotFoundError:
                return 0, 0
        found = os.pread(self._file, MARK.size, 0)
        return MARK.unpack(found) if len(found) == MARK.size else (0, 0)
