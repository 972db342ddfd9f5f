"""Lists: points by how their parameters stand, and filings by state."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import Medium, MonitoringPoint
from qingyuan.areas.organisations.access import page
from qingyuan.areas.parameters import compare, listing, queries, standing
from qingyuan.areas.parameters.compare import Difference
from qingyuan.areas.parameters.models import FilingState
from qingyuan.ui import sheets
from qingyuan.ui.numbers import china_time
from qingyuan.ui.states import state

PAGE = 50
MOST = 2000  # points of an export
PIECE = 200


@page("see_parameters")
def parameter_list(request: HttpRequest) -> HttpResponse:
    """Points by what is filed and what differs."""
    by = listing.Filters.of(request.GET)
    rows = listing.found(request.scope, by)
    counts = listing.counts(rows)
    pages = Paginator(listing.of_tab(rows, by.state), PAGE)
    pages.count = counts[by.state or "all"]
    shown = pages.get_page(request.GET.get("page"))
    for point in shown.object_list:
        point.stands = listing.state_of(point)
    return render(request, "parameters/parameters.html", {
        "page": shown, "by": by, "query": request.GET.urlencode(), "media": Medium.choices,
        "tabs": [(code, counts[code or "all"]) for code in listing.TABS],
    })


@page("see_parameters")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """Every parameter of the listed points: filed, read, and whether they agree."""
    if form not in sheets.FORMS:
        raise Http404
    by = listing.Filters.of(request.GET)
    points = list(listing.of_tab(listing.found(request.scope, by), by.state)[:MOST])
    heads = [_("排污单位"), _("点位"), _("因子"), _("参数"), _("备案值"), _("单位"), _("允许差"),
             *(str(word) for word in compare.SOURCES.values()), _("结果"), _("自")]
    return sheets.answer(form, _("参数备案"), heads, _lines(points), file="parameters",
                         widths=(28, 20, 12, 16))


def _lines(points: list[MonitoringPoint]) -> Any:
    now = standing.now_ms()
    for first in range(0, len(points), PIECE):
        some = points[first:first + PIECE]
        found = compare.of_points(some, now)
        for point in some:
            for one in found[point.pk]:
                yield _line(point, one)


def _line(point: MonitoringPoint, one: Difference) -> list[Any]:
    filed = one.filed
    held = {other.source: other.value for other in one.against}
    return [point.organisation.name, point.name, one.factor, one.label,
            filed.value if filed else "", filed.unit if filed else "",
            filed.tolerance if filed else "", *(held.get(code, "") for code in compare.SOURCES),
            str(state("parameter", one.state).label), china_time(one.since)]


@page("see_parameters")
def filing_list(request: HttpRequest) -> HttpResponse:
    """Filings by state, the newest first."""
    text, chosen = request.GET.get("q", "").strip()[:64], request.GET.get("state", "")
    chosen = chosen if chosen in FilingState.values else ""
    rows = queries.filings_of(request.scope)
    if text:
        rows = rows.filter(Q(point__name__icontains=text) | Q(reason__icontains=text)
                           | Q(point__organisation__name__icontains=text))
    counts = dict(rows.order_by().values_list("state").annotate(Count("pk")))
    shown = (rows.filter(state=chosen) if chosen else rows).annotate(
        size=Count("lines")).order_by("-made_at", "-id")
    return render(request, "parameters/filings.html", {
        "page": Paginator(shown, PAGE).get_page(request.GET.get("page")), "chosen": chosen,
        "text": text, "tabs": [("", sum(counts.values())), *(
            (code, counts.get(code, 0)) for code in FilingState.values)],
    })
