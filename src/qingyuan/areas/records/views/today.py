"""The engineer's day on one screen of a phone."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.records.keeping import day


@page("fill_record")
def today_page(request: HttpRequest) -> HttpResponse:
    """Visits of today and overdue ones, open orders, drafts, returned records."""
    scope: Scope = request.scope
    found: dict[str, Any] = {"day": today(), "can_check_in": may(scope, "check_in")}
    return render(request, "records/today.html", found | day.told(scope, today()))
