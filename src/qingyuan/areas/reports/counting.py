"""Keeping the months' tallies: whose hours were judged since, or have gone by, is counted anew."""

import time
from collections.abc import Iterator

from django.db.models import Max, Min

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.telemetry.models import HourValue, JudgedPoint, MonthValue
from qingyuan.kernel import windows
from qingyuan.kernel.windows import DAY, HOUR

from . import tallies
from .arrivals import draw_lines
from .models import MonthTally

LONGEST = 20.0  # seconds of one run: judging waits meanwhile, what is left is for the next
PAUSE = 0.005  # seconds left to intake between two points
RECENT = 100 * DAY  # in which each hour is looked at; of older months, whether anything changed
AGAIN = 86_400_000  # ms after which a recent month is counted again in any case: links may change


def count_months(now: float | None = None) -> str:
    """Draw the lines of arrival, then count what has changed; what was done."""
    moment = time.time() if now is None else now
    drawn, done, began = draw_lines(moment), 0, time.monotonic()
    for point in _candidates(moment):
        for month in stale_months(point, moment):
            tallies.count(point, month, now=moment)
            done += 1
        if time.monotonic() - began > LONGEST:
            break
        time.sleep(PAUSE)
    return f"{done} months, {drawn} lines" if done or drawn else ""


def _candidates(moment: float) -> Iterator[MonitoringPoint]:
    """Points judged since they were counted last, or whose present month has gone on."""
    month = windows.start_of("month", int(moment))
    rows = MonthTally.objects.filter(time=month).order_by().values_list("point_id")
    held = {point: (at, until) for point, at, until in rows.annotate(Min("at"), Min("until"))}
    judged = JudgedPoint.objects.exclude(first=None).values_list("point_id", "at")
    hour = int(moment) - int(moment) % HOUR
    points = MonitoringPoint.objects.select_related("organisation")
    for pk, at in judged.order_by("point_id"):
        counted, until = held.get(pk, (-1, 0))
        if counted <= at or until < hour or counted < moment * 1000 - AGAIN:
            yield points.get(pk=pk)


def stale_months(point: MonitoringPoint, now: float) -> list[int]:
    """The months (by their start) of a point that must be counted, from its first hour on."""
    first = JudgedPoint.objects.values_list("first", flat=True).filter(pk=point.pk).first()
    if first is None:
        return []
    rows = MonthTally.objects.filter(point=point.pk).order_by().values_list("time")
    held = {month: (at, until) for month, at, until in rows.annotate(Min("at"), Min("until"))}
    changed = dict(MonthValue.objects.filter(point=point.pk).order_by()
                   .values_list("time").annotate(Max("at")))
    found, month = [], windows.start_of("month", first)
    while month < now:
        end = windows.end_of("month", month)
        if _stale(point, month, end, held.get(month), changed.get(month, 0), now):
            found.append(month)
        month = end
    return found


def _stale(
    point: MonitoringPoint, month: int, end: int, held: tuple[int, int] | None, changed: int,
    now: float,
) -> bool:
    if held is None:
        return True
    at, until = held
    if changed >= at or until < min(end, int(now) - int(now) % HOUR):
        return True
    if end < now - RECENT:
        return False
    hours = HourValue.objects.filter(point=point.pk, time__gte=month, time__lt=end, at__gte=at)
    return at < now * 1000 - AGAIN or hours.exists()
