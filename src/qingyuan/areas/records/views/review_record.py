"""One record side by side with what is known of the point about the time of the work."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import may
from qingyuan.areas.records import words
from qingyuan.areas.records.keeping.queries import previous_of
from qingyuan.areas.records.models import Record, RecordState
from qingyuan.areas.records.presence.queries import now_ms
from qingyuan.areas.records.review import answers as reading
from qingyuan.areas.records.review import beside, queries
from qingyuan.areas.records.review.facts import presences_about
from qingyuan.areas.records.review.forms import form_of
from qingyuan.areas.records.review.risk import WEIGHTS
from qingyuan.areas.records.review.settings import usual
from qingyuan.areas.telemetry.queries.judged import events_of
from qingyuan.ui.address import small_int

from . import crosscheck
from .review import opened

LATEST = 4_102_416_000  # epoch second: 2100
REASONS = ("照片不清或缺少照片", "读数与数据不符", "签到与作业时间不符", "异常没有写明处理情况",
           "漏填检查项", "签名缺失")


def record_or_404(request: HttpRequest, pk: int) -> Record:
    try:
        return queries.record(request.scope, pk)
    except Record.DoesNotExist as error:
        raise Http404 from error


@page("see_review")
def record_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers on the left, everything that bears on them on the right; at most twelve queries, the
    point's data are fetched by the page."""
    scope, record = request.scope, record_or_404(request, pk)
    form, setting, now = form_of(record), reading.setting_of(record.setting), now_ms()
    previous = previous_of(record)
    pieces = reading.pieces(form, setting, record.answers,
                            previous.answers if previous else None) if form else []
    photos, others = beside.files_of(record)
    waiting = record.state == RecordState.SUBMITTED
    mine = scope.user is not None and record.author_id == scope.user.pk
    crossed, crossed_lines = crosscheck.shown(
        record, {one.file.pk: one.file.sha256 for one in photos})
    limit = usual("bulk_risk") if record.bulk_risk is None else record.bulk_risk
    return render(request, "records/review_record.html", {
        "record": record, "form": form, "previous": previous,
        "pieces": reading.side_by_side(pieces),
        "changed": sum(one.changed for piece in pieces for one in piece.every),
        "photos": photos, "others": others, "presences": presences_about(record),
        "orders": beside.orders_of(record), "reviews": beside.reviews_of(record),
        "crossed": crossed, "crossed_lines": crossed_lines,
        "grade": queries.grade(record.risk, limit), "drawn": queries.is_drawn(record),
        "risks": [{**one, "known": one.get("code") in WEIGHTS,
                   "crossed": crosscheck.title_of(one)} for one in record.risks],
        "overdue": waiting and record.review_due is not None and record.review_due < now,
        "may_decide": waiting and not mine and may(scope, "review_record"),
        "mine": waiting and mine, "opened": opened() if waiting else "",
        "query": request.GET.urlencode(), "reasons": REASONS, "span": beside.span_of(record),
        "technique": words.TECHNIQUES.get(setting.technique, ""),
        "kind": words.FORM_KINDS.get(record.kind, ""),
        "next_version": getattr(record, "replaced_by", None), "history": history(scope, record),
    })


@page("see_review")
def charts(request: HttpRequest, pk: int) -> JsonResponse:
    """Minute data from two hours before to two hours after the work, as small charts;
    ``from_epoch`` and ``to_epoch`` narrow it down."""
    scope, record = request.scope, _plain(request, pk)
    since, until = span = beside.span_of(record)
    low = small_int(request.GET.get("from_epoch", ""), since, LATEST)
    high = small_int(request.GET.get("to_epoch", ""), until, LATEST)
    if low < high:
        since, until = max(since, low), min(until, high)
    try:
        found = beside.curves(scope, record.point, since, until)
        events = list(events_of(scope, record.point, *span))
    except MonitoringPoint.DoesNotExist as error:
        raise Http404 from error
    return JsonResponse(beside.document(record, (since, until), found, events),
                        headers={"Cache-Control": "no-store"})


@page("see_review")
def data(request: HttpRequest, pk: int) -> HttpResponse:
    """Verdicts of the hours about the work, events and marks, for the page to take in."""
    record = _plain(request, pk)
    try:
        found = beside.around(request.scope, record.point, *beside.span_of(record))
    except MonitoringPoint.DoesNotExist:
        found = None  # the contract has ended: the record stays ours, the point's data do not
    return render(request, "records/review_data.html", {
        "record": record, "found": found, "reference": f"record:{record.pk}"})


def _plain(request: HttpRequest, pk: int) -> Record:
    """The record with its point alone."""
    try:
        return queries.submitted_of(request.scope).get(pk=pk)
    except Record.DoesNotExist as error:
        raise Http404 from error
