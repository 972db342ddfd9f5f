"""The page on which a finding becomes a work order."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.findings.queries import finding as visible_finding
from qingyuan.areas.maintenance.models import OrderKind
from qingyuan.areas.maintenance.orders.forms import NewOrder
from qingyuan.areas.maintenance.orders.from_findings import (
    GROUP_KINDS,
    join_order,
    order_from,
    orders_to_join,
)
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import may


@page("open_order")
def order_of_finding(request: HttpRequest, pk: int) -> HttpResponse:
    """A form filled in from the finding; sent, the order is open and the finding linked. Orders
    that are open at the point already are offered first: one fault, one order."""
    scope = request.scope
    try:
        row = visible_finding(scope, pk)
    except Finding.DoesNotExist:
        raise Http404 from None
    if row.organisation_id != scope.organisation.pk:
        raise Http404
    join = list(orders_to_join(scope, row)[:20])
    chosen = request.POST.get("join", "")
    if chosen:
        order = next((one for one in join if str(one.pk) == chosen), None)
        if order is None:
            raise Http404
        try:
            join_order(scope, row, order)
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
            return redirect("findings:finding", pk=row.pk)
        messages.success(request, _("已并入工单 %s，办结后本条发现一并关闭。") % order.number)
        return redirect("maintenance:order", pk=order.pk)
    place = row.point or next(
        (one.point for one in row.members.select_related("point") if one.point), None)
    form = NewOrder(scope, may(scope, "assign_order"), request.POST or None, point=place,
                    initial={"symptom": row.title, "urgent": row.severity == "critical",
                             "kind": GROUP_KINDS.get(row.group, OrderKind.OTHER)})
    if request.method == "POST" and form.is_valid():
        try:
            made = order_from(scope, row, **form.facts())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("工单 %s 已登记，办结后本条发现一并关闭。") % made.number)
            return redirect("maintenance:order", pk=made.pk)
    return render(request, "maintenance/order_form.html", {
        "form": form, "point": place, "finding": row, "points": [], "join": join,
    }, status=422 if form.errors else 200)
