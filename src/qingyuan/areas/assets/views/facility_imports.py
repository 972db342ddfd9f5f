"""Systems from a workbook: first what would happen, line by line, then the lines that are right;
the others as a file to be mended. And the same layout out again."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets import facility_import, facility_sheet, queries
from qingyuan.areas.assets.facility_sheet import Line
from qingyuan.areas.assets.forms import SheetForm
from qingyuan.areas.assets.workbook import SheetError
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope
from qingyuan.ui.sheets import FORMS, disposition

from .facilities import by_state, search

SALT, REJECTS = "facility-sheet", "facility-rejects"
HOUR = 3600  # seconds that a checked file waits to be taken over


@page("edit_facilities")
def template(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in."""
    return _xlsx(facility_sheet.template(), "facilities", _("监测设施模板"))


@page("see_facilities")
def export(request: HttpRequest) -> HttpResponse:
    """The points of the list's filters, with all they have, in the layout of the import."""
    scope = request.scope
    points = by_state(search(scope, request.GET), request.GET.get("state", ""))
    listed = queries.outfitted(scope, points).order_by("organisation__name", "name", "id")
    return _xlsx(facility_sheet.export(listed), "facilities", _("监测设施"))


@page("edit_facilities")
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file, see the report, take over what is right."""
    scope = request.scope
    if "rows" in request.POST:
        return _take_over(request, scope)
    form = SheetForm(request.POST or None, request.FILES or None)
    report: facility_import.Report = []
    if request.method == "POST" and form.is_valid():
        try:
            report = facility_import.rehearse(
                scope, facility_sheet.read(form.cleaned_data["file"].file))
        except SheetError as error:
            form.add_error("file", str(error))
    good = [(line["line"], line["typed"]) for line in report if not line["errors"]]
    bad = [(line["typed"], "；".join(line["errors"])) for line in report if line["errors"]]
    return render(request, "assets/facility_import.html", {
        "form": form, "report": report, "good": len(good), "bad": len(bad),
        "rows": _signed(good, SALT), "rejects": _signed(bad, REJECTS),
        "columns": facility_sheet.COLUMNS,
    }, status=422 if form.errors else 200)


@require_POST
@page("edit_facilities")
def rejects(request: HttpRequest) -> HttpResponse:
    """The lines that were refused, with their reasons, to be mended and uploaded again."""
    lines = _loaded(request, "rejects", REJECTS)
    if lines is None:
        return redirect("assets:facility-import")
    return _xlsx(facility_sheet.rejects((typed, why) for typed, why in lines),
                 "facilities-rejects", _("有误的行"))


def _take_over(request: HttpRequest, scope: Scope) -> HttpResponse:
    rows = _loaded(request, "rows", SALT)
    if rows is None:
        return redirect("assets:facility-import")
    report = facility_import.take_over(scope, [Line(number, typed) for number, typed in rows])
    changed = sum(bool(line["done"]) for line in report)
    refused = [_("第 %(line)d 行：%(why)s") % {"line": line["line"], "why": why}
               for line in report for why in line["errors"]]
    messages.success(request, _("已导入 %(n)d 行，另有 %(same)d 行没有变化。") % {
        "n": changed, "same": sum(not line["done"] and not line["errors"] for line in report)})
    for reason in refused[:20]:
        messages.error(request, reason)
    return redirect("assets:facilities")


def _signed(rows: list[Any], salt: str) -> str:
    return signing.dumps(rows, salt=salt, compress=True) if rows else ""


def _loaded(request: HttpRequest, field: str, salt: str) -> list[Any] | None:
    """What was signed; None, with a message, when it is too old or was changed."""
    try:
        return signing.loads(request.POST.get(field, ""), salt=salt, max_age=HOUR)
    except signing.BadSignature:
        messages.error(request, _("检查结果已过期，请重新上传文件。"))
        return None


def _xlsx(content: bytes, file: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=FORMS["xlsx"], headers={
        "Content-Disposition": disposition(file, name, "xlsx")})
