"""Recomputing the chain: is every frame still what it was when it was acknowledged?

From inside it can be seen that a frame was altered, left out, put in or moved. That the newest
frames were cut off cannot: for that, compare with a head noted outside (``expected_head``).
"""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from qingyuan.spool.directory import Day, Directory
from qingyuan.spool.errors import SpoolError
from qingyuan.spool.frame import GENESIS, Frame, link_of

PAGE_FRAMES = 2000
MOST_PROBLEMS = 100
_UNREADABLE = (sqlite3.Error, SpoolError, KeyError, TypeError, ValueError, OverflowError)


@dataclass(frozen=True, slots=True)
class Report:
    """What was found. ``problems`` is empty when the chain is sound; 100 of them are listed.

    ``begins`` is the link before the first frame checked (zeros before frame 1), ``head`` the link
    of the last one: note it outside together with ``last_seq``.
    """

    ok: bool
    frames: int
    days: tuple[str, ...]
    problems: tuple[str, ...]
    begins: bytes
    head: bytes
    last_seq: int
    expected_at: int | None = None


def verify(
    directory: Path, *, day: str | None = None, expected_head: bytes | None = None
) -> Report:
    """Recompute every link of a directory, or of one day given its anchor.

    Days are read as they stand, compressed or not, in short reads that hold up no writer; what is
    appended meanwhile is left out. With ``expected_head`` the noted link must occur. SpoolError
    when the directory or the day does not exist.
    """
    if not directory.is_dir():
        raise SpoolError(f"{directory}: no such directory; name the data directory")
    files = Directory(directory)
    days = files.days()
    if day is not None and day not in days:
        span = f"there are {days[0]} to {days[-1]}" if days else "there are none at all"
        raise SpoolError(f"{directory}: no frames of {day}; {span}")
    walk = _Walk(expected_head)
    try:
        for name in days if day is None else [day]:
            walk.day(name, files)
    finally:
        files.close()
    walk.end()
    return Report(
        not walk.problems, walk.frames, tuple(days if day is None else [day]),
        tuple(walk.problems), walk.begins, walk.link, walk.seq, walk.expected_at,
    )


@dataclass(slots=True)
class _Walk:
    """Where the check stands: the link and sequence of the row before."""

    expected: bytes | None
    expected_at: int | None = None
    frames: int = 0
    seq: int = 0
    link: bytes = GENESIS
    begins: bytes = GENESIS
    known: bool = False  # whether link and seq are those of the row before
    started: bool = False
    problems: list[str] = field(default_factory=list)

    def day(self, name: str, files: Directory) -> None:
        try:
            opened = files.open(name)
            self._begin(name, opened)
            for frame in _frames(opened, self.seq):
                self._frame(name, frame)
        except _UNREADABLE as error:
            self._problem(f"{name}: cannot be read after frame {self.seq}: {error}")
            self.known = False

    def end(self) -> None:
        if self.expected is not None and self.expected_at is None:
            self._problem(
                f"the noted head {self.expected.hex()} does not occur: the newest frames were cut "
                "off, or the chain was made anew"
            )

    def _begin(self, name: str, day: Day) -> None:
        first, anchor = day.meta.first_seq, day.meta.anchor
        if day.meta.day != name:
            self._problem(f"{name}: the file is of {day.meta.day} by its own note")
        if not self.started:
            self.begins = anchor
            self.known, self.seq, self.link = first == 1, 0, GENESIS
        if self.known and first != self.seq + 1:
            self._problem(f"{name}: {_missing(self.seq + 1, first - 1)} before this day")
        elif self.known and anchor != self.link:
            self._problem(
                f"{name}: frame {first}: the day does not continue the day before: its anchor is "
                f"{anchor.hex()}, the last link {self.link.hex()}"
            )
        self.started = self.known = True
        self.seq, self.link = first - 1, anchor
        self._look_for_head()

    def _frame(self, name: str, frame: Frame) -> None:
        if frame.seq != self.seq + 1:
            self._problem(f"{name}: {_missing(self.seq + 1, frame.seq - 1)}")
        elif (link := link_of(self.link, frame)) != frame.link:
            self._problem(
                f"{name}: frame {frame.seq}: the row differs from what was kept: its link is "
                f"{frame.link.hex()}, recomputed {link.hex()}"
            )
        self.frames += 1
        self.seq, self.link = frame.seq, frame.link
        self._look_for_head()

    def _look_for_head(self) -> None:
        if self.link == self.expected and self.expected_at is None:
            self.expected_at = self.seq

    def _problem(self, text: str) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(text)


def _missing(first: int, last: int) -> str:
    if last < first:
        return f"frame {first} is out of order"
    return f"frame {first} is missing" if first == last else f"frames {first}–{last} are missing"


def _frames(day: Day, seq: int) -> Iterator[Frame]:
    """The day's frames up to what is its last now, in short reads."""
    last = day.last_seq()
    while page := day.after(seq, PAGE_FRAMES):
        yield from page
        seq = page[-1].seq
        if seq >= last:
            return
