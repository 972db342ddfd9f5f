"""Stretches of time over which something holds. Pure; instants are epoch seconds.

A stretch reaches over minutes of which nothing is known, up to a gap, and says how low and how high
the figure was. It is kept between two looks as plain JSON.
"""

from dataclasses import dataclass
from typing import Any

NEVER = float("inf")


@dataclass(slots=True)
class Stretch:
    """From ``since`` to the time of the ``last`` value it holds for; ``told`` is when somebody was
    told of it last, 0 for never."""

    since: int
    last: int
    low: float
    high: float
    told: int = 0

    @classmethod
    def kept(cls, row: list[Any]) -> "Stretch":
        """Back from what ``row`` gave."""
        since, last, low, high, told = row
        return cls(since, last, low, high, told)

    def row(self) -> list[Any]:
        return [self.since, self.last, self.low, self.high, self.told]

    def minutes(self, step: int) -> float:
        """How long it has lasted, where a value stands for ``step`` seconds.

        >>> Stretch(0, 600, 1.0, 1.0).minutes(600)
        20.0
        """
        return (self.last - self.since + step) / 60


def follow(
    held: Stretch | None, time: int, value: float, holds: bool, *, gap: int,
    spread: float = NEVER,
) -> tuple[Stretch | None, Stretch | None]:
    """What goes on after one more value, and what it brought to an end: (going on, ended).

    A stretch ends where the condition does not hold, where nothing was known for longer than
    ``gap`` seconds, and where its values would lie further apart than ``spread``; in the last two
    cases a new one may begin with this value. A value no later than the last tells nothing new.

    >>> follow(None, 60, 5.0, True, gap=900)
    (Stretch(since=60, last=60, low=5.0, high=5.0, told=0), None)
    """
    if held is not None and time <= held.last:
        return held, None
    if held is not None and holds and time - held.last <= gap:
        low, high = min(held.low, value), max(held.high, value)
        if high - low <= spread:
            held.last, held.low, held.high = time, low, high
            return held, None
    return (Stretch(time, time, value, value) if holds else None), held
