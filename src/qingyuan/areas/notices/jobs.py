"""What the worker does for notices. Sending is beside the jobs: see ``dispatch``."""

import time

from qingyuan.areas.organisations.jobs import Periodic

from .dispatch import Dispatcher
from .models import Delivery, DeliveryState, Notice

SEND_EVERY = 2  # seconds
KEPT_DAYS = 400  # what was sent, and what was read
SOME = 5000


def trim_notices(now: float | None = None) -> str:
    """Drop what was sent and what was read more than a year ago, a part at a time. What was never
    sent or never read stays."""
    before = round(((time.time() if now is None else now) - KEPT_DAYS * 86_400) * 1000)
    sent = Delivery.objects.filter(state=DeliveryState.SENT, created_at__lt=before)
    gone, _by = Delivery.objects.filter(pk__in=list(
        sent.order_by().values_list("pk", flat=True)[:SOME])).delete()
    read = Notice.objects.filter(at__lt=before, read_at__isnull=False).exclude(
        deliveries__state__in=[s for s in DeliveryState if s != DeliveryState.SENT])
    gone += Notice.objects.filter(pk__in=list(
        read.order_by().values_list("pk", flat=True)[:SOME])).delete()[0]
    return f"{gone} rows" if gone else ""


JOBS: tuple[Periodic, ...] = (Periodic("trim_notices", 6 * 3600, trim_notices),)
__all__ = ["JOBS", "SEND_EVERY", "Dispatcher", "trim_notices"]
