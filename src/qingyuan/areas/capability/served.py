"""Points under contract and the work done at them, as the checks take them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

from django.db.models import Count, Q

from qingyuan.areas.assets.models import (
    MonitoringPoint,
    MonitoringSystem,
    PointKeeper,
    ServiceContract,
    SystemKind,
)
from qingyuan.areas.assets.queries import in_force, midnight
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.regions import place_word, prefecture_of, short_word
from qingyuan.areas.records.models import Approval, Presence, PresenceKind, Record, RecordState
from qingyuan.assess.capability.facts import Point, Work

LOOK_BACK = 366  # days of work that are looked at
_DAY, _EAST, _EPOCH = 86_400_000, 8 * 3_600_000, date(1970, 1, 1).toordinal()
_STANDING = (RecordState.SUBMITTED, RecordState.ACCEPTED, RecordState.REPLACED)
Span = tuple[date, date | None]


def prefecture(code: str) -> str:
    """A prefecture by the word that offices go by too; "" for no code.

    >>> prefecture("653100"), prefecture("650102"), prefecture("410100"), prefecture("")
    ('喀什', '乌鲁木齐', '410100', '')
    """
    return short_word(prefecture_of(code)) if prefecture_of(code) else (
        place_word(code) if code else "")


def points(
    unit: Organisation, day: date, staff: Mapping[int, str] | None = None
) -> tuple[Point, ...] | None:
    """The points that the unit serves by contract or runs itself: those of the last year, for the
    work done there, of the day, and of contracts that begin later. One row for each span without
    a gap; None where there never was a contract. ``staff``: account → id of the person. Four
    queries."""
    spans = _spans(unit, day)
    if not spans:
        known = ServiceContract.objects.filter(om_unit=unit).exists()
        return () if known else None
    held = ServiceContract.objects.filter(om_unit=unit).values("point")
    rows = MonitoringPoint.objects.filter(pk__in=held).values_list(
        "pk", "kind", "active", "place__area", "organisation__area")
    sets = _sets(held, day)
    keepers = _keepers(unit, day)
    found = []
    for pk, kind, active, own, plant in rows:
        for since, until in spans.get(pk, ()):
            last = until if active else min(until or day, day - timedelta(days=1))
            found.append(Point(
                f"point:{pk}", kind, prefecture(own or prefecture_of(plant)), sets.get(pk, 1),
                (staff or {}).get(keepers.get(pk, 0), ""), since, last))
    return tuple(found)


def _spans(unit: Organisation, day: date) -> dict[int, list[Span]]:
    """Contracts of a point that follow each other or overlap are one span."""
    found: dict[int, list[Span]] = defaultdict(list)
    for pk, since, until in ServiceContract.objects.filter(
            Q(until=None) | Q(until__gte=day - timedelta(days=LOOK_BACK)), om_unit=unit,
    ).order_by("since", "id").values_list("point", "since", "until"):
        own = found[pk]
        if own and (own[-1][1] is None or since <= own[-1][1] + timedelta(days=1)):
            first, last = own[-1]
            own[-1] = (first, None if last is None or until is None else max(last, until))
        else:
            own.append((since, until))
    return found


def _sets(held: object, day: date) -> dict[int, int]:
    """Monitoring systems in service by point; a point where none was entered counts as one set."""
    return dict(MonitoringSystem.objects.filter(
        in_force(day), point__in=held, kind__in=(SystemKind.GAS, SystemKind.WATER),
    ).order_by().values_list("point").annotate(Count("pk")))


def _keepers(unit: Organisation, day: date) -> dict[int, int]:
    """Point → account of the main keeper on the day, else of the next one to come."""
    found: dict[int, int] = {}
    for pk, person in PointKeeper.objects.filter(
            Q(until=None) | Q(until__gte=day), organisation=unit, backup=False,
    ).order_by("since", "id").values_list("point", "person"):
        found.setdefault(pk, person)
    return found


def done(unit: Organisation, day: date) -> set[tuple[date, int, int]]:
    """(day, account, point) of who was at a point in the year up to the day: check-ins that were
    not refused, and what was recorded on a visit or an order. Records of the desk are made from
    afar and are left out. Two queries."""
    first = day - timedelta(days=LOOK_BACK)
    since, until = (round(midnight(one).timestamp() * 1000)
                    for one in (first, day + timedelta(days=1)))
    seen = {(date.fromordinal((at + _EAST) // _DAY + _EPOCH), person, point)
            for at, person, point in Presence.objects.filter(
                organisation=unit, kind=PresenceKind.IN, phone_at__gte=since, phone_at__lt=until,
            ).exclude(approval=Approval.REFUSED).order_by().values_list(
                "phone_at", "person", "point").iterator()}
    seen.update(Record.objects.filter(
        Q(sheet__isnull=False) | Q(order__isnull=False), organisation=unit, desk_line=None,
        state__in=_STANDING, day__range=(first, day), author__isnull=False,
    ).order_by().values_list("day", "author", "point").distinct())
    return seen


def works(
    unit: Organisation, day: date, staff: Mapping[int, str]
) -> tuple[tuple[Work, ...], int]:
    """The work of those who are on the register, and how many accounts worked that are not."""
    seen = done(unit, day)
    strangers = {person for _day, person, _point in seen} - staff.keys()
    return tuple(Work(when, staff[person], f"point:{point}") for when, person, point in seen
                 if person in staff), len(strangers)
