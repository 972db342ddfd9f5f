"""Work orders: list, entry, export."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.maintenance.models import ClockState, OrderKind, WorkOrder
from qingyuan.areas.maintenance.orders import actions, clocks, queries
from qingyuan.areas.maintenance.orders.forms import NewOrder
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import may
from qingyuan.ui import sheets
from qingyuan.ui.address import small_int
from qingyuan.ui.numbers import china_time
from qingyuan.ui.states import state

PAGE = 50
NAMED = 200  # points offered while typing
MOST = 20_000  # rows of an export


@page("see_orders")
def order_list(request: HttpRequest) -> HttpResponse:
    """Orders by state, those whose next deadline is nearest first."""
    scope, now = request.scope, queries.now_ms()
    by = queries.Filters.of(request.GET)
    found = queries.found(scope, by)
    counts = queries.counts(found, now)
    rows = queries.listed(queries.of_tab(found, by.state, now))
    shown = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    for row in shown.object_list:
        dress(row, now)
    return render(request, "maintenance/orders.html", {
        "page": shown, "by": by, "kinds": OrderKind.choices, "late": counts[queries.LATE],
        "tabs": [{"code": code, "count": counts[code]} for code in queries.TABS],
        "point": points_of(scope).filter(pk=by.point).first() if by.point is not None else None,
        "may_open": may(scope, "open_order"), "query": request.GET.urlencode(),
        "mine_offered": may(scope, "work_order"),
    })


def dress(row: WorkOrder, now: int) -> WorkOrder:
    """An order with what its line shows of its clocks."""
    running = [one for one in row.ticking
               if one.state in (ClockState.RUNNING, ClockState.PAUSED)]
    for clock in running:
        clock.shown, clock.left = queries.shown_state(clock, now), (clock.due_at - now) / 1000
    row.running = sorted(running, key=lambda one: one.due_at)
    row.near = row.running[:2]
    row.more = len(row.running) - len(row.near)
    row.late = sum(one.state == ClockState.LATE for one in row.ticking)
    return row


@page("see_orders")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The list, as it is filtered, with a column for each kind of clock."""
    if form not in sheets.FORMS:
        raise Http404
    scope, now = request.scope, queries.now_ms()
    by = queries.Filters.of(request.GET)
    rows = queries.listed(queries.of_tab(queries.found(scope, by), by.state, now))[:MOST]
    heads = [_("工单号"), _("点位"), _("排污单位"), _("类型"), _("状态"), _("故障现象"),
             _("处理人"), _("发现"), _("响应"), _("到场"), _("修复"), _("恢复"), _("报告"),
             _("原因"), _("处理情况"), *(str(kind.title) for kind in clocks.KINDS)]
    return sheets.answer(form, _("工单"), heads, (_line(row, now) for row in rows),
                         file="orders", widths=(18, 16, 24))


def _line(row: WorkOrder, now: int) -> list[Any]:
    times = (row.found_at, row.accepted_at, row.arrived_at, row.repaired_at, row.restored_at,
             row.reported_at)
    by_code = {one.code: one for one in row.ticking}
    return [row.number, row.point.name, row.point.organisation.name, row.get_kind_display(),
            row.get_state_display(), row.symptom, str(row.person or ""), *map(china_time, times),
            row.cause, row.handling,
            *(_clock(by_code.get(kind.code), now) for kind in clocks.KINDS)]


def _clock(clock: Any, now: int) -> str:
    return str(state("clock", queries.shown_state(clock, now)).label) if clock else ""


@page("open_order")
def order_new(request: HttpRequest) -> HttpResponse:
    """Open an order by hand; ``?point=`` fixes the point."""
    scope = request.scope
    asked = small_int(request.GET.get("point", ""), None, queries.BIG)
    point = points_of(scope).filter(pk=asked).first() if asked is not None else None
    form = NewOrder(scope, may(scope, "assign_order"), request.POST or None, point=point,
                    initial={"symptom": request.GET.get("symptom", "")[:400]})
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.open_order(scope, **form.facts())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("工单 %s 已登记。") % made.number)
            return redirect("maintenance:order", pk=made.pk)
    return render(request, "maintenance/order_form.html", {
        "form": form, "point": point,
        "points": [] if point else points_of(scope).order_by("name").values_list(
            "name", "organisation__name")[:NAMED],
    }, status=422 if form.errors else 200)
