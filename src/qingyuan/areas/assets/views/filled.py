"""A page with one form: shown, refused beside its fields, or done and gone."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from qingyuan.areas.assets import site_forms
from qingyuan.areas.assets.forms import refuse

Crumb = tuple[str, str]  # word, address


def found(rows: QuerySet[Any], pk: int) -> Any:
    """One row of those in sight; what is not in sight does not exist."""
    try:
        return rows.get(pk=pk)
    except ObjectDoesNotExist as error:
        raise Http404 from error


def filled(
    request: HttpRequest, form: forms.Form, *, heading: str, crumbs: Sequence[Crumb], back: str,
    store: Callable[[dict[str, Any]], Any], done: str, note: str = "",
) -> HttpResponse:
    """Show the form; keep what was typed when it is refused; go ``back`` when it is stored, with
    the sentence ``done`` (which may hold one %s for what was stored)."""
    if request.method == "POST" and form.is_valid():
        try:
            made = store(dict(form.cleaned_data))
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, done % made if "%s" in done else done)
            return redirect(back)
    units = getattr(form, "UNITS", {})
    return render(request, "assets/site_form.html", {
        "form": form, "heading": heading, "crumbs": crumbs, "back": back, "note": note,
        "fields": [(bound, units.get(bound.name, "")) for bound in form],
        "position": "latitude" in form.fields, "places": site_forms.places(),
        "multipart": form.is_multipart(),
    }, status=422 if form.errors else 200)
