"""Coming and going: the check-in page for the phone, the list with approvals."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets import sites_queries
from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.files.actions import keep
from qingyuan.areas.maintenance.models import OrderState, Task, WorkOrder
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.records.models import Approval, Presence, PresenceKind
from qingyuan.areas.records.presence import actions, queries
from qingyuan.areas.records.presence.rules import AHEAD, LATE, VAGUE
from qingyuan.kernel import windows
from qingyuan.ui import sheets
from qingyuan.ui.address import small_int
from qingyuan.ui.numbers import china_time
from qingyuan.ui.states import state

PAGE = 50
OFFERED = 6  # tasks and orders to choose from
HEADINGS = ("点位", "排污单位", "人员", "动作", "手机时间", "服务器时间", "距点位（m）",
            "定位精度（m）", "签到半径（m）", "场外", "时间异常", "说明", "批准", "批准人",
            "批准意见", "事由")
PEOPLE_HEADINGS = ("人员", "到场次数", "点位数", "天数", "在场（h）", "场外", "补报", "待批准",
                   "未批准", "未签退")


def point_or_404(scope: Scope, pk: int) -> MonitoringPoint:
    try:
        return points_of(scope).get(pk=pk)
    except MonitoringPoint.DoesNotExist as error:
        raise Http404 from error


@page("check_in")
def check_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Come to a point or leave it. A script sends the position and asks for JSON; without one the
    form is sent as it is, without a position."""
    scope, point = request.scope, point_or_404(request.scope, pk)
    if request.method != "POST":
        return _check_in_page(request, point)
    as_json = request.headers.get("Accept", "").startswith("application/json")
    try:
        row = _sent(scope, point, request)
    except ValidationError as error:
        said = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
        if as_json:
            return JsonResponse({"errors": said}, status=422)
        return _check_in_page(request, point, said)
    if as_json:
        return JsonResponse({"id": row.pk, "kind": row.kind, "approval": row.approval,
                             "href": _after(row)})
    waits = row.approval == Approval.PENDING
    messages.success(request, _("已提交，待负责人批准。") if waits else _("已记录。"))
    return redirect(_after(row))


def _sent(scope: Scope, point: MonitoringPoint, request: HttpRequest) -> Presence:
    """The presence that a form says. A photo is kept first; its time and place are the phone's."""
    sent = request.POST
    facts: dict[str, Any] = {
        "client_id": sent.get("client_id", ""), "reason": sent.get("reason", ""),
        "phone_at": small_int(sent.get("phone_at", ""), queries.now_ms(), 2**53),
        **{name: _number(sent.get(name, "")) for name in ("latitude", "longitude", "accuracy")},
    }
    photo = request.FILES.get("photo")
    if photo is not None:
        facts["photo"] = keep(
            scope, photo, kind="photo", name=photo.name or "", taken_at=facts["phone_at"],
            latitude=facts["latitude"], longitude=facts["longitude"],
            accuracy=facts["accuracy"], place=point.name).sha256
    if sent.get("kind") == PresenceKind.OUT:
        return actions.check_out(scope, point, **facts)
    task, order = None, None
    what, _colon, number = sent.get("what", "").partition(":")
    key = small_int(number, 0, 2**62)
    try:
        if what == "task":
            task = Task.objects.get(pk=key, organisation=scope.organisation)
        elif what == "order":
            order = WorkOrder.objects.get(pk=key, organisation=scope.organisation)
    except (Task.DoesNotExist, WorkOrder.DoesNotExist) as error:
        raise Http404 from error
    return actions.check_in(scope, point, task=task, order=order, **facts)


def _number(text: str) -> float | None:
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _after(row: Presence) -> str:
    """Where one goes on: to the task or order, else back to the page."""
    if row.kind == PresenceKind.IN and row.task_id is not None:
        return reverse("maintenance:task", args=[row.task_id])
    if row.kind == PresenceKind.IN and row.order_id is not None:
        return reverse("maintenance:order", args=[row.order_id])
    return reverse("records:check-in", args=[row.point_id])


