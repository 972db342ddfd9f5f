"""Rates by region, discharger and point, each figure with what it is made of one click away."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.models import Medium
from qingyuan.areas.organisations.access import page
from qingyuan.areas.reports.arrivals import GRACE
from qingyuan.areas.reports.queries import rates
from qingyuan.areas.reports.queries.rates import RATES, Asked, Group, Sums
from qingyuan.kernel import windows
from qingyuan.ui import sheets
from qingyuan.ui.address import small_int
from qingyuan.ui.periods import Period, around, period

from .rate_hours import runs_of
from .rate_words import (
    TITLES,
    Bar,
    area_word,
    bar_words,
    bars_of,
    formula,
    inside,
    judged,
    made_of,
    percent,
    variants,
)

PAGE = 50
MOST = 10**9
WORST = 20  # points that a drawer names
BY = {"region": gettext_lazy("地区"), "discharger": gettext_lazy("排污单位"),
      "point": gettext_lazy("点位")}
# (rate, realtime?): the columns in their order; capture is no matter of arrival
SHOWN = (("capture", False), ("transmission", True), ("transmission", False), ("validity", True),
         ("validity", False), ("effective", True), ("effective", False))


class Rate(NamedTuple):
    """A rate as a cell: text in percent, verdict of the bar, way to what it is made of."""

    text: str
    state: str  # ok | fair | low | "" without a bar
    title: str
    query: str


@page("see_points")
def statistics(request: HttpRequest) -> HttpResponse:
    """``by`` region, discharger or point; ``month`` or ``quarter``; ``basis`` exempt or raw; the
    filters ``q``, ``kind``, ``area``, ``discharger``; ``sort`` a column, with - descending."""
    scope, params = request.scope, request.GET
    shown, asked, raw = asked_of(params)
    bars = bars_of(scope, shown)
    found = sorted_by(rates.statistics(scope, asked), params.get("sort", ""), raw)
    total = rates.whole(one.sums for one in found)
    paged = Paginator(found, PAGE).get_page(params.get("page"))
    rows = [_line(one, asked, shown, raw, bars) for one in paged.object_list]
    return render(request, "reports/statistics.html", {
        "by": BY, "asked": asked, "shown": shown, "raw": raw, "page": paged, "rows": rows,
        "quarter": windows.key("quarter", shown.start), "heads": _heads(params.get("sort", "")),
        "total": _line(_whole(found, total), asked, shown, raw, bars) if found else None,
        "kinds": Medium.choices, "bars": bar_words(bars), "grace": GRACE // 60,
        "counted": total.at, "query": params.urlencode(), "parts": _parts(found),
        "filtered": bool(asked.text or asked.kind or asked.area or asked.discharger is not None),
        "month": windows.key("month", inside(shown)), "area": area_word(asked.area),
    })


@page("see_points")
def statistics_file(request: HttpRequest, form: str) -> HttpResponse:
    """All lines of the address's statistics, with what each rate is made of."""
    if form not in sheets.FORMS:
        raise Http404
    scope, params = request.scope, request.GET
    shown, asked, _raw = asked_of(params)
    found = sorted_by(rates.statistics(scope, asked), params.get("sort", ""), _raw)
    name = _("统计-%(by)s-%(key)s") % {"by": BY[asked.by], "key": shown.key}
    return sheets.answer(form, name, [str(h) for h in HEADINGS], _cells(found, asked.by),
                         file=f"statistics-{shown.key}", widths=(30, 30, *[12] * 20))


