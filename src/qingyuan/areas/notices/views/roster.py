"""The duty roster: a week or a month, who is on duty now, entry and removal."""

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import today
from qingyuan.areas.assets.sites_queries import offices_of
from qingyuan.areas.notices import roster
from qingyuan.areas.notices.actions import now_ms
from qingyuan.areas.notices.forms import ShiftForm
from qingyuan.areas.notices.models import DutyShift
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import histories
from qingyuan.areas.organisations.scope import may
from qingyuan.kernel.clock import CST
from qingyuan.standards.calendars import working_days
from qingyuan.ui.address import small_int

BIG = 2**62
PLAIN = ("工作日", "周末")  # days that need no word of their own
WHOLE = "unit"  # shifts of the whole unit, in the address's office


def _day_of(text: str) -> date:
    try:
        day = date.fromisoformat(text) if len(text) == 10 else today()
    except ValueError:
        day = today()
    return day if 2000 <= day.year <= 2100 else today()


def span_of(span: str, day: date) -> tuple[date, date]:
    """First and last day shown: whole weeks from Monday on."""
    first, last = day, day
    if span == "month":
        first = day.replace(day=1)
        last = day.replace(day=monthrange(day.year, day.month)[1])
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


@page("see_roster")
def roster_page(request: HttpRequest) -> HttpResponse:
    """The roster of a week or a month, by office."""
    scope, now = request.scope, now_ms()
    span = "month" if request.GET.get("span") == "month" else "week"
    day = _day_of(request.GET.get("day", ""))
    first, last = span_of(span, day)
    chosen = request.GET.get("office", "")
    offices = list(offices_of(scope).filter(until=None))
    rows = roster.shifts_of(scope).filter(
        since__lt=roster.instant(last + timedelta(days=1), time()),
        until__gt=roster.instant(first, time())).order_by("since", "id")
    if chosen:
        office = small_int(chosen, None, BIG)
        rows = rows.filter(office=None if chosen == WHOLE else office or 0)
    shifts = list(rows)
    for row in shifts:
        row.over, row.running = row.until <= now, row.since <= now < row.until
        row.clock = _span(row)
    area = scope.organisation.area
    days = [{"day": one, "shifts": found, "today": one == today(),
             "other": span == "month" and one.month != day.month, **_holiday(one, area)}
            for one, found in roster.days_in(shifts, first, last).items()]
    step = timedelta(days=7)
    month = day.replace(day=1)
    return render(request, "notices/roster.html", {
        "span": span, "day": day, "first": first, "last": last, "weeks": [
            days[n:n + 7] for n in range(0, len(days), 7)],
        "days": days, "total": len(shifts), "offices": offices, "chosen": chosen, "whole": WHOLE,
        "on_duty": roster.now_by_office(scope, offices, now),
        "before": day - step if span == "week" else (month - timedelta(days=1)).replace(day=1),
        "after": day + step if span == "week" else (month + timedelta(days=32)).replace(day=1),
        "can_edit": may(scope, "edit_roster"), "today": today(),
        "history": histories(scope, shifts[:200]),
    })


def _span(row: DutyShift) -> str:
    """From when to when, as people say it."""
    begun, ends = (datetime.fromtimestamp(at / 1000, CST) for at in (row.since, row.until))
    whole = begun.time() == ends.time() == time() and ends - begun == timedelta(days=1)
    return _("全天") if whole else f"{begun:%H:%M}–{ends:%H:%M}"


def _holiday(day: date, area: str) -> dict[str, Any]:
    """Whether a day is free by the calendar of the unit's area, and what it is called where the
    week alone does not say so."""
    known = working_days(area).day(day)
    return {"off": not known.working, "word": "" if known.title in PLAIN else known.title}


@page("edit_roster")
def new(request: HttpRequest) -> HttpResponse:
    """Put somebody on duty."""
    scope = request.scope
    form = ShiftForm(scope, request.POST or None, initial={
        "day": _day_of(request.GET.get("day", "")),
        "office": small_int(request.GET.get("office", ""), None, BIG)})
    if request.method == "POST" and form.is_valid():
        try:
            made = roster.add_shifts(scope, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已排 %(count)d 个班次：%(who)s。") % {
                "count": len(made), "who": made[0].person})
            return redirect(f"{reverse('notices:roster')}?day={form.cleaned_data['day']}")
    return render(request, "notices/shift_form.html", {
        "form": form, "units": {"days": _("天"), "weeks": _("周")}},
        status=422 if form.errors else 200)


@require_POST
@page("edit_roster")
def remove(request: HttpRequest) -> HttpResponse:
    """Take the chosen shifts off the roster."""
    chosen = [int(one) for one in request.POST.getlist("pk") if one.isdecimal() and len(one) < 19]
    done = roster.remove_shifts(request.scope, [DutyShift(pk=pk) for pk in chosen])
    if done:
        messages.success(request, _("已取消 %d 个班次；正在进行的到此时为止。") % done)
    else:
        messages.info(request, _("没有可取消的班次：请选择未结束的班次。"))
    query = request.GET.urlencode()
    return redirect(reverse("notices:roster") + (f"?{query}" if query else ""))
