"""Records: list, table, page, beginning, correction, end."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.assets.sites_queries import colleagues
from qingyuan.areas.files.answers import served
from qingyuan.areas.laboratory.queries import samples_beside
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import histories
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.records import words
from qingyuan.areas.records.keeping import actions, beginning, photos, queries, showing
from qingyuan.areas.records.keeping.consequences import touched
from qingyuan.areas.records.keeping.drafts import CORRECTABLE
from qingyuan.areas.records.models import Record, RecordState
from qingyuan.ui import sheets
from qingyuan.ui.numbers import china_time

from . import crosscheck
from .fill import chosen_for
from .form_page import limits_read

PAGE = 50
MOST = 20_000  # rows of a table to take away
TABS = ("", RecordState.DRAFT, RecordState.SUBMITTED, RecordState.RETURNED, RecordState.ACCEPTED,
        RecordState.REPLACED, RecordState.VOID)
OUTSIDE = ("", RecordState.SUBMITTED, RecordState.RETURNED, RecordState.ACCEPTED)


@page("see_records")
def record_list(request: HttpRequest) -> HttpResponse:
    """Records, filtered by what stands in the address."""
    scope, by = request.scope, queries.Filters.of(request.GET)
    rows = queries.found(scope, by)
    counts = queries.counts(rows)
    listed = queries.of_tab(rows, by.state).defer("answers", "outcome", "risks", "setting")
    paginator = Paginator(listed, PAGE)
    paginator.count = counts[by.state]  # told by the tabs already
    unit = _writes(scope)
    labels = dict(RecordState.choices)
    return render(request, "records/records.html", {
        "page": paginator.get_page(request.GET.get("page")), "by": by, "unit": unit,
        "tabs": [(code, labels[RecordState(code)] if code else _("全部"), counts[code])
                 for code in (TABS if unit else OUTSIDE)],
        "kinds": words.FORM_KINDS.items(), "people": colleagues(scope) if unit else (),
        "point": points_of(scope).filter(pk=by.point).first() if by.point else None,
        "can_fill": may(scope, "fill_record"),
        "filtered": by.narrowed or bool(by.state),
    })


@page("see_records")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The list as CSV or XLSX, at most 20,000 rows of it."""
    if form not in sheets.FORMS:
        raise Http404
    by = queries.Filters.of(request.GET)
    rows = queries.of_tab(queries.found(request.scope, by), by.state)
    return sheets.answer(form, _("运维记录"), [
        _("日期"), _("排污单位"), _("点位"), _("设施"), _("记录表"), _("用途"), _("版本"),
        _("结论"), _("状态"), _("填写人"), _("完成时间"), _("提交时间"), _("编号"),
    ], _lines(rows), file="records", widths=(12, 28, 20, 16, 34))


COLUMNS = ("day", "point__organisation__name", "point__name", "system__name", "title", "kind",
           "version", "passed", "state", "who", "finished_at", "submitted_at", "pk")


def _lines(rows: QuerySet[Record]) -> Iterator[list[Any]]:
    """The rows as they stand in the table; plain values, since ten thousand records with all that
    they point at take ten times as long."""
    verdict = {True: _("合格"), False: _("不合格或异常"), None: ""}
    states = {code: str(label) for code, label in RecordState.choices}
    kinds = {code: str(label) for code, label in words.FORM_KINDS.items()}
    for day, unit, point, system, title, kind, version, passed, state, who, done, sent, pk in (
            rows.select_related(None).values_list(*COLUMNS)[:MOST]):
        yield [day.isoformat(), unit, point, system or "", title, kinds.get(kind, kind), version,
               verdict[passed], states[state], who, china_time(done, "minute"),
               china_time(sent, "minute"), pk]


