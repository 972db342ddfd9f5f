"""Trainings: planned, held, and how many hours each person has had."""

import math
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import today
from qingyuan.areas.files.actions import keep
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import may, require
from qingyuan.areas.people import actions, forms, queries

PAGE = 50


@page("see_people")
def training(request: HttpRequest) -> HttpResponse:
    """Sessions, and hours by person in the year."""
    scope, year = request.scope, today().year
    form = forms.TrainingForm(request.POST or None) if may(scope, "edit_people") else None
    if request.method == "POST":
        require(scope, "edit_people")
        if form is not None and form.is_valid():
            try:
                made = actions.plan_training(scope, **form.cleaned_data)
            except ValidationError as error:
                refuse(form, error)
            else:
                messages.success(request, _("已登记。"))
                return redirect("people:session", pk=made.pk)
    rows = queries.sessions_of(scope).annotate(
        there=Count("attendances"), good=Count("attendances", filter=Q(attendances__passed=True)))
    hours = queries.in_service(scope.organisation, today()).annotate(
        learnt=Sum("attendances__hours", filter=Q(attendances__session__held_on__year=year)))
    return render(request, "people/training.html", {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")), "form": form,
        "hours": hours, "year": year,
    }, status=422 if form is not None and form.errors else 200)


@page("see_people")
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """One session: who was there and how they did."""
    scope = request.scope
    row = queries.sessions_of(scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    form = forms.HeldForm(request.POST or None, request.FILES or None, initial={
        "held_on": row.held_on or row.planned_on}) if may(scope, "edit_people") else None
    if request.method == "POST":
        require(scope, "edit_people")
        if form is not None and form.is_valid():
            upload = form.cleaned_data["material"]
            try:
                file = keep(scope, upload, kind="scan", name=upload.name).sha256 if upload else ""
                actions.hold_training(
                    scope, row, form.cleaned_data["held_on"], _present(request.POST), file)
            except ValidationError as error:
                refuse(form, error)
            else:
                messages.success(request, _("已保存。"))
                return redirect("people:session", pk=row.pk)
    there = {one.staff_id: one for one in row.attendances.all()}
    people = [(one, there.get(one.pk)) for one in queries.in_service(
        scope.organisation, row.held_on or row.planned_on)]
    return render(request, "people/session.html", {
        "row": row, "people": people, "form": form, "history": history(scope, row),
    }, status=422 if form is not None and form.errors else 200)


def _present(said: Any) -> dict[int, float | None]:
    found: dict[int, float | None] = {}
    for text in said.getlist("present"):
        if text.isdecimal() and len(text) < 19:
            found[int(text)] = _score(said.get(f"score-{text}", ""))
    return found


def _score(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        if text.strip():
            raise ValidationError({"held_on": _("成绩应是数字")}) from None
        return None
    if not math.isfinite(value):
        raise ValidationError({"held_on": _("成绩应是数字")})
    return value
