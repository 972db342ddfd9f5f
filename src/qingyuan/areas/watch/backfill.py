"""What is missing after a silence or a gap, and whether it was sent later. Windows are epoch
seconds, instants epoch milliseconds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.db.models import Q

from qingyuan.areas.telemetry.models import HourReading, Interval, MinuteReading
from qingyuan.kernel.windows import DAY, HOUR

PIECE = 50  # holes counted in one query
BACK = 8 * DAY * 1000  # ms after which a hole is no longer looked at
FIRST, LONGEST = 600_000, 6 * HOUR * 1000  # ms between two looks at a hole
_TABLES = {Interval.MINUTE: MinuteReading, Interval.HOUR: HourReading}


@dataclass(slots=True)
class Hole:
    """Data of an interval missing in [since, until), one value every ``step`` seconds. ``due`` is
    when it must have been filled (0: somebody was told already), ``next`` the next look, ``told``
    the finding's key, ``group`` what it happened with."""

    interval: str
    since: int
    until: int
    step: int
    group: str
    due: int = 0
    next: int = 0
    told: str = ""

    @property
    def expected(self) -> int:
        """Values that must come; the one at either edge may belong outside."""
        return (self.until - self.since) // self.step - 1

    def row(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def kept(cls, row: Mapping[str, Any]) -> "Hole":
        """Back from what ``row`` gave."""
        return cls(**row)

    def later(self, now: int) -> None:
        """Set the next look: the older the hole the rarer, but at its due time."""
        self.next = now + min(max((now - self.until * 1000) // 4, FIRST), LONGEST)
        if not self.told and self.due > now:
            self.next = min(self.next, self.due)


def present(holes: Sequence[tuple[int, Hole]]) -> list[int]:
    """How many values (point, hole) by (point, hole) have. A query for 50 of an interval."""
    counts = [0] * len(holes)
    for interval, table in _TABLES.items():
        own = [(number, point, hole) for number, (point, hole) in enumerate(holes)
               if hole.interval == interval]
        for first in range(0, len(own), PIECE):
            piece = own[first:first + PIECE]
            asked = Q()
            for _number, point, hole in piece:
                asked |= Q(point=point, time__gte=hole.since, time__lt=hole.until)
            found = set(table.objects.filter(asked).values_list("point_id", "time"))
            by_point: dict[int, list[int]] = {}
            for point, time in found:
                by_point.setdefault(point, []).append(time)
            for number, point, hole in piece:
                counts[number] = sum(hole.since <= time < hole.until
                                     for time in by_point.get(point, ()))
    return counts


def looked(
    holes: Iterable[tuple[int, Hole]], share: Mapping[int, float], now: int
) -> dict[int, list[Hole]]:
    """By point the holes that are still open, after a look at those whose time has come. One that
    is not filled at its due time is ``told``."""
    all_ = list(holes)
    due = [one for one in all_ if one[1].next <= now]
    filled = {id(hole) for (point, hole), count in zip(due, present(due), strict=True)
              if count >= share[point] * hole.expected}
    left: dict[int, list[Hole]] = {}
    for point, hole in all_:
        if id(hole) in filled:
            continue
        if hole.next <= now:
            if not hole.told and now >= hole.due:
                hole.told = f"no_backfill:{hole.group}"[:160]
            hole.later(now)
        left.setdefault(point, []).append(hole)
    return left
