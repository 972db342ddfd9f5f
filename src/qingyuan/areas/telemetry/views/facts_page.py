"""Facts of a point: parameters over time, events and marks, a timeline, and the forms that enter
them. Writing is done by ``areas/telemetry/facts.py``; nothing is ever changed in place."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import histories
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.telemetry import facts as actions
from qingyuan.areas.telemetry import parameters
from qingyuan.areas.telemetry.fact_forms import EventForm, ParameterForm, WithdrawForm
from qingyuan.areas.telemetry.models import Event, EventKind, Mark, PointParameter
from qingyuan.areas.telemetry.parameter_words import WORDS, title_of, unit_of, value_word
from qingyuan.areas.telemetry.queries import judged
from qingyuan.areas.telemetry.queries.verdicts import NEEDED, Quantity, quantities, steps
from qingyuan.kernel.windows import DAY
from qingyuan.ui.navigation import address_of
from qingyuan.ui.numbers import china_time

from .judging import frame, point_or_404
from .manual_values import listed
from .timeline import lanes
from .why_facts import event_line, factor_word, mark_line

PAGE = 20
LINES = 10  # of the history
EVER = 2**40  # seconds; beyond any fact
SPANS = ((30, gettext_lazy("30 天")), (90, gettext_lazy("90 天")), (365, gettext_lazy("一年")))
MEDIUM_ONLY = {
    "gas": {"sampling_offset_hours", "discharge"},
    "water": {"technique", "auto_calibration", "o2_reference", "excess_air_reference",
              "combustion_air_o2", "duct_area_m2", "velocity_field_factor",
              "atmospheric_pressure_kpa"},
}
"""Parameters that a point of that kind has no use for."""
OF_FACTOR = {"gas": ("limit", "range", "basis", "unit"), "water": ("limit", "range", "detection")}


@page("see_points")
def facts_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Parameters, timeline, events, marks; ``all=1`` shows what was replaced or withdrawn too."""
    scope, params = request.scope, request.GET
    point = point_or_404(scope, pk)
    every = params.get("all") == "1"
    days = next((n for n, _label in SPANS if str(n) == params.get("days")), 90)
    known = quantities(judged.judged_factors(scope, point))
    kind = params.get("kind", "") if params.get("kind") in EventKind.values else ""
    events = judged.events_of(scope, point, 0, EVER, all_states=every).order_by("-start", "-id")
    shown = events.filter(kind=kind) if kind else events
    marks = judged.marks_of(scope, point, 0, EVER, all_states=every).order_by("-start", "-id")
    held = list(judged.parameters_of(scope, point, all_states=True))
    pages = Paginator(shown, PAGE).get_page(params.get("page"))
    mark_pages = Paginator(marks, PAGE).get_page(params.get("marks"))
    now = int(time.time())
    rows = parameter_rows(point, held, known, every)
    by_hand = listed(scope, point, params.get("manual"), every)
    context = frame(scope, point) | {
        "every": every, "days": days, "spans": SPANS, "kind": kind, "kinds": EventKind.choices,
        "parameters": [row for row in rows if row["values"] or row["needed"]],
        "unset": [row for row in rows if not row["values"] and not row["needed"]],
        "page": pages, "events": [event_line(row) for row in pages.object_list],
        "mark_page": mark_pages, "marks": [mark_line(row) for row in mark_pages.object_list],
        "lanes": lanes(scope, point, now - days * DAY, now),
        "lane_from": now - days * DAY, "lane_to": now,
        "names": _names(known, by_hand),
        "can_event": may(scope, "record_event"), "can_set": may(scope, "set_parameter"),
        "marks_url": address_of("telemetry:marks"),
        "history": _history(scope, events=list(pages.object_list), parameters=held,
                            marks=list(mark_pages.object_list),
                            manual=by_hand.get("manual_values", [])),
    } | by_hand
    return render(request, "telemetry/facts.html", context)


def parameter_rows(
    point: MonitoringPoint, held: list[PointParameter], known: list[Quantity], every: bool
) -> list[dict[str, Any]]:
    """Every parameter that the point may have, in the table's order, with its values over time,
    newest first; ``needed`` those without which something stays empty."""
    standing = [row for row in held if row.replaced_by_id is None and row.withdrawn_at is None]
    over_time, now = steps(standing), int(time.time())
    gone = [row for row in held if row not in standing] if every else []
    needed = {name for group in NEEDED.get(point.kind, ())
              if not set(group) & {held for held in over_time if over_time[held]} for name in group}
    found = []
    for name in names_for(point.kind, known, over_time):
        values = [
            {"row": step.row, "text": value_word(step.row.value), "until": step.until,
             "now": step.since <= now and (step.until is None or now < step.until)}
            for step in reversed(over_time.get(name, []))
        ]
        values += [{"row": row, "text": value_word(row.value), "until": None, "now": False,
                    "gone": True} for row in gone if row.name == name]
        found.append({
            "name": name, "title": title_of(name), "code": name.partition(".")[2],
            "unit": unit_of(name), "values": values, "needed": name in needed and not values,
        })
    return found


def names_for(kind: str, known: list[Quantity], held: Any) -> list[str]:
    """Names that a point of a kind may have: its own, those of its pollutants, and any it has."""
    own = [name for name in parameters.OWN if name not in MEDIUM_ONLY.get(kind, ())]
    of_factor = [f"{word}.{one.code}" for one in known if one.pollutant
                 for word in OF_FACTOR.get(kind, ())]
    return [*own, *of_factor, *sorted(set(held) - {*own, *of_factor})]


