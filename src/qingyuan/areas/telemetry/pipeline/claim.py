"""Who works on a point. A claim is a conditional update whose row count decides; it runs out by
itself, so that the point of a worker that was killed is taken over."""

import os
import socket
import time
import uuid
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from qingyuan.areas.assets.models import MonitoringPoint

from ..models import DirtyWindow, HourReading, JudgedPoint

LEASE = 120_000  # milliseconds; renewed with every transaction that stores
BACK_OFF = 300_000  # milliseconds until a point is tried again whose judging failed


class Lost(RuntimeError):
    """Another worker has taken the point over; nothing more may be stored for it."""


def worker_name() -> str:
    """A name that no other thread or process has, however soon a process id is used again."""
    return f"{socket.gethostname()[:32]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


def now_ms() -> int:
    return int(time.time() * 1000)


def waiting(
    before: int, points: Sequence[int] | None = None, *, patient: int | None = None
) -> QuerySet[MonitoringPoint]:
    """Points with a marked hour that begins before ``before`` and that nobody works on, those that
    have waited longest first. Of water, whose analysers report late, an hour that begins at
    ``patient`` or later counts only when something was reported for it as an hour; how much of it
    is asked of the points that are left (``arrived.stops``)."""
    marked = DirtyWindow.objects.filter(point=OuterRef("pk"), hour__lt=before)
    taken = JudgedPoint.objects.filter(point=OuterRef("pk"), claimed_until__gt=now_ms())
    found = MonitoringPoint.objects.filter(Exists(marked), ~Exists(taken))
    if patient is not None and patient < before:
        reported = HourReading.objects.filter(point=OuterRef("point"), time=OuterRef("hour"))
        never = ~Exists(HourReading.objects.filter(point=OuterRef("pk")))
        found = found.filter(
            ~Q(kind="water") | never | Exists(marked.filter(hour__lt=patient))
            | Exists(marked.filter(Exists(reported))))
    if points is not None:
        found = found.filter(pk__in=points)
    return found.order_by(Coalesce("judged__at", Value(0)), "pk")


def claim(point: int, worker: str) -> bool:
    """Whether this worker has the point now."""
    JudgedPoint.objects.bulk_create([JudgedPoint(point_id=point)], ignore_conflicts=True)
    free = Q(claimed_until__lte=now_ms()) | Q(owner=worker)
    held = JudgedPoint.objects.filter(free, pk=point)
    return held.update(owner=worker, claimed_until=now_ms() + LEASE) == 1


def renew(point: int, worker: str) -> None:
    """Hold on for another lease, in the transaction that stores: Lost undoes it."""
    held = JudgedPoint.objects.filter(pk=point, owner=worker)
    if held.update(claimed_until=now_ms() + LEASE) != 1:
        raise Lost(f"point {point} is no longer {worker}'s")


def release(point: int, worker: str, *, error: str = "") -> None:
    """Let the point go. After an error it rests a while, and the error stands with it."""
    JudgedPoint.objects.filter(pk=point, owner=worker).update(
        owner="", claimed_until=now_ms() + BACK_OFF if error else 0, error=error[:400])