@page("see_points")
def statistics_why(request: HttpRequest) -> HttpResponse:
    """What one rate is made of: the formula with its numbers, the factors, and the very hours (of
    a point) or the points that lower it."""
    scope, params = request.scope, request.GET
    shown, asked, raw = asked_of(params)
    rate, key = params.get("rate", ""), params.get("of", "")
    if rate not in RATES:
        raise Http404
    soon = params.get("soon") == "1"
    asked = narrowed(asked, key)
    places = rates.places_of(scope, asked)
    if not places:
        raise Http404
    held = rates.sums_of(scope, asked)
    sums = rates.whole(held.get(one.pk, Sums()) for one in places)
    bar = bars_of(scope, shown).get(rate)
    context = {
        "rate": rate, "title": TITLES[rate], "soon": soon, "raw": raw, "shown": shown,
        "asked": asked, "places": places, "sums": sums, "bar": bar,
        "least": f"{100 * bar.least:g}" if bar else "",
        "value": percent(sums.rate(rate, soon=soon, raw=raw)),
        "formula": formula(sums, rate, soon=soon, raw=raw), "variants": variants(sums, rate),
        "factors": [{"code": code, "name": name, "sums": one,
                     "value": percent(one.rate(rate, soon=soon, raw=raw)),
                     "tally": one.tally(soon=soon, raw=raw)}
                    for code, name, one in rates.by_factor(scope, asked)],
        "quarter": windows.key("quarter", shown.start), "grace": GRACE // 60,
        "name": _name(asked, places), "month": windows.key("month", inside(shown)),
        "below": f"{urlencode(_address(asked, shown, raw))}",
    }
    if len(places) == 1:
        span = asked.quarter if rate == "capture" else (asked.start, asked.end)
        context |= {"point": places[0], "runs": runs_of(scope, places[0].pk, *span)}
    else:
        context["worst"] = _worst(places, held, rate, soon=soon, raw=raw)
    part = request.headers.get("HX-Request") == "true"
    return render(request, f"reports/statistics_why{'_body' if part else ''}.html", context)


def asked_of(params: Any) -> tuple[Period, Asked, bool]:
    """The period, what is asked for, and whether rates are raw; this month by default."""
    shown = (period("quarter", params.get("quarter", "")) or period("month", params.get(
        "month", "")) or around("month", int(time.time())))
    quarter = windows.start_of("quarter", shown.start)
    by = params.get("by", "") if params.get("by") in BY else "point"
    kind = params.get("kind", "") if params.get("kind") in Medium.values else ""
    asked = Asked(
        by, shown.start, shown.end, (quarter, windows.end_of("quarter", quarter)),
        params.get("q", "").strip()[:64], kind, params.get("area", "")[:12],
        small_int(params.get("discharger", ""), None, MOST))
    return shown, asked, params.get("basis") == "raw"


def narrowed(asked: Asked, key: str) -> Asked:
    """The same for one line of the statistics; "" for all of them. Http404 for no key."""
    if not key:
        return asked
    if asked.by == "region":
        return replace(asked, area=key)
    number = small_int(key, None, MOST)
    if number is None:
        raise Http404
    return replace(asked, **{asked.by: number})


def sorted_by(found: Sequence[Group], how: str, raw: bool) -> list[Group]:
    """By a rate (what came by now), lines without one last; by name for any other word."""
    name = how.removeprefix("-")
    if name not in RATES:
        return list(found)
    known = [(value, one) for one in found
             if (value := one.sums.rate(name, soon=False, raw=raw)) is not None]
    known.sort(key=lambda pair: pair[0], reverse=how.startswith("-"))
    listed = {id(one) for _value, one in known}
    return [one for _value, one in known] + [one for one in found if id(one) not in listed]


def _whole(found: Sequence[Group], total: Sums) -> Group:
    kinds = frozenset(kind for one in found for kind in one.kinds)
    return Group("", _("合计"), "", sum(one.points for one in found), kinds, total)


def _line(
    one: Group, asked: Asked, shown: Period, raw: bool, bars: dict[str, Bar]
) -> dict[str, Any]:
    cells = []
    for rate, soon in SHOWN:
        value = one.sums.rate(rate, soon=soon, raw=raw)
        words = {"rate": rate, "of": one.key, **_address(asked, shown, raw)}
        if soon:
            words["soon"] = "1"
        cells.append(Rate(percent(value), judged(rate, value, one.kinds, bars),
                          made_of(one.sums, rate, soon=soon, raw=raw), urlencode(words)))
    count = one.sums.counts.get
    return {"one": one, "cells": cells, "due": count("due", 0), "stopped": count("stopped", 0),
            "name": area_word(one.key) if asked.by == "region" and one.key else one.name,
            "down": urlencode(_down(asked, one.key, shown, raw)) if asked.by != "point" else ""}


