"""Saying no to a file: which line, which text, what was expected."""

from pathlib import Path

SHOWN = 20
_LONGEST = 80


class Refused(Exception):
    """A file cannot be judged; ``lines`` are the sentences for the one who sent it."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class Complaints:
    """What is wrong with one file, collected so that all of it is said at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._lines: list[str] = []

    def add(self, line: int, text: str, expected: str) -> None:
        """Note one bad place: its line (from 1), the offending text, what should stand there."""
        self.count += 1
        if len(self._lines) < SHOWN:
            shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
            self._lines.append(f"{self.path}:{line}: {shown!r}: expected {expected}")

    def refuse(self) -> None:
        """Raise Refused when there was anything: the first twenty places and how many more."""
        if not self.count:
            return
        more = self.count - len(self._lines)
        rest = (f"{self.path}: {more} more bad lines",) if more else ()
        raise Refused(*self._lines, *rest)
