"""Filling a record in: the draft's page, and what its scripts ask while one types."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.files.actions import keep
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.records import reading, words
from qingyuan.areas.records.keeping import actions, doing, photos, queries
from qingyuan.areas.records.keeping.definitions import Engine, NoForm, engine_of
from qingyuan.areas.records.models import Record, RecordState
from qingyuan.forms import Form, Problem
from qingyuan.forms.sheet import Cells
from qingyuan.forms.values import is_blank

from .chosen import Chosen
from .form_page import (
    MARKS,
    change_rows,
    computed,
    laid_out,
    limits_read,
    told_problems,
    worked_out,
)


def asked_of(record: Record) -> Chosen:
    """The form of a record in its setting; 404 for a record whose form is gone."""
    try:
        found = chosen_for(record, engine_of(record))
    except NoForm as error:
        raise Http404 from error
    assert found is not None
    return found


def chosen_for(record: Record, engine: Engine | None) -> Chosen | None:
    """A record's form as the pages of forms take it."""
    if engine is None:
        return None
    return Chosen(engine.form, engine.setting, engine.day, record.point, engine.book, {})


def draft_of(scope: Scope, pk: int) -> Record:
    """A draft of the scope's own unit; 404 for any other record."""
    try:
        found = queries.record(scope, pk)
    except Record.DoesNotExist as error:
        raise Http404 from error
    if not queries.is_own(scope, found):
        raise Http404
    return found


@page("fill_record")
def fill(request: HttpRequest, pk: int) -> HttpResponse:
    """The draft. Posted answers are kept and, unless only a row was asked for, submitted; 422 with
    problems beside the questions, and nothing lost, while something keeps them from it."""
    record = draft_of(request.scope, pk)
    if record.state != RecordState.DRAFT:
        return _done(request, record)
    asked = asked_of(record)
    if request.method != "POST":
        return _shown(request, record, asked, computed(asked, record.answers))
    spoilt = _keep_files(request, asked.form)
    answers = reading.answers_of(asked.form, asked.setting, request.POST, request.FILES)
    if "add" in request.POST or "remove" in request.POST:
        change_rows(answers, request.POST.get("add", ""), request.POST.get("remove", ""))
        return _shown(request, record, asked, computed(asked, answers))
    answers = reading.shortened(answers, asked.form)
    if spoilt:
        return _shown(request, record, asked, computed(asked, answers), spoilt)
    duties = list(record.sheet.duties) if record.sheet is not None else []
    try:
        actions.submit(request.scope, record, answers, saved_at=_number(request, "saved_at"))
    except actions.Refused as refused:
        record = actions.save(request.scope, record, answers)
        return _shown(request, record, asked, refused.answers, refused.problems)
    except actions.Conflict as conflict:
        return _conflict(conflict)
    except ValidationError as error:
        problems = [Problem("", "refused", said) for said in error.messages]
        return _shown(request, record, asked, computed(asked, answers), problems)
    messages.success(request, _("记录已提交，等待审核。"))
    _say_missing(request, record, duties)
    return _done(request, record)


def _say_missing(request: HttpRequest, record: Record, duties: list[str]) -> None:
    left = doing.missing(record, duties)
    if not left:
        return
    said = _("任务要求的内容本记录都没有做，该表仍待完成：%s。") if len(left) == len(duties) else _(
        "本记录没有做任务要求的：%s，将按期限重新安排。")
    messages.warning(request, said % "、".join(left))


def _done(request: HttpRequest, record: Record) -> HttpResponse:
    place = reverse("records:record", args=[record.pk])
    if request.headers.get("X-Asked-By") == "script":
        return JsonResponse({"to": place})
    return redirect(place)


@page("fill_record")
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what was typed so far: {saved_at}; 409 with both copies when somebody else has saved
    meanwhile; 410 when the draft has been submitted or thrown away."""
    record = _open_draft(request, pk)
    if isinstance(record, HttpResponse):
        return record
    asked = asked_of(record)
    answers = reading.shortened(
        reading.answers_of(asked.form, asked.setting, request.POST, request.FILES), asked.form)
    try:
        row = actions.save(request.scope, record, answers, saved_at=_number(request, "saved_at"))
    except actions.Conflict as conflict:
        return _conflict(conflict)
    except ValidationError as error:
        return JsonResponse({"errors": error.messages}, status=422)
    return JsonResponse({"saved_at": row.saved_at})


@page("fill_record")
@require_POST
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """What the answers so far give: computed values as text, questions left out, by path."""
    record = _open_draft(request, pk)
    if isinstance(record, HttpResponse):
        return record
    asked = asked_of(record)
    answers = reading.answers_of(asked.form, asked.setting, request.POST, request.FILES)
    return JsonResponse(worked_out(laid_out(asked, computed(asked, answers))))


@page("fill_record")
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw the draft away."""
    record = draft_of(request.scope, pk)
    try:
        actions.discard(request.scope, record)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect("records:record", pk=pk)
    messages.success(request, _("草稿已删除。"))
    return redirect("records:today")


def _open_draft(request: HttpRequest, pk: int) -> Any:
    try:
        record = draft_of(request.scope, pk)
    except Http404:
        return JsonResponse({"gone": True}, status=410)
    if record.state != RecordState.DRAFT:
        return JsonResponse({"gone": True}, status=410)
    return record


def _conflict(found: actions.Conflict) -> JsonResponse:
    return JsonResponse({"saved_at": found.record.saved_at, "who": found.record.who,
                         "kept": found.record.answers, "sent": found.answers}, status=409)


def _keep_files(request: HttpRequest, form: Form) -> list[Problem]:
    """Keep the files that came with the form itself, from a browser without scripts; a problem for
    each that is refused."""
    found = []
    photos_at = {(spot.section, one.name) for spot, one in form.fields() if one.type == "photo"}
    for name, files in request.FILES.lists():
        path = name.removesuffix(".upload")
        place = (path.partition(".")[0], path.rpartition(".")[2])
        for file in files:
            try:
                keep(request.scope, file, kind="photo" if place in photos_at else "file",
                     name=file.name or "")
            except ValidationError as error:
                found += [Problem(path, "refused", said) for said in error.messages]
            file.seek(0)
    return found


def _number(request: HttpRequest, name: str) -> int | None:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 16 else None


def _shown(
    request: HttpRequest, record: Record, asked: Chosen, answers: Cells,
    problems: list[Problem] | None = None,
) -> HttpResponse:
    form = asked.form
    layout = laid_out(asked, answers, problems or ())
    return render(request, "records/fill.html", {
        "record": record, "asked": asked, "form": form, "layout": layout, "filling": True,
        "problems": problems, "told": told_problems(asked, problems or []),
        "kind": words.FORM_KINDS[form.kind], "marks": MARKS, "limits": limits_read(asked),
        "technique": words.TECHNIQUES[asked.setting.technique],
        "folded": _folded(record, layout), "no_photos": photos.no_photos(record.point, record.day),
    }, status=422 if problems else 200)


def _folded(record: Record, layout: Any) -> set[str]:
    """Paths of items that are not due at this visit and need not be answered: they come after the
    others, folded."""
    due = set(record.sheet.duties) if record.sheet is not None else set()
    if not due:
        return set()
    return {one.path for leaf in layout.leaves for part in leaf.parts for one in part.items
            if not one.must and not due.intersection(one.ask.field.duties)
            and is_blank(one.value) and not one.problems}
