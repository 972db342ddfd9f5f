"""Marks out to the discharger and back from the national platform: tables, their report, and which
point a place of the platform is."""

import hashlib
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.areas.telemetry.marking import actions, exporting, queries
from qingyuan.areas.telemetry.marking.forms import PlatformFileForm
from qingyuan.areas.telemetry.marking.register import OUTCOMES, Report, import_platform_marks
from qingyuan.areas.telemetry.marking.sheets import SheetError
from qingyuan.areas.telemetry.marking.suggestions import names_of
from qingyuan.areas.telemetry.marking.tables import TABLES, sheet_name
from qingyuan.ui.address import small_int
from qingyuan.ui.numbers import china_time
from qingyuan.ui.sheets import FORMS, disposition

from .marks import filters_of, may_export

SALT = "import-marks"
STAGED_SECONDS = 86_400
SHOWN = 300  # lines drawn
PAGE = 25
SAMPLES = {
    "recorded": gettext_lazy("新登记"), "replaced": gettext_lazy("更正"),
    "withdrawn": gettext_lazy("撤回"), "same": gettext_lazy("与已登记的相同"),
}


@page("see_points")
def marks_export(request: HttpRequest, form: str) -> HttpResponse:
    """Marks to be declared, as the address filters them: every class as a sheet of a workbook, or
    with ``table`` one class as CSV. ``mark`` keeps only these."""
    scope = request.scope
    if not may_export(scope):
        require(scope, "prepare_mark")
    if form not in FORMS:
        raise Http404
    keys = [small_int(text, 0, 2**62) for text in request.GET.getlist("mark")]
    found = exporting.tables_of(scope, queries.marks_to_export(scope, filters_of(request), keys))
    name = f"{_('待申报标记')}-{china_time(time.time(), 'day')}"
    if form == "csv":
        table = TABLES.get(request.GET.get("table", "device"))
        if table not in exporting.WRITTEN:
            raise Http404
        content = exporting.csv_of(table, found[table.code])
        name = f"{sheet_name(table)}-{name}"
    else:
        content = exporting.workbook_of(found)
    return HttpResponse(content, content_type=FORMS[form], headers={
        "Content-Disposition": disposition("marks", name, form)})


@page("import_marks")
def marks_import(request: HttpRequest) -> HttpResponse:
    """The form, the report of a rehearsal, and the imports before."""
    scope = request.scope
    if "staged" in request.POST:
        return _take_over(request, scope)
    form = PlatformFileForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "report": None}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        context |= _rehearse(scope, form, file.read(), file.name)
    return _shown(request, scope, context, 422 if form.errors else 200)


def _shown(request: HttpRequest, scope: Scope, context: dict[str, Any], status: int = 200
           ) -> HttpResponse:
    context |= {
        "page": Paginator(queries.imports_of(scope), PAGE).get_page(request.GET.get("page")),
        "places": queries.places_of(scope).order_by("ps_name", "mp_name")[:100],
        "outcomes": OUTCOMES,
    }
    return render(request, "telemetry/marks_import.html", context, status=status)


def _rehearse(scope: Scope, form: PlatformFileForm | None, content: bytes, name: str
              ) -> dict[str, Any]:
    """What the file would do; it waits under its digest until it is taken over."""
    try:
        report = import_platform_marks(scope, content, name, dry_run=True)
    except SheetError as error:
        if form is not None:
            form.add_error("file", str(error))
        return {}
    asked = {"digest": _stage(content), "name": name}
    names = names_of([*(line.factor for line in report.lines if line.factor),
                      *(one.factor for one in report.samples)])
    return {
        "report": report, "name": name, "lines": _dressed(report, names)[:SHOWN],
        "samples": [{"one": one, "factor": names.get(one.factor, one.factor),
                     "outcome": SAMPLES[one.outcome]} for one in report.samples[:SHOWN]],
        "rejects": report.rejects[:SHOWN], "staged": signing.dumps(asked, salt=SALT),
        "unknown": [
            {"ps_name": key[0], "mp_id": key[1], "mp_name": key[2], "n": n,
             "token": signing.dumps(key, salt=SALT)}
            for key, n in report.places.most_common(50)
        ],
        "points": points_of(scope).order_by("organisation__name", "name") if report.places else (),
    }


def _dressed(report: Report, names: dict[str, str]) -> list[dict[str, Any]]:
    first = ("differs", "new", "matched", "unfinished", "deleted")
    lines = sorted(report.lines, key=lambda one: (not one.changed, first.index(one.outcome),
                                                  one.row.sheet, one.row.line))
    return [{"line": one, "row": one.row, "factor": names.get(one.factor, one.factor)}
            for one in lines]


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
        if "place" in request.POST:
            return _map(request, scope, content, asked["name"])
        report = import_platform_marks(scope, content, asked["name"])
    except (signing.BadSignature, FileNotFoundError, SheetError):
        messages.error(request, _("检查结果已过期，请重新上传文件。"))
        return redirect("telemetry:marks-import")
    staged.unlink(missing_ok=True)
    counts = report.counts
    messages.success(request, _(
        "已导入：%(matched)d 行与准备的标记一致，%(differs)d 行不一致，%(new)d 行为新申报，"
        "%(deleted)d 行已撤销，%(unfinished)d 行未完成；手工监测值 %(samples)d 个；"
        "拒绝 %(rejected)d 行。") % {
            **counts, "samples": len(report.samples), "rejected": len(report.rejects)})
    return redirect("telemetry:marks-import")


def _map(request: HttpRequest, scope: Scope, content: bytes, name: str) -> HttpResponse:
    """Keep the answers to which point a place is, then look at the file again."""
    chosen = zip(request.POST.getlist("place"), request.POST.getlist("point"), strict=False)
    kept = 0
    for token, pk in chosen:
        if not pk:
            continue
        ps_name, mp_id, mp_name = signing.loads(token, salt=SALT, max_age=STAGED_SECONDS)
        point = points_of(scope).filter(pk=small_int(pk, 0, 2**62)).first()
        if point is None:
            raise Http404
        try:
            actions.map_place(scope, point, ps_name=ps_name, mp_id=mp_id, mp_name=mp_name)
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        else:
            kept += 1
    if kept:
        messages.success(request, _("已保存 %d 处对应关系，以下是重新检查的结果。") % kept)
    context = {"form": PlatformFileForm(), "report": None} | _rehearse(scope, None, content, name)
    return _shown(request, scope, context)


@page("import_marks")
def mark_rejects(request: HttpRequest, pk: int) -> FileResponse:
    """The lines an import did not take, with reasons, as CSV."""
    batch = queries.imports_of(request.scope).filter(pk=pk).first()
    if batch is None or not batch.rejects:
        raise Http404
    path = settings.PLACES.uploads / Path(batch.rejects).name
    if not path.exists():
        raise Http404
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name,
                        content_type="text/csv; charset=utf-8")
