"""What every page is given: the rooms, the organisation, the product's name."""

from typing import Any

from django.http import HttpRequest

from qingyuan.ui.navigation import rooms_for


def house(request: HttpRequest) -> dict[str, Any]:
    """Context processor. ``request.scope`` is set by the sign-in layer; absent on public pages."""
    scope = getattr(request, "scope", None)
    match = request.resolver_match
    here = match.view_name if match else ""
    return {
        "product": "清源",
        "scope": scope,
        "wings": rooms_for(getattr(scope, "role", None), here) if scope else [],
        "here": here,
    }
