"""What was measured by hand at a waste-water outlet: the list on the facts page, the form for the
samples of a day, and withdrawal. Writing is done by ``areas/telemetry/manual_values.py``."""

from collections import Counter
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.rules.queries import book_for
from qingyuan.areas.telemetry import manual_values as actions
from qingyuan.areas.telemetry.fact_forms import WithdrawForm
from qingyuan.areas.telemetry.manual_form import ManualValuesForm
from qingyuan.areas.telemetry.models import ManualValue
from qingyuan.areas.telemetry.queries import judged
from qingyuan.areas.telemetry.queries.verdicts import Quantity, quantities
from qingyuan.calc.roles import ANALYSERS
from qingyuan.kernel import windows
from qingyuan.kernel.clock import day_of
from qingyuan.ui.numbers import china_time

from .judging import point_or_404

PAGE = 20
EVER = 2**40  # seconds; beyond any sample
LEAST = "water.manual.min_per_day"


def listed(
    scope: Scope, point: MonitoringPoint, number: str | None, every: bool
) -> dict[str, Any]:
    """Context of the list, newest first; nothing for a point of flue gas."""
    if point.kind != "water":
        return {}
    rows = judged.manual_values_of(scope, point, 0, EVER, all_states=every)
    pages = Paginator(rows.order_by("-time", "factor", "-id"), PAGE).get_page(number)
    return {"manual_page": pages, "manual_values": list(pages.object_list),
            "can_manual": may(scope, "record_manual_value")}


def least_on(point: MonitoringPoint, day: str) -> int | None:
    """How many values a China day needs so that they count; None where no rule says so."""
    found = book_for(point).find(LEAST, date.fromisoformat(day))
    return None if found is None else int(found.value)


@page("record_manual_value")
def manual_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the samples of a day."""
    scope = request.scope
    point = _water_or_404(scope, pk)
    form = ManualValuesForm(_offered(scope, point), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.record_manual_values(scope, point, **form.facts())
        except ValidationError as error:
            form.add_error(None, "；".join(error.messages))
        else:
            messages.success(request, _said(scope, point, made))
            return _back(point)
    return render(request, "telemetry/manual_form.html", {
        "point": point, "form": form, "title": _("登记手工监测值"),
        "least": least_on(point, day_of(form.day_asked())),
    }, status=422 if form.errors else 200)


@page("record_manual_value")
def manual_withdraw(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Close a value that was wrong."""
    scope = request.scope
    point = _water_or_404(scope, pk)
    held = judged.manual_values_of(scope, point, 0, EVER).filter(pk=row).first()
    if held is None:
        raise Http404
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw_manual_value(scope, held, form.cleaned_data["why"])
        except ValidationError as error:
            form.add_error("why", "；".join(error.messages))
        else:
            messages.success(request, _("已撤回，该日将重新判定。"))
            return _back(point)
    return render(request, "telemetry/facts_form.html", {
        "point": point, "form": form, "title": _("撤回手工监测值"),
        "about": f"{china_time(held.time)} {held.factor} {held.value:g} mg/L",
    }, status=422 if form.errors else 200)


def _water_or_404(scope: Scope, pk: int) -> MonitoringPoint:
    point = point_or_404(scope, pk)
    if point.kind != "water":
        raise Http404
    return point


def _offered(scope: Scope, point: MonitoringPoint) -> list[Quantity]:
    """The pollutants that the point is judged for, and those that any outlet may have."""
    known = judged.judged_factors(scope, point)
    return [one for one in quantities({*known, *ANALYSERS}) if one.pollutant]


def _said(scope: Scope, point: MonitoringPoint, made: list[ManualValue]) -> str:
    """What was saved, and whether the day now has enough."""
    day = day_of(made[0].time)
    start = windows.start_of("day", made[0].time)
    there = judged.manual_values_of(scope, point, start, windows.end_of("day", start))
    count = Counter(there.values_list("factor", flat=True))[made[0].factor]
    least = least_on(point, day)
    if least is not None and count < least:
        return _("已登记 %(n)d 个；%(day)s 共 %(count)d 个，"
                 "不足 %(least)d 个，暂不参与排放量计算。") % {
            "n": len(made), "day": day, "count": count, "least": least}
    return _("已登记 %(n)d 个；%(day)s 共 %(count)d 个，该日将重新判定。") % {
        "n": len(made), "day": day, "count": count}


def _back(point: MonitoringPoint) -> HttpResponse:
    return redirect(reverse("telemetry:facts", args=[point.pk]) + "#manual")
