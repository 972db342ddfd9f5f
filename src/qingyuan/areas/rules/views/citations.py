"""Laws whose numbers changed by date, and which article holds on a day."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.access import page
from qingyuan.standards.citations import Citation, citations

from .provisions import day_of


@page("see_rules")
def citation_list(request: HttpRequest) -> HttpResponse:
    """Each duty with the article of the day and those before and after."""
    day = day_of(request.GET)
    return render(request, "rules/citations.html", {
        "duties": [duty(laws, day) for laws in citations().values()],
        "day": day, "dated": day != today(),
    })


def duty(laws: tuple[Citation, ...], day: date) -> dict[str, Any]:
    """One duty: its title, the article in force on the day (or None), all of them by date."""
    found = next((c for c in laws if c.since <= day and (c.until is None or day <= c.until)), None)
    return {"title": laws[0].title, "now": found,
            "laws": [{"c": c, "now": c is found} for c in laws]}
