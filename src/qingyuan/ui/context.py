"""What every page is given: the rooms, the organisation, the product's name, fixed addresses."""

from typing import Any

from django.http import HttpRequest

from qingyuan.ui.navigation import HOUSE, address_of, rooms_for

SEARCHERS = (*HOUSE, "discharger_manager")  # as the page's door has it; a test holds them together


def house(request: HttpRequest) -> dict[str, Any]:
    """Context processor. ``request.scope`` is set by the sign-in layer; absent on public pages."""
    scope = getattr(request, "scope", None)
    match = request.resolver_match
    here = match.view_name if match else ""
    return {
        "product": "清源",
        "scope": scope,
        "wings": rooms_for(scope.role, here) if scope else [],
        "here": here,
        "search_url": address_of(
            "search:search" if scope.role in SEARCHERS else "telemetry:search") if scope else None,
        "quick_search_url": address_of("telemetry:search") if scope else None,
        "pulse_url": address_of("telemetry:pulse") if scope else None,
        "inbox_url": address_of("notices:inbox") if scope else None,
        "inbox_badge_url": address_of("notices:inbox-badge") if scope else None,
        "sign_out_url": address_of("organisations:sign-out"),
        "switch_url": address_of("organisations:choose"),
        "tokens_url": address_of("organisations:tokens") if scope else None,
    }
