"""Records on paper: one, and a month of a point."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from qingyuan.areas.assets.labels import origin_of
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.files.store import digest
from qingyuan.areas.organisations.access import page
from qingyuan.areas.records.keeping import queries
from qingyuan.areas.records.keeping.paper import number_of, record_pdf, sheet_of
from qingyuan.areas.records.keeping.paper_month import month_pdf
from qingyuan.areas.records.models import Record


@page("see_records")
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """One record that the caller may read."""
    found = get_object_or_404(queries.records_of(request.scope), pk=pk)
    done = record_pdf(sheet_of(found, link_of(request, found)))
    return answer(request, done, f"{found.title} {found.point.name} {number_of(found)}")


@page("see_records")
def month(request: HttpRequest, pk: int, month: date) -> HttpResponse:
    """The standing records of a visible point in a month."""
    point = get_object_or_404(points_of(request.scope), pk=pk)
    found = queries.of_point_month(request.scope, point, month)
    done = month_pdf(point, month, found, lambda one: link_of(request, one))
    return answer(request, done, f"{point.organisation.name} {point.name} {month:%Y-%m}")


def link_of(request: HttpRequest, found: Record) -> str:
    """The page that a record's QR code opens, for whoever may read it there."""
    return f"{origin_of(request)}/records/{found.pk}/"


def answer(request: HttpRequest, pdf: bytes, name: str) -> HttpResponse:
    """A PDF to be looked at; 304 for whoever has the very same."""
    etag = f'"{digest(pdf)}"'
    made = get_conditional_response(request, etag=etag)
    if made is None:
        made = HttpResponse(pdf, content_type="application/pdf")
        made["Content-Disposition"] = content_disposition_header(False, f"{name}.pdf")
        made["ETag"] = etag
    made["Cache-Control"] = "private, no-cache"
    made["X-Content-Type-Options"] = "nosniff"
    return made


class Month:
    """``2026-11`` in a path, as its first day."""

    regex = r"20\d\d-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        return f"{value:%Y-%m}"
