"""Letters to the authority: list, page, drafting, the acts, the printed sheet."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.files.actions import keep
from qingyuan.areas.files.answers import served
from qingyuan.areas.files.models import Attachment, MediaKind
from qingyuan.areas.maintenance.models import Letter, LetterKind, LetterState
from qingyuan.areas.maintenance.orders import letters, queries, states
from qingyuan.areas.maintenance.orders.forms import LETTER_FORMS, NewLetter
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.ui.numbers import china_time
from qingyuan.ui.paper import typeset
from qingyuan.ui.sheets import FORMS, answer
from qingyuan.ui.states import state as state_word

from .order_page import order_or_404

PAGE = 50
NAMED = 200  # points offered while typing
WAITING = (LetterState.SENT, LetterState.RECEIVED)
# What a page offers in a state; "decide" agrees or refuses.
OFFERED = {"edit": "edit", "send": "send", "receive": "receive", "decide": "agree"}


@page("see_orders")
def letter_list(request: HttpRequest) -> HttpResponse:
    """Letters by state; those whose answer is due come first."""
    scope, params = request.scope, request.GET
    state = params.get("state", "") if params.get("state") in queries.LETTER_TABS else ""
    kind = params.get("kind", "") if params.get("kind") in LetterKind.values else ""
    text = params.get("q", "").strip()[:64]
    found = queries.letters_of(scope)
    if kind:
        found = found.filter(kind=kind)
    if text:
        found = found.filter(
            Q(subject__icontains=text) | Q(number__icontains=text) | Q(to__icontains=text)
            | Q(point__name__icontains=text) | Q(order__number__icontains=text))
    counts = dict(found.order_by().values_list("state").annotate(Count("pk")))
    rows = (found.filter(state=state) if state else found).annotate(
        waits=Count("pk", filter=Q(state__in=WAITING, decision_due__isnull=False)),
    ).order_by("-waits", F("decision_due").asc(nulls_last=True), "-id")
    if params.get("form") in FORMS:
        return _export(params["form"], rows)
    shown = Paginator(rows, PAGE).get_page(params.get("page"))
    for row in shown.object_list:
        row.awaits = row.state in WAITING and row.decision_due is not None
    return render(request, "maintenance/letters.html", {
        "page": shown, "state": state, "kind": kind, "text": text, "kinds": LetterKind.choices,
        "tabs": [{"code": code, "count": counts.get(code, 0) if code else sum(counts.values())}
                 for code in queries.LETTER_TABS],
        "filtered": bool(kind or text), "may_write": may(scope, "edit_letters"),
    })


def _export(form: str, rows: QuerySet[Letter]) -> HttpResponse:
    """The register of letters, as filtered."""
    def moment(at: int | None) -> str:
        return china_time(at) if at else ""

    lines = ((row.get_kind_display(), row.number, row.subject, row.point.name,
              row.point.organisation.name, row.order.number if row.order else "", row.to,
              moment(row.sent_at), moment(row.received_at), moment(row.decision_due),
              moment(row.decided_at), row.decision,
              str(state_word("letter", row.state).label)) for row in rows)
    return answer(form, _("函件"), [
        _("类型"), _("文号"), _("标题"), _("点位"), _("排污单位"), _("工单"), _("报送单位"),
        _("发出"), _("回执"), _("答复期限"), _("答复时间"), _("答复"), _("状态")], lines,
        file="letters", widths=(18, 18, 36, 22, 22, 18, 22, 17, 17, 17, 17, 30, 16))


def letter_or_404(request: HttpRequest, pk: int) -> Letter:
    try:
        return queries.letter(request.scope, pk)
    except Letter.DoesNotExist as error:
        raise Http404 from error


@page("see_orders")
def letter_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter: its text, what may be done with it, term and answer."""
    return shown_letter(request, letter_or_404(request, pk))