@page("see_records")
def record_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One record: what was answered and found, what it brought about, who said so."""
    return _shown(request, _visible(request.scope, pk))


def _shown(
    request: HttpRequest, record: Record, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    scope = request.scope
    own = queries.is_own(scope, record)
    versions = queries.versions(scope, record)
    standing = own and record.state in CORRECTABLE
    waiting = next((one for one in versions if one.state == RecordState.DRAFT), None)
    told = showing.told(scope, record, own)
    asked = chosen_for(record, told["engine"])
    crossed, crossed_lines = crosscheck.shown(record, {}) if own and may(
        scope, "see_review") else (None, [])
    return render(request, "records/record.html", {
        "record": record, "own": own, "crossed": crossed, "crossed_lines": crossed_lines,
        "versions": showing.steps(versions),
        **told, "touched": touched(scope, record), "asked": asked,
        **samples_beside(scope, record.organisation, f"record:{record.pk}",
                         record.point.kind == "water" and record.kind == "comparison"),
        "limits": limits_read(asked) if asked else (),
        "waiting": waiting if waiting is not None and waiting.pk != record.pk else None,
        "can_fill": own and record.state == RecordState.DRAFT and may(scope, "fill_record"),
        "can_correct": standing and waiting is None and may(scope, "fill_record"),
        "can_void": standing and waiting is None and may(scope, "void_record"),
        "history": histories(scope, [record]) if own else [], "errors": errors or {},
    }, status=422 if errors else 200)


@page("see_records")
def file(request: HttpRequest, pk: int, digest: str) -> HttpResponse:
    """A photo or file that a visible record names; pictures as the stamped copy with ``?view=1``.
    """
    record = _visible(request.scope, pk)
    found = photos.attachments(record.organisation, record.answers).get(digest)
    if found is None and record.paper == digest:
        found = photos.attachments(record.organisation, {"": {"sha256": digest}}).get(digest)
    if found is None:
        raise Http404
    return served(found, view=request.GET.get("view") == "1", request=request)


@page("fill_record")
def record_new(request: HttpRequest) -> HttpResponse:
    """Begin a record. With a sheet, or with a point and a form that need no further choice, the
    draft is there at once; a draft that one has begun already is gone on with."""
    said = beginning.Said.of(request.POST if request.method == "POST" else request.GET)
    errors: dict[str, list[str]] = {}
    try:
        choice = beginning.choices(request.scope, said)
        if choice.ready:
            record = beginning.begin(request.scope, choice)
            return redirect(reverse("records:fill", args=[record.pk]))
    except ObjectDoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        errors = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    return render(request, "records/record_new.html", {
        "choice": choice, "said": said, "errors": errors,
        "groups": [(label, own) for kind, label in words.FORM_KINDS.items()
                   if (own := [one for one in choice.forms if one.kind == kind])],
    }, status=422 if errors else 200)


@page("fill_record")
@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version as a draft, with a reason."""
    record = _visible(request.scope, pk)
    try:
        draft = actions.correct(request.scope, record, request.POST.get("reason", ""))
    except ValidationError as error:
        return _shown(request, record, {"correct": error.messages})
    except Record.DoesNotExist as error:
        raise Http404 from error
    return redirect(reverse("records:fill", args=[draft.pk]))


@page("void_record")
@require_POST
def void(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a record out of use, with a reason."""
    record = _visible(request.scope, pk)
    try:
        actions.void(request.scope, record, request.POST.get("reason", ""))
    except ValidationError as error:
        return _shown(request, record, {"void": error.messages})
    except Record.DoesNotExist as error:
        raise Http404 from error
    messages.success(request, _("记录已作废，登记的事件已撤回。"))
    return redirect(reverse("records:record", args=[pk]))


def _visible(scope: Scope, pk: int) -> Record:
    try:
        return queries.record(scope, pk)
    except Record.DoesNotExist as error:
        raise Http404 from error


def _writes(scope: Scope) -> bool:
    """Whether the organisation keeps records itself: only then there are drafts to see."""
    return may(scope, "fill_record") or may(scope, "see_desk")
