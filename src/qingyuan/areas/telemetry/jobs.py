"""What the worker does for readings and frames: retention and compression."""

import time
from datetime import timedelta

from django.conf import settings
from django.db.models import Min

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.jobs import Periodic
from qingyuan.spool.packing import compress_before

from .models import RealtimeReading

PAUSE = 0.02  # seconds between two deletions, left to intake
COMPRESS_AFTER_DAYS = 2


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


JOBS = (
    Periodic("drop_old_realtime", 6 * 3600, drop_old_realtime),
    Periodic("compress_spool", 3600, compress_spool),
)
