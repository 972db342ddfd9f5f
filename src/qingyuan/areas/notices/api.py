"""The API of notices: what the pages do, with the same actions."""

from datetime import date, time
from typing import Annotated

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from qingyuan.areas.assets.sites_queries import colleagues, offices_of
from qingyuan.areas.organisations.scope import require

from . import actions, channels, queries, resending, roster
from .models import Channel, Delivery, DutyShift, Notice

router = Router(tags=["notices"])
PAGE = 100
Key = Annotated[int, Field(ge=0, le=2**63 - 1)]
Place = Annotated[int, Field(ge=0, le=2**31 - 1)]
Instant = Annotated[int, Field(ge=0, le=2**62 - 1)]
Some = Annotated[list[Key], Field(max_length=1000)]


class NoticeOut(Schema):
    id: int
    kind: str
    title: str
    body: str
    link: str
    ref: str
    urgent: bool
    at: int
    read_at: int | None


class Inbox(Schema):
    unread: int
    items: list[NoticeOut]


class Ids(Schema):
    """Which ones; null for all."""

    ids: Some | None = None


class Count(Schema):
    count: int


class ChannelIn(Schema):
    kind: str
    name: str
    address: str
    secret: str = ""
    only: list[str] = []
    urgent_only: bool = False


class ChannelChange(Schema):
    """``secret`` null leaves it as it is."""

    name: str
    address: str
    secret: str | None = None
    only: list[str] = []
    urgent_only: bool = False


class Switch(Schema):
    active: bool


class ChannelOut(Schema):
    """``address`` without its key; the secret is never given."""

    id: int
    kind: str
    name: str
    address: str
    signed: bool
    only: list[str]
    urgent_only: bool
    active: bool
    failures: int
    paused_until: int

    @staticmethod
    def resolve_address(row: Channel) -> str:
        return channels.masked(row)

    @staticmethod
    def resolve_signed(row: Channel) -> bool:
        return bool(row.secret)

    @staticmethod
    def resolve_only(row: Channel) -> list[str]:
        return list(row.kinds)


class DeliveryOut(Schema):
    id: int
    channel: int
    way: str
    kind: str
    title: str
    state: str
    tries: int
    created_at: int
    next_at: int
    sent_at: int | None
    error: str

    @staticmethod
    def resolve_channel(row: Delivery) -> int:
        return row.channel_id

    @staticmethod
    def resolve_way(row: Delivery) -> str:
        return row.channel.kind


class ShiftIn(Schema):
    """``begins``, ``ends`` in China time; ``ends`` not later than ``begins`` is the next day's."""

    person: Key
    kind: str
    day: date
    begins: time
    ends: time
    office: Key | None = None
    days: Place = 1
    weeks: Place = 1
    note: str = ""


class ShiftOut(Schema):
    id: int
    person: int
    name: str
    office: int | None
    kind: str
    since: int
    until: int
    note: str

    @staticmethod
    def resolve_person(row: DutyShift) -> int:
        return row.person_id

    @staticmethod
    def resolve_name(row: DutyShift) -> str:
        return str(row.person)

    @staticmethod
    def resolve_office(row: DutyShift) -> int | None:
        return row.office_id


@router.get("/inbox", response=Inbox)
def inbox(request: HttpRequest, all: bool = False, offset: Place = 0) -> dict[str, object]:
    """One's own notices, newest first, unread ones unless ``all``; 100 from ``offset``."""
    require(request.scope, "see_notices")
    rows = queries.notices_of(request.scope)
    shown = rows if all else rows.filter(read_at=None)
    return {"unread": queries.unread(request.scope), "items": _some(shown, offset)}


@router.post("/inbox/read", response=Count)
def read(request: HttpRequest, which: Ids) -> dict[str, int]:
    """Mark one's own as read."""
    rows = None if which.ids is None else [Notice(pk=pk) for pk in which.ids]
    return {"count": actions.read(request.scope, rows)}


@router.get("/channels", response=list[ChannelOut])
def channel_list(request: HttpRequest) -> QuerySet[Channel]:
    """The unit's robots and webhooks."""
    require(request.scope, "edit_channels")
    return queries.channels_of(request.scope)


@router.post("/channels", response={201: ChannelOut})
def channel_new(request: HttpRequest, said: ChannelIn) -> Status:
    """Enter one."""
    return Status(201, channels.add_channel(request.scope, **said.dict()))


@router.put("/channels/{pk}", response=ChannelOut)
def channel_edit(request: HttpRequest, pk: Key, said: ChannelChange) -> Channel:
    """Correct one."""
    return channels.edit_channel(request.scope, Channel(pk=pk), **said.dict())


@router.post("/channels/{pk}/switch", response=ChannelOut)
def channel_switch(request: HttpRequest, pk: Key, said: Switch) -> Channel:
    """Pause one, or go on."""
    return channels.switch_channel(request.scope, Channel(pk=pk), said.active)


@router.post("/channels/{pk}/test", response={202: DeliveryOut})
def channel_test(request: HttpRequest, pk: Key) -> Status:
    """Send a message to see whether it arrives; its delivery tells."""
    return Status(202, channels.send_test(request.scope, Channel(pk=pk)))


@router.get("/deliveries", response=list[DeliveryOut])
def deliveries(request: HttpRequest, state: str = "", offset: Place = 0) -> list[Delivery]:
    """The log, newest first; 100 from ``offset``."""
    require(request.scope, "see_deliveries")
    rows = queries.deliveries_of(request.scope)
    return _some(rows.filter(state=state) if state else rows, offset)


@router.post("/deliveries/retry", response=Count)
def retry(request: HttpRequest, which: Ids) -> dict[str, int]:
    """Send again: these, or all that have failed."""
    rows = None if which.ids is None else [Delivery(pk=pk) for pk in which.ids]
    return {"count": resending.retry(request.scope, rows)}


@router.get("/roster", response=list[ShiftOut])
def shifts(request: HttpRequest, since: Instant, until: Instant) -> list[DutyShift]:
    """Shifts that touch the span (epoch ms), at most 1000."""
    require(request.scope, "see_roster")
    return list(roster.shifts_of(request.scope).filter(
        since__lt=until, until__gt=since).order_by("since", "id")[:1000])


@router.post("/roster", response={201: list[ShiftOut]})
def shift_new(request: HttpRequest, said: ShiftIn) -> Status:
    """Put a colleague on duty."""
    require(request.scope, "edit_roster")
    facts = said.dict()
    facts["person"] = colleagues(request.scope).get(pk=said.person)
    facts["office"] = (None if said.office is None
                       else offices_of(request.scope).get(pk=said.office))
    return Status(201, roster.add_shifts(request.scope, **facts))


@router.post("/roster/remove", response=Count)
def shift_remove(request: HttpRequest, which: Ids) -> dict[str, int]:
    """Take shifts off the roster; one that runs ends now."""
    rows = [DutyShift(pk=pk) for pk in which.ids or []]
    return {"count": roster.remove_shifts(request.scope, rows)}


def _some(rows: QuerySet, first: int) -> list:
    return list(rows[first:first + PAGE])