def _check_in_page(
    request: HttpRequest, point: MonitoringPoint, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    scope, day = request.scope, today()
    place = sites_queries.place_of(point)
    visit = queries.open_entry(scope, point, queries.now_ms())
    conditions = sites_queries.conditions_at(point, day)
    held = sites_queries.permits_for(scope.organisation, [scope.user]) if conditions else []
    gaps = sites_queries.gaps(conditions, held, point.organisation_id, day, person=scope.user)
    choices = [] if visit else _choices(scope, point)
    asked = request.POST.get("what") or _asked(request)
    return render(request, "records/check_in.html", {
        "point": point, "place": place, "visit": visit, "conditions": conditions, "gaps": gaps,
        "choices": choices, "asked": asked if asked in dict(choices) else "",
        "errors": errors or {}, "fence": place.fence if place else actions.UNPLACED_FENCE,
        "reason": request.POST.get("reason", ""), "now": queries.now_ms(),
        "limits": {"late": LATE, "ahead": AHEAD, "vague": VAGUE},
    }, status=422 if errors else 200)


def _asked(request: HttpRequest) -> str:
    for what in ("task", "order"):
        if request.GET.get(what):
            return f"{what}:{small_int(request.GET[what], 0, 2**62)}"
    return ""


def _choices(scope: Scope, point: MonitoringPoint) -> list[tuple[str, str]]:
    """The unit's open tasks and orders at the point that the person may take up, the next due
    first."""
    tasks = Task.objects.filter(
        organisation=scope.organisation, point=point, state__in=actions.STARTABLE,
        day__lte=today() + timedelta(days=7)).select_related("person").order_by("day", "id")
    orders = WorkOrder.objects.filter(organisation=scope.organisation, point=point).exclude(
        state__in=(OrderState.CLOSED, OrderState.CANCELLED)).order_by("-urgent", "found_at")
    found = [(f"order:{one.pk}", f"{one.number} {one.symptom}") for one in orders[:OFFERED]]
    for one in tasks[:OFFERED]:
        whose = f"（{one.person}）" if one.person and one.person != scope.user else ""
        title = one.title or one.get_kind_display()
        found.append((f"task:{one.pk}", f"{one.day:%m-%d} {title}{whose}"))
    return found


@page("see_presence")
def presence_list(request: HttpRequest) -> HttpResponse:
    """Check-ins and check-outs, those that wait for approval first; or people by month."""
    scope, params = request.scope, request.GET
    if params.get("view") == "people":
        return _people(request)
    by = filters_of(request)
    counts = queries.tallies(scope, by)
    shown = Paginator(queries.presences_for(scope, by), PAGE).get_page(params.get("page"))
    approves = may(scope, "approve_presence")
    for row in shown.object_list:
        row.mine = row.person_id == (scope.user.pk if scope.user else None)
        row.may_decide = (approves and row.approval == Approval.PENDING and not row.mine
                          and row.organisation_id == scope.organisation.pk)
    return render(request, "records/presence.html", {
        "page": shown, "by": by, "total": counts[""], "query": params.urlencode(),
        "tabs": [(tab, counts[tab]) for tab in queries.STATES],
        "tags": [(tag, counts[tag]) for tag in queries.TAGS],
        "people": list(sites_queries.colleagues(scope)) if _own_people(scope) else [],
        "point": points_of(scope).filter(pk=by.point).first() if by.point else None,
        "approves": approves,
    })


def _own_people(scope: Scope) -> bool:
    return may(scope, "check_in") or may(scope, "approve_presence")


def filters_of(request: HttpRequest) -> queries.Filters:
    """The filters that the address names; what makes no sense is left out."""
    params = request.GET
    state_ = params.get("state", "")
    return queries.Filters(
        state_ if state_ in queries.TABS else "",
        small_int(params.get("point", ""), None, 2**62),
        small_int(params.get("person", ""), None, 2**62),
        _day(params.get("first", "")), _day(params.get("last", "")),
        params.get("q", "").strip()[:64])


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2099 else None


def _people(request: HttpRequest) -> HttpResponse:
    key, first, until = queries.month_of(request.GET.get("month", ""))
    rows = queries.people_figures(request.scope, first, until)
    return render(request, "records/presence_people.html", {
        "rows": rows, "month": key, "before": windows.key("month", first // 1000 - 1),
        "after": windows.key("month", until // 1000),
    })


@page("see_presence")
def presence_file(request: HttpRequest, form: str) -> HttpResponse:
    """What the list shows, or the people's figures of the month, as XLSX or CSV."""
    if form not in sheets.FORMS:
        raise Http404
    if request.GET.get("view") == "people":
        key, first, until = queries.month_of(request.GET.get("month", ""))
        return sheets.answer(form, f"{_('到场统计')}-{key}", PEOPLE_HEADINGS, [
            (one.name, one.visits, one.points, one.days, round(one.hours, 1), one.off_site,
             one.late, one.pending, one.refused, one.open)
            for one in queries.people_figures(request.scope, first, until)], file="presence")
    rows = queries.presences_for(request.scope, filters_of(request))[:sheets.SHEET_ROWS]
    return sheets.answer(form, f"{_('到场')}-{today()}", HEADINGS, _lines(rows.iterator(
        chunk_size=1000)), file="presence", widths=(24, 24, 12))


def _lines(rows: Any) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        yield (
            row.point.name, row.point.organisation.name, str(row.person), row.get_kind_display(),
            china_time(row.phone_at, "second"), china_time(row.at, "second"),
            None if row.distance is None else round(row.distance),
            None if row.accuracy is None else round(row.accuracy), row.fence,
            _("是") if row.off_site else "", _("是") if row.late else "", row.reason,
            str(state("approval", row.approval).label), row.approved_by, row.approved_why,
            row.order.number if row.order else (row.task.title if row.task else ""))


@require_POST
@page("approve_presence")
def presence_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or refuse one, then back to the list as it was."""
    try:
        row = queries.presence(request.scope, pk)
    except Presence.DoesNotExist as error:
        raise Http404 from error
    ok = request.POST.get("ok") == "1"
    try:
        actions.decide(request.scope, row, ok, request.POST.get("why", ""))
    except Presence.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, _("已批准。") if ok else _("已退回，不予批准。"))
    back = request.POST.get("back", "")
    return redirect(f"{reverse('records:presence')}{f'?{back}' if back else ''}")
