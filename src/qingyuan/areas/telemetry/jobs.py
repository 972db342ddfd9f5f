"""What the worker does for readings, frames and judged values: retention, compression, judging."""

import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db.models import Min

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.jobs import Periodic
from qingyuan.areas.rules.queries import books_for
from qingyuan.kernel.windows import DAY, HOUR
from qingyuan.spool.packing import compress_before

from . import pipeline
from .models import Event, EventKind, JudgedPoint, Mark, MarkKind, RealtimeReading
from .pipeline.facts import COUNTED, in_force
from .pipeline.ranges import mark_all_changed
from .pipeline.rules import mark_changed
from .pipeline.subject import subject_of
from .wire_events import standard_checks

PAUSE = 0.02  # seconds between two deletions, left to intake
COMPRESS_AFTER_DAYS = 2
JUDGE_EVERY, JUDGE_SECONDS = 3, 60  # seconds between two rounds of judging, and how long one may be
SILENCE = 2 * HOUR  # an hour without a packet is missing when it began so long ago
SILENCE_MOST = 400 * DAY  # and no further back than this
SOME = 500  # points a query
# A verification is due within two weeks of the restart after a long stop. No event tells of the
# day on which it is overdue, so the hours since such a restart are looked at again after it.
DUE_AFTER, DUE_UNTIL, LONG_STOP = 13 * DAY, 25 * DAY, 28 * DAY


def drop_old_realtime(now: float | None = None) -> str:
    """Delete real-time readings beyond the discharger's retention (default REALTIME_DAYS), a day
    of one point at a time. Minutes, hours and days are kept; so are the frames."""
    moment = time.time() if now is None else now
    gone = 0
    points = MonitoringPoint.objects.values_list("pk", "organisation__realtime_days").order_by("pk")
    for point, days in points.iterator():
        gone += _drop(point, int(moment - (days or settings.REALTIME_DAYS) * 86_400))
    return f"{gone} rows"


def _drop(point: int, before: int) -> int:
    rows = RealtimeReading.objects.filter(point=point, time__lt=before)
    gone = 0
    while (first := rows.aggregate(first=Min("time"))["first"]) is not None:
        gone += rows.filter(time__lt=first + 86_400)._raw_delete(rows.db)
        time.sleep(PAUSE)
    return gone


def compress_spool() -> str:
    """Compress the day files that nobody writes any more."""
    if not settings.PLACES.spool.is_dir():
        return ""  # the gateway has not started yet
    day = (today() - timedelta(days=COMPRESS_AFTER_DAYS)).isoformat()
    done = compress_before(settings.PLACES.spool, day)
    return f"{len(done)} days" if done else ""


def judge(stopping: Callable[[], bool] = lambda: False) -> str:
    """Judge what waits, for a minute at most; of several workers each takes other points."""
    done = pipeline.run(seconds=JUDGE_SECONDS, stopping=stopping)
    return f"{done.hours} hours, {done.written} rows" if done.written else ""


def mark_silence(now: float | None = None) -> str:
    """Mark the hours since a point in use was last judged: those without any packet become
    missing."""
    moment = int(time.time() if now is None else now)
    until = (moment - SILENCE) // HOUR * HOUR
    silent = JudgedPoint.objects.filter(point__active=True, last__lt=until - HOUR)
    marked = 0
    for point, last in silent.values_list("pk", "last").order_by("pk"):
        start = max(last + HOUR, until - SILENCE_MOST)
        marked += pipeline.mark_hours(point, range(start, until, HOUR))
    return f"{marked} hours" if marked else ""


def mark_other_rules() -> str:
    """Mark the hours that the book of rules, changed since, may judge otherwise."""
    points = MonitoringPoint.objects.filter(judged__last__isnull=False).exclude(judged__rules="")
    marked, keys = 0, list(points.order_by("pk").values_list("pk", "judged__rules"))
    for first in range(0, len(keys), SOME):
        known = dict(keys[first:first + SOME])
        some = MonitoringPoint.objects.filter(pk__in=known).select_related("organisation")
        books = books_for(some)
        for point in some:
            if books[point.pk].book.fingerprint != known[point.pk]:
                marked += _other_rules(point, known[point.pk])
    return f"{marked} hours" if marked else ""


def _other_rules(point: MonitoringPoint, known: str) -> int:
    subject = subject_of(point)
    marked = mark_changed(subject)
    if not marked:  # nothing that judging reads has changed
        JudgedPoint.objects.filter(pk=point.pk, rules=known).update(
            rules=subject.book.book.fingerprint)
    return marked


def mark_other_ranges() -> str:
    """Mark the hours that the ranges of instruments, changed since, may judge otherwise."""
    marked = mark_all_changed()
    return f"{marked} hours" if marked else ""


def mark_restarts(now: float | None = None) -> str:
    """Mark the hours since a restart after a long stop whose verification has become due."""
    moment = int(time.time() if now is None else now)
    due = {"end__gt": moment - DUE_UNTIL, "end__lte": moment - DUE_AFTER, "replaced_by": None,
           "withdrawn_at": None}
    events = Event.objects.filter(kind=EventKind.STOP, **due)
    marks = Mark.objects.filter(kind=MarkKind.STOPPED, state__in=COUNTED, **due)
    marked = 0
    for rows in (events, marks):
        for point, start, end in rows.values_list("point_id", "start", "end"):
            verified = in_force(Event, point).filter(
                kind=EventKind.VERIFICATION, passed=True, start__gte=end)
            if end - start >= LONG_STOP and not verified.exists():
                marked += pipeline.mark_span(point, end, None)
    return f"{marked} hours" if marked else ""


JOBS = (
    Periodic("drop_old_realtime", 6 * 3600, drop_old_realtime),
    Periodic("compress_spool", 3600, compress_spool),
    Periodic("mark_silence", 900, mark_silence),
    Periodic("mark_other_rules", 60, mark_other_rules),
    Periodic("mark_other_ranges", 10, mark_other_ranges),
    Periodic("mark_restarts", 86_400, mark_restarts),
    Periodic("standard_checks", 60, standard_checks),
)
