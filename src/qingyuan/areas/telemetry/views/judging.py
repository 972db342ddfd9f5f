"""What the pages of judged values share: point, tabs, progress, what is lacking."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.telemetry.queries.judged import parameters_of, progress
from qingyuan.areas.telemetry.queries.verdicts import lacking


def point_or_404(scope: Scope, pk: int) -> MonitoringPoint:
    """A visible point, without its live state, which these pages do not show."""
    found = points_of(scope).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def frame(scope: Scope, point: MonitoringPoint) -> dict[str, Any]:
    """Context of every page of a point's judged values."""
    names = parameters_of(scope, point).exclude(value=None).values_list("name", flat=True)
    return {
        "point": point,
        "progress": progress(scope, point),
        "lacking": lacking(point.kind, names),
    }


@page("see_points")
def judging(request: HttpRequest, pk: int) -> HttpResponse:
    """How far judging has come, for the poll."""
    point = point_or_404(request.scope, pk)
    context = {"point": point, "progress": progress(request.scope, point)}
    return render(request, "telemetry/judging.html", context)
