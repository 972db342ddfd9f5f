"""The entry log of a station house: who came, why, from when to when; by month, on A4."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from qingyuan.areas.assets import sites_queries
from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import histories
from qingyuan.areas.organisations.scope import may
from qingyuan.areas.records.models import HouseEntry
from qingyuan.areas.records.presence import log, queries
from qingyuan.kernel import windows
from qingyuan.kernel.clock import CST
from qingyuan.ui import sheets
from qingyuan.ui.address import small_int
from qingyuan.ui.numbers import china_time

from .presence import point_or_404

HEADINGS = ("姓名", "单位", "事由", "到达", "离开", "备注")
BLANK = 12  # empty lines of a printed log


@page("see_presence")
def entries(request: HttpRequest, pk: int) -> HttpResponse:
    """A point's entry log of a month; a visitor is written in by hand."""
    point = point_or_404(request.scope, pk)
    if request.method == "POST":
        return _entry_written(request, point)
    return _entries_page(request, point)


def _entries_page(
    request: HttpRequest, point: MonitoringPoint, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    scope = request.scope
    key, first, until = queries.month_of(request.GET.get("month", ""))
    rows = list(queries.log_of(scope, point, first, until))
    writes = may(scope, "write_entry_log")
    for row in rows:
        row.may_end = (writes and row.left_at is None
                       and row.organisation_id == scope.organisation.pk)
    place = sites_queries.place_of(point)
    return render(request, "records/entries.html", {
        "point": point, "rows": rows, "month": key, "place": place,
        "before": windows.key("month", first // 1000 - 1),
        "after": windows.key("month", until // 1000), "may_write": writes,
        "errors": errors or {}, "sent": request.POST, "now": datetime.now(CST),
        "may_check_in": may(scope, "check_in"),
        "history": histories(scope, rows), "blank": range(max(0, BLANK - len(rows))),
    }, status=422 if errors else 200)


def _entry_written(request: HttpRequest, point: MonitoringPoint) -> HttpResponse:
    scope, sent = request.scope, request.POST
    try:
        if sent.get("entry"):
            row = queries.entries_of(scope).get(
                pk=small_int(sent["entry"], 0, 2**62), point=point)
            log.end_entry(scope, row, _instant(sent.get("left_at", "")) or queries.now_ms())
        else:
            came = _instant(sent.get("came_at", ""))
            if came is None:
                raise ValidationError({"came_at": _("请填写到达时间")})
            log.add_entry(
                scope, point, name=sent.get("name", ""), company=sent.get("company", ""),
                purpose=sent.get("purpose", ""), note=sent.get("note", ""), came_at=came,
                left_at=_instant(sent.get("left_at", "")))
    except HouseEntry.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        said = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        return _entries_page(request, point, said)
    messages.success(request, _("已登记。"))
    month = request.GET.get("month", "")
    return redirect(f"{request.path}{f'?month={month}' if month else ''}")


def _instant(text: str) -> int | None:
    """A ``datetime-local`` field, China time, as epoch milliseconds."""
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=CST)
    except ValueError:
        return None
    return int(moment.timestamp() * 1000)


@page("see_presence")
def entries_file(request: HttpRequest, pk: int, form: str) -> HttpResponse:
    """The month's log as XLSX or CSV."""
    if form not in sheets.FORMS:
        raise Http404
    scope, point = request.scope, point_or_404(request.scope, pk)
    key, first, until = queries.month_of(request.GET.get("month", ""))
    rows = queries.log_of(scope, point, first, until)
    return sheets.answer(form, f"{point.name}-{_('站房出入登记')}-{key}", HEADINGS, [
        (row.name, row.company, row.purpose, china_time(row.came_at), china_time(row.left_at),
         row.note) for row in rows], file="entries", widths=(14, 24, 30, 18, 18, 24))