def _down(asked: Asked, key: str, shown: Period, raw: bool) -> dict[str, Any]:
    """The address of the level below a line: a region's dischargers, a discharger's points."""
    below = {"region": "discharger", "discharger": "point"}[asked.by]
    field = {"region": "area", "discharger": "discharger"}[asked.by]
    return {**_address(asked, shown, raw), "by": below, field: key}


def _address(asked: Asked, shown: Period, raw: bool) -> dict[str, Any]:
    words = {"by": asked.by, shown.level: shown.key, "basis": "raw" if raw else "",
             "q": asked.text, "kind": asked.kind, "area": asked.area,
             "discharger": "" if asked.discharger is None else asked.discharger}
    return {name: value for name, value in words.items() if value != ""}


def _worst(
    places: Sequence[Any], held: dict[int, Sums], rate: str, *, soon: bool, raw: bool
) -> list[dict[str, Any]]:
    rated = [(value, one) for one in places if (value := held.get(one.pk, Sums()).rate(
        rate, soon=soon, raw=raw)) is not None]
    rated.sort(key=lambda pair: (pair[0], pair[1].name))
    return [{"one": one, "value": percent(value),
             "made": made_of(held[one.pk], rate, soon=soon, raw=raw)}
            for value, one in rated[:WORST]]


def _name(asked: Asked, places: Sequence[Any]) -> str:
    if len(places) == 1 and asked.point is not None:
        return f"{places[0].name}"
    if asked.discharger is not None:
        return str(places[0].owner)
    return area_word(asked.area) or _("全部点位")


def _heads(sort: str) -> list[dict[str, Any]]:
    """The rate columns with their sort: a click puts the lowest first, a second the highest."""
    return [{"rate": rate, "title": TITLES[rate], "soon": soon,
             "next": f"-{rate}" if sort == rate else rate,
             "sorted": {rate: "ascending", f"-{rate}": "descending"}.get(sort, "")}
            for rate, soon in SHOWN]


def _parts(found: Sequence[Group]) -> dict[str, int]:
    """How many lines have tallies, how many have none yet."""
    counted = sum(1 for one in found if one.sums.at is not None)
    return {"counted": counted, "none": len(found) - counted}


HEADINGS = (
    gettext_lazy("名称"), gettext_lazy("所属"), gettext_lazy("点位数"), gettext_lazy("应有小时"),
    gettext_lazy("收到"), gettext_lazy("即时收到"), gettext_lazy("有效"), gettext_lazy("即时有效"),
    gettext_lazy("核查豁免"), gettext_lazy("停运小时"), gettext_lazy("季度捕集率（%）"),
    gettext_lazy("即时传输率（%）"), gettext_lazy("补全传输率（%）"),
    gettext_lazy("即时有效率（%）"), gettext_lazy("补全有效率（%）"),
    gettext_lazy("即时有效传输率（%）"), gettext_lazy("补全有效传输率（%）"),
    gettext_lazy("原始补全传输率（%）"), gettext_lazy("原始补全有效率（%）"),
    gettext_lazy("原始补全有效传输率（%）"),
)


def _cells(found: Sequence[Group], by: str) -> Iterator[list[Any]]:
    for one in [*found, _whole(found, rates.whole(one.sums for one in found))]:
        count, sums = one.sums.counts.get, one.sums
        numbers = [sums.rate(rate, soon=soon, raw=False) for rate, soon in SHOWN]
        numbers += [sums.rate(rate, soon=False, raw=True) for rate in RATES[1:]]
        name = area_word(one.key) if by == "region" and one.key else one.name
        yield [name, one.place, one.points, *(
            count(part, 0) for part in ("due", "received", "soon_received", "valid", "soon_valid",
                                        "left_out", "stopped")),
            *(float(percent(value)) if value is not None else "" for value in numbers)]
