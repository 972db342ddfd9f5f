"""The day files as a reader sees them: listed cheaply, opened late, few kept open."""

import os
import time
from collections import OrderedDict
from pathlib import Path

from qingyuan.spool import dayfile
from qingyuan.spool.packedday import PackedDay
from qingyuan.spool.plainday import PlainDay

Day = PlainDay | PackedDay
KEPT_OPEN = 6
# A directory changed within the clock tick of its listing keeps its mtime: list again until older.
_SETTLED_NS = 2_000_000_000


class Directory:
    """Which days there are, and an open :class:`Day` for any of them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files: dict[str, Path] = {}
        self._listed_mtime = -1
        self._open: OrderedDict[str, Day] = OrderedDict()
        self._first_seqs: dict[str, int] = {}

    def days(self) -> list[str]:
        """The days, oldest first. Costs one stat() while nothing changes."""
        try:
            mtime = os.stat(self._path).st_mtime_ns
        except FileNotFoundError:
            return []
        if mtime != self._listed_mtime:
            settled = time.time_ns() - mtime > _SETTLED_NS
            self._files = dayfile.day_files(self._path)
            self._listed_mtime = mtime if settled else -1
            self._let_go()
        return list(self._files)

    def open(self, day: str) -> Day:
        """A day's reader; when its file was swapped for a packed one just now, that one."""
        if day in self._open:
            self._open.move_to_end(day)
            return self._open[day]
        try:
            opened = open_day(self._files[day])
        except FileNotFoundError:
            self._files = dayfile.day_files(self._path)
            opened = open_day(self._files[day])
        self._open[day] = opened
        self._first_seqs[day] = opened.meta.first_seq
        while len(self._open) > KEPT_OPEN:
            self._open.popitem(last=False)[1].close()
        return opened

    def _let_go(self) -> None:
        """Close files that were swapped or taken away: an open one keeps its space on the disk."""
        for day, opened in list(self._open.items()):
            if self._files.get(day) != opened.path:
                self._open.pop(day).close()

    def first_seq(self, day: str) -> int:
        """The first sequence of a day; it never changes, so it is read once."""
        if day not in self._first_seqs:
            self.open(day)
        return self._first_seqs[day]

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()


def open_day(path: Path) -> Day:
    """A reader for a plain or packed day file; FileNotFoundError when it has gone."""
    return PackedDay(path) if dayfile.is_packed(path) else PlainDay(path)
