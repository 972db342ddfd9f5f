"""Pages of documents: the list, one document, entering and changing."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import today
from qingyuan.areas.files import actions as files
from qingyuan.areas.files.models import MediaKind
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import may, require

from . import actions, keeping, queries
from .forms import DocumentForm, VersionForm, WordForm
from .models import Document, Kind, State, Version
from .rendering import rendered
from .systems import systems, titles

PAGE = 50
TABS = ("force", "coming", "review", "draft", "old", "withdrawn")


@page("see_documents")
def documents(request: HttpRequest) -> HttpResponse:
    """All documents by state."""
    scope, given, day = request.scope, request.GET, today()
    by = {"state": given.get("state", ""), "system": given.get("system", "")[:32],
          "kind": given.get("kind", ""), "q": given.get("q", "").strip()[:64]}
    rows = list(queries.documents_of(scope))
    if by["kind"] in Kind.values:
        rows = [one for one in rows if one.kind == by["kind"]]
    if by["system"]:
        rows = [one for one in rows if by["system"] in one.systems]
    if by["q"]:
        rows = [one for one in rows if by["q"].casefold() in str(one).casefold()]
    for one in rows:
        one.standing = queries.standing(one, day)
        one.held = queries.current(one, day)
        one.due = queries.next_review(one, day)
        one.names = titles(one.systems)
    counts = Counter(one.standing for one in rows)
    shown = [one for one in rows if by["state"] in ("", one.standing)]
    return render(request, "documents/documents.html", {
        "page": Paginator(shown, PAGE).get_page(given.get("page")), "by": by, "today": day,
        "tabs": [("", len(rows)), *((code, counts[code]) for code in TABS)],
        "kinds": Kind.choices, "systems": systems().values(),
        "any": any(value for name, value in by.items() if name != "state"),
        "waiting": len(queries.to_read(scope)), "may_edit": may(scope, "edit_documents")})


@page("see_documents")
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """One document: versions, approval, receipts, keeping."""
    row = _document(request, pk)
    form = WordForm(request.POST or None)
    version_form = VersionForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        verb = request.POST.get("verb", "")
        if verb not in _ACTS:
            raise Http404
        used: Any = version_form if verb in ("draft", "edit") else form
        if used.is_valid():
            try:
                _ACTS[verb](request, row, used)
            except ValidationError as error:
                refuse(used, error)
            else:
                if verb == "destroy":
                    return redirect("documents:documents")
                return redirect("documents:document", pk=pk)
    context = _shown(request, _document(request, pk))
    bound = request.method == "POST" and request.POST.get("verb") in ("draft", "edit")
    start = VersionForm(initial={"text": context["base"].text if context["base"] else "",
                                 "summary": context["open"].summary if context["open"] else ""})
    return render(request, "documents/document.html", {
        **context, "form": form if request.method == "POST" and not bound else WordForm(),
        "version_form": version_form if bound else start, "bound": bound,
    }, status=422 if request.method == "POST" else 200)


def _shown(request: HttpRequest, row: Document) -> dict[str, Any]:
    scope, day = request.scope, today()
    versions = list(Version.objects.filter(document=row).prefetch_related(
        "comments", "readings__person"))
    for one in versions:
        one.standing = queries.state_on(one, day)
    chosen = request.GET.get("version", "")
    now = next((one for one in versions if one.standing == "force"), None)
    shown = next((one for one in versions if str(one.number) == chosen), None) or now or next(
        iter(versions), None)
    open_ = next((one for one in versions if one.state in (State.DRAFT, State.REVIEW)), None)
    readings = list(shown.readings.all()) if shown else []
    read = {one.person_id for one in readings}
    must = list(queries.must_read(row))
    due = queries.next_review(row, day)
    return {
        "row": row, "versions": versions, "shown": shown, "now": now, "open": open_,
        "base": open_ or shown, "names": titles(row.systems), "readings": readings,
        "unread": [one for one in must if one.pk not in read], "must": must,
        "text": rendered(shown.text) if shown else "", "due": due,
        "late": due is not None and due < day, "keep": queries.keep_until(row),
        "may_edit": may(scope, "edit_documents"), "may_approve": may(scope, "approve_documents"),
        "may_read": shown is not None and shown.state == State.APPROVED
        and shown.standing != "old" and may(scope, "read_documents")
        and request.user.pk not in read,
        "history": history(scope, row),
    }


def _uploaded(request: HttpRequest) -> str:
    given = request.FILES.get("upload")
    if given is None:
        return ""
    require(request.scope, "edit_documents")
    return files.keep(request.scope, given, kind=MediaKind.FILE, name=given.name or "").sha256


def _draft(request: HttpRequest, row: Document, form: Any) -> None:
    actions.draft(request.scope, row, text=form.cleaned_data["text"], file=_uploaded(request),
                  summary=form.cleaned_data["summary"])
    messages.success(request, _("已保存为草稿，批准后才算有效。"))


def _edit(request: HttpRequest, row: Document, form: Any) -> None:
    actions.edit(request.scope, _asked(request, row), text=form.cleaned_data["text"],
                 file=_uploaded(request), summary=form.cleaned_data["summary"])
    messages.success(request, _("已保存。"))


def _asked(request: HttpRequest, row: Document) -> Version:
    given = request.POST.get("number", "")
    found = row.versions.filter(number=int(given)).first() if (
        given.isdecimal() and len(given) < 6) else None
    if found is None:
        raise Http404
    return found


def _approve(request: HttpRequest, row: Document, form: Any) -> None:
    actions.approve(request.scope, _asked(request, row),
                    form.cleaned_data["effective"] or today(), form.cleaned_data["text"])


def _of_version(act: Callable[..., Any]) -> Callable[..., None]:
    def run(request: HttpRequest, row: Document, form: Any) -> None:
        act(request.scope, _asked(request, row), form.cleaned_data["text"])
    return run


_ACTS: dict[str, Callable[[HttpRequest, Document, Any], None]] = {
    "draft": _draft, "edit": _edit, "approve": _approve,
    "submit": lambda request, row, form: _ignore(
        actions.submit(request.scope, _asked(request, row))),
    "comment": _of_version(actions.comment), "refuse": _of_version(actions.refuse),
    "withdraw": _of_version(actions.withdraw),
    "read": lambda request, row, form: _ignore(actions.read(
        request.scope, _asked(request, row), request.POST.get("sha256", ""))),
    "review": lambda request, row, form: _ignore(
        keeping.review(request.scope, row, form.cleaned_data["text"])),
    "hold": lambda request, row, form: _ignore(keeping.hold(
        request.scope, row, not row.legal_hold, form.cleaned_data["text"])),
    "destroy": lambda request, row, form: keeping.destroy(
        request.scope, row, form.cleaned_data["text"]),
}


def _ignore(_made: object) -> None:
    """The page shows what was made when it is read again."""


@page("edit_documents")
def document_new(request: HttpRequest) -> HttpResponse:
    """Enter a document; its first version is written on its page."""
    form = DocumentForm(request.scope.organisation, request.POST or None, initial={
        "systems": request.GET.getlist("system"), "owner": request.user.pk})
    if request.method == "POST" and form.is_valid():
        try:
            made = keeping.add(request.scope, **_facts(form))
        except ValidationError as error:
            refuse(form, error)
        else:
            return redirect("documents:document", pk=made.pk)
    return render(request, "documents/form.html", {"form": form, "row": None},
                  status=422 if form.errors else 200)


@page("edit_documents")
def document_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what a document is and who must read it."""
    row = _document(request, pk)
    start = {name: getattr(row, name) for name in keeping.FIELDS}
    form = DocumentForm(request.scope.organisation, request.POST or None, initial={
        **start, "duties": " ".join(row.duties), "readers": list(row.readers.all())})
    if request.method == "POST" and form.is_valid():
        try:
            keeping.change(request.scope, row, **_facts(form))
        except ValidationError as error:
            refuse(form, error)
        else:
            return redirect("documents:document", pk=pk)
    return render(request, "documents/form.html", {"form": form, "row": row},
                  status=422 if form.errors else 200)


def _facts(form: DocumentForm) -> dict[str, Any]:
    return {**form.cleaned_data, "readers": list(form.cleaned_data["readers"])}


def _document(request: HttpRequest, pk: int) -> Document:
    found = queries.documents_of(request.scope).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
