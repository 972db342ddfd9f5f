"""Marks as lists and single, with their deadlines. Scope first; a fixed number of queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, Q, QuerySet

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.areas.rules.queries import BookFor, book_for, books_for
from qingyuan.calc.roles import is_pollutant
from qingyuan.kernel.clock import CST
from qingyuan.kernel.windows import DAY

from ..models import JudgedPoint, Mark, MarkImport, MarkState, PlatformMark, PlatformPlace
from .clock import Due, due_of
from .tables import DEVICE_KINDS, family

LATE = "late"
TABS = (MarkState.PREPARED, LATE, MarkState.DIFFERS, MarkState.DECLARED, MarkState.MATCHED,
        MarkState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list shows; "" and None are everything. ``state`` is one of TABS."""

    state: str = ""
    kind: str = ""
    point: int | None = None
    day: date | None = None
    text: str = ""


class Waiting(NamedTuple):
    """A mark that still is to be declared."""

    pk: int
    point: int
    start: int
    due: Due | None


def marks_for(scope: Scope, by: Filters, late: Iterable[int] = ()) -> QuerySet[Mark]:
    """Marks at visible points that nobody replaced, newest first. ``late`` are the keys of the
    overdue ones (``overdue``)."""
    rows = _seen(scope)
    if by.state == MarkState.WITHDRAWN:
        rows = rows.exclude(withdrawn_at=None)
    else:
        rows = rows.filter(withdrawn_at=None)
    if by.state == LATE:
        rows = rows.filter(pk__in=list(late))
    elif by.state == MarkState.PREPARED:
        rows = rows.filter(state=by.state).exclude(pk__in=list(late))
    elif by.state and by.state != MarkState.WITHDRAWN:
        rows = rows.filter(state=by.state)
    return _narrowed(rows, by).select_related("point__outlet", "point__organisation", "matched"
                                              ).order_by("-start", "point_id", "id")


def counts_for(scope: Scope, by: Filters, late: Iterable[int]) -> dict[str, int]:
    """Marks by tab under the other filters, "" for all that are in force. Two queries."""
    rows = _narrowed(_seen(scope), by)
    standing = dict(rows.filter(withdrawn_at=None).values_list("state").annotate(n=Count("pk"))
                    .order_by())
    known = set(late)
    overdue = rows.filter(pk__in=known).count() if known else 0
    return {
        "": sum(standing.values()), **{tab: standing.get(tab, 0) for tab in TABS}, LATE: overdue,
        MarkState.PREPARED: standing.get(MarkState.PREPARED, 0) - overdue,
        MarkState.WITHDRAWN: rows.exclude(withdrawn_at=None).count(),
    }


def waiting(scope: Scope) -> list[Waiting]:
    """Every mark that still is to be declared, with its deadline, the most pressing first."""
    rows = _seen(scope).filter(withdrawn_at=None, state=MarkState.PREPARED)
    held = list(rows.select_related("point__organisation"))
    books = books_for({row.point_id: row.point for row in held}.values())
    found = [Waiting(row.pk, row.point_id, row.start, due_by(row.start, books[row.point_id]))
             for row in held]
    return sorted(found, key=lambda one: (one.due is None, one.due.instant if one.due else 0))


def overdue(found: Iterable[Waiting], now: float) -> list[int]:
    """Keys of those whose deadline has passed."""
    return [one.pk for one in found if one.due is not None and one.due.late(now)]


def due_by(start: int, book: BookFor) -> Due | None:
    """The deadline of a mark that begins at ``start`` under a point's book."""
    return due_of(start, book.book, book.chain)


def mark_due(mark: Mark) -> Due | None:
    """The deadline of one mark."""
    return due_by(mark.start, book_for(mark.point))


def mark_of(scope: Scope, pk: int) -> Mark:
    """One mark at a visible point; Mark.DoesNotExist for any other."""
    rows = Mark.objects.filter(point__in=points_of(scope))
    return rows.select_related("point__outlet", "point__organisation", "matched").get(pk=pk)


