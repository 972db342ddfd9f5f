"""Reads on supervision: a unit's own affair, seen by nobody else."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Min, Q, QuerySet

from qingyuan.areas.assets.models import MonitoringPoint, ServiceContract
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.assets.sites_queries import keepers_on
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.organisations.models import Membership, Organisation, Role, User
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.records.models import Record, RecordState
from qingyuan.kernel.clock import CST

from .models import Inspection, Plan, Rectification, Settings, State

NEW_DAYS, LOOK_BACK, LONG_DAYS = 60, 35, 182


def inspections_of(scope: Scope) -> QuerySet[Inspection]:
    """The unit's inspections."""
    if not may(scope, "see_supervision"):
        return Inspection.objects.none()
    return Inspection.objects.filter(organisation=scope.organisation).select_related(
        "organisation", "point__organisation", "plan", "inspector", "keeper")


def inspection(scope: Scope, pk: int) -> Inspection:
    """One of them; Inspection.DoesNotExist for any other."""
    return inspections_of(scope).get(pk=pk)


def plans_of(scope: Scope) -> QuerySet[Plan]:
    """The unit's plans, newest first."""
    if not may(scope, "see_supervision"):
        return Plan.objects.none()
    return Plan.objects.filter(organisation=scope.organisation)


def rectifications_of(scope: Scope) -> QuerySet[Rectification]:
    """What has to be put right."""
    if not may(scope, "see_supervision"):
        return Rectification.objects.none()
    return Rectification.objects.filter(
        inspection__organisation=scope.organisation).select_related(
            "inspection__point__organisation", "person")


def settings_of(organisation: Organisation) -> Settings:
    """The unit's own, or the platform's."""
    return Settings.objects.filter(organisation=organisation).first() or Settings(
        organisation=organisation)


def inspectors(organisation: Organisation) -> list[User]:
    """Supervisors of the unit, else its managers."""
    rows = list(Membership.objects.filter(
        organisation=organisation, active=True, user__is_active=True,
        role__in=(Role.SUPERVISOR, Role.MANAGER)).select_related("user").order_by("user_id"))
    chosen = [row for row in rows if row.role == Role.SUPERVISOR] or rows
    return list({row.user_id: row.user for row in chosen}.values())


def main_keepers(
    points: Iterable[MonitoringPoint], day: date, unit: Organisation
) -> dict[int, User]:
    """Point → who looks after it."""
    found = keepers_on([point.pk for point in points], day, unit=unit)
    return {pk: rows[0].person for pk, rows in found.items() if rows}


def candidates(scope: Scope, first: date) -> dict[int, str]:
    """Active points of the unit → why each must be inspected in a period that begins on a day, ""
    for those that may be drawn. A fixed number of queries."""
    rows = {row.pk: row for row in points_of(scope).filter(active=True)}
    found = dict.fromkeys(rows, "")
    last: dict[int, Any] = dict(Inspection.objects.filter(
        organisation=scope.organisation, point__in=rows, submitted_at__isnull=False,
    ).values_list("point").annotate(at=Max("submitted_at")))
    since = first - timedelta(days=LOOK_BACK)
    failed = set(Record.objects.filter(
        Q(passed=False) | Q(state=RecordState.RETURNED), organisation=scope.organisation,
        day__gte=since, day__lt=first, point__in=rows,
    ).exclude(state=RecordState.DRAFT).values_list("point_id", flat=True))
    grave = set(Finding.objects.filter(
        organisation=scope.organisation, open=True, severity="critical", point__in=rows,
    ).values_list("point_id", flat=True))
    contracts = _begun(scope, rows)
    long = first - timedelta(days=LONG_DAYS)
    for pk in rows:
        if first.toordinal() - contracts.get(pk, 0) < NEW_DAYS:
            found[pk] = "new"
        elif pk in failed:
            found[pk] = "failed"
        elif pk in grave:
            found[pk] = "finding"
        elif pk in last and datetime.fromtimestamp(last[pk] / 1000, CST).date() < long:
            found[pk] = "long"
    return found


def _begun(scope: Scope, points: Iterable[int]) -> dict[int, int]:
    """Point → ordinal of the day on which the unit's first contract for it began."""
    rows = ServiceContract.objects.filter(
        om_unit=scope.organisation, point__in=list(points)).values_list(
            "point").annotate(since=Min("since"))
    return {pk: since.toordinal() for pk, since in rows}


OPEN = (State.PLANNED, State.DRAFT, State.SUBMITTED, State.APPEALED, State.RECTIFYING)
