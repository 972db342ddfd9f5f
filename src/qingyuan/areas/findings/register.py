"""Raising and ending findings. Called by detectors and by actions of other areas, in the name of
the platform; people act on findings by ``actions``. Instants are epoch milliseconds."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import Organisation, User
from qingyuan.areas.organisations.regions import prefecture_of
from qingyuan.areas.rules.queries import BookFor, books_for
from qingyuan.kernel.clock import CST

from . import telling
from .kinds import KINDS
from .models import Finding, FindingEntry, Severity, Silence, State
from .settings import RuleSet, minutes

MINUTE = 60_000
PLATFORM = "平台"
GRAVITY = list(Severity.values)


@dataclass(frozen=True, slots=True)
class Raise:
    """What a detector says. ``at`` is when the matter was last seen, ``since`` when it began (None:
    at ``at``), ``until`` when it was over, None while it goes on. ``key`` names the matter within
    the unit. ``detail`` is what a page shows as evidence; plain JSON."""

    kind: str
    key: str
    title: str
    at: int
    point: MonitoringPoint | None = None
    factor: str = ""
    severity: str = ""
    since: int | None = None
    until: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    ref: str = ""
    person: User | None = None
    area: str = ""
    parent: Finding | None = None


def raise_finding(organisation: Organisation, raised: Raise) -> Finding | None:
    """Raise one; None where the unit has switched its kind off."""
    found = raise_many(organisation, [raised])
    return found[0] if found else None


@transaction.atomic
def raise_many(organisation: Organisation, raised: Iterable[Raise]) -> list[Finding]:
    """Raise several in one transaction: a key that is open is added to, others are new and told of.

    The same key twice counts as one. Findings of kinds that the unit has switched off are left
    out. KeyError for a kind that is not in the table.
    """
    said = {one.key: one for one in raised}
    if not said:
        return []
    rules = RuleSet(organisation, {one.kind for one in said.values()})
    said = {key: one for key, one in said.items()
            if rules.at(one.kind, one.point.pk if one.point else None).on}
    # Of two workers that raise at once the second finds what the first has raised.
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    standing = {row.key: row for row in Finding.objects.filter(
        organisation=organisation, open=True, key__in=list(said))}
    again = [_again(standing[key], one) for key, one in said.items() if key in standing]
    Finding.objects.bulk_update(again, _AGAIN)
    new = [one for key, one in said.items() if key not in standing]
    made = _made(organisation, new, rules)
    telling.of_new(organisation, made)
    return [*again, *made]


_AGAIN = ["last_at", "count", "ended_at", "detail", "title", "severity", "parent"]


def _again(row: Finding, one: Raise) -> Finding:
    """An open finding is seen again: later, once more, going on."""
    if one.at > row.last_at:
        row.last_at, row.count = one.at, row.count + 1
    row.ended_at = one.until
    row.detail, row.title = dict(one.detail), one.title[:200]
    row.parent = one.parent or row.parent
    if one.severity and GRAVITY.index(one.severity) > GRAVITY.index(row.severity):
        row.severity = one.severity
    return row


def _made(organisation: Organisation, raised: list[Raise], rules: RuleSet) -> list[Finding]:
    now = round(time.time() * 1000)
    day = datetime.fromtimestamp(now / 1000, CST).date()
    books = books_for([one.point for one in raised if one.point]) if raised else {}
    quiet = _silences(organisation, now) if raised else []
    rows = [_new(organisation, one, rules, books, quiet, now, day) for one in raised]
    _place(rows)
    made = Finding.objects.bulk_create(rows)
    FindingEntry.objects.bulk_create(
        FindingEntry(finding=row, at=now, who=PLATFORM, verb="raise", text=row.title)
        for row in made)
    return made


def _new(
    organisation: Organisation, one: Raise, rules: RuleSet, books: Mapping[int, BookFor],
    quiet: list[Silence], now: int, day: Any,
) -> Finding:
    holds = rules.at(one.kind, one.point.pk if one.point else None)
    book = books.get(one.point.pk) if one.point else None
    respond, handle = (minutes(clock, book, day) for clock in (holds.respond, holds.handle))
    row = Finding(
        organisation=organisation, point=one.point, kind=one.kind, group=holds.kind.group,
        factor=one.factor, severity=one.severity or holds.severity, key=one.key[:160],
        title=one.title[:200], detail=dict(one.detail), ref=one.ref[:64], parent=one.parent,
        area=one.area, first_at=one.at if one.since is None else one.since, last_at=one.at,
        ended_at=one.until, raised_at=now, person=one.person,
        respond_due=None if respond is None else now + respond * MINUTE,
        handle_due=None if handle is None else now + handle * MINUTE)
    row.silenced = any(covers(silence, row) for silence in quiet)
    if not row.silenced and row.parent is None:
        row.escalate_at = row.respond_due or row.handle_due
    return row


def _place(rows: list[Finding]) -> None:
    """Where a finding lies follows from its point, unless its detector said so: the office of that
    prefecture is on duty for it."""
    points = {row.point_id for row in rows if row.point_id and not row.area}
    if not points:
        return
    where = {pk: own or prefecture_of(plant) for pk, own, plant in MonitoringPoint.objects.filter(
        pk__in=points).values_list("pk", "place__area", "organisation__area")}
    for row in rows:
        row.area = row.area or where.get(row.point_id or 0, "")


def _silences(organisation: Organisation, now: int) -> list[Silence]:
    return list(Silence.objects.filter(
        organisation=organisation, since__lte=now, until__gt=now, ended_at=None))


def covers(silence: Silence, row: Finding) -> bool:
    """Whether a silence speaks of a finding."""
    return ((not silence.kind or silence.kind == row.kind)
            and (silence.point_id is None or silence.point_id == row.point_id)
            and (not silence.factor or silence.factor == row.factor))


@transaction.atomic
def ended(organisation: Organisation, keys: Iterable[str], at: int) -> int:
    """What the keys name is over since ``at``. Open findings remember it; those whose kind ends by
    itself, that nobody has acted on and that have no order, are closed. How many changed."""
    rows = list(Finding.objects.select_for_update(of=("self",)).filter(
        organisation=organisation, open=True, ended_at=None, key__in=list(keys)))
    entries = []
    for row in rows:
        row.ended_at = max(at, row.first_at)
        entries.append(FindingEntry(finding=row, at=at, who=PLATFORM, verb="end"))
        if KINDS[row.kind].ends_itself and row.state == State.OPEN and not row.order:
            shut(row, at, PLATFORM)
            entries.append(FindingEntry(finding=row, at=at, who=PLATFORM, verb="close",
                                        text=_("情况消失，自动关闭")))
    Finding.objects.bulk_update(rows, ["ended_at", *SHUT])
    FindingEntry.objects.bulk_create(entries)
    return len(rows)


SHUT = ["state", "open", "closed_at", "closed_by", "escalate_at"]


def shut(row: Finding, at: int, who: str) -> None:
    """Set a finding closed; the caller saves ``SHUT``."""
    row.state, row.open, row.escalate_at = State.CLOSED, False, None
    row.closed_at, row.closed_by = at, who[:128]


@transaction.atomic
def order_closed(
    organisation: Organisation, order: str, at: int, who: str, *, cancelled: bool = False,
    text: str = "",
) -> int:
    """An order (``"order:7"``) is closed: its findings are handled on site and closed with it. One
    that is cancelled gives them back to be handled otherwise. How many."""
    rows = list(Finding.objects.select_for_update(of=("self",)).filter(
        Q(open=True), organisation=organisation, order=order))
    for row in rows:
        if cancelled:
            row.order, row.escalate_at = "", row.handle_due
        else:
            row.handling = row.handling or "on_site"
            row.handled_at, row.handled_by = row.handled_at or at, row.handled_by or who[:128]
            row.text = row.text or text[:800]
            row.verified_at, row.verified_by = at, who[:128]
            shut(row, at, who)
    Finding.objects.bulk_update(rows, [
        "order", "handling", "handled_at", "handled_by", "text", "verified_at", "verified_by",
        *SHUT])
    verb = "order_cancelled" if cancelled else "order_closed"
    FindingEntry.objects.bulk_create(
        FindingEntry(finding=row, at=at, who=who[:128], verb=verb, text=text[:800])
        for row in rows)
    return len(rows)
