"""Silences: which run, which are over; a new one; the early end."""

import time
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.findings import kinds, queries, silences
from qingyuan.areas.findings.forms import SilenceForm
from qingyuan.areas.findings.models import Finding, Silence
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import histories
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.kernel.clock import CST
from qingyuan.ui.address import small_int

PAGE = 50
BIG = 2**62
TABS = ("running", "past")


@page("see_findings")
def silence_list(request: HttpRequest) -> HttpResponse:
    """Silences that run, or that are over, newest first."""
    scope, params = request.scope, request.GET
    state = params["state"] if params.get("state") in TABS else "running"
    kind = params["kind"] if params.get("kind") in kinds.KINDS else ""
    text = params.get("q", "").strip()[:64]
    rows = _found(queries.silences_of(scope), kind, text)
    tabs = {code: of_tab(rows, code) for code in TABS}
    shown = Paginator(tabs[state], PAGE).get_page(params.get("page"))
    for row in shown.object_list:
        row.label = kinds.label(row.kind) if row.kind else ""
    return render(request, "findings/silences.html", {
        "page": shown, "state": state, "kind": kind, "text": text,
        "tabs": [(code, held.count()) for code, held in tabs.items()],
        "kinds": [(code, one.label) for code, one in kinds.KINDS.items()],
        "may_silence": may(scope, "silence_findings"),
        "history": histories(scope, list(shown.object_list)),
    })


def _found(rows: QuerySet[Silence], kind: str, text: str) -> QuerySet[Silence]:
    if kind:
        rows = rows.filter(kind=kind)
    if text:
        rows = rows.filter(Q(reason__icontains=text) | Q(point__name__icontains=text)
                           | Q(point__organisation__name__icontains=text))
    return rows


def of_tab(rows: QuerySet[Silence], state: str) -> QuerySet[Silence]:
    """Those that run now, or those that are over."""
    running = Q(ended_at=None, until__gt=round(time.time() * 1000))
    return rows.filter(running) if state == "running" else rows.exclude(running)


@page("silence_findings")
def new(request: HttpRequest) -> HttpResponse:
    """Silence a kind, a point, a factor; ``finding`` of the address fills the form in."""
    scope = request.scope
    form = SilenceForm(scope, request.POST or None, initial=_initial(scope, request.GET))
    if request.method == "POST" and form.is_valid():
        try:
            silences.silence(scope, **form.facts())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已静默：期间的发现照常登记，不通知任何人。"))
            return redirect("findings:silences")
    return render(request, "findings/silence_form.html", {"form": form},
                  status=422 if form.errors else 200)


def _initial(scope: Scope, params: Any) -> dict[str, Any]:
    until = (timezone.now() + timedelta(hours=24)).astimezone(CST).replace(second=0, microsecond=0)
    asked = small_int(params.get("finding", ""), None, BIG)
    if asked is None:
        return {"kind": params.get("kind", ""), "until": until,
                "point": small_int(params.get("point", ""), None, BIG)}
    try:
        row = queries.finding(scope, asked)
    except Finding.DoesNotExist:
        raise Http404 from None
    return {"kind": row.kind, "point": row.point_id, "factor": row.factor, "until": until}


@require_POST
@page("silence_findings")
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """End one before its time."""
    try:
        silences.end_silence(request.scope, Silence(pk=pk))
    except Silence.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, _("静默已结束，未处理完的发现重新计时提醒。"))
    return redirect("findings:silences")
