"""All points at a glance, kept alive by polling with an entity tag."""

import hashlib
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import Medium
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import may
from qingyuan.areas.rules.listing import named
from qingyuan.areas.rules.queries import national
from qingyuan.areas.telemetry.queries import points_overview
from qingyuan.areas.telemetry.queries.columns import pollutants_first
from qingyuan.areas.telemetry.queries.states import (
    STATES,
    count_states,
    point_states,
    search_points,
)

from .steady import usual_digits

PAGES = {"tiles": 24, "list": 50}
FACTORS_IN_LIST = 6


@page("see_points")
def overview(request: HttpRequest) -> HttpResponse:
    """The page, or for a poll only its changing part (304 while nothing has changed)."""
    scope, params = request.scope, request.GET
    view = params.get("view") if params.get("view") in PAGES else "tiles"
    found = search_points(point_states(scope), params)
    counts = count_states(found)
    chosen = params.get("state", "")
    if chosen in STATES:
        found = found.filter(state=chosen)
    ordered = found.order_by("organisation__name", "outlet__name", "name", "pk")
    paginator = Paginator(ordered, PAGES[view])
    paginator.count = counts[chosen] if chosen in STATES else sum(counts.values())
    shown = paginator.get_page(params.get("page"))
    points = list(shown.object_list)
    poll = request.headers.get("HX-Request") == "true"
    tag = _tag(points, counts, params.urlencode())
    if poll and request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    states = {state.point.pk: state for state in points_overview(scope, points)} if points else {}
    digits = usual_digits(states.values())
    context = {
        "tag": tag, "page": shown,
        "cards": [_card(p, states.get(p.pk), digits.get(p.pk, {})) for p in points],
        "tabs": _tabs(counts),
        "chosen": chosen,
        "view": view,
        "kinds": Medium.choices,
        "filtered": bool(params.get("q") or params.get("kind") or chosen),
        "can_edit": may(scope, "edit_stations"),
    }
    template = "telemetry/overview_live.html" if poll else "telemetry/overview.html"
    response = render(request, template, context)
    response["ETag"] = tag
    response["Cache-Control"] = "no-store"
    return response


def _tabs(counts: dict[str, int]) -> list[dict[str, Any]]:
    whole = {"code": "", "label": _("全部"), "count": sum(counts.values())}
    return [whole] + [{"code": code, "count": counts[code]} for code in STATES]


def _card(point: Any, state: Any, digits: dict[str, int]) -> dict[str, Any]:
    tiles = ordered_tiles(state.tiles) if state else []
    flags = list(dict.fromkeys(t.flag for t in tiles if t.flag not in ("", "N", "3")))
    return {
        "point": point,
        "state": point.state,
        "heard": point.heard,
        "mn": point.mn,
        "patience": point.patience // 1000,
        "tiles": tiles[:FACTORS_IN_LIST],
        "digits": digits,
        "more": max(0, len(tiles) - FACTORS_IN_LIST),
        "flags": flags,
    }


def ordered_tiles(tiles: Any) -> list[Any]:
    """Tiles with the pollutants first."""
    known = {tile.code: tile for tile in tiles}
    return [known[code] for code in pollutants_first(known)]


def _tag(points: list[Any], counts: dict[str, int], asked: str) -> str:
    """Changes with the states, arrivals and names shown, not with the clock."""
    facts = [(p.pk, p.state, p.heard, p.last_frame, p.name, p.organisation.name) for p in points]
    digest = hashlib.sha256(repr((facts, counts, asked)).encode()).hexdigest()
    return f'"{digest[:32]}"'


@page("see_points")
def search(request: HttpRequest) -> HttpResponse:
    """Points, MNs and clauses that hold the text: a short list under the search field, or a whole
    page."""
    found = search_points(point_states(request.scope), request.GET).order_by("name", "pk")
    text = request.GET.get("q", "").strip()
    context = {
        "points": found[:12] if text else [],
        "provisions": named(national(), text, today())[:6] if may(request.scope, "see_rules")
        else [],
        "search_text": text,
    }
    part = request.headers.get("HX-Request") == "true"
    return render(
        request, "telemetry/search_found.html" if part else "telemetry/search.html", context
    )


@page("see_points")
def pulse(request: HttpRequest) -> HttpResponse:
    """A short sign that the connection and the session stand."""
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
