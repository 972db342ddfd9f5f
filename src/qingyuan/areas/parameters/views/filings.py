"""One filing: what it changes, the form that writes it, the acts on it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.files import actions as files
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.models import Attachment, MediaKind
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.parameters import compare, filing, forms, kinds, queries, standing
from qingyuan.areas.parameters.kinds import Key
from qingyuan.areas.parameters.models import EDITABLE, Filing, FilingLine, FilingState

from .points import factor_word, point_or_404

SUGGESTED = ("wire", "person", "instrument", "judged", "logger")
"""Whose value a first filing begins with, the nearest to the instrument first."""


@page("see_parameters")
def filing_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What was filed beside what it replaces; submit, approve, refuse, withdraw."""
    scope = request.scope
    row = filing_or_404(scope, pk)
    form = forms.Decision(request.POST or None)
    if request.method == "POST" and form.is_valid() and _acted(request, scope, row, form):
        return redirect("parameters:parameter-filing", pk=row.pk)
    own = row.organisation_id == scope.organisation.pk and may(scope, "file_parameters")
    before = former(row)
    kept = {one.sha256: one for one in Attachment.objects.filter(
        organisation=row.organisation_id, sha256__in=row.files)}
    return render(request, "parameters/filing.html", {
        "row": row, "form": form, "lines": changes(row, before),
        "proofs": [(one, kept.get(one)) for one in row.files],
        "former": next(iter(before.values())).filing if before else None,
        "may_decide": filing.may_decide(scope, row),
        "may_submit": own and row.state == FilingState.DRAFT,
        "may_edit": own and row.state in EDITABLE,
        "may_withdraw": own and row.state in (*EDITABLE, FilingState.SUBMITTED),
        "history": history(scope, row),
    }, status=422 if form.errors else 200)


_ACTS: Mapping[str, tuple[Callable[[Scope, Filing, str], Any], Any]] = {
    "submit": (lambda scope, row, _text: filing.submit(scope, row), lambda: _("已提交审批。")),
    "approve": (filing.approve, lambda: _("已批准，参数按新备案核对。")),
    "refuse": (filing.refuse, lambda: _("已退回。")),
    "withdraw": (filing.withdraw, lambda: _("已撤回。")),
}


def _acted(request: HttpRequest, scope: Scope, row: Filing, form: forms.Decision) -> bool:
    act = _ACTS.get(request.POST.get("verb", ""))
    if act is None:
        raise Http404
    try:
        act[0](scope, row, form.cleaned_data["text"])
    except ValidationError as error:
        refuse(form, error)
        return False
    except Filing.DoesNotExist:
        raise Http404 from None
    messages.success(request, act[1]())
    return True


def filing_or_404(scope: Scope, pk: int) -> Filing:
    """A visible filing."""
    try:
        return queries.filing(scope, pk)
    except Filing.DoesNotExist:
        raise Http404 from None


def former(row: Filing) -> dict[Key, FilingLine]:
    """What it replaces: the lines that were in force just before it began, or are now."""
    at = row.valid_from - 1 if row.state in (
        FilingState.APPROVED, FilingState.SUPERSEDED) else standing.now_ms()
    held = queries.lines_in_force([row.point_id], at).get(row.point_id, {})
    return {key: line for key, line in held.items()
            if line.filing.system_id == row.system_id and line.filing_id != row.pk}


def changes(row: Filing, before: Mapping[Key, FilingLine]) -> list[dict[str, Any]]:
    """Every parameter before and after; ``state`` new, changed, same or gone."""
    after = {(line.kind, line.factor): line for line in row.lines.all()}
    found = []
    for key in kinds.ordered([*after, *before]):
        new, old = after.get(key), before.get(key)
        state = ("gone" if new is None else "new" if old is None else
                 "same" if (new.value, new.tolerance) == (old.value, old.tolerance) else "changed")
        found.append({"name": kinds.label(key[0]), "factor": factor_word(key[1]), "new": new,
                      "old": old, "state": state, "unit": (new or old).unit,  # type: ignore[union-attr]
                      "source": kinds.KINDS[key[0]].source if key[0] in kinds.KINDS else ""})
    return found


