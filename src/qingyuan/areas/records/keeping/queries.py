"""Reads on records. Scope first; days are China calendar days, instants epoch milliseconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.models import MonitoringSystem as System
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.models import Organisation, OrganisationKind
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.ui.address import small_int

from ..models import Record, RecordState
from ..words import FORM_KINDS

BIG = 2**62
STANDING = (RecordState.SUBMITTED, RecordState.RETURNED, RecordState.ACCEPTED)
"""States of a record that says what is so: the latest version of what was submitted."""


def records_of(scope: Scope) -> QuerySet[Record]:
    """A unit's own records, drafts too; of others those that stand at points they see."""
    if not may(scope, "see_records"):
        return Record.objects.none()
    seen = Q(organisation=scope.organisation)
    if scope.organisation.kind != OrganisationKind.OM_UNIT:
        seen |= Q(point__in=points_of(scope).values("pk"), state__in=STANDING)
    return Record.objects.filter(seen).select_related(
        "organisation", "point__outlet", "point__organisation", "system", "author")


def record(scope: Scope, pk: int) -> Record:
    """One visible record with its task, order and neighbours; Record.DoesNotExist for any other."""
    return records_of(scope).select_related(
        "sheet__task", "order", "replaces", "replaced_by", "cross_check").get(pk=pk)


def is_own(scope: Scope, record: Record) -> bool:
    """Whether risks, remarks and drafts of a record are the scope's to read."""
    return record.organisation_id == scope.organisation.pk


def versions(scope: Scope, record: Record) -> list[Record]:
    """All visible versions of a record, the newest first. One query a version."""
    newest = record
    while (after := Record.objects.filter(replaces=newest).first()) is not None:
        newest = after
    found: list[Record] = []
    one: Record | None = newest
    while one is not None:
        found.append(one)
        one = one.replaces
    if is_own(scope, record):
        return found
    return [one for one in found if one.state in STANDING]


def last_of(
    organisation: Organisation, point: MonitoringPoint, form: str, system: System | None
) -> Record | None:
    """The last standing record of a form and system, from which a new one copies."""
    return Record.objects.filter(
        organisation=organisation, point=point, form=form, system=system, state__in=STANDING,
        paper="").order_by("-day", "-finished_at", "-id").first()


def previous_of(record: Record) -> Record | None:
    """The standing record of the same form and system before this one."""
    earlier = Q(day__lt=record.day)
    if record.finished_at is not None:
        earlier |= Q(day=record.day, finished_at__lt=record.finished_at)
    return Record.objects.filter(
        earlier, point=record.point_id, form=record.form, system=record.system_id,
        organisation=record.organisation_id, state__in=STANDING,
    ).order_by("-day", "-finished_at", "-id").first()


def of_point_month(scope: Scope, point: MonitoringPoint, month: date) -> QuerySet[Record]:
    """The standing records of a visible point in the month that a day lies in, oldest first."""
    first = month.replace(day=1)
    until = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return records_of(scope).filter(
        point=point, day__gte=first, day__lt=until, state__in=STANDING).order_by(
        "day", "finished_at", "id")


@dataclass(frozen=True, slots=True)
class Filters:
    """What stands in the address of the list; what makes no sense filters nothing. Days are both
    included; ``passed`` "yes", "no" or ""."""

    state: str = ""
    kind: str = ""
    form: str = ""
    point: int | None = None
    person: int | None = None
    first: date | None = None
    last: date | None = None
    passed: str = ""
    text: str = ""

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Filters":
        state, kind = params.get("state", ""), params.get("kind", "")
        passed = params.get("passed", "")
        return cls(
            state if state in RecordState.values else "", kind if kind in FORM_KINDS else "",
            params.get("form", "")[:64], small_int(params.get("point", ""), None, BIG),
            small_int(params.get("person", ""), None, BIG), _day(params.get("from", "")),
            _day(params.get("to", "")), passed if passed in ("yes", "no") else "",
            params.get("q", "").strip()[:64])

    @property
    def narrowed(self) -> bool:
        """Whether anything beside the tab narrows the list."""
        return self != Filters(state=self.state)


def found(scope: Scope, by: Filters) -> QuerySet[Record]:
    """The records that the filters leave, of all states."""
    rows = records_of(scope)
    exact: dict[str, Any] = {
        "kind": by.kind, "form": by.form, "point": by.point, "author": by.person,
        "day__gte": by.first, "day__lte": by.last,
    }
    rows = rows.filter(**{name: value for name, value in exact.items() if value not in ("", None)})
    if by.passed:
        rows = rows.filter(passed=by.passed == "yes")
    for word in by.text.split():
        rows = rows.filter(
            Q(title__icontains=word) | Q(point__name__icontains=word)
            | Q(point__organisation__name__icontains=word) | Q(who__icontains=word))
    return rows


def of_tab(rows: QuerySet[Record], state: str) -> QuerySet[Record]:
    """Those of one state; without one all but what was replaced."""
    return rows.filter(state=state) if state else rows.exclude(state=RecordState.REPLACED)


def counts(rows: QuerySet[Record]) -> dict[str, int]:
    """How many of each state; "" of all but the replaced. One query."""
    by_state = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    return {"": sum(n for state, n in by_state.items() if state != RecordState.REPLACED),
            **{state: by_state.get(state, 0) for state in RecordState.values}}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
