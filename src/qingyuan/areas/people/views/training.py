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
    """Plans with what was held of them, sessions, and hours by person in the year."""
    scope, day = request.scope, today()
    form = forms.PlanForm(request.POST or None, initial={"year": day.year}) if may(
        scope, "edit_people") else None
    if request.method == "POST":
        require(scope, "edit_people")
        if form is not None and form.is_valid():
            try:
                actions.plan_training(scope, **form.cleaned_data)
            except ValidationError as error:
                refuse(form, error)
            else:
                messages.success(request, _("已登记。"))
                return redirect("people:training")
    rows = queries.sessions_of(scope).annotate(
        there=Count("attendances"), good=Count("attendances", filter=Q(attendances__passed=True)))
    hours = queries.in_service(scope.organisation, day).annotate(
        learnt=Sum("attendances__hours", filter=Q(attendances__session__day__year=day.year)))
    plans = queries.plans_of(scope).filter(year__gte=day.year - 1).annotate(
        held=Count("sessions"))
    return render(request, "people/training.html", {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")), "form": form,
        "hours": hours, "year": day.year, "plans": plans, "day": day,
    }, status=422 if form is not None and form.errors else 200)


@page("edit_people")
def session_new(request: HttpRequest) -> HttpResponse:
    """Enter a training that was held, with who was there."""
    scope = request.scope
    form = forms.SessionForm(queries.plans_of(scope), request.POST or None, request.FILES or None,
                             initial={"day": today(), "plan": request.GET.get("plan") or None})
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        upload = said.pop("scan")
        try:
            file = keep(scope, upload, kind="scan", name=upload.name).sha256 if upload else ""
            made = actions.hold_training(
                scope, present=_present(request.POST), scan=file, **said)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("people:session", pk=made.pk)
    there = set(request.POST.getlist("present"))
    people = [(one, str(one.pk) in there, request.POST.get(f"score-{one.pk}", ""))
              for one in queries.in_service(scope.organisation, today())]
    return render(request, "people/session_form.html", {"form": form, "people": people},
                  status=422 if form.errors else 200)


@page("see_people")
def session(request: HttpRequest, pk: int) -> HttpResponse:
    """One session: who was there and how they did."""
    row = queries.sessions_of(request.scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    return render(request, "people/session.html", {
        "row": row, "people": row.attendances.select_related("staff").order_by("staff__number"),
        "history": history(request.scope, row)})


def _present(said: Any) -> dict[int, float | None]:
    return {int(text): _score(said.get(f"score-{text}", ""))
            for text in said.getlist("present") if text.isdecimal() and len(text) < 19}


def _score(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValidationError({"day": _("成绩应是数字")})
    return value
