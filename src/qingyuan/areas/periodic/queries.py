"""Reads on reports, and what has changed since one was made."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.reporting.blocks import figures, from_json, shown

from .models import PeriodicReport, ReportState
from .sections import written
from .subject import Subject

OUT = (ReportState.SENT, ReportState.READ)
"""States in which others than the unit see a report."""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that is no longer what the report says."""

    key: str
    was: str
    now: str
    link: str


def reports_of(scope: Scope) -> QuerySet[PeriodicReport]:
    """The unit's own; a discharger's are those that were sent to it."""
    if not may(scope, "see_periodic"):
        return PeriodicReport.objects.none()
    return PeriodicReport.objects.filter(
        Q(organisation=scope.organisation)
        | Q(discharger=scope.organisation, state__in=OUT)).select_related(
            "organisation", "discharger")


def report(scope: Scope, pk: int) -> PeriodicReport:
    """One visible report; PeriodicReport.DoesNotExist for any other."""
    return reports_of(scope).get(pk=pk)


def subject_of(scope: Scope, row: PeriodicReport) -> Subject:
    """What a report of the scope's own unit speaks of."""
    return Subject(scope, row.discharger, row.first, row.last)


def changes(scope: Scope, row: PeriodicReport) -> list[Change]:
    """Figures that differ from what the same query gives now: data that were superseded, records
    that were corrected, plans that went on. Only the report's own unit can ask."""
    if row.organisation_id != scope.organisation.pk:
        return []
    now = {one.key: one for one in figures(written(subject_of(scope, row)))}
    was = {one.key: one for one in figures(from_json(row.content))}
    found = []
    for key, old in was.items():
        new = now.get(key)
        if new is None or shown(new) != shown(old):
            found.append(Change(key, shown(old), shown(new) if new else "—", old.link))
    found += [Change(key, "—", shown(new), new.link) for key, new in now.items() if key not in was]
    return found


def months(first: date, count: int = 12) -> list[date]:
    """The first days of so many months up to the one of a day, the newest first.

    >>> months(date(2026, 1, 9), 2)
    [datetime.date(2026, 1, 1), datetime.date(2025, 12, 1)]
    """
    found, year, month = [], first.year, first.month
    for _n in range(count):
        found.append(date(year, month, 1))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found
