"""The simulated clock: real time, or faster time until it has caught up with it."""

import time
from collections.abc import Callable


class SimulatedClock:
    """Epoch seconds that run `speed` times as fast as real ones, from `start` on.

    Readings never lie in the future: where simulated time meets real time it goes on with it.
    `wall` is a monotonic clock and `real` the epoch, both in seconds; tests pass their own.
    """

    def __init__(
        self,
        start: float,
        speed: float = 1.0,
        *,
        wall: Callable[[], float] = time.monotonic,
        real: Callable[[], float] = time.time,
    ) -> None:
        if speed <= 0:
            raise ValueError("speed must be greater than 0")
        self.wall = wall
        self._real = real
        self._begun = wall()
        self._start, self._speed = start, speed
        self._free = start > real()
        self.impatience = min(1.0, 1.0 / speed)
        """Factor for pauses between attempts to connect, so that fast runs do not wait for days."""

    def now(self) -> float:
        """The simulated instant, epoch seconds."""
        simulated = self._start + (self.wall() - self._begun) * self._speed
        return simulated if self._free else min(simulated, self._real())

    def until(self, instant: float) -> float:
        """Real seconds until a simulated instant; negative when it has passed."""
        ahead = instant - self.now()
        return ahead / self._speed if self._behind() else ahead

    def _behind(self) -> bool:
        return self._free or self._start + (self.wall() - self._begun) * self._speed < self._real()
