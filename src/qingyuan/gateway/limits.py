"""How much one link, and all links together, may cost."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes and frames, times in seconds. The defaults suit 10,000 loggers in 1 GB."""

    max_connections: int = 20_000
    max_length: int = 4096  # data segment; real loggers send up to 1.7 kB (log frames)
    link_in_flight: int = 64  # frames of one link that wait for their commit
    high_mark: int = 20_000  # frames of all links that wait for their commit: stop reading
    low_mark: int = 5_000  # … and read again
    batch: int = 2_000  # frames in one commit
    unsent_answers: int = 16_384  # bytes a peer may leave unread before its link is not read either
    pause: float = 1.0  # a whole frame without its line end is taken after it
    silence: float = 10.0  # an unfinished frame is released after it (HJ 212-2017 table 1)
    unfinished: float = 60.0  # the longest that one frame may take to arrive
    # Hour packets come 3600 s apart; a link that carries nothing else must not be cut.
    idle: float = 3900.0
    garbage_burst: int = 65_536  # bytes of bad frames a link may send at once …
    garbage_rate: float = 512.0  # … and for ever, per second
    kept_garbage_burst: int = 8_388_608  # bytes of bad frames kept from all links at once …
    kept_garbage_rate: float = 32_768.0  # … and for ever, per second
    stranger_burst: int = 1_073_741_824  # bytes of sound frames of nobody we know, from all links …
    stranger_rate: float = 262_144.0  # … and for ever, per second; beyond it their links wait
    stranger_wait: float = 1.0
    stop_grace: float = 4.0  # seconds for the last commit and its answers after SIGTERM


class Allowance:
    """A budget of bytes that refills with time.

    >>> budget = Allowance(burst=100, rate=10.0)
    >>> budget.take(80, now=0.0), budget.take(80, now=1.0), budget.take(80, now=60.0)
    (True, False, True)
    """

    __slots__ = ("_at", "_burst", "_left", "_rate")

    def __init__(self, burst: float, rate: float) -> None:
        self._burst, self._rate, self._left, self._at = burst, rate, burst, 0.0

    def take(self, size: int, now: float) -> bool:
        """Spend ``size`` bytes at epoch second ``now``; False, and nothing spent, when short."""
        if now > self._at:
            self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if size > self._left:
            return False
        self._left -= size
        return True
