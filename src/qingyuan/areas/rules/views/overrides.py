"""Entering and withdrawing an organisation's own figures."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.rules import actions, queries
from qingyuan.areas.rules.forms import OverrideForm

from .provision import shown


@page("override_rule")
def override(request: HttpRequest, name: str) -> HttpResponse:
    """Enter an own figure; what was typed comes back with the reason beside the field."""
    if request.method != "POST":  # the address of a refused form, opened anew
        return redirect("rules:provision", name=name)
    scope, book = request.scope, queries.national()
    if name not in book.names():
        raise Http404
    form = OverrideForm(book, name, points_of(scope), request.POST)
    if form.is_valid():
        try:
            row = actions.override_rule(scope, name=name, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(
                request, _("已登记，自 %s 起的数据将重新判定，一两分钟内开始。") % row.since)
            day = urlencode({"at": row.since}) if row.since > today() else ""
            return redirect(reverse("rules:provision", args=[name]) + (day and f"?{day}"))
    return shown(request, name, form=form)


@require_POST
@page("override_rule")
def withdraw(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Take an own figure back with a reason."""
    scope = request.scope
    entry = queries.overrides_of(scope, name).filter(pk=pk).first()
    if entry is None:
        raise Http404
    why = request.POST.get("why", "")
    try:
        actions.withdraw_override(scope, entry, why)
    except ValidationError as error:
        return shown(request, name, refused={"pk": pk, "text": "；".join(error.messages),
                                             "typed": why})
    messages.success(request, _("已撤回，有关数据将重新判定，一两分钟内开始。"))
    return redirect("rules:provision", name=name)


def refuse(form: OverrideForm, error: ValidationError) -> None:
    """Put the action's refusal beside the fields it names; what the form has not goes on top."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: [error]}
    for name, errors in by_field.items():
        for single in errors:
            form.add_error(name if name in form.fields else None, single)
