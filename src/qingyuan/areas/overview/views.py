"""The manager's page, and a discharger's archive."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import dischargers, today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.models import Organisation
from qingyuan.ui import sheets

from . import archive, parts


@page("see_dashboard")
def overview(request: HttpRequest) -> HttpResponse:
    """Capability, work, data, people and stock of the unit in one page."""
    scope = request.scope
    return render(request, "overview/overview.html", {
        "parts": parts.parts(scope), "line": parts.unit_line(scope), "day": today()})


@page("see_archive")
def archives(request: HttpRequest) -> HttpResponse:
    """The dischargers whose archive the scope may open."""
    text = request.GET.get("q", "").strip()[:64].replace("\x00", "")
    rows = dischargers(request.scope).order_by("name")
    if text:
        rows = rows.filter(name__icontains=text)
    return render(request, "overview/archives.html", {"rows": list(rows[:500]), "text": text})


@page("see_archive")
def discharger_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """One discharger: its points and every drawer."""
    scope, plant = request.scope, _plant(request, pk)
    return render(request, "overview/archive.html", {
        "plant": plant, "points": archive.points(scope, plant),
        "sections": archive.sections(scope, plant), "day": today()})


@page("see_archive")
def archive_list(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """All that is on file, line by line."""
    if form not in sheets.FORMS:
        raise Http404
    plant = _plant(request, pk)
    heads = [_("类别"), _("日期"), _("内容"), _("点位"), _("状态"), _("地址")]
    return sheets.answer(
        form, _("档案目录"), heads, archive.lines(request.scope, plant),
        file="archive", widths=(16, 12, 48, 20, 12, 28))


def _plant(request: HttpRequest, pk: int) -> Organisation:
    try:
        return archive.discharger(request.scope, pk)
    except Organisation.DoesNotExist:
        raise Http404 from None
