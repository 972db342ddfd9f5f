"""What was used for a work order: issued from a store and given back, on the order's page."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.maintenance.models import WorkOrder
from qingyuan.areas.maintenance.orders import queries as orders
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.supplies import actions
from qingyuan.areas.supplies import queries as supplies

ACTS = {"issue": actions.issue, "return": actions.give_back}


class PartsForm(forms.Form):
    """A part in stock, from or into a store."""

    part = forms.ModelChoiceField(queryset=None, label=gettext_lazy("物料"),
                                  empty_label=gettext_lazy("请选择"))
    store = forms.ModelChoiceField(queryset=None, label=gettext_lazy("库房"), empty_label=None)
    quantity = forms.IntegerField(label=gettext_lazy("数量"), min_value=1, max_value=1_000_000,
                                  initial=1)
    client_id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, scope: Scope, *args: Any, **more: Any) -> None:
        super().__init__(*args, auto_id="id_parts_%s", initial={
            "client_id": uuid4().hex, "quantity": 1}, **more)
        fields: dict[str, Any] = self.fields
        fields["part"].queryset = supplies.parts_of(scope).filter(active=True)
        fields["part"].label_from_instance = lambda row: f"{row.code} {row.name}"
        fields["store"].queryset = supplies.stores_of(scope).filter(until=None)


def used(scope: Scope, order: WorkOrder) -> dict[str, Any]:
    """What the order's page shows of its parts; nothing for who may not see the store."""
    if order.organisation_id != scope.organisation.pk or not may(scope, "see_supplies"):
        return {"parts_shown": False}
    open_ = order.state != "cancelled" and may(scope, "issue_stock")
    return {"parts_shown": True, "parts_moves": list(supplies.moves_for(
        scope.organisation, f"order:{order.pk}")),
        "parts_form": PartsForm(scope) if open_ else None}


@page("see_orders")
def order_parts(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue to the order, or give back what was not used."""
    scope = request.scope
    order = orders.orders_of(scope).filter(pk=pk).first()
    if order is None or request.method != "POST" or order.organisation_id != scope.organisation.pk:
        raise Http404
    act = ACTS.get(request.POST.get("verb", ""))
    form = PartsForm(scope, request.POST)
    if act is None or order.state == "cancelled":
        raise Http404
    if not form.is_valid():
        said = "；".join(f"{form.fields[name].label}：{''.join(errors)}"
                        for name, errors in form.errors.items() if name in form.fields)
        messages.error(request, said or _("请填写物料、库房和数量"))
        return redirect(f"{order_address(order)}#parts")
    given = form.cleaned_data
    try:
        act(scope, given["store"], given["part"], given["quantity"], ref=f"order:{order.pk}",
            client_id=given["client_id"])
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, _("已登记用料。"))
    return redirect(f"{order_address(order)}#parts")


def order_address(order: WorkOrder) -> str:
    """Where the order's page is."""
    return reverse("maintenance:order", args=[order.pk])
