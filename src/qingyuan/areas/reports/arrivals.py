"""Which readings of an hour came in time. Rows know the frame they came with, and frames are
numbered as they arrive; so for each hour one number is kept, and nothing at each reading."""

import time
from collections.abc import Mapping
from typing import NamedTuple

from django.conf import settings
from django.db.models import Max

from qingyuan.kernel.windows import HOUR
from qingyuan.spool import Frame, SpoolReader

from .models import ArrivalLine

GRACE = 3600
"""Seconds after an hour's end within which its data count as realtime (即时). The platform's own
line is not published; an hour is what its hourly query leaves."""
AT_ONCE = 500  # lines that are written together


def draw_lines(now: float | None = None) -> int:
    """Draw the line of each hour whose data had to be there by now; how many were new. Before the
    spool's first frame there is none: what speaks of such an hour came later."""
    moment = int(time.time() if now is None else now)
    if not settings.PLACES.spool.is_dir():
        return 0  # the gateway has not started yet
    with SpoolReader(settings.PLACES.spool) as spool:
        first = next(iter(spool.after(0, 1)), None)
        if first is None:
            return 0
        last = ArrivalLine.objects.aggregate(hour=Max("hour"), frame=Max("frame"))
        begin = first.at // 1000 - first.at // 1000 % HOUR - HOUR
        hour = begin if last["hour"] is None else last["hour"] + HOUR
        lines, frame = [], last["frame"] or 0
        while hour + HOUR + GRACE <= moment:
            frame = _last_before(spool, (hour + HOUR + GRACE) * 1000, frame)
            lines.append(ArrivalLine(hour=hour, frame=frame))
            hour += HOUR
        ArrivalLine.objects.bulk_create(lines, batch_size=AT_ONCE, ignore_conflicts=True)
    return len(lines)


def _last_before(spool: SpoolReader, at: int, low: int) -> int:
    """The last frame that arrived at or before ``at`` (epoch ms), looked for from ``low`` on in
    steps that double, then by halves."""
    step = 1
    while (found := _next(spool, low + step)) is not None and found.at <= at:
        low, step = found.seq, step * 2
    high = spool.last_seq() if found is None else found.seq - 1
    while low < high:
        middle = (low + high + 1) // 2
        found = _next(spool, middle)
        if found is not None and found.at <= at:
            low = found.seq
        else:
            high = middle - 1
    return low


def _next(spool: SpoolReader, seq: int) -> Frame | None:
    """The frame of a sequence, or where there is none the next one."""
    return next(iter(spool.after(seq - 1, 1)), None)


class Lines(NamedTuple):
    """Lines by hour, and the newest hour that has one (None: none is drawn yet)."""

    of: Mapping[int, int]
    last: int | None


def lines_of(since: int, until: int) -> Lines:
    """Lines of the hours from ``since`` to ``until`` (epoch seconds). Two queries."""
    rows = ArrivalLine.objects.filter(hour__gte=since, hour__lt=until)
    return Lines(dict(rows.values_list("hour", "frame")),
                 ArrivalLine.objects.aggregate(last=Max("hour"))["last"])


def came_in_time(frame: int, hour: int, lines: Lines) -> bool:
    """Whether a frame's reading of ``hour`` was there when it had to be. What is there before the
    hour's line is drawn is in time.

    >>> lines = Lines({0: 17}, 0)
    >>> [came_in_time(frame, 0, lines) for frame in (0, 17, 18)]
    [False, True, False]
    >>> came_in_time(18, -3600, lines), came_in_time(18, 3600, lines)
    (False, True)
    """
    if frame <= 0:
        return False
    if lines.last is None or hour > lines.last:
        return True
    return frame <= lines.of.get(hour, 0)
