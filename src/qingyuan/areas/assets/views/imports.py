"""Stations from a workbook: first what would happen, row by row, then the rows that are right."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets import actions
from qingyuan.areas.assets import station_sheet as sheet
from qingyuan.areas.assets.forms import SheetForm
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT = "stations-sheet"


@page("edit_stations")
def template(request: HttpRequest) -> HttpResponse:
    """The workbook to fill in."""
    return HttpResponse(sheet.template(), content_type=XLSX, headers={
        "Content-Disposition": "attachment; filename=\"stations.xlsx\"; filename*=UTF-8''"
                               "%E7%AB%99%E7%82%B9%E7%99%BB%E8%AE%B0%E6%A8%A1%E6%9D%BF.xlsx",
    })


@page("edit_stations")
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file, see the report, take over what is right."""
    scope = request.scope
    if "rows" in request.POST:
        return _take_over(request, scope)
    form = SheetForm(request.POST or None, request.FILES or None)
    report: list[dict[str, Any]] = []
    if request.method == "POST" and form.is_valid():
        try:
            report = rehearse(scope, sheet.read(form.cleaned_data["file"].file))
        except sheet.SheetError as error:
            form.add_error("file", str(error))
    good = [line["typed"] | {"line": line["line"]} for line in report if not line["errors"]]
    return render(request, "assets/station_import.html", {
        "form": form, "report": report, "good": len(good), "bad": len(report) - len(good),
        "rows": signing.dumps(good, salt=SALT, compress=True) if good else "",
        "columns": sheet.COLUMNS,
    }, status=422 if form.errors else 200)


def rehearse(scope: Scope, rows: Iterable[sheet.Row]) -> list[dict[str, Any]]:
    """Try every row through the action in a transaction that is thrown away."""
    report = []
    with transaction.atomic():
        for row in rows:
            errors = list(row.errors) or register(scope, row.typed)
            report.append({"line": row.line, "typed": row.typed, "errors": errors})
        transaction.set_rollback(True)
    return report


def register(scope: Scope, typed: dict[str, str]) -> list[str]:
    """Enter one line's station; the reasons when it is refused."""
    form = sheet.form_of(typed)
    if not form.is_valid():
        return list(sheet.check(0, typed).errors)
    facts = dict(form.cleaned_data)
    since = facts.pop("since") or actions.BEGINNING
    try:
        with transaction.atomic():
            actions.register_station(scope, since=since, **facts)
    except ValidationError as error:
        return list(error.messages)
    return []


def _take_over(request: HttpRequest, scope: Scope) -> HttpResponse:
    try:
        rows = signing.loads(request.POST["rows"], salt=SALT, max_age=3600)
    except signing.BadSignature:
        messages.error(request, _("检查结果已过期，请重新上传文件。"))
        return redirect("assets:station-import")
    refused = []
    for row in rows:
        line = row.pop("line")
        refused += [_("第 %(line)d 行：%(why)s") % {"line": line, "why": why}
                    for why in register(scope, row)]
    done = len(rows) - len(refused)
    if done:
        messages.success(request, _("已登记 %(n)d 个站点。") % {"n": done})
    for reason in refused[:20]:
        messages.error(request, reason)
    return redirect("assets:stations")
