"""What the worker does for watching: every detector looks at what is new."""

import time

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.jobs import Periodic

from . import served
from .alarms import ALARMS
from .analysers import ANALYSERS
from .changed import CHANGED
from .detector import Detector, run
from .duties import watch_duties
from .judged import JUDGED
from .links import watch_links
from .minutes import MINUTES
from .mismatch import MISMATCH
from .papers import watch_papers

DETECTORS: tuple[Detector, ...] = (
    JUDGED, MINUTES, ANALYSERS, ALARMS, MISMATCH, CHANGED,
)
EVERY = 30  # s


def watch(now: int | None = None) -> str:
    """Let all detectors look at all points that have something new; what they found."""
    moment = round(time.time() * 1000) if now is None else now
    count = 0
    for unit, points in served.by_unit(today()).items():
        count += sum(run(detector, unit, points, moment) for detector in DETECTORS)
    return f"{count} findings" if count else ""


JOBS = (Periodic("watch", EVERY, watch), Periodic("watch_links", 60, watch_links),
        Periodic("watch_duties", 300, watch_duties), Periodic("watch_papers", 3600, watch_papers))
