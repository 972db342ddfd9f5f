"""Where somebody was and when: distances, stays, and the least time of a journey."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .limits import Limits
from .types import Presence

EARTH = 6_371_008.8  # m, mean radius


@dataclass(frozen=True, slots=True)
class Stay:
    """From a check-in to its check-out at one point; ``left`` None while no check-out is known."""

    point: str
    name: str
    came: int
    left: int | None
    place: tuple[float, float] | None
    accuracy: float
    refs: tuple[str, ...]


def apart(first: tuple[float, float] | None, second: tuple[float, float] | None) -> float | None:
    """Metres of the great circle between two positions (latitude, longitude in degrees).

    >>> round(apart((43.8, 87.6), (43.9, 87.6)))
    11120
    >>> apart(None, (43.9, 87.6)) is None
    True
    """
    if first is None or second is None:
        return None
    a, b, c, d = (math.radians(part) for part in (*first, *second))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * EARTH * math.asin(math.sqrt(min(1.0, half)))


def position(latitude: float | None, longitude: float | None) -> tuple[float, float] | None:
    """A position whose two parts are known."""
    return None if latitude is None or longitude is None else (latitude, longitude)


def credited(presence: Presence) -> int:
    """When somebody is taken to have been there: a late message tells of an earlier moment, but
    none of one that was still to come."""
    return min(presence.phone_at, presence.at)


def outside(distance: float, accuracy: float | None, fence: float) -> bool:
    """Whether a position lies beyond a fence, its accuracy counted up to one fence (the rule of
    check-ins).

    >>> outside(420.0, 150.0, 300), outside(480.0, 150.0, 300)
    (False, True)
    """
    return distance - min(accuracy or 0.0, fence) > fence


def stays(presences: Iterable[Presence], limits: Limits) -> list[Stay]:
    """Check-ins with the check-outs that follow them at the same point, in order of time. A
    check-out that was made beyond the fence says that the person had left before: it ends no stay.
    """
    ordered = sorted(presences, key=credited)
    found: list[Stay] = []
    for index, one in enumerate(ordered):
        if not one.arrival:
            continue
        out = _leaving(one, ordered[index + 1:], limits)
        found.append(Stay(
            one.point, one.point_name or one.point, credited(one),
            credited(out) if out else None, position(one.latitude, one.longitude),
            one.accuracy or 0.0, (one.ref, out.ref) if out else (one.ref,)))
    return found


def _leaving(came: Presence, later: Sequence[Presence], limits: Limits) -> Presence | None:
    for one in later:
        if one.point != came.point:
            continue
        if one.arrival:
            return None
        vague = one.accuracy is None or one.accuracy > limits.vague
        off = one.distance is not None and one.fence is not None and not vague and outside(
            one.distance, one.accuracy, one.fence)
        return None if off else one
    return None


def journey(metres: float, limits: Limits) -> float:
    """Seconds that a journey of so many metres as the crow flies is estimated to take, by the
    book's speed and detours."""
    return metres * limits.winding / limits.speed
