"""Telling people. The rows are written in the caller's transaction; the worker sends afterwards,
so that what was rolled back is never told and an endpoint that is down holds up nobody."""

import time
from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction

from qingyuan.areas.organisations.models import Organisation, User
from qingyuan.areas.organisations.scope import Scope, require

from . import kinds, quiet
from .models import Channel, Delivery, DeliveryState, Notice, Preference, QuietHours


def now_ms() -> int:
    """This instant."""
    return round(time.time() * 1000)


@transaction.atomic
def tell(
    organisation: Organisation, people: Iterable[User], *, kind: str, title: str, body: str = "",
    link: str = "", ref: str = "", urgent: bool = False, at: int | None = None,
) -> list[Notice]:
    """Tell each person once: the inbox always, other ways as the person or the kind has it.

    ``urgent``: a clock runs; quiet hours and digests do not hold it back. KeyError for a kind that
    is not in the table. Texts longer than their columns are cut.
    """
    wanted = {one.pk: one for one in people if one.is_active}
    usual = kinds.KINDS[kind].channels
    if not wanted:
        return []
    when = now_ms() if at is None else at
    told = Notice.objects.bulk_create(
        Notice(organisation=organisation, person=person, kind=kind, title=title[:200],
               body=body[:1000], link=link[:200], ref=ref[:64], urgent=urgent, at=when)
        for person in wanted.values())
    said = {row.person_id: row for row in Preference.objects.filter(
        organisation=organisation, person__in=wanted, kind=kind)}
    hours = {row.person_id: row for row in QuietHours.objects.filter(person__in=wanted)}
    ways: dict[int, list[Channel]] = defaultdict(list)
    for channel in Channel.objects.filter(
            organisation=organisation, person__in=wanted, active=True):
        ways[channel.person_id or 0].append(channel)
    out = []
    for notice in told:
        own = said.get(notice.person_id)
        chosen = own.channels if own else usual
        for channel in ways[notice.person_id]:
            if channel.kind in chosen and (urgent or not channel.urgent_only):
                state, due = _due(hours.get(notice.person_id), when,
                                  urgent=urgent, digest=bool(own and own.digest))
                out.append(_delivery(notice, channel, state, due))
    Delivery.objects.bulk_create(out)
    return told


def _due(hours: QuietHours | None, at: int, *, urgent: bool, digest: bool) -> tuple[str, int]:
    """The state that a delivery begins in and when it is due."""
    if urgent:
        return DeliveryState.WAITING, at
    if digest:
        minute = hours.digest_at if hours else QuietHours._meta.get_field("digest_at").default
        return DeliveryState.DIGEST, quiet.next_at(at, minute)
    if hours and quiet.is_quiet(at, hours.since, hours.until):
        return DeliveryState.HELD, quiet.next_at(at, hours.until or 0)
    return DeliveryState.WAITING, at


def _delivery(notice: Notice, channel: Channel, state: str, due: int) -> Delivery:
    return Delivery(
        organisation_id=notice.organisation_id, channel=channel, notice=notice, kind=notice.kind,
        title=notice.title, body=notice.body, link=notice.link, ref=notice.ref,
        urgent=notice.urgent, state=state, next_at=due, created_at=notice.at)


@transaction.atomic
def tell_group(
    organisation: Organisation, *, kind: str, title: str, body: str = "", link: str = "",
    ref: str = "", urgent: bool = False, at: int | None = None,
) -> int:
    """Tell the unit's own channels (group robots, webhooks) that want the kind; how many."""
    if kind not in kinds.KINDS:
        raise KeyError(kind)
    when = now_ms() if at is None else at
    rows = [
        Delivery(organisation=organisation, channel=channel, kind=kind, title=title[:200],
                 body=body[:1000], link=link[:200], ref=ref[:64], urgent=urgent, next_at=when,
                 created_at=when)
        for channel in Channel.objects.filter(organisation=organisation, person=None, active=True)
        if (not channel.kinds or kind in channel.kinds) and (urgent or not channel.urgent_only)
    ]
    Delivery.objects.bulk_create(rows)
    return len(rows)


def read(scope: Scope, notices: Iterable[Notice] | None = None) -> int:
    """Mark one's own notices as read, all of them where none are named; how many were unread."""
    require(scope, "see_notices")
    mine = Notice.objects.filter(
        person=scope.user, organisation=scope.organisation, read_at=None)
    if notices is not None:
        mine = mine.filter(pk__in=[one.pk for one in notices])
    return mine.update(read_at=now_ms())
