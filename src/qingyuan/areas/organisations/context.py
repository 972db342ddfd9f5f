"""What the top bar says of the signed-in person: role in words, other organisations to act for."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .models import Membership, Role


def person(request: HttpRequest) -> dict[str, Any]:
    """Context processor; the query runs only on pages that show the menu."""
    scope = getattr(request, "scope", None)
    if scope is None:
        return {}
    return {
        "role_word": Role(scope.role).label,
        "other_memberships": SimpleLazyObject(lambda: _others(request)),
    }


def _others(request: HttpRequest) -> list[Membership]:
    scope = request.scope  # type: ignore[attr-defined]
    mine = Membership.objects.filter(user=request.user, active=True, organisation__active=True)
    return [
        m for m in mine.select_related("organisation")
        if (m.organisation_id, m.role) != (scope.organisation.pk, scope.role)
    ]
