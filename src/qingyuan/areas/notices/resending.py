"""Sending again by hand what was not sent: nothing is lost."""

from collections.abc import Iterable

from django.db import transaction

from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from . import queries
from .actions import now_ms
from .models import Channel, Delivery, DeliveryState

AGAIN = (DeliveryState.FAILED, DeliveryState.RETRYING)
SOME = 500  # ids a query


@transaction.atomic
def retry(scope: Scope, rows: Iterable[Delivery] | None = None) -> int:
    """Send again now, with all tries anew: these, or all that have failed; how many. Rows of
    another unit, and rows that are on their way or sent, are left out; so are those of channels
    that are switched off, which would only wait."""
    require(scope, "see_deliveries")
    found = queries.deliveries_of(scope).filter(channel__active=True)
    if rows is None:
        found = found.filter(state=DeliveryState.FAILED)
    else:
        found = found.filter(state__in=AGAIN, pk__in=[row.pk for row in rows])
    again = list(found.order_by().values_list("pk", "channel_id"))
    when, done = now_ms(), 0
    for first in range(0, len(again), SOME):
        done += Delivery.objects.filter(
            pk__in=[pk for pk, _channel in again[first:first + SOME]], state__in=AGAIN,
        ).update(state=DeliveryState.WAITING, tries=0, next_at=when, claimed_until=0)
    if done:
        Channel.objects.filter(pk__in={channel for _pk, channel in again}).update(paused_until=0)
        audit(scope, "retry_deliveries", scope.organisation, None, {"count": done})
    return done
