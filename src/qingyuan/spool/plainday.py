"""Reading one day file as the writer left it, or still fills it."""

from collections.abc import Iterator
from pathlib import Path

from qingyuan.spool import dayfile, postings
from qingyuan.spool.frame import Frame

_COLUMNS = "SELECT seq, at, peer, mn, verdict, raw, link FROM frame"


class PlainDay:
    """One connection that stays open; each call sees what is committed by then."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = dayfile.open_for_reading(path)
        try:
            self.meta = dayfile.Meta(self._connection)
        except BaseException:
            self._connection.close()
            raise

    def after(self, seq: int, limit: int) -> list[Frame]:
        """Frames with a higher sequence, oldest first."""
        rows = self._connection.execute(
            _COLUMNS + " WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)
        )
        return [Frame._make(row) for row in rows]

    def pick(self, seqs: list[int]) -> list[Frame]:
        """The frames of these sequences, in the order asked."""
        found = []
        for seq in seqs:
            row = self._connection.execute(_COLUMNS + " WHERE seq = ?", (seq,)).fetchone()
            if row:
                found.append(Frame._make(row))
        return found

    def seqs_of_station(
        self, mn: str, before: int, since_at: int, until_at: int
    ) -> Iterator[list[int]]:
        """See :func:`postings.seqs_of_station`."""
        return postings.seqs_of_station(self._connection, mn, before, since_at, until_at)

    def last_seq(self) -> int:
        """Sequence of the newest frame; of the frame before the file when it is empty."""
        (last,) = self._connection.execute("SELECT max(seq) FROM frame").fetchone()
        return self.meta.first_seq - 1 if last is None else int(last)

    def close(self) -> None:
        self._connection.close()
