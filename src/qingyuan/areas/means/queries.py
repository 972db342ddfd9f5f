"""Reads on papers, rooms, vehicles and tools."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, may

from .models import Premises, Room, Tool, UnitPaper, Vehicle, VehicleUse

SOON = 60  # days before its end from which a paper is said to expire


def running(day: date) -> Q:
    """Rows with since and until that hold on a day."""
    return Q(since__lte=day) & (Q(until=None) | Q(until__gte=day))


def standing(day: date) -> Q:
    """Papers that hold on a day."""
    return (Q(issued__lte=day) & (Q(expires=None) | Q(expires__gte=day))
            & (Q(withdrawn_on=None) | Q(withdrawn_on__gt=day)))


def _own(scope: Scope, model: Any, field: str = "organisation") -> QuerySet[Any]:
    if not may(scope, "see_means"):
        return model.objects.none()
    return model.objects.filter(**{field: scope.organisation})


def papers_of(scope: Scope) -> QuerySet[UnitPaper]:
    """Papers of the scope's own unit."""
    return _own(scope, UnitPaper)


def premises_of(scope: Scope) -> QuerySet[Premises]:
    """What its offices rent or own."""
    return _own(scope, Premises, "office__organisation").select_related("office")


def rooms_of(scope: Scope) -> QuerySet[Room]:
    """Its rooms."""
    return _own(scope, Room, "office__organisation").select_related("office")


def vehicles_of(scope: Scope) -> QuerySet[Vehicle]:
    """Its vehicles."""
    return _own(scope, Vehicle).select_related("office")


def uses_of(scope: Scope) -> QuerySet[VehicleUse]:
    """Their uses."""
    return _own(scope, VehicleUse, "vehicle__organisation").select_related("vehicle", "person")


def tools_of(scope: Scope) -> QuerySet[Tool]:
    """Its tools."""
    return _own(scope, Tool).select_related("office")


def expiring(unit: Organisation, day: date, days: int) -> list[UnitPaper]:
    """Papers that end within so many days and have no follower."""
    last = day + timedelta(days=days)
    rows = list(UnitPaper.objects.filter(
        standing(day), organisation=unit, expires__lte=last).order_by("expires"))
    later = set(UnitPaper.objects.filter(
        standing(last + timedelta(days=1)), organisation=unit).values_list("kind", flat=True))
    return [row for row in rows if row.kind not in later]


def state_of(expires: date | None, day: date, gone: bool = False) -> str:
    """valid, expiring (within ``SOON`` days), expired; withdrawn."""
    if gone:
        return "withdrawn"
    if expires is None:
        return "valid"
    return "expired" if expires < day else "expiring" if (expires - day).days <= SOON else "valid"
