"""Marks: the list with its countdown, one mark, preparing, correcting, withdrawing, declaring."""

import time
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.models import Role
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.telemetry.facts import Proof
from qingyuan.areas.telemetry.marking import actions, proofs, queries
from qingyuan.areas.telemetry.marking.forms import DeclareForm, MarkForm
from qingyuan.areas.telemetry.marking.queries import Filters
from qingyuan.areas.telemetry.marking.register import table_title
from qingyuan.areas.telemetry.marking.suggestions import names_of
from qingyuan.areas.telemetry.models import Mark, MarkKind, MarkState, Origin
from qingyuan.kernel.windows import HOUR
from qingyuan.ui.address import small_int
from qingyuan.ui.numbers import to_datetime

PAGE = 50
NAMED = 200  # points offered while typing
SOON = 3 * HOUR  # a deadline so near is amber


@page("see_points")
def mark_list(request: HttpRequest) -> HttpResponse:
    """Marks by state; point, kind, day and text are filters of the address."""
    scope, by, now = request.scope, filters_of(request), time.time()
    waiting = queries.waiting(scope)
    late = queries.overdue(waiting, now)
    counts = queries.counts_for(scope, by, late)
    shown = Paginator(queries.marks_for(scope, by, late), PAGE).get_page(request.GET.get("page"))
    dues = {one.pk: one.due for one in waiting}
    pressing = next((one.due for one in waiting if one.due and not one.due.late(now)), None)
    rule = next((one.due for one in waiting if one.due), None)
    names = names_of(row.factor for row in shown.object_list if row.factor)
    for row in shown.object_list:
        dress(row, names, dues.get(row.pk), now)
    return render(request, "telemetry/marks.html", {
        "page": shown, "by": by, "total": counts[""], "late": counts[queries.LATE],
        "pressing": pressing, "rule": rule, "kinds": MarkKind.choices,
        "tabs": [{"code": code, "count": counts[code]} for code in queries.TABS],
        "filtered": bool(by.kind or by.point or by.day or by.text),
        "point": points_of(scope).filter(pk=by.point).first() if by.point else None,
        "may_prepare": may(scope, "prepare_mark"),
        "may_declare": may(scope, "declare_mark") and any(
            row.state == MarkState.PREPARED for row in shown.object_list),
        "may_import": may(scope, "import_marks"), "may_export": may_export(scope),
        "declarer": declarer(scope), "query": request.GET.urlencode(),
    })


def filters_of(request: HttpRequest) -> Filters:
    """The filters that the address names; what makes no sense is left out."""
    params = request.GET
    state = params.get("state", "") if params.get("state") in queries.TABS else ""
    kind = params.get("kind", "") if params.get("kind") in MarkKind.values else ""
    try:
        day = date.fromisoformat(params.get("day", ""))
    except ValueError:
        day = None
    return Filters(state, kind, small_int(params.get("point", ""), None, 2**62), day,
                   params.get("q", "").strip()[:64])


def may_export(scope: Scope) -> bool:
    """Whoever prepares or declares may take the tables along."""
    return may(scope, "prepare_mark") or may(scope, "declare_mark")


def declarer(scope: Scope) -> str:
    """The name a declaration begins with: the discharger's own, not ours."""
    return scope.who if scope.role == Role.DISCHARGER_MANAGER else ""


def dress(row: Mark, names: dict[str, str], due: Any, now: float) -> Mark:
    """A mark with what its line shows beside its own columns."""
    row.factor_name = names.get(row.factor, row.factor) if row.factor else _("全部因子")
    row.due = due
    row.overdue = due is not None and due.late(now)
    row.soon = due is not None and not row.overdue and due.instant - now < SOON
    row.shown_state = queries.LATE if row.overdue else row.state
    return row


def mark_or_404(request: HttpRequest, pk: int) -> Mark:
    try:
        return queries.mark_of(request.scope, pk)
    except Mark.DoesNotExist as error:
        raise Http404 from error


