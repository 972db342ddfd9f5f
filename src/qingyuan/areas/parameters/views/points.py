"""The parameters of one point: what is filed, what was read, what differs, its history."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.files import actions as files
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.models import Attachment, MediaKind
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import histories
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.parameters import compare, forms, kinds, queries, readings, standing
from qingyuan.areas.parameters.compare import Difference
from qingyuan.areas.parameters.models import EDITABLE, FilingState

PAGE = 20
FILINGS = 20


def point_or_404(scope: Scope, pk: int) -> MonitoringPoint:
    """A visible point."""
    return get_object_or_404(points_of(scope), pk=pk)


@page("see_parameters")
def point_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What is filed beside what was read, the filings, and every value that was ever read."""
    scope = request.scope
    point = point_or_404(scope, pk)
    now = standing.now_ms()
    found = compare.differences(point, now)
    filings = list(queries.filings_of(scope).filter(point=point).order_by("-valid_from", "-id")[
        :FILINGS])
    read = Paginator(queries.readings_of(scope, point).order_by("-last_at", "-id"), PAGE)
    shown = read.get_page(request.GET.get("page"))
    for row in shown.object_list:
        row.name, row.unit = kinds.label(row.kind), kinds.unit(row.kind, row.factor)
        row.about = factor_word(row.factor)
    return render(request, "parameters/point.html", {
        "point": point, "lines": [shown_line(one) for one in found],
        "tallies": [(state, sum(one.state == state for one in found))
                    for state in ("differs", "unfiled", "unread", "equal")],
        "differs": sum(one.state == "differs" for one in found),
        "filings": filings, "page": shown, "wire": compare.Origin.WIRE,
        "waiting": next((one for one in filings if one.state == FilingState.SUBMITTED), None),
        "draft": next((one for one in filings if one.state in EDITABLE
                       and one.organisation_id == scope.organisation.pk), None),
        "may_frames": may(scope, "see_frames"), "kind": standing.DIFFERS,
        "may_file": may(scope, "file_parameters"), "history": histories(scope, filings),
    })


def shown_line(one: Difference) -> dict[str, Any]:
    """A parameter as the table shows it: read values and registers in columns of their own."""
    return {
        "one": one, "name": one.label, "factor": factor_word(one.factor),
        "wire": one.by("wire"), "person": one.by("person"),
        "registers": [other for other in one.against if other.source not in compare.READ],
    }


def factor_word(factor: str) -> str:
    """A factor's name, "" for the point's own."""
    return forms.factor_name(factor) if factor else ""


@page("file_parameters")
def reading_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter what the screen shows."""
    scope = request.scope
    point = point_or_404(scope, pk)
    now = standing.now_ms()
    keys = queries.keys_of(point, known=[one.key for one in compare.differences(point, now)
                                         if one.kind in kinds.KINDS])
    form = forms.ReadingForm(keys, request.POST or None, request.FILES or None, initial={
        "at": forms.local(now), "what": request.GET.get("what", "")})
    if request.method == "POST" and form.is_valid() and _read(scope, point, form):
        messages.success(request, _("已登记，并与备案核对。"))
        return redirect("parameters:point-parameters", pk=point.pk)
    return render(request, "parameters/reading_form.html", {"point": point, "form": form},
                  status=422 if form.errors else 200)


def _read(scope: Scope, point: MonitoringPoint, form: forms.ReadingForm) -> bool:
    data = form.cleaned_data
    kind, _dot, factor = data["what"].partition(".")
    try:
        photos = [files.keep(scope, one, kind=MediaKind.PHOTO).sha256 for one in data["photos"]]
        readings.read_by_hand(scope, point, kind=kind, factor=factor, value=data["value"],
                              at=data["at"], files=photos, note=data["note"])
    except ValidationError as error:
        refuse(form, error)
        return False
    return True


@page("see_parameters")
def photo(request: HttpRequest, pk: int, reading: int, sha256: str) -> HttpResponse:
    """A photo of a reading, for whoever sees the point."""
    point = point_or_404(request.scope, pk)
    row = get_object_or_404(queries.readings_of(request.scope, point), pk=reading)
    if sha256 not in row.files:
        raise Http404
    found = get_object_or_404(Attachment, organisation=row.organisation_id, sha256=sha256)
    return served(found, view=request.GET.get("view") == "1", request=request)