def platform_rows(scope: Scope, mark: Mark) -> list[PlatformMark]:
    """What the platform has over a mark's span about the same thing, deleted rows last."""
    rows = PlatformMark.objects.filter(
        point__in=points_of(scope), point=mark.point_id, start__lt=mark.end, end__gt=mark.start)
    same = [row for row in rows.select_related("imported")
            if family(row.kind) == family(mark.kind)
            and (not row.factor or not mark.factor or row.factor == mark.factor)]
    return sorted(same, key=lambda row: (row.deleted, not row.completed, row.start, row.factor))


def platform_counts(marks: Iterable[Mark]) -> Mapping[int, int]:
    """Platform rows that stand behind these marks, by mark. One query."""
    rows = PlatformMark.objects.filter(mark__in=[mark.pk for mark in marks], deleted=False)
    return dict(rows.values_list("mark").annotate(n=Count("pk")).order_by())


def expected_factors(points: Iterable[int]) -> dict[int, frozenset[str]]:
    """The pollutants by which a mark of all factors is declared, by point. One query."""
    rows = JudgedPoint.objects.filter(pk__in=list(points)).values_list("pk", "factors")
    return {pk: frozenset(filter(is_pollutant, factors)) for pk, factors in rows}


def imports_of(scope: Scope) -> QuerySet[MarkImport]:
    """The unit's imports of the platform's tables, newest first."""
    require(scope, "import_marks")
    return MarkImport.objects.filter(organisation=scope.organisation)


def places_of(scope: Scope) -> QuerySet[PlatformPlace]:
    """The unit's kept mapping of the platform's places to points it still sees."""
    require(scope, "import_marks")
    return own_places(scope)


def own_places(scope: Scope) -> QuerySet[PlatformPlace]:
    """The mapping as the scope's organisation keeps it, for writing tables of the platform."""
    return PlatformPlace.objects.filter(
        organisation=scope.organisation, point__in=points_of(scope)).select_related("point")


def marks_to_export(scope: Scope, by: Filters, keys: Iterable[int] = ()) -> QuerySet[Mark]:
    """Marks to be declared (prepared, or differing from what was declared; of these the state that
    is asked for), oldest first; of ``keys`` only when there are any."""
    open_ = (MarkState.PREPARED, MarkState.DIFFERS)
    rows = _narrowed(_seen(scope), by).filter(
        withdrawn_at=None, state__in=(by.state,) if by.state in open_ else open_)
    chosen = list(keys)
    rows = rows.filter(pk__in=chosen) if chosen else rows
    return rows.select_related("point__organisation").order_by("point_id", "start", "id")


def covered_spans(point: MonitoringPoint, since: int, until: int) -> list[Mark]:
    """Marks in force at a point that touch [since, until)."""
    rows = Mark.objects.filter(point=point, replaced_by=None, withdrawn_at=None)
    return list(rows.filter(start__lt=until, end__gt=since).order_by("start"))


def _seen(scope: Scope) -> QuerySet[Mark]:
    return Mark.objects.filter(point__in=points_of(scope), replaced_by=None)


def _narrowed(rows: QuerySet[Mark], by: Filters) -> QuerySet[Mark]:
    if by.kind == "device":
        rows = rows.filter(kind__in=sorted(DEVICE_KINDS))
    elif by.kind:
        rows = rows.filter(kind=by.kind)
    if by.point is not None:
        rows = rows.filter(point=by.point)
    if by.day is not None:
        begin = int(datetime.combine(by.day, datetime.min.time(), CST).timestamp())
        rows = rows.filter(start__lt=begin + DAY, end__gt=begin)
    if by.text:
        rows = rows.filter(Q(point__name__icontains=by.text)
                           | Q(point__organisation__name__icontains=by.text)
                           | Q(point__outlet__name__icontains=by.text))
    return rows