@page("see_points")
def mark_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One mark: what it says, until when, what the platform has over its span."""
    return shown_mark(request, mark_or_404(request, pk))


def shown_mark(request: HttpRequest, mark: Mark, *, form: DeclareForm | None = None,
               why_error: str = "") -> HttpResponse:
    """The page of a mark, with a refused form of its own if there is one."""
    scope, now = request.scope, time.time()
    standing = mark.replaced_by_id is None and mark.withdrawn_at is None
    waits = standing and mark.state == MarkState.PREPARED
    due = queries.mark_due(mark)
    rows = queries.platform_rows(scope, mark)
    names = names_of({mark.factor, *(row.factor for row in rows)} - {""})
    dress(mark, names, due if waits else None, now)
    for row in rows:
        row.factor_name = names.get(row.factor, row.factor) if row.factor else _("全部因子")
        row.table_title = table_title(row.table)
    own = standing and mark.origin != Origin.IMPORT and mark.state != MarkState.MATCHED
    return render(request, "telemetry/mark.html", {
        "mark": mark, "rows": rows, "due": due, "standing": standing,
        "was_late": due is not None and mark.declared_at is not None
        and mark.declared_at >= due.instant,
        "has_proof": proofs.place_of(mark.proof) is not None,
        "may_change": own and may(scope, "prepare_mark"),
        "may_declare": waits and may(scope, "declare_mark"),
        "form": form or DeclareForm(initial={"by": declarer(scope)}),
        "why_error": why_error, "history": history(scope, mark),
        "replaces": getattr(mark, "replaces", None),
    }, status=422 if form or why_error else 200)


@page("prepare_mark")
def mark_new(request: HttpRequest) -> HttpResponse:
    """Prepare a mark; ``point``, ``from``, ``to`` of the address fill the form in."""
    scope, params = request.scope, request.GET
    asked = points_of(scope).filter(pk=small_int(params.get("point", ""), 0, 2**62)).first()
    form = MarkForm(scope, request.POST or None, request.FILES or None, initial={
        "point": asked.name if asked else "", "kind": params.get("kind", ""),
        "factor": params.get("factor", ""), "start": params.get("from", "").replace(" ", "T"),
        "end": params.get("to", "").replace(" ", "T")})
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.prepare_mark(scope, form.cleaned_data["point"], **form.facts(),
                                       proof=kept_proof(form.cleaned_data["proof"]))
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("标记已准备，待排污单位在企业端申报。"))
            return redirect("telemetry:mark", pk=row.pk)
    return render(request, "telemetry/mark_form.html", {
        "form": form, "mark": None,
        "points": points_of(scope).order_by("name").values_list(
            "name", "organisation__name")[:NAMED],
    }, status=422 if form.errors else 200)


@page("prepare_mark")
def mark_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a mark: a new one takes its place."""
    scope, mark = request.scope, mark_or_404(request, pk)
    form = MarkForm(scope, request.POST or None, request.FILES or None, point=mark.point, initial={
        "kind": mark.kind, "factor": mark.factor, "note": mark.note,
        "start": to_datetime(mark.start), "end": to_datetime(mark.end)})
    if request.method == "POST" and form.is_valid():
        try:
            row = actions.replace_mark(scope, mark, **form.facts(),
                                       proof=kept_proof(form.cleaned_data["proof"]))
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已更正。"))
            return redirect("telemetry:mark", pk=row.pk)
    return render(request, "telemetry/mark_form.html", {"form": form, "mark": mark},
                  status=422 if form.errors else 200)


def kept_proof(file: Any) -> Proof | None:
    """An uploaded proof, kept; None for none. ValidationError for what is no proof."""
    return proofs.keep(file.read()) if file else None


@require_POST
@page("prepare_mark")
def mark_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a mark with a reason."""
    mark = mark_or_404(request, pk)
    try:
        actions.withdraw_mark(request.scope, mark, request.POST.get("why", ""))
    except ValidationError as error:
        return shown_mark(request, mark, why_error="；".join(error.messages))
    messages.success(request, _("标记已撤回。"))
    return redirect("telemetry:mark", pk=pk)


@require_POST
@page("declare_mark")
def marks_declare(request: HttpRequest) -> HttpResponse:
    """Confirm that chosen marks were declared on the enterprise end."""
    scope = request.scope
    keys = [small_int(text, 0, 2**62) for text in request.POST.getlist("mark")][:500]
    seen = points_of(scope).values("pk")
    chosen = list(Mark.objects.filter(pk__in=keys, point__in=seen))
    if len(chosen) != len(set(keys)):
        raise Http404
    form = DeclareForm(request.POST)
    single = chosen[0] if len(chosen) == 1 and "single" in request.POST else None
    if form.is_valid():
        at = form.cleaned_data["at"]
        try:
            done = actions.declare_marks(scope, chosen, by=form.cleaned_data["by"],
                                         at=int(at.timestamp()) if at else None)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已确认申报 %d 条标记，有关小时将重新判定。") % len(done))
    if form.errors:
        if single is not None:
            return shown_mark(request, mark_or_404(request, single.pk), form=form)
        messages.error(request, "；".join(
            str(error) for errors in form.errors.values() for error in errors))
    if not chosen:
        messages.warning(request, _("请先勾选标记。"))
    back = request.POST.get("back", "")
    if single is not None:
        return redirect("telemetry:mark", pk=single.pk)
    return redirect(f"{request.path.removesuffix('declare/')}{f'?{back}' if back else ''}")


@page("see_points")
def mark_proof(request: HttpRequest, pk: int) -> FileResponse:
    """The file that stands behind a mark."""
    mark = mark_or_404(request, pk)
    return proof_answer(mark.proof, f"{_('凭证')}-{mark.pk}")


def proof_answer(name: str, title: str) -> FileResponse:
    """A kept file under a title; 404 when it is not there."""
    path = proofs.place_of(name)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), filename=f"{title}{path.suffix}",
                        content_type=proofs.media_of(path),
                        headers={"X-Content-Type-Options": "nosniff"})

