"""Which book of rules applies to whom. Books are plain values; only the overrides are in tables.

A point is judged by the book of the unit that operates it today (without one: of its discharger),
over its whole history: what the unit entered holds on the days it is dated for, also before the
unit came. What an earlier operator entered is that operator's and holds no longer.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.db.models import Min, Q, QuerySet

from qingyuan.areas.assets.models import MonitoringPoint, ServiceContract
from qingyuan.areas.assets.queries import in_force, today
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.standards import Book, Override, Provision, Unregulated, load

from . import values
from .models import Link, RuleOverride, RulesVersion

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BookFor:
    """A book together with the chain it is to be asked with, nearest link first."""

    book: Book
    chain: tuple[str, ...]

    def at(self, name: str, day: date) -> Provision:
        """The provision in force on a China day; Unregulated where there is none."""
        return self.book.at(name, day, self.chain)

    def find(self, name: str, day: date) -> Provision | None:
        """Like ``at``, with None where nothing is in force."""
        try:
            return self.at(name, day)
        except Unregulated:
            return None


def national() -> Book:
    """The book as it is delivered; read once a process."""
    return load()


def rules_version() -> int:
    """Counts up with every override entered or withdrawn; 0 before the first. One query."""
    return RulesVersion.objects.values_list("version", flat=True).filter(pk=1).first() or 0


def book_for(point: MonitoringPoint) -> BookFor:
    """The book a point is judged by. Two queries; books of the same content are one object."""
    return books_for([point])[point.pk]


def books_for(points: Iterable[MonitoringPoint]) -> dict[int, BookFor]:
    """``book_for`` of many points by primary key, in two queries (and one for each 500 points).
    ``point.organisation`` should be loaded with the points."""
    asked = list(points)
    operators = _operators(asked)
    rows: dict[int, list[RuleOverride]] = {}
    for row in _standing().filter(organisation__in=set(operators.values())):
        rows.setdefault(row.organisation_id, []).append(row)
    found = {}
    for point in asked:
        unit = operators[point.pk]
        chain = (f"permit:{point.pk}", f"organisation:{unit}", *regions(point.organisation.area))
        own = [row for row in rows.get(unit, ()) if link_of(row) in chain]
        found[point.pk] = BookFor(_book(own), chain)
    return found


def book_of(scope: Scope) -> BookFor:
    """The book as the scope's organisation has it: all it entered, permits and regions too; the
    chain asks for the organisation's own rules, those of its area, then the national ones."""
    own = scope.organisation
    rows = _standing().filter(organisation=own)
    return BookFor(_book(list(rows)), (f"organisation:{own.pk}", *regions(own.area)))


def regions(area: str) -> tuple[str, ...]:
    """Links of an administrative area (GB/T 2260), nearest first.

    >>> regions("650102"), regions("6501"), regions("")
    (('region:650102', 'region:6501', 'region:65'), ('region:6501', 'region:65'), ())
    """
    steps = dict.fromkeys(part for part in (area, area[:4], area[:2]) if part)
    return tuple(f"region:{part}" for part in steps)


def link_of(row: RuleOverride) -> str:
    """The link of a chain that an entry stands for."""
    whom = {Link.PERMIT: row.point_id, Link.REGION: row.area,
            Link.ORGANISATION: row.organisation_id}[Link(row.link)]
    return f"{row.link}:{whom}"


def overrides_of(scope: Scope, name: str = "") -> QuerySet[RuleOverride]:
    """What the scope's organisation entered, of one provision or of all, withdrawn ones too; by
    name, newest first."""
    require(scope, "see_rules")
    rows = RuleOverride.objects.filter(organisation=scope.organisation)
    return (rows.filter(name=name) if name else rows).select_related("point")


def names_of(rows: Iterable[RuleOverride]) -> dict[str, str]:
    """Names of the points that the entries' permits belong to, by link."""
    return {link_of(row): row.point.name for row in rows if row.point is not None}


def in_force_on(row: RuleOverride, day: date) -> bool:
    """Whether an entry's days include a China day."""
    return row.since <= day and (row.until is None or day <= row.until)


def misfits(rows: Iterable[RuleOverride]) -> list[RuleOverride]:
    """Standing entries that the book, changed since, cannot take in any more; they do not apply."""
    return [row for row in rows if row.withdrawn_at is None and _override(row) is None]


def changed_since(point: MonitoringPoint, after: datetime) -> date | None:
    """The first China day whose rules at a point differ because of what was entered or withdrawn
    later than an instant; None when nothing was. Two queries."""
    unit = _operators([point])[point.pk]
    concerns = Q(link=Link.PERMIT, point=point) | Q(link=Link.ORGANISATION) | Q(
        link=Link.REGION, area__in=[r.partition(":")[2] for r in regions(point.organisation.area)])
    rows = RuleOverride.objects.filter(concerns, Q(at__gt=after) | Q(withdrawn_at__gt=after),
                                       organisation=unit)
    return rows.aggregate(first=Min("since"))["first"]


def _standing() -> QuerySet[RuleOverride]:
    return RuleOverride.objects.filter(withdrawn_at=None).order_by("id")


def _operators(points: list[MonitoringPoint]) -> dict[int, int]:
    """Point to the organisation that operates it today: by the newest contract, else its owner."""
    found = {point.pk: point.organisation_id for point in points}
    keys = list(found)
    for start in range(0, len(keys), 500):
        contracts = ServiceContract.objects.filter(
            in_force(today()), point__in=keys[start:start + 500]).order_by("since", "-id")
        found.update(contracts.values_list("point_id", "om_unit_id"))
    return found


def _book(rows: list[RuleOverride]) -> Book:
    overrides = (_override(row) for row in rows)
    return _with(tuple(entry for entry in overrides if entry is not None))


@lru_cache(maxsize=512)
def _with(overrides: tuple[Override, ...]) -> Book:
    # Keyed by what the entries say, so that a book can never be older than its entries.
    return national().with_overrides(overrides) if overrides else national()


def _override(row: RuleOverride) -> Override | None:
    """The entry as the book takes it; None, with a line in the log, when the name or the type it
    was entered for is no longer in the book."""
    try:
        value = values.read(row.value, national(), row.name)
    except (Unregulated, ValidationError):
        log.warning("override %s of %s does not fit the book: %s", row.pk, row.name, row.value)
        return None
    return Override(row.name, value, link_of(row), row.since, row.until, row.clause, row.source,
                    row.status, row.why)
