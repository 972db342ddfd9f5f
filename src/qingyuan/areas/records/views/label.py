"""What a point's label opens: the point for its people, else the ledger while it is open.

Nobody signs in here. Everything is fetched through an opening in force at that point, and every
page that is read leaves a line in the discharger's audit trail.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from qingyuan.areas.assets import labels
from qingyuan.areas.assets.models import LedgerOpening, PointLabel
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.files import answers
from qingyuan.areas.records.keeping import paper, photos
from qingyuan.areas.records.models import HouseEntry, Record, RecordState
from qingyuan.areas.records.words import FORM_KINDS

from .pdf import answer, link_of

DAYS = 365
PAGE = 50
ENTRIES = 200  # of the house's log, newest first
PUBLIC = (RecordState.SUBMITTED, RecordState.ACCEPTED)
Page = Callable[..., HttpResponse]


@require_GET
def label(request: HttpRequest, code: str) -> HttpResponse:
    """To the point for whoever may see it; the open ledger for everybody else; without one to the
    sign-in page."""
    found = _label(code)
    if request.scope is not None and points_of(request.scope).filter(pk=found.point_id).exists():
        return redirect("telemetry:point", found.point_id)
    opening = labels.in_force(found.point)
    if opening is not None:
        return _sealed(_ledger(request, found, opening))
    if request.user.is_authenticated:
        raise Http404
    return redirect_to_login(request.get_full_path())


def opened(view: Page) -> Page:
    """A page below an opened ledger: 404 as soon as the opening has ended."""

    @require_GET
    @wraps(view)
    def guarded(request: HttpRequest, code: str, **path: Any) -> HttpResponse:
        found = _label(code)
        opening = labels.in_force(found.point)
        if opening is None:
            raise Http404
        return _sealed(view(request, found, opening, **path))

    return guarded


@opened
def record(
    request: HttpRequest, found: PointLabel, opening: LedgerOpening, pk: int
) -> HttpResponse:
    """One record to be read on a phone."""
    one = _record(found, pk)
    _note(request, opening, found, f"record {pk}")
    sheet = paper.sheet_of(one, public=True)
    sections, figures = paper.answered(sheet)
    kept = photos.attachments(one.organisation, one.answers)
    shown = [(figure, kept.get(figure.sha256)) for figure in figures.found]
    return render(request, "records/label_record.html", {
        "label": found, "record": one, "facts": paper.facts_of(sheet), "sections": sections,
        "figures": [{"figure": figure, "file": file,
                     "picture": file is not None and file.media_type.startswith("image/")}
                    for figure, file in shown],
        "number": paper.number_of(one),
    })


@opened
def record_pdf(
    request: HttpRequest, found: PointLabel, opening: LedgerOpening, pk: int
) -> HttpResponse:
    """The same on paper."""
    one = _record(found, pk)
    _note(request, opening, found, f"record {pk} pdf")
    done = paper.record_pdf(paper.sheet_of(one, link_of(request, one), public=True))
    return answer(request, done, f"{one.title} {found.point.name} {paper.number_of(one)}")


@opened
def record_file(
    request: HttpRequest, found: PointLabel, opening: LedgerOpening, pk: int, sha256: str
) -> HttpResponse:
    """A photo or file that one of these records names, pictures as the stamped copy."""
    one = _record(found, pk)
    kept = photos.attachments(one.organisation, one.answers).get(sha256)
    if kept is None:
        raise Http404
    return answers.served(kept, view=True, request=request)


def _label(code: str) -> PointLabel:
    found = labels.label_by_code(code.upper())
    if found is None:
        raise Http404
    return found


def _records(found: PointLabel) -> QuerySet[Record]:
    """The latest versions of what was submitted at the point in the last 12 months, by whichever
    unit."""
    return Record.objects.filter(
        point=found.point_id, state__in=PUBLIC, day__gte=today() - timedelta(days=DAYS),
    ).select_related("organisation", "point__outlet", "point__organisation").order_by("-day", "-id")


def _record(found: PointLabel, pk: int) -> Record:
    return get_object_or_404(_records(found), pk=pk)


def _ledger(request: HttpRequest, found: PointLabel, opening: LedgerOpening) -> HttpResponse:
    every, point = _records(found), found.point
    kind = request.GET.get("kind", "")
    listed = every.filter(kind=kind) if kind in FORM_KINDS else every
    counts = dict(every.order_by().values_list("kind").annotate(Count("pk")))
    unit = labels.units_on([point]).get(point.pk)
    since = timezone.now() - timedelta(days=DAYS)
    _note(request, opening, found, "ledger")
    return render(request, "records/label.html", {
        "label": found, "point": point, "opening": opening, "unit": unit,
        "phone": labels.phone_for(point, unit, labels.phones_of([unit] if unit else [])),
        "page": Paginator(listed, PAGE).get_page(request.GET.get("page")), "kind": kind,
        "tabs": [("", "", sum(counts.values()))] + [
            (code, word, counts[code]) for code, word in FORM_KINDS.items() if code in counts],
        "entries": HouseEntry.objects.filter(
            point=point, came_at__gte=round(since.timestamp() * 1000))[:ENTRIES],
    })


def _note(
    request: HttpRequest, opening: LedgerOpening, found: PointLabel, what: str
) -> None:
    labels.note_reading(opening, found.code, request.META.get("REMOTE_ADDR", ""), what)


def _sealed(page: HttpResponse) -> HttpResponse:
    """No cache keeps it beyond the opening, no search engine lists it."""
    page["Cache-Control"] = "no-store"
    page["X-Robots-Tag"] = "noindex, nofollow"
    page["Referrer-Policy"] = "no-referrer"
    return page
