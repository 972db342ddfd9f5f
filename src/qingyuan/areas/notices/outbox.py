"""Deliveries as rows: which are due, who has claimed them, what became of them.

Only the dispatcher's own thread comes here; the threads that talk to endpoints see no database.
Instants are epoch milliseconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Min, Q
from django.utils.translation import gettext as _

from . import kinds
from .models import Channel, Delivery, DeliveryState
from .senders import Message, Target

DUE = (DeliveryState.WAITING, DeliveryState.HELD, DeliveryState.RETRYING, DeliveryState.DIGEST)
LEASE = 150_000  # longer than a batch may take: what a killed worker held is sent by another then
BATCH = 20
JOINED = 200  # messages of one digest
FIRST, LONGEST = 30_000, 3_600_000  # until the second try; between two later ones
# Seven tries in the first hour, then one an hour: about a day.
MOST_TRIES = 30
PAUSE_MOST = 600_000
BUSY = 60_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A channel with something due; ``urgent`` is how many of it."""

    channel: int
    kind: str
    failures: int
    first: int
    urgent: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to one channel, made of one row or, for a digest, of several. ``claim`` is what
    ``claimed_until`` was set to."""

    channel: int
    kind: str
    failures: int
    target: Target
    message: Message
    rows: tuple[Delivery, ...]
    claim: int

    @property
    def keys(self) -> list[int]:
        return [row.pk for row in self.rows]


def due(now: int) -> list[Waiting]:
    """Channels that may be used and have something due, urgent ones first, then who waits longest.
    Channels that are switched off or pause after failures are left out."""
    rows = Delivery.objects.filter(
        state__in=DUE, next_at__lte=now, claimed_until__lte=now, channel__active=True,
        channel__paused_until__lte=now,
    ).order_by().values_list("channel", "channel__kind", "channel__failures").annotate(
        first=Min("next_at"), urgent_=Count("pk", filter=Q(urgent=True)))
    return sorted((Waiting(*row) for row in rows), key=lambda one: (not one.urgent, one.first))


def claim(channels: Iterable[int], now: int) -> list[Parcel]:
    """Claim what is due of some channels, a batch at most. Each row is taken by a conditional
    update whose count decides: of two workers one gets it."""
    ready = Delivery.objects.filter(
        channel__in=list(channels), next_at__lte=now, claimed_until__lte=now
    ).select_related("channel", "organisation")
    single = list(ready.filter(state__in=[s for s in DUE if s != DeliveryState.DIGEST])
                  .order_by("-urgent", "next_at", "id")[:BATCH])
    held: list[list[Delivery]] = [[row] for row in single]
    joined: dict[int, list[Delivery]] = {}
    for row in ready.filter(state=DeliveryState.DIGEST).order_by("id")[:JOINED]:
        joined.setdefault(row.channel_id, []).append(row)
    until = now + LEASE
    with transaction.atomic():
        taken = [[row for row in rows if _take(row, now, until)]
                 for rows in [*held, *joined.values()]]
    return [_parcel(rows, until) for rows in taken if rows]


def _take(row: Delivery, now: int, until: int) -> bool:
    return Delivery.objects.filter(
        pk=row.pk, state=row.state, next_at__lte=now, claimed_until__lte=now,
    ).update(claimed_until=until) == 1


def _parcel(rows: Sequence[Delivery], until: int) -> Parcel:
    first = rows[0]
    channel = first.channel
    made = digest(rows) if first.state == DeliveryState.DIGEST else message(first)
    return Parcel(channel.pk, channel.kind, channel.failures,
                  Target(channel.address, channel.secret), made, tuple(rows), until)


def message(row: Delivery) -> Message:
    """What one row says."""
    return Message(
        f"delivery-{row.pk}", row.kind, kinds.label(row.kind), row.title, row.body,
        absolute(row.link), row.ref, row.urgent, row.created_at, row.organisation.name)


def digest(rows: Sequence[Delivery]) -> Message:
    """What the waiting rows of one channel say together."""
    last = rows[-1]
    if len(rows) == 1:
        return message(last)
    return Message(
        f"digest-{rows[0].pk}", "digest", _("消息汇总"), _("消息汇总：%d 条") % len(rows), "",
        absolute("/inbox/"), "", False, last.created_at, last.organisation.name,
        tuple(f"{kinds.label(row.kind)}：{row.title}" for row in rows))


def absolute(link: str) -> str:
    """A page's address as the world outside can open it: below the first address of
    QINGYUAN_ORIGINS, as on labels; "" where none is set."""
    fixed = [one for one in settings.CSRF_TRUSTED_ORIGINS if "*" not in one]
    return fixed[0].rstrip("/") + link if link.startswith("/") and fixed else ""


# -- what became of it ---------------------------------------------------------------------------


@transaction.atomic
def sent(parcel: Parcel, now: int) -> None:
    """It has arrived. A channel that had failed is well again, and what waits for its next try
    goes at once."""
    Delivery.objects.filter(pk__in=parcel.keys).exclude(state=DeliveryState.SENT).update(
        state=DeliveryState.SENT, sent_at=now, tries=F("tries") + 1, error="", claimed_until=0)
    if Channel.objects.filter(pk=parcel.channel).exclude(failures=0, paused_until=0).update(
            failures=0, paused_until=0):
        hurry([parcel.channel], now)


def hurry(channels: Iterable[int], now: int) -> int:
    """What these channels have to try again is due now."""
    return Delivery.objects.filter(
        channel__in=list(channels), state=DeliveryState.RETRYING, next_at__gt=now
    ).update(next_at=now)


def hurry_kind(kind: str, now: int) -> int:
    """A shared endpoint is well again: what waited for it is due now."""
    return hurry(Channel.objects.filter(kind=kind).values_list("pk", flat=True), now)


@transaction.atomic
def failed(parcels: Iterable[Parcel], error: str, now: int) -> None:
    """It did not arrive: again later, and after about a day no more but by hand."""
    for parcel in parcels:
        for row in parcel.rows:
            tries = row.tries + 1
            later = row.state if row.state == DeliveryState.DIGEST else DeliveryState.RETRYING
            over = tries >= MOST_TRIES
            Delivery.objects.filter(pk=row.pk, claimed_until=parcel.claim).update(
                state=DeliveryState.FAILED if over else later, tries=tries,
                next_at=now + delay(tries), error=error[:400], claimed_until=0)


def delay(tries: int) -> int:
    """Milliseconds from the failure of a try to the next.

    >>> [delay(n) // 1000 for n in (1, 2, 3, 7, 8, 29)]
    [30, 60, 120, 1920, 3600, 3600]
    """
    return min(FIRST * 2 ** min(tries - 1, 20), LONGEST)


def release(parcels: Iterable[Parcel]) -> None:
    """Nothing was tried; they are as free as before."""
    for parcel in parcels:
        Delivery.objects.filter(pk__in=parcel.keys, claimed_until=parcel.claim).update(
            claimed_until=0)


def pause(parcel: Parcel, now: int, *, busy: bool = False) -> None:
    """Leave a channel alone for a while: longer with each failure in a row, to ten minutes; for a
    minute where it was only too busy."""
    failures = parcel.failures + (0 if busy else 1)
    Channel.objects.filter(pk=parcel.channel).update(
        failures=failures, paused_until=now + (BUSY if busy else pause_of(failures)))


def pause_of(failures: int) -> int:
    """Milliseconds.

    >>> [pause_of(n) // 1000 for n in (1, 2, 3, 9)]
    [30, 60, 120, 600]
    """
    return min(FIRST * 2 ** min(failures - 1, 20), PAUSE_MOST)
