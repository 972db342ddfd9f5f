"""Readings from a file: what would happen, then the doing of it, and what was rejected."""

import hashlib
import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.telemetry import queries
from qingyuan.areas.telemetry.actions import ImportReport, import_readings
from qingyuan.areas.telemetry.forms import ImportForm
from qingyuan.areas.telemetry.importing.action import SheetError
from qingyuan.areas.telemetry.models import Interval

PAGE = 25
NAMED = 200  # points offered while typing
SHOWN = 100  # rejected lines drawn
STAGED_SECONDS = 86_400
SALT = "import-readings"
EXAMPLE = """时间,化学需氧量（mg/L）,化学需氧量标识,氨氮（mg/L）,污水（L/s）
2026-11-23 08:00,41.8,N,2.35,58.2
2026-11-23 09:00,40.2,N,2.31,57.9
"""


@page("import_readings")
def imports(request: HttpRequest) -> HttpResponse:
    """The form, the report of a rehearsal, and the imports before."""
    scope = request.scope
    if "staged" in request.POST:
        return _take_over(request, scope)
    form = ImportForm(
        scope,
        request.POST or None,
        request.FILES or None,
        initial={"point": request.GET.get("point", "")},
    )
    context: dict[str, Any] = {"form": form, "report": None}
    if request.method == "POST" and form.is_valid():
        context |= _rehearse(scope, form)
    context |= {
        "page": Paginator(queries.import_batches(scope), PAGE).get_page(request.GET.get("page")),
        "points": points_of(scope)
        .order_by("name")
        .values_list("name", "organisation__name")[:NAMED],
        "intervals": dict(Interval.choices),
        "example": EXAMPLE,
    }
    return render(request, "telemetry/imports.html", context, status=422 if form.errors else 200)


def _rehearse(scope: Scope, form: ImportForm) -> dict[str, Any]:
    """What the file would do; the file waits under its digest until it is taken over."""
    typed = form.cleaned_data
    content, name = typed["file"].read(), typed["file"].name
    try:
        report = import_readings(
            scope,
            content,
            name,
            typed["point"],
            typed["interval"],
            replace_existing=typed["replace"],
            dry_run=True,
        )
    except SheetError as error:
        form.add_error("file", str(error))
        return {}
    asked = {
        "digest": _stage(content),
        "name": name,
        "point": typed["point"].pk,
        "interval": typed["interval"],
        "replace": typed["replace"],
    }
    return {
        "report": report,
        "point": typed["point"],
        "name": name,
        "interval": typed["interval"],
        "reasons": Counter(reject.reason for reject in report.rejects).most_common(8),
        "rejects": report.rejects[:SHOWN],
        "staged": signing.dumps(asked, salt=SALT),
        "effective": report.accepted > 0,
    }


def _stage(content: bytes) -> str:
    """Keep an uploaded file for a day; its digest. Older ones are removed on the way."""
    folder = settings.PLACES.uploads / "staged"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if time.time() - old.stat().st_mtime > STAGED_SECONDS:
            old.unlink(missing_ok=True)
    digest = hashlib.sha256(content).hexdigest()
    (folder / digest).write_bytes(content)
    return digest


def _take_over(request: HttpRequest, scope: Scope) -> HttpResponse:
    try:
        asked = signing.loads(request.POST["staged"], salt=SALT, max_age=STAGED_SECONDS)
        staged: Path = settings.PLACES.uploads / "staged" / asked["digest"]
        content = staged.read_bytes()
        point = points_of(scope).get(pk=asked["point"])
        report = import_readings(
            scope,
            content,
            asked["name"],
            point,
            asked["interval"],
            replace_existing=asked["replace"],
        )
    except (signing.BadSignature, FileNotFoundError, MonitoringPoint.DoesNotExist, SheetError):
        messages.error(request, _("检查结果已过期，请重新上传文件。"))
        return redirect("telemetry:import")
    staged.unlink(missing_ok=True)
    messages.success(request, in_words(report))
    return redirect("telemetry:import")


def in_words(report: ImportReport) -> str:
    """What an import did, in one sentence."""
    return _(
        "已导入 %(accepted)d 个时刻的数据；%(kept)d 个时刻已有数值未改动，替换 %(replaced)d 个，"
        "拒绝 %(rejected)d 行。"
    ) % {
        "accepted": report.accepted,
        "kept": report.kept,
        "replaced": report.replaced,
        "rejected": report.rejected,
    }


@page("import_readings")
def rejects(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """The lines an import did not take, with reasons, as CSV."""
    batch = queries.import_batches(request.scope).filter(pk=pk).first()
    if batch is None or not batch.rejects:
        raise Http404
    path = settings.PLACES.uploads / Path(batch.rejects).name
    if not path.exists():
        raise Http404
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=path.name,
        content_type="text/csv; charset=utf-8",
    )


@page("import_readings")
def example(request: HttpRequest) -> HttpResponse:
    """A small file that shows the form."""
    return HttpResponse(
        "\ufeff" + EXAMPLE,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="readings-example.csv"'},
    )
