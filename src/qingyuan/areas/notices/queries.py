"""Reads on notices and deliveries."""

from django.db.models import QuerySet

from qingyuan.areas.organisations.scope import Scope

from .models import Notice


def notices_of(scope: Scope) -> QuerySet[Notice]:
    """One's own notices in the organisation that one acts for, newest first."""
    if scope.user is None:
        return Notice.objects.none()
    return Notice.objects.filter(person=scope.user, organisation=scope.organisation)


def unread(scope: Scope) -> int:
    """How many of them are unread; for the badge on every page."""
    return notices_of(scope).filter(read_at=None).count()
