"""One intake a data directory."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from qingyuan.kernel.places import Places


class IntakeRuns(RuntimeError):
    """Another process holds the lock."""


@contextmanager
def only_intake(places: Places) -> Iterator[None]:
    """Hold the directory's intake lock; the system releases it when the process dies."""
    path = places.root / "intake.lock"
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise IntakeRuns(f"another intake is at work on {places.root}") from None
        yield
