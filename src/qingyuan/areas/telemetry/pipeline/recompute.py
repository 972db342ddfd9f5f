"""Judging again on demand: marks on all that can be judged, and how much is left."""

from collections.abc import Sequence

from django.db.models import Max, Min

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.kernel.windows import HOUR

from ..models import HourReading, JudgedPoint, MinuteReading
from .arrived import ended, stops
from .claim import now_ms
from .dirty import mark_hours, reach_of


def mark(point: int, since: int | None, until: int | None) -> int:
    """Mark a point's hours in [since, until) (epoch seconds; None: as far as its readings reach)
    that have ended; how many. A point that rests after an error is tried again at once."""
    JudgedPoint.objects.filter(pk=point, owner="").update(claimed_until=0, error="")
    reach = _reach(point)
    if reach is None:
        return 0
    start = reach[0] if since is None else max(reach[0], since - since % HOUR)
    end = min(reach[1] + HOUR, ended(now_ms() / 1000))
    if until is not None:
        end = min(end, until)
    return mark_hours(point, range(start, end, HOUR))


def left(points: Sequence[int]) -> tuple[list[int], dict[int, str]]:
    """Those of the points that still wait for a worker, and what went wrong with which of them.
    An hour of water that waits for its values is none of them: it is judged when they come."""
    still = sorted(stops(list(MonitoringPoint.objects.filter(pk__in=points)), now_ms() / 1000))
    failed = JudgedPoint.objects.filter(pk__in=still).exclude(error="")
    return still, dict(failed.values_list("pk", "error"))


def _reach(point: int) -> tuple[int, int] | None:
    """First and last hour that is judged, waits, or has readings."""
    known = list(reach_of(point) or ())
    for table in (MinuteReading, HourReading):
        ends = table.objects.filter(point=point).aggregate(first=Min("time"), last=Max("time"))
        known += [moment - moment % HOUR for moment in ends.values() if moment is not None]
    return (min(known), max(known)) if known else None

