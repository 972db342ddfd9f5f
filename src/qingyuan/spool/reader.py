"""Any number of readers, in any process, beside the writer."""

from bisect import bisect_right
from itertools import islice
from pathlib import Path
from types import TracebackType

from qingyuan.spool.directory import Directory
from qingyuan.spool.frame import Frame, end_of_day_ms

_ALWAYS = 2**62


class SpoolReader:
    """Sees committed frames only; survives rotation and compression. Used from one thread."""

    def __init__(self, directory: Path) -> None:
        self._directory = Directory(directory)

    def after(self, seq: int, limit: int = 500) -> list[Frame]:
        """Frames with a higher sequence, oldest first, at most ``limit``. Cheap to poll."""
        # Listed before reading: a day with a successor in this list gets no more frames.
        days = self._directory.days()
        found: list[Frame] = []
        for day in days[self._position(days, seq + 1) :]:
            found += self._directory.open(day).after(seq, limit - len(found))
            if len(found) >= limit:
                break
        return found

    def get(self, seq: int) -> Frame | None:
        """The frame of a sequence, or None."""
        found = self.after(seq - 1, 1)
        return found[0] if found and found[0].seq == seq else None

    def of_station(
        self,
        mn: str,
        *,
        before: int | None = None,
        since_at: int | None = None,
        until_at: int | None = None,
        limit: int = 100,
    ) -> list[Frame]:
        """Frames of one MN, newest first.

        ``before`` is a sequence (of the last frame of the page before); the frames arrived in
        [since_at, until_at), epoch milliseconds.
        """
        below = _ALWAYS if before is None else before
        since = -_ALWAYS if since_at is None else since_at
        until = _ALWAYS if until_at is None else until_at
        found: list[Frame] = []
        for day in reversed(self._directory.days()):
            if len(found) >= limit or end_of_day_ms(day) <= since:
                break
            found += self._of_day(day, mn, below, since, until, limit - len(found))
        return found

    def last_seq(self) -> int:
        """Sequence of the newest frame, 0 when there is none."""
        days = self._directory.days()
        return self._directory.open(days[-1]).last_seq() if days else 0

    def head(self) -> tuple[int, bytes]:
        """Sequence and link of the newest frame, to be noted outside; (0, zeros) when empty."""
        days = self._directory.days()
        if not days:
            return 0, bytes(32)
        day = self._directory.open(days[-1])
        newest = day.after(day.last_seq() - 1, 1)
        return (newest[0].seq, newest[0].link) if newest else (day.last_seq(), day.meta.anchor)

    def close(self) -> None:
        self._directory.close()

    def __enter__(self) -> "SpoolReader":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _position(self, days: list[str], seq: int) -> int:
        """Index of the day that holds a sequence, or of the first day."""
        return max(bisect_right(days, seq, key=self._directory.first_seq) - 1, 0)

    def _of_day(
        self, day: str, mn: str, below: int, since: int, until: int, limit: int
    ) -> list[Frame]:
        if self._directory.first_seq(day) >= below:
            return []
        opened = self._directory.open(day)
        found: list[Frame] = []
        for seqs in opened.seqs_of_station(mn, below, since, until):
            waiting = iter(seqs)
            while len(found) < limit and (page := list(islice(waiting, limit))):
                found += [f for f in opened.pick(page) if since <= f.at < until]
        return found[:limit]
