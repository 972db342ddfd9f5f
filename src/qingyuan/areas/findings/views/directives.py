"""Orders received: the register, a new one, one with its acts, its files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.files.actions import keep
from qingyuan.areas.files.answers import served
from qingyuan.areas.findings import directives
from qingyuan.areas.findings.forms import (
    AgainForm,
    CloseForm,
    DirectiveForm,
    ProofForm,
    ReplyForm,
)
from qingyuan.areas.findings.models import Directive, DirectiveKind, DirectiveState
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.ui import sheets
from qingyuan.ui.address import small_int

PAGE = 50
MOST = 20_000
BIG = 2**62
TABS = ("open", "overdue", "replied", "closed", "all")
WORDS: Mapping[str, object] = {
    "receive": gettext_lazy("登记"), "edit": gettext_lazy("修改"),
    "proof": gettext_lazy("补充材料"), "reply": gettext_lazy("回复"),
    "close": gettext_lazy("销号"), "reopen": gettext_lazy("重新办理"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What stands in the address; what makes no sense filters nothing."""

    state: str = "open"
    kind: str = ""
    mine: bool = False
    point: int | None = None
    text: str = ""

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Filters":
        state, kind = params.get("state", ""), params.get("kind", "")
        return cls(state if state in TABS else "open", kind if kind in DirectiveKind.values else "",
                   params.get("mine") == "1", small_int(params.get("point", ""), None, BIG),
                   params.get("q", "").strip()[:64])

    @property
    def any(self) -> bool:
        return bool(self.kind or self.mine or self.text or self.point is not None)

    def found(self, scope: Scope) -> QuerySet[Directive]:
        """By everything but the state."""
        rows = directives.directives_of(scope)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.mine:
            rows = rows.filter(person=scope.user)
        if self.point is not None:
            rows = rows.filter(points=self.point)
        if self.text:
            rows = rows.filter(Q(title__icontains=self.text) | Q(number__icontains=self.text)
                               | Q(source__icontains=self.text)
                               | Q(problem__icontains=self.text))
        return rows


def of_tab(rows: QuerySet[Directive], state: str, day: date) -> QuerySet[Directive]:
    """The rows of a tab; ``overdue`` are those without a reply whose day has gone."""
    if state == "overdue":
        return rows.filter(state=DirectiveState.OPEN, deadline__lt=day)
    return rows if state == "all" else rows.filter(state=state)


def shown_state(row: Directive, day: date) -> str:
    """The state as people see it."""
    return "overdue" if row.state == DirectiveState.OPEN and row.deadline < day else row.state


@page("see_directives")
def directive_list(request: HttpRequest) -> HttpResponse:
    """The register by state, the nearest deadline first."""
    scope, day = request.scope, today()
    by = Filters.of(request.GET)
    rows = by.found(scope)
    counts = dict(rows.select_related(None).order_by().values_list("state").annotate(Count("pk")))
    counts["all"] = sum(counts.values())
    counts["overdue"] = of_tab(rows, "overdue", day).count()
    held = of_tab(rows, by.state, day).prefetch_related("points__organisation")
    shown = Paginator(held, PAGE).get_page(request.GET.get("page"))
    for row in shown.object_list:
        row.shown = shown_state(row, day)
    return render(request, "findings/directives.html", {
        "page": shown, "by": by, "tabs": [(code, counts.get(code, 0)) for code in TABS],
        "kinds": DirectiveKind.choices, "query": request.GET.urlencode(),
        "point": points_of(scope).filter(pk=by.point).first() if by.point is not None else None,
        "may_edit": may(scope, "edit_directives"), "may_work": may(scope, "work_finding"),
    })


