"""A page on which several things can be done, each a small form of its own: shown, refused beside
its fields with what was typed, or done and gone back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    ObjectDoesNotExist,
    ValidationError,
)
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

Field = tuple[Any, str, tuple[str, str] | None]
"""A bound field, its unit, and of which choice (select, value) it is a part."""


@dataclass
class Verb:
    """``code`` names it in the address of nothing but the form; ``run`` takes the cleaned facts.
    ``form`` is None for a verb without a question; ``note`` is read before it, ``confirm`` asked
    after it; ``open``: shown unfolded."""

    code: str
    label: str
    run: Callable[[dict[str, Any]], Any]
    done: str
    form: Callable[..., forms.Form] | None = None
    icon: str = "check"
    note: str = ""
    confirm: str = ""
    initial: dict[str, Any] | None = None
    open: bool = False
    main: bool = False
    bound: forms.Form | None = None

    def fresh(self) -> forms.Form:
        """The form without answers."""
        made = (self.form or forms.Form)(initial=self.initial)
        made.auto_id = f"{self.code}-%s"
        return made

    @property
    def shown(self) -> forms.Form:
        """The form as it is to be drawn: refused, or fresh."""
        if self.bound is None:
            self.bound = self.fresh()
        return self.bound

    @property
    def asks(self) -> bool:
        """Whether there is anything to fill in."""
        return self.form is not None

    @property
    def fields(self) -> list["Field"]:
        """What is drawn of the form."""
        return fields_of(self.shown)


def fields_of(form: forms.Form) -> list[Field]:
    """The fields with what the form says of them in UNITS and PARTS."""
    units, parts = getattr(form, "UNITS", {}), getattr(form, "PARTS", {})
    return [(bound, units.get(bound.name, ""), parts.get(bound.name)) for bound in form]


def found(rows: QuerySet[Any], pk: int) -> Any:
    """One row of those in sight; what is not in sight does not exist."""
    try:
        return rows.get(pk=pk)
    except ObjectDoesNotExist as error:
        raise Http404 from error


def handled(request: HttpRequest, verbs: Iterable[Verb], back: str) -> HttpResponse | None:
    """Do what was posted; an answer when it was done, None when the page is to be shown (again).
    404 for a verb that is not offered, or for a row that is not in sight."""
    if request.method != "POST":
        return None
    verb = next((one for one in verbs if one.code == request.POST.get("verb")), None)
    if verb is None:
        raise Http404
    verb.bound = (verb.form or forms.Form)(request.POST, request.FILES)
    verb.bound.auto_id, verb.open = f"{verb.code}-%s", True
    if not verb.bound.is_valid():
        return None
    try:
        went = verb.run(dict(verb.bound.cleaned_data))
    except ValidationError as error:
        refuse(verb.bound, error)
        return None
    except ObjectDoesNotExist as error:
        raise Http404 from error
    messages.success(request, verb.done)
    # Without a mark of its own the browser keeps that of the form, and what was said stays unseen.
    return redirect(f"{went if isinstance(went, str) else back}#top")


def refuse(form: forms.Form, error: ValidationError) -> None:
    """Put an action's refusal beside the fields it names; what the form has not goes on top."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        place = name if name in form.fields and name != NON_FIELD_ERRORS else None
        for single in errors:
            form.add_error(place, single)


def status(verbs: Iterable[Verb]) -> int:
    """422 when something was refused."""
    return 422 if any(verb.bound is not None and verb.bound.errors for verb in verbs) else 200


def filled(
    request: HttpRequest, form: forms.Form, *, heading: str, crumbs: Sequence[tuple[str, str]],
    store: Callable[[dict[str, Any]], str], done: str, back: str, note: str = "",
) -> HttpResponse:
    """A page with one form; ``store`` gives the address to go to once it is stored."""
    if request.method == "POST" and form.is_valid():
        try:
            went = store(dict(form.cleaned_data))
        except ValidationError as error:
            refuse(form, error)
        except ObjectDoesNotExist as error:
            raise Http404 from error
        else:
            messages.success(request, done)
            return redirect(went)
    return render(request, "maintenance/agreed_form.html", {
        "form": form, "heading": heading, "crumbs": crumbs, "back": back, "note": note,
        "fields": fields_of(form),
    }, status=422 if form.errors else 200)
