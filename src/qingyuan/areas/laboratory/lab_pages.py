"""Pages of the laboratories."""

from collections.abc import Callable
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import today
from qingyuan.areas.files import actions as files
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.models import Attachment, MediaKind
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import may
from qingyuan.ui.address import small_int

from . import establishing, facts, queries
from .forms import CertificateForm, LaboratoryForm, PersonForm, ScopeForm, facts_of
from .holding import holdings
from .models import Laboratory

BIG = 2**62
SOON = 60  # days before a certificate ends


@page("see_samples")
def laboratories(request: HttpRequest) -> HttpResponse:
    """The unit's laboratories with what they may do; one is entered here."""
    scope = request.scope
    form = LaboratoryForm(request.POST or None, initial={"since": today()})
    if request.method == "POST" and form.is_valid():
        try:
            made = establishing.set_laboratory(scope, None, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已登记，请补充证书、能力范围和人员。"))
            return redirect("laboratory:laboratory", pk=made.pk)
    day = today()
    rows = list(queries.laboratories_of(scope).prefetch_related(
        "accreditations", "lines", "people"))
    for row in rows:
        row.certificate = next(iter(row.accreditations.all()), None)
        row.standing = standing(row, day)
        row.present = [one for one in row.people.all() if one.until is None or one.until >= day]
    return render(request, "laboratory/laboratories.html", {
        "rows": rows, "form": form, "today": day, "may_edit": may(scope, "edit_laboratory"),
        "missing": missing(scope.organisation, rows),
    }, status=422 if form.errors else 200)


def standing(row: Laboratory, day: Any) -> str:
    """"ok", "soon", "over" or "none" for the certificate that holds longest."""
    ends = [one.cma_expires for one in row.accreditations.all()]
    if not ends:
        return "none"
    left = (max(ends) - day).days
    return "over" if left < 0 else "soon" if left <= SOON else "ok"


def missing(unit: Organisation, rows: list[Laboratory]) -> list[str]:
    """Names of what the unit's points measure in water and no laboratory may determine."""
    day = today()
    known = {line.code for row in rows if row.until is None or row.until >= day
             for line in row.lines.all()}
    return [holdings()[code].name for code in sorted(facts.wanted(unit, day) - known)]


@page("see_samples")
def laboratory(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: certificates, scope, people, the last samples."""
    scope = request.scope
    row = queries.laboratories_of(scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    forms = _forms(request, row)
    verb = request.POST.get("verb", "")
    if request.method == "POST":
        if verb == "end":
            return _end(request, row)
        if verb not in forms:
            raise Http404
        form = forms[verb]
        if form.is_valid():
            try:
                _ACTS[verb](request, row, form)
            except ValidationError as error:
                refuse(form, error)
            else:
                messages.success(request, _("已保存。"))
                return redirect("laboratory:laboratory", pk=pk)
    day = today()
    return render(request, "laboratory/laboratory.html", {
        "row": row, "forms": forms, "verb": verb, "today": day, "standing": standing(row, day),
        "certificates": list(row.accreditations.all()), "lines": list(row.lines.all()),
        "people": list(row.people.all()), "may_edit": may(scope, "edit_laboratory"),
        "samples": list(queries.samples_of(scope).filter(laboratory=row)[:10]),
        "history": history(scope, row),
    }, status=422 if request.method == "POST" else 200)


def _forms(request: HttpRequest, row: Laboratory) -> dict[str, django_forms.Form]:
    sent = request.POST.get("verb", "") if request.method == "POST" else ""

    def data(verb: str) -> Any:
        return request.POST if sent == verb else None

    return {
        "edit": LaboratoryForm(data("edit"), initial=facts_of(row), prefix="edit"),
        "certificate": CertificateForm(data("certificate"), request.FILES or None,
                                       prefix="certificate"),
        "scope": ScopeForm(data("scope"), prefix="scope", initial={"lines": "\n".join(
            f"{one.parameter} | {one.method}" for one in row.lines.all())}),
        "person": PersonForm(data("person"), initial={"since": today()}, prefix="person"),
    }


def _certificate(request: HttpRequest, row: Laboratory, form: Any) -> None:
    said = dict(form.cleaned_data)
    establishing.accredit(request.scope, row, scan=kept(request, said.pop("upload")), **said)


def kept(request: HttpRequest, file: Any) -> str:
    """The sha256 of an uploaded proof, "" without one."""
    if not file:
        return ""
    kind = MediaKind.PHOTO if (file.content_type or "").startswith("image/") else MediaKind.SCAN
    return files.keep(request.scope, file, kind=kind, name=file.name[:120]).sha256


_ACTS: dict[str, Callable[[HttpRequest, Laboratory, Any], Any]] = {
    "edit": lambda request, row, form: establishing.set_laboratory(
        request.scope, row, **form.cleaned_data),
    "certificate": _certificate,
    "scope": lambda request, row, form: establishing.set_scope(
        request.scope, row, form.cleaned_data["lines"]),
    "person": lambda request, row, form: establishing.add_person(
        request.scope, row, **form.cleaned_data),
}


def _end(request: HttpRequest, row: Laboratory) -> HttpResponse:
    key = small_int(request.POST.get("person", ""), None, BIG)
    person = row.people.filter(pk=key).first()
    if person is None:
        raise Http404
    establishing.end_person(request.scope, person, today())
    messages.success(request, _("已登记离岗。"))
    return redirect("laboratory:laboratory", pk=row.pk)


@page("see_samples")
def laboratory_file(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
    """The scan of a certificate."""
    row = queries.laboratories_of(request.scope).filter(
        pk=pk, accreditations__scan=sha256).first()
    return answered(request, row.organisation_id if row else None, sha256)


def answered(request: HttpRequest, unit: int | None, sha256: str) -> HttpResponse:
    """A kept file of a row that the scope may read; 404 without the row or the file."""
    found = Attachment.objects.filter(organisation=unit, sha256=sha256).first()
    if unit is None or found is None:
        raise Http404
    return served(found, view=request.GET.get("view") == "1", request=request)
