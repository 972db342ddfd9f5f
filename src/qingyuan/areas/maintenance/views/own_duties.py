"""Duties that a company adds itself, without code."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.maintenance import duty_sets, words
from qingyuan.areas.maintenance.models import OwnDuty
from qingyuan.areas.maintenance.own_duty_forms import OwnDutyForm, form_codes
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import may, require
from qingyuan.standards.duty import KINDS, PLACES, interval_of

from .verbs import fields_of, found, refuse


@page("see_duties")
def own_duties(request: HttpRequest) -> HttpResponse:
    """The company's own duties, those switched off last."""
    scope = request.scope
    duties = duty_sets.duties_of(scope.organisation)
    rows = [{
        "row": one, "facts": one.facts, "kind": KINDS.get(one.facts.get("kind"), ""),
        "place": PLACES.get(one.facts.get("where"), ""), "interval": _interval(one),
        "form": duties.forms.get(one.facts.get("form"), one.facts.get("form")),
        "fits": one.key in duties,
    } for one in duty_sets.own_duties_of(scope).order_by("-active", "id")]
    return render(request, "maintenance/own_duties.html", {
        "rows": rows, "can_edit": may(scope, "choose_duties")})


def _interval(one: OwnDuty) -> str:
    known = interval_of(str(one.facts.get("interval", "")))
    return words.interval_word(known) if known else ""


@page("choose_duties")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a duty."""
    form = OwnDutyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            duty_sets.add_own_duty(request.scope, **form.facts())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已登记。任务在下次编排时增加。"))
            return redirect("maintenance:own-duties")
    return _form_page(request, form)


@page("see_duties")
def own_duty(request: HttpRequest, pk: int) -> HttpResponse:
    """One own duty: changed, switched off or on again."""
    row = found(duty_sets.own_duties_of(request.scope), pk)
    if request.method == "POST":
        require(request.scope, "choose_duties")
        if request.POST.get("verb") == "switch":
            on = request.POST.get("on") == "1"
            try:
                duty_sets.switch_own_duty(request.scope, row, on)
            except ValidationError as error:
                messages.error(request, "；".join(error.messages))
            else:
                messages.success(request, _("已启用。") if on else _("已停用，已有记录保留。"))
            return redirect("maintenance:own-duty", pk=row.pk)
    form = OwnDutyForm.of(row.facts, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            duty_sets.edit_own_duty(request.scope, row, **form.facts())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已保存。到期日在下次编排时调整。"))
            return redirect("maintenance:own-duties")
    return _form_page(request, form, row)


def _form_page(request: HttpRequest, form: OwnDutyForm, row: OwnDuty | None = None) -> Any:
    known = row is not None and row.key in duty_sets.duties_of(request.scope.organisation)
    return render(request, "maintenance/own_duty.html", {
        "form": form, "row": row, "known": known, "codes": form_codes(),
        "fields": fields_of(form),
        "can_edit": may(request.scope, "choose_duties"),
        "history": history(request.scope, row) if row else [],
    }, status=422 if form.errors else 200)
