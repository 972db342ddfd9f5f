"""``request.scope``: in whose name and role the signed-in person acts; None without membership."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .models import Membership
from .scope import Scope


class ScopeMiddleware:
    """Takes the membership chosen in the session, else the person's first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.scope = scope_of(request)
        return self.get_response(request)


def scope_of(request: HttpRequest) -> Scope | None:
    """The scope of a signed-in request. One query, none for visitors."""
    if not request.user.is_authenticated:
        return None
    mine = list(
        Membership.objects.filter(user=request.user, active=True, organisation__active=True)
        .select_related("organisation")
    )
    chosen = request.session.get("membership")
    found = next((m for m in mine if m.pk == chosen), mine[0] if mine else None)
    if found is None:
        return None
    address = request.META.get("REMOTE_ADDR", "")
    return Scope(found.organisation, found.role, request.user, address)
