"""When a check-in counts by itself and when it needs a reason and an approval. Pure functions.

- On site: the position, taken as near as its accuracy allows, lies within the fence:
  distance − min(accuracy, fence) ≤ fence. Accuracy helps by one fence at most, so that a phone that
  knows nothing is not everywhere at once.
- Unknown: no position, accuracy beyond ``VAGUE`` metres, or a point whose place nobody has entered.
- Late: the phone's time lies more than ``LATE`` before the server's (sent after a loss of signal),
  or more than ``AHEAD`` after it (a clock that is wrong or was set).
"""

from dataclasses import dataclass

MINUTE = 60_000  # ms
LATE = 15 * MINUTE
AHEAD = 5 * MINUTE
VAGUE = 1000.0  # m


@dataclass(frozen=True, slots=True)
class Judged:
    """What a check-in is. ``distance`` in m, None unknown."""

    distance: float | None
    off_site: bool
    unknown: bool
    late: bool
    ahead: bool

    @property
    def needs_reason(self) -> bool:
        return self.off_site or self.unknown or self.late or self.ahead


def judge(
    distance: float | None, accuracy: float | None, fence: int, phone_at: int, at: int
) -> Judged:
    """A position ``distance`` and ``accuracy`` (m) from a point with a ``fence`` (m), by a phone
    whose clock said ``phone_at`` when the server's said ``at`` (epoch ms).

    >>> judge(420.0, 150.0, 300, 0, 0).off_site, judge(480.0, 150.0, 300, 0, 0).off_site
    (False, True)
    >>> judge(900.0, 5000.0, 300, 0, 0).unknown, judge(650.0, 800.0, 300, 0, 0).off_site
    (True, True)
    >>> judge(0.0, 5.0, 300, 0, 16 * MINUTE).late, judge(0.0, 5.0, 300, 6 * MINUTE, 0).ahead
    (True, True)
    """
    known = distance is not None and accuracy is not None and accuracy <= VAGUE
    off = known and not within(distance or 0.0, accuracy or 0.0, fence)
    return Judged(distance, off, not known, at - phone_at > LATE, phone_at - at > AHEAD)


def within(distance: float, accuracy: float, fence: int) -> bool:
    """Whether a position may lie within the fence, its accuracy counted up to one fence.

    >>> within(300.0, 0.0, 300), within(301.0, 0.0, 300), within(599.0, 700.0, 300)
    (True, False, True)
    """
    return distance - min(accuracy, fence) <= fence


def credited(phone_at: int, at: int) -> int:
    """The instant at which somebody is taken to have come or gone: the phone's, since a late
    message tells of an earlier moment, but never one that is still to come.

    >>> credited(5, 9), credited(12, 9)
    (5, 9)
    """
    return min(phone_at, at)