@page("see_directives")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The register, as it is filtered."""
    if form not in sheets.FORMS:
        raise Http404
    by = Filters.of(request.GET)
    rows = of_tab(by.found(request.scope), by.state, today()).prefetch_related(
        "points__organisation")[:MOST]
    heads = [_("类型"), _("来文单位"), _("文号"), _("标题"), _("存在问题"), _("涉及点位"),
             _("承办人"), _("收文日期"), _("办理期限"), _("状态"), _("办理情况"), _("回复人"),
             _("销号依据")]
    return sheets.answer(form, _("督办与检查意见"), heads, (_line(row) for row in rows),
                         file="directives", widths=(12, 24, 20, 32, 48, 32))


def _line(row: Directive) -> list[Any]:
    places = "、".join(f"{one.organisation.name} {one.name}" for one in row.points.all())
    return [row.get_kind_display(), row.source, row.number, row.title, row.problem, places,
            str(row.person or ""), row.received_on, row.deadline, row.get_state_display(),
            row.reply, row.replied_by, row.closed_why]


@page("edit_directives")
def new(request: HttpRequest) -> HttpResponse:
    """Enter one."""
    scope = request.scope
    form = DirectiveForm(scope, request.POST or None, request.FILES or None,
                         initial={"received_on": today()})
    if request.method == "POST" and form.is_valid():
        facts = dict(form.cleaned_data)
        try:
            facts["files"] = kept(scope, facts["files"])
            row = directives.receive(scope, **facts)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已登记。"))
            return redirect("findings:directive", pk=row.pk)
    return render(request, "findings/directive_form.html", {"form": form},
                  status=422 if form.errors else 200)


@page("edit_directives")
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct one."""
    scope, row = request.scope, _found(request, pk)
    if row.organisation_id != scope.organisation.pk or row.state == DirectiveState.CLOSED:
        raise Http404
    form = DirectiveForm.of(scope, row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            directives.edit(scope, row, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("findings:directive", pk=pk)
    return render(request, "findings/directive_form.html", {"form": form, "row": row},
                  status=422 if form.errors else 200)


def kept(scope: Scope, files: list[Any]) -> list[str]:
    """Keep uploaded files; their digests."""
    return [keep(scope, one, kind="photo" if (one.content_type or "").startswith("image/")
                 else "file").sha256 for one in files]


def _found(request: HttpRequest, pk: int) -> Directive:
    row = directives.directives_of(request.scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@dataclass
class Verb:
    """An act as the page offers it."""

    code: str
    label: str
    icon: str
    form: django_forms.Form
    run: Callable[[Scope, Directive, dict[str, Any]], Any]
    open: bool = False


def _verbs(scope: Scope, row: Directive) -> list[Verb]:
    if row.organisation_id != scope.organisation.pk:
        return []
    found = []
    if may(scope, "work_finding") and row.state != DirectiveState.CLOSED:
        found += [
            Verb("reply", _("回复"), "send", ReplyForm(initial={"reply": row.reply}),
                 lambda who, one, said: directives.reply(who, one, said["reply"], said["files"])),
            Verb("proof", _("补充材料"), "files", ProofForm(),
                 lambda who, one, said: directives.add_proof(
                     who, one, said["files"], said["text"]))]
    if may(scope, "edit_directives") and row.state != DirectiveState.CLOSED:
        found.append(Verb("close", _("销号"), "lock", CloseForm(), lambda who, one, said:
                          directives.close(who, one, said["why"], said["files"])))
    if may(scope, "edit_directives") and row.state != DirectiveState.OPEN:
        found.append(Verb("reopen", _("重新办理"), "refresh", AgainForm(), lambda who, one, said:
                          directives.reopen(who, one, said["why"])))
    return found


@page("see_directives")
def directive_page(request: HttpRequest, pk: int) -> HttpResponse:
    """What it asks, what was answered, its files, its log, what may be done."""
    scope, row = request.scope, _found(request, pk)
    verbs = _verbs(scope, row)
    if request.method == "POST":
        done = _act(request, row, verbs)
        if done is not None:
            return done
    entries = list(row.entries.all())
    return render(request, "findings/directive.html", {
        "row": row, "shown": shown_state(row, today()), "verbs": verbs,
        "points": list(row.points.select_related("organisation")),
        "files": directives.kept(row, row.proof),
        "entries": [(one, WORDS.get(one.verb, one.verb)) for one in entries],
        "may_edit": row.organisation_id == scope.organisation.pk
        and row.state != DirectiveState.CLOSED and may(scope, "edit_directives"),
        "own": row.organisation_id == scope.organisation.pk,
        "history": history(scope, row),
    }, status=422 if any(verb.form.errors for verb in verbs) else 200)


def _act(request: HttpRequest, row: Directive, verbs: list[Verb]) -> HttpResponse | None:
    verb = next((one for one in verbs if one.code == request.POST.get("verb")), None)
    if verb is None:
        raise Http404
    verb.form, verb.open = type(verb.form)(request.POST, request.FILES), True
    if not verb.form.is_valid():
        return None
    said = dict(verb.form.cleaned_data)
    try:
        if "files" in said:
            said["files"] = kept(request.scope, said["files"])
        verb.run(request.scope, row, said)
    except ValidationError as error:
        refuse(verb.form, error)
        return None
    messages.success(request, _("已登记：%s。") % verb.label)
    return redirect("findings:directive", pk=row.pk)


@page("see_directives")
def file(request: HttpRequest, pk: int, sha256: str) -> HttpResponse:
    """A paper or picture of an order that the scope may read."""
    row = _found(request, pk)
    held = directives.kept(row, [sha256]) if sha256 in row.proof else []
    if not held:
        raise Http404
    return served(held[0], view="view" in request.GET, request=request)