def shown_letter(request: HttpRequest, letter: Letter, refused: Any = None,
                 act: str = "") -> HttpResponse:
    """The page of a letter, with a refused form of its own if there is one."""
    scope = request.scope
    writes = letter.organisation_id == scope.organisation.pk and may(scope, "edit_letters")
    open_acts = [code for code, step in OFFERED.items() if states.can(step, letter)]
    if letter.state != LetterState.DRAFT and not letter.scan:
        open_acts.append("scan")
    if letter.state == LetterState.SILENT and "decide" not in open_acts:
        open_acts.append("decide")
    initial = {"to": letter.to, "subject": letter.subject, "body": letter.body}
    forms = {code: refused if refused is not None and code == act else LETTER_FORMS[code](
        initial=initial, auto_id=f"id_{code}_%s") for code in open_acts if writes}
    return render(request, "maintenance/letter.html", {
        "letter": letter, "forms": forms, "writes": writes, "act": act,
        "paragraphs": letter.body.splitlines(),
        "awaits": letter.state in WAITING and letter.decision_due is not None,
        "seen": points_of(scope).filter(pk=letter.point_id).exists(),
        "history": history(scope, letter),
    }, status=422 if refused else 200)


@page("edit_letters")
def letter_new(request: HttpRequest) -> HttpResponse:
    """Begin a letter at a point, without an order."""
    scope = request.scope
    form = NewLetter(scope, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = letters.draft_letter(scope, **form.cleaned_data)
        except ValidationError as error:
            refuse(form, error)
        else:
            return redirect("maintenance:letter", pk=made.pk)
    return render(request, "maintenance/letter_form.html", {
        "form": form, "points": points_of(scope).order_by("name").values_list(
            "name", "organisation__name")[:NAMED]}, status=422 if form.errors else 200)


@page("edit_letters")
@require_POST
def order_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin a letter from an order."""
    order = order_or_404(request, pk)
    if order.organisation_id != request.scope.organisation.pk:
        raise Http404
    try:
        made = letters.draft_letter(request.scope, request.POST.get("kind", ""), order=order)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect("maintenance:order", pk=pk)
    return redirect("maintenance:letter", pk=made.pk)


@page("edit_letters")
@require_POST
def act(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """Do one act; a refusal shows the page again with the sentence beside its field."""
    letter = letter_or_404(request, pk)
    if code == "discard":
        letters.discard_letter(request.scope, letter)
        messages.success(request, _("草稿已删除。"))
        return redirect("maintenance:letters")
    form = LETTER_FORMS[code](request.POST, request.FILES, auto_id=f"id_{code}_%s")
    if form.is_valid():
        try:
            DONE[code](request.scope, letter, **_kept(request.scope, form.cleaned_data))
        except Letter.DoesNotExist as error:
            raise Http404 from error
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("maintenance:letter", pk=pk)
    return shown_letter(request, letter, form, code)


DONE: Mapping[str, Any] = {
    "edit": letters.edit_letter, "send": letters.send_letter, "scan": letters.add_scan,
    "receive": letters.receive_letter, "decide": letters.decide_letter,
}
ACTS = (*DONE, "discard")


def _kept(scope: Scope, typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed, with the digest in place of an uploaded scan."""
    facts = dict(typed)
    for name in ("scan", "receipt"):
        if name in facts:
            file = facts[name]
            facts[name] = keep(scope, file, kind=MediaKind.SCAN).sha256 if file else ""
    return facts


@page("see_orders")
def letter_file(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """The stamped scan or the receipt, for whoever may read the letter."""
    letter = letter_or_404(request, pk)
    digest = letter.scan if part == "scan" else letter.receipt
    found = Attachment.objects.filter(
        organisation=letter.organisation_id, sha256=digest).first() if digest else None
    if found is None:
        raise Http404
    return served(found, view=request.GET.get("view") == "1", request=request)


@page("see_orders")
def letter_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as A4 sheets, to be stamped."""
    letter = letter_or_404(request, pk)
    pdf = typeset("maintenance/letter.typ", {
        "to": letter.to, "subject": letter.subject, "number": letter.number,
        "paragraphs": letter.body.splitlines(), "from": letter.point.organisation.name,
        "stamp": _("（盖章）"),
        "date": _("%(y)s 年 %(m)s 月 %(d)s 日") % _day(letter.sent_at),
    })
    return HttpResponse(pdf, content_type="application/pdf", headers={
        "Content-Disposition": f'inline; filename="letter-{letter.pk}.pdf"',
        "Cache-Control": "private, no-store"})


def _day(at: int | None) -> dict[str, Any]:
    """Year, month and day of an instant; room to write where there is none."""
    if at is None:
        return {"y": "　　", "m": "　", "d": "　"}
    year, month, day = china_time(at, "day").split("-")
    return {"y": year, "m": int(month), "d": int(day)}