def _names(known: list[Quantity], by_hand: dict[str, Any]) -> dict[str, str]:
    """Factors by code: those that are judged, and any other that was measured by hand."""
    held = {one.code: one.name for one in known}
    others = {row.factor for row in by_hand.get("manual_values", ())} - set(held)
    return held | {one.code: one.name for one in quantities(others)} if others else held


def _history(scope: Scope, **things: list[Any]) -> list[Any]:
    """The last acts on the listed facts; one line each, under the kind of fact."""
    words = {"events": _("事件"), "parameters": _("参数"), "marks": _("标记"),
             "manual": _("手工监测值")}
    found = [replace(entry, changes=[(words[kind], *_told(entry))])
             for kind, some in things.items() for entry in histories(scope, some, LINES)]
    return sorted(found, key=lambda entry: -entry.at)[:LINES]


def _told(entry: Any) -> tuple[str, str]:
    """Before and after of a fact as one line each: the audit keeps numbers and codes."""
    unit = next((unit_of(text) for _name, *values in entry.changes for text in values
                 if parameters.of(text)), "")
    told = [
        "，".join(text for name, *values in entry.changes
                 if (text := _word(name, values[side], unit)))
        for side in (0, 1)
    ]
    return told[0], told[1]


def _word(label: str, text: str, unit: str) -> str:
    if not text or label == str(_("点位")):
        return ""
    if parameters.of(text):
        return f"{title_of(text)} {factor_word(text.partition('.')[2])}".strip()
    if text in EventKind.values:
        return str(EventKind(text).label)
    if text.isdecimal() and len(text) == 10:
        return f"{china_time(int(text))} {label if label in ('起', '止') else ''}".strip()
    if label == str(_("取值")) and text.replace(".", "", 1).removeprefix("-").isdecimal():
        return f"{value_word(float(text))} {unit}".strip()
    if text in WORDS:
        return str(WORDS[text])
    return factor_word(text) if text.isascii() and text.isalnum() else text


# -- forms --------------------------------------------------------------------------------------


@page("record_event")
def event_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter an event."""
    scope = request.scope
    point = point_or_404(scope, pk)
    known = quantities(judged.judged_factors(scope, point))
    form = EventForm(known, request.POST or None, initial={"kind": request.GET.get("kind", "")})
    return _answered(request, point, form, _("登记事件"), lambda: actions.record_event(
        scope, point, **form.facts()), _("已登记，受影响的小时将重新判定。"))


@page("record_event")
def event_replace(request: HttpRequest, pk: int, event: int) -> HttpResponse:
    """Correct an event: the old row stays and points to the new one."""
    scope = request.scope
    point = point_or_404(scope, pk)
    row = _standing(judged.events_of(scope, point, 0, EVER), event)
    known = quantities(judged.judged_factors(scope, point))
    form = EventForm(known, request.POST or None, initial=EventForm.of(row))
    return _answered(request, point, form, _("更正事件"), lambda: actions.replace_event(
        scope, row, **form.facts()), _("已更正，原条目保留；受影响的小时将重新判定。"))


@page("record_event")
def event_withdraw(request: HttpRequest, pk: int, event: int) -> HttpResponse:
    """Close an event that never was."""
    scope = request.scope
    point = point_or_404(scope, pk)
    row = _standing(judged.events_of(scope, point, 0, EVER), event)
    form = WithdrawForm(request.POST or None)
    return _answered(request, point, form, _("撤回事件"), lambda: actions.withdraw_event(
        scope, row, form.cleaned_data["why"]), _("已撤回，受影响的小时将重新判定。"),
        about=f"{row.get_kind_display()}")


@page("set_parameter")
def parameter_set(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A parameter's value from an instant on, or its end."""
    scope = request.scope
    point = point_or_404(scope, pk)
    if parameters.of(name) is None:
        raise Http404
    rows = judged.parameters_of(scope, point).filter(name=name)
    form = ParameterForm(name, request.POST or None, initial=ParameterForm.of(rows.last()))

    def act() -> Any:
        data = form.cleaned_data
        return actions.set_parameter(scope, point, name, data["value"], since=data["since"],
                                     document=data["document"], note=data["note"])

    code = name.partition(".")[2]
    return _answered(request, point, form, f"{title_of(name)} {code}".strip(), act,
                     _("已保存，自该时刻起的小时将重新判定。"), unit=unit_of(name))


@page("set_parameter")
def parameter_withdraw(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Close a parameter's entry that was wrong; the one before it holds again."""
    scope = request.scope
    point = point_or_404(scope, pk)
    held = _standing(judged.parameters_of(scope, point), row)
    form = WithdrawForm(request.POST or None)
    return _answered(request, point, form, _("撤回参数"), lambda: actions.withdraw_parameter(
        scope, held, form.cleaned_data["why"]), _("已撤回，此前的取值重新生效。"),
        about=f"{title_of(held.name)} {value_word(held.value)} {unit_of(held.name)}")


def _standing(rows: models.QuerySet[Any], pk: int) -> Any:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _answered(
    request: HttpRequest, point: MonitoringPoint, form: Any, title: str,
    act: Callable[[], Event | Mark | PointParameter], done: str, **more: Any,
) -> HttpResponse:
    """The form, again with what was typed when something is wrong with it; the facts page after."""
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, done)
            return redirect(reverse("telemetry:facts", args=[point.pk]))
    return render(request, "telemetry/facts_form.html", {
        "point": point, "form": form, "title": title, "lasting": EventForm.LASTING,
        "instant": EventForm.INSTANT, **more,
    }, status=422 if form.errors else 200)
