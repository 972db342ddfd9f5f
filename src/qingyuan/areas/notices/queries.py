"""Reads on notices, channels and deliveries."""

from collections.abc import Iterable

from django.db.models import Count, Max, Q, QuerySet

from qingyuan.areas.organisations.scope import Scope, may

from .models import Channel, Delivery, DeliveryState, Notice


def notices_of(scope: Scope) -> QuerySet[Notice]:
    """One's own notices in the organisation that one acts for, newest first."""
    if scope.user is None:
        return Notice.objects.none()
    return Notice.objects.filter(person=scope.user, organisation=scope.organisation)


def unread(scope: Scope) -> int:
    """How many of them are unread."""
    return notices_of(scope).filter(read_at=None).count()


def badge(scope: Scope) -> tuple[int, int]:
    """How many are unread, and how many of those are urgent. One query."""
    said = notices_of(scope).filter(read_at=None).order_by().aggregate(
        unread=Count("pk"), urgent=Count("pk", filter=Q(urgent=True)))
    return said["unread"], said["urgent"]


def channels_of(scope: Scope) -> QuerySet[Channel]:
    """The unit's own channels."""
    return Channel.objects.filter(organisation=scope.organisation, person=None)


def own_channels(scope: Scope) -> QuerySet[Channel]:
    """One's own addresses that are in use."""
    if scope.user is None:
        return Channel.objects.none()
    return Channel.objects.filter(
        organisation=scope.organisation, person=scope.user, active=True)


def usable(scope: Scope) -> QuerySet[Channel]:
    """Channels that somebody may try: one's own, and the unit's with the right to edit them."""
    mine = Q(person=scope.user) if scope.user else Q(pk=None)
    if may(scope, "edit_channels"):
        mine |= Q(person=None)
    return Channel.objects.filter(mine, organisation=scope.organisation, active=True)


def deliveries_of(scope: Scope) -> QuerySet[Delivery]:
    """The unit's deliveries, newest first."""
    return Delivery.objects.filter(organisation=scope.organisation).select_related(
        "channel", "channel__person")


def last_of(channels: Iterable[Channel]) -> dict[int, Delivery]:
    """The last delivery of each channel. One query."""
    last = Delivery.objects.filter(channel__in=list(channels)).order_by().values(
        "channel").annotate(last=Max("pk"))
    return {row.channel_id: row for row in Delivery.objects.filter(pk__in=last.values("last"))}


def waiting_by(channels: Iterable[Channel]) -> dict[int, dict[str, int]]:
    """By channel: how many deliveries wait ("waiting") and have failed ("failed"). One query."""
    rows = Delivery.objects.filter(channel__in=list(channels)).exclude(
        state=DeliveryState.SENT).order_by().values_list("channel").annotate(
        waiting=Count("pk", filter=~Q(state=DeliveryState.FAILED)),
        failed=Count("pk", filter=Q(state=DeliveryState.FAILED)))
    return {channel: {"waiting": waiting, "failed": failed} for channel, waiting, failed in rows}
