"""One provision: in force on a day, its readings, its history, who set it, who reads it; and the
fragment of it that other pages open in their drawer."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import histories
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.rules import queries, usage
from qingyuan.areas.rules.forms import OverrideForm
from qingyuan.areas.rules.links import link_word
from qingyuan.standards import NATIONAL, Provision

from .provisions import day_of

LINES = 30  # of the history at the page's end


@page("see_rules")
def provision(request: HttpRequest, name: str) -> HttpResponse:
    """The page of one provision."""
    return shown(request, name)


def shown(
    request: HttpRequest, name: str, *, form: OverrideForm | None = None,
    refused: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page; ``form`` is a refused override, ``refused`` a withdrawal without reason."""
    scope = request.scope
    asked = asked_of(request, name)
    entries = list(queries.overrides_of(scope, name))
    points = queries.names_of(entries)
    if asked.point:
        points[f"permit:{asked.point.pk}"] = asked.point.name
    found = asked.found
    chain = _chain(asked, points)
    may_override = may(scope, "override_rule")
    if may_override and form is None:
        form = OverrideForm(asked.book.book, name, points_of(scope))
    return render(request, "rules/provision.html", {
        "name": name, "title": asked.any.title, "unit": asked.any.unit, "p": found,
        "day": asked.day, "dated": asked.day != today(), "point": asked.point,
        "today": today(), "nearest": _spans(asked), "readings": readings(found),
        "chain": chain, "national": chain[-1]["p"],
        "timeline": timeline(asked, points, found),
        "standard": asked.book.book.standards.get(found.standard, "") if found else "",
        "uses": usage.uses(name), "entries": entries, "misfits": queries.misfits(entries),
        "may_override": may_override, "form": form, "refused": refused,
        "link": link_word(found.link, points) if found else "",
        "history": histories(scope, entries, LINES),
    }, status=422 if refused or (form is not None and form.errors) else 200)


@page("see_rules")
def drawer(request: HttpRequest, name: str) -> HttpResponse:
    """One provision on a day (``at``), for a point if one is named: a fragment when htmx asks."""
    asked = asked_of(request, name)
    found = asked.found
    points = {f"permit:{asked.point.pk}": asked.point.name} if asked.point else {}
    part = request.headers.get("HX-Request") == "true"
    return render(request, "rules/clause.html" if part else "rules/clause_page.html", {
        "name": name, "title": asked.any.title, "unit": asked.any.unit, "p": found,
        "day": asked.day, "point": asked.point, "readings": readings(found),
        "nearest": _spans(asked), "link": link_word(found.link, points) if found else "",
    })


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks for. ``any`` is some entry of that name, for title and unit; ``found``
    the one in force, None where nothing is."""

    book: queries.BookFor
    name: str
    day: date
    point: MonitoringPoint | None
    any: Provision
    found: Provision | None


def asked_of(request: HttpRequest, name: str) -> Asked:
    """404 for a name that is not in the book or a point that is not the caller's to see."""
    scope = request.scope
    point = _point(scope, request.GET.get("point", ""))
    book = queries.book_for(point) if point else queries.book_of(scope)
    if name not in book.book.names():
        raise Http404
    day = day_of(request.GET)
    found = book.find(name, day)
    return Asked(book, name, day, point, found or book.book.history(name)[0], found)


def _point(scope: Scope, pk: str) -> MonitoringPoint | None:
    if not pk:
        return None
    found = points_of(scope).filter(pk=int(pk)).first() if pk.isdecimal() and len(pk) < 19 else None
    if found is None:
        raise Http404
    return found


def readings(found: Provision | None) -> list[dict[str, Any]]:
    """The chosen reading and the others side by side; none where texts do not conflict."""
    if found is None or not found.readings:
        return []
    chosen = {"value": found.value, "clause": found.cite(), "source": found.source,
              "status": found.status, "why": found.why, "chosen": True}
    return [chosen] + [
        {"value": r.value, "clause": r.clause, "source": r.source, "status": r.status,
         "why": r.why, "chosen": False} for r in found.readings
    ]


def timeline(
    asked: Asked, points: dict[str, str], found: Provision | None
) -> list[dict[str, Any]]:
    """Every value of that name, newest first, with who set it and whether it holds on the day."""
    every = sorted(asked.book.book.history(asked.name), key=lambda p: (p.since, p.link != NATIONAL))
    return [
        {"p": p, "link": link_word(p.link, points), "now": p is found,
         "concerns": p.link in (*asked.book.chain, NATIONAL)} for p in reversed(every)
    ]


def _chain(asked: Asked, points: dict[str, str]) -> list[dict[str, Any]]:
    """Who could set the value, nearest first, and what each has on the day."""
    every = asked.book.book.history(asked.name)
    steps = []
    for link in (*asked.book.chain, NATIONAL):
        on = next((p for p in every if p.link == link and p.covers(asked.day)), None)
        if on is None and link.startswith("region:") and link.endswith("00"):
            continue  # 650000 is what 65 is: one line for one place
        steps.append({"word": link_word(link, points), "p": on,
                      "wins": on is not None and on is asked.found})
    return steps


def _spans(asked: Asked) -> list[Provision]:
    """What there is on other days, where nothing is in force on the day asked for."""
    return [] if asked.found else list(asked.book.book.history(asked.name))
