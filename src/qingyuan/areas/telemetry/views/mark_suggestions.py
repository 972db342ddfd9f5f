"""What flags, gaps and events say should be marked: accepted one by one or together."""

import time
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.rules.queries import books_for
from qingyuan.areas.telemetry.marking import queries
from qingyuan.areas.telemetry.marking.suggestions import (
    Suggestion,
    accept,
    names_of,
    suggestions,
    together,
)
from qingyuan.kernel.clock import CST
from qingyuan.kernel.windows import DAY
from qingyuan.ui.address import small_int

SALT = "mark-suggestion"
AGE = 86_400
POINTS = 12  # a page: their minutes of a day are looked through
SPANS = (1, 3, 7)


@page("prepare_mark")
def mark_suggestions(request: HttpRequest) -> HttpResponse:
    """Suggestions of a day and the days before it, yesterday unless the address says otherwise."""
    scope, params = request.scope, request.GET
    if request.method == "POST":
        return _accept(request)
    day, days = _asked(params)
    points = points_of(scope).order_by("organisation__name", "name", "pk")
    only = small_int(params.get("point", ""), None, 2**62)
    if only is not None:
        points = points.filter(pk=only)
    shown = Paginator(points, POINTS).get_page(params.get("page"))
    until = int(datetime.combine(day + timedelta(days=1), datetime.min.time(), CST).timestamp())
    now = time.time()
    found = suggestions(scope, list(shown.object_list), until - days * DAY,
                        min(until, int(now)))
    books = books_for(shown.object_list)
    names = names_of(one.factor for one in found if one.factor)
    rows = []
    for one, factors in together(found):
        due = queries.due_by(one.start, books[one.point.pk])
        rows.append({
            "one": one, "factors": [names.get(code, code) or _("全部因子") for code in factors],
            "only": factors[0] if len(factors) == 1 else "",
            "due": due, "late": due is not None and due.late(now),
            "token": _token(one, factors)})
    return render(request, "telemetry/mark_suggestions.html", {
        "rows": rows, "page": shown, "day": day, "days": days, "spans": SPANS,
        "point": points.first() if only is not None else None, "query": params.urlencode(),
    })


def _asked(params: object) -> tuple[date, int]:
    try:
        day = date.fromisoformat(params.get("day", ""))  # type: ignore[attr-defined]
    except ValueError:
        day = today() - timedelta(days=1)
    days = small_int(params.get("days", ""), 1, 7)  # type: ignore[attr-defined]
    return min(day, today()), days if days in SPANS else 1


def _token(one: Suggestion, factors: list[str]) -> str:
    return signing.dumps({
        "point": one.point.pk, "kind": one.kind, "factors": factors, "start": one.start,
        "end": one.end, "why": one.why, "origin": one.origin}, salt=SALT)


def _accept(request: HttpRequest) -> HttpResponse:
    tokens = request.POST.getlist("suggestion")
    try:
        chosen = [signing.loads(token, salt=SALT, max_age=AGE) for token in tokens]
        made, refused = accept(request.scope, chosen)
    except signing.BadSignature:
        messages.error(request, _("建议已过期，请重新选择。"))
        return redirect(request.get_full_path())
    except MonitoringPoint.DoesNotExist as error:
        raise Http404 from error
    if made:
        messages.success(request, _("已准备 %d 条标记，待排污单位申报。") % len(made))
    for text in refused[:10]:
        messages.warning(request, text)
    if not tokens:
        messages.warning(request, _("请先勾选建议。"))
    return redirect(request.get_full_path())