@page("file_parameters")
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """A change, prefilled with what is in force; a first filing with what is known."""
    scope = request.scope
    point = point_or_404(scope, pk)
    now = standing.now_ms()
    held = queries.lines_in_force([point.pk], now).get(point.pk, {})
    # Another filing takes the place of one, of its system: that which began last.
    system = max(held.values(), key=lambda line: line.filing.valid_from).filing.system_id if (
        held) else None
    own = {key: line for key, line in held.items() if line.filing.system_id == system}
    start: Mapping[Key, Any] = own or suggested(point, now)
    form = _form(request, point, held, {
        "valid_from": forms.local(now), "system": system,
        **forms.FilingForm.initial_of(start)}, start)
    if request.method == "POST" and form.is_valid():
        made = _written(scope, form, lambda facts: filing.file(scope, point, **facts), [])
        if made is not None:
            return _done(request, scope, made)
    return _rendered(request, form, point, None)


@page("file_parameters")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a draft or one that was refused."""
    scope = request.scope
    row = filing_or_404(scope, pk)
    if row.organisation_id != scope.organisation.pk or row.state not in EDITABLE:
        raise Http404
    held = queries.lines_in_force([row.point_id], standing.now_ms()).get(row.point_id, {})
    lines = {(line.kind, line.factor): line for line in row.lines.all()}
    form = _form(request, row.point, held, {
        "valid_from": forms.local(row.valid_from), "reason": row.reason,
        "system": row.system_id, **forms.FilingForm.initial_of(lines)}, {**held, **lines})
    if request.method == "POST" and form.is_valid():
        kept = [one for one in row.files if one in request.POST.getlist("kept")]
        made = _written(scope, form, lambda facts: filing.edit(scope, row, **facts), kept)
        if made is not None:
            return _done(request, scope, made)
    return _rendered(request, form, row.point, row)


def suggested(point: MonitoringPoint, now: int) -> dict[Key, str]:
    """What a point's parameters are as far as anybody knows."""
    found = {}
    for one in compare.differences(point, now):
        by = next((other for name in SUGGESTED if (other := one.by(name))), None)
        if by is not None and one.kind in kinds.KINDS:
            found[one.key] = (f"0-{by.value}" if by.source == "judged"
                              and kinds.KINDS[one.kind].span else by.value)
    return found


def _form(
    request: HttpRequest, point: MonitoringPoint, held: Mapping[Key, FilingLine],
    initial: dict[str, Any], known: Mapping[Key, Any],
) -> forms.FilingForm:
    keys = [key for key in queries.keys_of(point, known=known) if key[0] in kinds.KINDS]
    return forms.FilingForm(keys, queries.systems_of(point), held, request.POST or None,
                            request.FILES or None, initial=initial)


def _written(
    scope: Scope, form: forms.FilingForm, write: Callable[[dict[str, Any]], Filing],
    kept: list[str],
) -> Filing | None:
    """The filing, None where it was refused."""
    data = form.cleaned_data
    try:
        proofs = [files.keep(scope, one, kind=MediaKind.FILE).sha256 for one in data["files"]]
        return write({"lines": form.lines(), "reason": data["reason"],
                      "valid_from": data["valid_from"], "system": data.get("system"),
                      "files": [*kept, *proofs]})
    except ValidationError as error:
        refuse(form, _named(form, error))
    return None


def _named(form: forms.FilingForm, error: ValidationError) -> ValidationError:
    """A line's refusal beside its field."""
    if not hasattr(error, "error_dict"):
        return error
    return ValidationError({f"v.{name}" if f"v.{name}" in form.fields else name: said
                            for name, said in error.error_dict.items()})


def _done(request: HttpRequest, scope: Scope, made: Filing) -> HttpResponse:
    if "submit" in request.POST:
        try:
            filing.submit(scope, made)
            messages.success(request, _("已提交审批。"))
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, _("草稿已保存。"))
    return redirect("parameters:parameter-filing", pk=made.pk)


def _rendered(
    request: HttpRequest, form: forms.FilingForm, point: MonitoringPoint, row: Filing | None
) -> HttpResponse:
    kept = {one.sha256: one for one in Attachment.objects.filter(
        organisation=row.organisation_id, sha256__in=row.files)} if row else {}
    return render(request, "parameters/filing_form.html", {
        "form": form, "point": point, "row": row,
        "proofs": [(one, kept.get(one)) for one in row.files] if row else [],
    }, status=422 if form.errors else 200)


@page("see_parameters")
def proof(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
    """A file of a filing, for whoever sees the filing."""
    row = filing_or_404(request.scope, pk)
    if sha256 not in row.files:
        raise Http404
    found = get_object_or_404(Attachment, organisation=row.organisation_id, sha256=sha256)
    return served(found, view=request.GET.get("view") == "1", request=request)
