"""Pages of periodic reports."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import Scope, may, require
from qingyuan.reporting.blocks import Chart, Table, Text, from_json
from qingyuan.reporting.charts import png

from . import actions, queries, states
from .cover import docx, pdf
from .forms import MakeForm
from .models import PeriodicReport, ReportState

PAGE = 50
MEDIA = {
    "pdf": (pdf, "application/pdf"),
    "docx": (docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}
VERBS: dict[str, tuple[str, str, Callable[[Scope, PeriodicReport, str], Any]]] = {
    "renew": ("edit_periodic", "refresh", lambda scope, row, _said: actions.make(
        scope, row.discharger, row.level, row.first)),
    "approve": ("approve_periodic", "check",
                lambda scope, row, _said: actions.approve(scope, row)),
    "reopen": ("approve_periodic", "arrow-back-up", actions.reopen),
    "seal": ("approve_periodic", "lock", lambda scope, row, _said: actions.seal(scope, row)),
    "send": ("approve_periodic", "send", actions.send),
    "read": ("receive_periodic", "check", lambda scope, row, _said: actions.receive(scope, row)),
}


def _words() -> dict[str, str]:
    return {"renew": _("按最新数据重新生成"), "approve": _("批准"), "reopen": _("退回修改"),
            "seal": _("封存"), "send": _("送排污单位"), "read": _("签收")}


@page("see_periodic")
def report_list(request: HttpRequest) -> HttpResponse:
    """Reports, the newest first; a new one is made here."""
    scope = request.scope
    may_edit = may(scope, "edit_periodic")
    form = MakeForm(scope, request.POST or None) if may_edit else None
    if request.method == "POST":
        require(scope, "edit_periodic")
        if form is not None and form.is_valid():
            facts = form.cleaned_data
            try:
                made = actions.make(scope, facts["discharger"], facts["level"],
                                    date.fromisoformat(facts["first"]))
            except ValidationError as error:
                refuse(form, error)
            else:
                messages.success(request, _("已生成。"))
                return redirect("periodic:report", pk=made.pk)
    rows = queries.reports_of(scope)
    state = request.GET.get("state", "")
    if state in ReportState.values:
        rows = rows.filter(state=state)
    return render(request, "periodic/reports.html", {
        "page": Paginator(rows.defer("content"), PAGE).get_page(request.GET.get("page")),
        "form": form, "state": state, "tabs": ReportState.choices,
    }, status=422 if form is not None and form.errors else 200)


@page("see_periodic")
def report_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One report as it was made, with what may be done about it."""
    scope, row = request.scope, _row(request, pk)
    own = row.organisation_id == scope.organisation.pk
    wording = own and may(scope, "edit_periodic") and states.can(row.state, "write")
    if request.method == "POST":
        done = _act(request, scope, row)
        if done is not None:
            return done
    words = _words()
    verbs = [(code, words[code], icon) for code, (right, icon, _run) in VERBS.items()
             if states.can(row.state, code) and may(scope, right) and (own or code == "read")]
    sections = [(section, [_shown(row, block, at, n) for n, block in enumerate(section.blocks)],
                 row.passages.get(section.key, ""))
                for at, section in enumerate(from_json(row.content))]
    return render(request, "periodic/report.html", {
        "row": row, "sections": sections, "verbs": verbs, "wording": wording, "own": own,
        "fixed": row.state in states.FIXED,
        "sound": row.state in states.FIXED and actions.digest(row) == row.digest,
        "changes": queries.changes(scope, row) if own and row.state in states.FIXED else (),
        "history": history(scope, row) if own else ()})


def _act(request: HttpRequest, scope: Scope, row: PeriodicReport) -> HttpResponse | None:
    verb = request.POST.get("verb", "")
    try:
        if verb == "write":
            actions.write(scope, row, {
                name.removeprefix("passage-"): value for name, value in request.POST.items()
                if name.startswith("passage-")})
        elif verb in VERBS:
            VERBS[verb][2](scope, row, request.POST.get("said", ""))
        else:
            raise Http404
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return None
    except PeriodicReport.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("已保存。"))
    return redirect("periodic:report", pk=row.pk)


@page("see_periodic")
def report_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The report as a file."""
    if form not in MEDIA:
        raise Http404
    row = _row(request, pk)
    make, media = MEDIA[form]
    answer = HttpResponse(make(row), content_type=media)
    answer["Content-Disposition"] = content_disposition_header(True, f"{row}.{form}")
    return answer


@page("see_periodic")
def chart(request: HttpRequest, pk: int, at: int, n: int) -> HttpResponse:
    """One chart of a report as PNG."""
    sections = from_json(_row(request, pk).content)
    try:
        block = sections[at].blocks[n]
    except IndexError:
        raise Http404 from None
    if not isinstance(block, Chart):
        raise Http404
    return HttpResponse(png(block), content_type="image/png")


def _shown(row: PeriodicReport, block: Any, at: int, n: int) -> dict[str, Any]:
    if isinstance(block, Text):
        return {"kind": "text", "parts": [_part(one) for one in block.parts]}
    if isinstance(block, Table):
        return {"kind": "table", "title": block.title,
                "heads": [(head, k in block.numeric) for k, head in enumerate(block.heads)],
                "rows": [[(head, _part(one), k in block.numeric) for k, (head, one) in enumerate(
                    zip(block.heads, line, strict=True))] for line in block.rows]}
    return {"kind": "chart", "title": block.title, "at": at, "n": n}


def _part(part: Any) -> Any:
    return {"text": part} if isinstance(part, str) else {
        "text": part.value, "unit": part.unit, "link": part.link}


def _row(request: HttpRequest, pk: int) -> PeriodicReport:
    try:
        return queries.report(request.scope, pk)
    except PeriodicReport.DoesNotExist:
        raise Http404 from None
