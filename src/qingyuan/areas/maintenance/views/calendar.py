"""The calendar: a month of tasks by person, prefecture or point."""

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from qingyuan.areas.assets.queries import today
from qingyuan.areas.maintenance import task_calendar, task_listing
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.models import OrganisationKind

LINES = 60
FILTERS = ("person", "area", "point", "discharger", "kind", "mine", "q")


@page("see_tasks")
def calendar(request: HttpRequest) -> HttpResponse:
    """A month; what filters the list of tasks filters it too."""
    scope, params = request.scope, request.GET
    by = task_listing.Filters.of({name: params.get(name, "") for name in FILTERS})
    unit = scope.organisation.kind == OrganisationKind.OM_UNIT
    view = params.get("by", "")
    view = view if view in task_calendar.BY else "person" if unit else "point"
    month = task_calendar.month_of(params.get("month", ""))
    lines, whole = task_calendar.grid(task_listing.filtered(scope, by), view, month)
    shown = Paginator(lines, LINES).get_page(params.get("page"))
    last = whole[-1].day
    return render(request, "maintenance/calendar.html", {
        "page": shown, "whole": whole, "view": view, "month": month, "by": by, "today": today(),
        "days": [cell.day for cell in whole], "last": last,
        "before": month - timedelta(days=1), "after": last + timedelta(days=1),
        "total": sum(cell.count for cell in whole),
        "overdue": sum(cell.overdue for cell in whole), "listed": _by_day(lines, whole),
        **task_listing.choices_for(scope),
    })


def _by_day(lines: list[Any], whole: list[Any]) -> list[dict[str, Any]]:
    """For a phone: the days that have tasks, each with its lines."""
    return [{"cell": cell, "lines": [(line, line.cells[place]) for line in lines
                                     if line.cells[place].count]}
            for place, cell in enumerate(whole) if cell.count]
