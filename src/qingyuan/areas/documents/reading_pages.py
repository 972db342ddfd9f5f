"""Pages of coverage, reading, comparing and copies to take along."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import today
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import may

from . import keeping, queries
from .forms import SettingsForm
from .models import Version
from .rendering import differences, rendered
from .systems import lists, starters


@page("see_documents")
def systems_page(request: HttpRequest) -> HttpResponse:
    """Every system that is named, and whether the unit has it; a starter text is taken here."""
    scope = request.scope
    if request.method == "POST":
        if request.POST.get("starter", "") not in starters():
            raise Http404
        try:
            made = keeping.adopt(scope, request.POST["starter"])
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
        else:
            messages.success(request, _("已采用为草稿。请按本单位情况修改并送批，批准前不算有效。"))
            return redirect("documents:document", pk=made.document_id)
    rows = queries.coverage(queries.documents_of(scope), today())
    first = {key: one for one in reversed(starters().values()) for key in one.systems}
    groups = [(title, [(one, first.get(one.system.key)) for one in rows
                       if one.system.list == key]) for key, title in lists().items()]
    needed = [one for one in rows if one.system.required]
    return render(request, "documents/systems.html", {
        "groups": groups, "needed": len(needed), "may_edit": may(scope, "edit_documents"),
        "good": sum(one.state in ("force", "overdue") for one in needed)})


@page("see_documents")
def to_read(request: HttpRequest) -> HttpResponse:
    """What the person at the screen must read and has not."""
    return render(request, "documents/to_read.html", {
        "rows": queries.to_read(request.scope), "today": today()})


@page("see_documents")
def difference(request: HttpRequest, pk: int) -> HttpResponse:
    """What changed between two versions of a document."""
    versions = list(queries.versions_of(request.scope).filter(document=pk).order_by("-number"))
    if not versions:
        raise Http404
    known = {str(one.number): one for one in versions}
    new = known.get(request.GET.get("to", ""), versions[0])
    before = next((one for one in versions if one.number < new.number), new)
    old = known.get(request.GET.get("from", ""), before)
    return render(request, "documents/difference.html", {
        "row": new.document, "versions": versions, "old": old, "new": new,
        "lines": differences(old.text, new.text)})


@page("see_documents")
def offline(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """One HTML file that needs nothing else: a document in force, or all work instructions. It is
    a copy of the day on which it was taken, and says so."""
    if pk:
        row = queries.documents_of(request.scope).filter(pk=pk).first()
        held = queries.current(row, today()) if row else None
        if held is None:
            raise Http404
        rows: list[Version] = [queries.versions_of(request.scope).get(pk=held.pk)]
    else:
        rows = queries.instructions(request.scope)
    for one in rows:
        one.shown = rendered(one.text)
    body = render_to_string("documents/offline.html", {
        "rows": rows, "today": today(), "unit": request.scope.organisation})
    answer = HttpResponse(body)
    answer["Content-Disposition"] = (
        f'attachment; filename="documents-{pk or "all"}-{today():%Y%m%d}.html"')
    return answer


@page("approve_documents")
def settings_page(request: HttpRequest) -> HttpResponse:
    """Whether authors may approve their own texts."""
    scope = request.scope
    held = queries.settings_of(scope.organisation)
    form = SettingsForm(request.POST or None, initial={"own_approval": held.own_approval})
    if request.method == "POST" and form.is_valid():
        try:
            keeping.set_settings(scope, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("documents:document-settings")
    return render(request, "documents/settings.html", {
        "form": form, "held": held, "history": history(scope, held) if held.pk else ()},
        status=422 if form.errors else 200)


@page("see_documents")
def file(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
    """The file of one of a document's versions."""
    held = queries.versions_of(request.scope).filter(document=pk, file=sha256).exists()
    found = Attachment.objects.filter(
        organisation=request.scope.organisation, sha256=sha256).first() if held else None
    if found is None:
        raise Http404
    return served(found, view=request.GET.get("view") == "1", request=request)
