"""The daily remote check: the day's lines, one signature for the normal ones, one for each of the
others."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.records.desk import actions, queries
from qingyuan.areas.records.desk.queries import Filters
from qingyuan.areas.records.keeping.forms import form_for
from qingyuan.areas.records.models import DeskDay, DeskLine
from qingyuan.areas.records.words import answer_word
from qingyuan.forms import Setting, printed
from qingyuan.forms.definition import ABNORMAL, NORMAL, visible
from qingyuan.kernel.clock import CST
from qingyuan.ui import sheets
from qingyuan.ui.numbers import to_datetime
from qingyuan.ui.states import state

PAGE = 50
AT_ONCE = 500  # lines of one request, which takes some seconds
HEADINGS = ("日期", "排污单位", "点位", "设施", "类型", "状态", "异常", "处理情况",
            "确认人", "确认时间")


@page("see_desk")
def desk(request: HttpRequest) -> HttpResponse:
    """A day's lines, exceptions first; filters and day in the address."""
    scope, by = request.scope, Filters.of(request.GET)
    day = _day(request.GET.get("day", ""))
    found = queries.desk_of(scope, day)
    every = queries.lines_of(scope, found) if found else DeskLine.objects.none()
    rows = queries.narrowed(scope, every, by)
    counts = queries.counts(rows)
    shown = Paginator(queries.ordered(queries.of_state(rows, by.state)), PAGE).get_page(
        request.GET.get("page"))
    for row in shown.object_list:
        _dress(row)
    return render(request, "records/desk.html", {
        "desk": found, "day": day, "today": today(), "page": shown, "by": by, "counts": counts,
        "tabs": [(tab, counts.get(tab, 0)) for tab in queries.TABS],
        "may_sign": may(scope, "sign_desk"), "query": request.GET.urlencode(),
        "before": day - timedelta(days=1), "after": day + timedelta(days=1),
        "others": queries.other_work(scope, day) if day == today() else [],
        "open_days": list(queries.waiting_days(scope, today())[:7]),
        "signed": _signatures(found), "at_once": AT_ONCE,
        "history": history(scope, found, 10) if found else [],
        **(queries.choices(every) if found else {"areas": [], "dischargers": []}),
    })


def _day(text: str) -> Any:
    try:
        return queries.china_day(text)
    except ValidationError:
        return today()


def _dress(row: DeskLine) -> DeskLine:
    """What the templates show beside the row's own fields."""
    row.said = [{**one, "href": queries.link(row, one["page"])} for one in row.exceptions]
    row.shown_state = "signed" if row.record_id else row.state
    row.must_look = bool(row.facts.get("looks")) and row.system.kind == "video"
    return row


def _signatures(found: DeskDay | None) -> list[dict[str, Any]]:
    return list(reversed(found.signed)) if found else []


@require_POST
@page("sign_desk")
def refill(request: HttpRequest) -> HttpResponse:
    """Fill the day anew, now."""
    back = QueryDict(request.POST.get("back", ""))
    try:
        found = actions.refill(request.scope, back.get("day", ""))
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        lines = found.lines.count()
        if lines:
            messages.success(request, _("已按最新数据填写 %d 个设施。") % lines)
        else:
            messages.warning(request, _("没有到期的远程检查：请先登记设施和合同，并启用运维内容。"))
    return redirect(_desk(back))


@require_POST
@page("sign_desk")
def sign_normal(request: HttpRequest) -> HttpResponse:
    """Confirm all normal lines that the filters leave, with one signature."""
    scope, back = request.scope, QueryDict(request.POST.get("back", ""))
    looked = request.POST.get("looked") == "1"
    found = queries.desk_of(scope, _day(back.get("day", "")))
    if found is None:
        raise Http404
    rows = queries.of_state(
        queries.narrowed(scope, queries.lines_of(scope, found), Filters.of(back)), "normal")
    cameras = 0
    if not looked:
        cameras = rows.filter(system__kind="video").count()
        rows = rows.exclude(system__kind="video")
    keys = list(rows.order_by("point_id", "pk").values_list("pk", flat=True)[:AT_ONCE + 1])
    try:
        made = actions.sign(scope, found, keys[:AT_ONCE], looked=looked,
                            signature={"name": request.POST.get("name", "")}) if keys else []
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect(_desk(back))
    if made:
        messages.success(request, _("已确认 %d 个设施，记录已提交审核。") % len(made))
    elif not cameras:
        messages.warning(request, _("没有待确认的正常设施。"))
    if len(keys) > AT_ONCE:
        messages.warning(request, _("每次最多确认 %d 个，还有设施待确认，请再次签名。") % AT_ONCE)
    if cameras:
        messages.warning(request, _("%d 台摄像机未确认：请看过画面后勾选再签名。") % cameras)
    return redirect(_desk(back))


@page("see_desk")
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """One system's day: every item with what telemetry says, and the signature with handling."""
    scope = request.scope
    try:
        row = _dress(queries.line(scope, pk))
    except DeskLine.DoesNotExist as error:
        raise Http404 from error
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        try:
            made = _signed(scope, row, request)
        except ValidationError as error:
            errors = error.message_dict if hasattr(error, "error_dict") else {
                "": error.messages}
        else:
            if made:
                messages.success(request, _("%s 已确认，记录已提交审核。") % row.point.name)
            else:
                messages.warning(request, _("这一条已有人确认。"))
            return redirect(_desk(QueryDict(request.POST.get("back", "")), row))
    return render(request, "records/desk_line.html", {
        "row": row, "errors": errors, "sections": _sections(row), "back": request.GET.urlencode(),
        "may_sign": may(scope, "sign_desk") and row.record_id is None,
        "looks": bool(row.facts.get("looks")), "sent": request.POST,
        "history": history(scope, row.record, 10) if row.record else [],
    }, status=422 if errors else 200)


def _signed(scope: Scope, row: DeskLine, request: HttpRequest) -> list[Any]:
    sent = request.POST
    return actions.sign(
        scope, row.desk, [row], signature={"name": sent.get("name", "")},
        handling=sent.get("handling", ""), looked=sent.get("looked") == "1",
        order=sent.get("order") == "1")


def _sections(row: DeskLine) -> list[dict[str, Any]]:
    """The form's parts with marks, notes and figures; what nobody filled in is to be looked at."""
    form = form_for(row.desk.organisation, row.form, row.desk.day)
    if form is None:
        return []
    setting = Setting(row.facts.get("technique", ""), sets=frozenset(row.facts.get("sets", ())))
    answers = row.record.answers if row.record else row.answers
    looks = set(row.facts.get("looks", ()))
    found = []
    for section in form.sections:
        cells = answers.get(section.name, {})
        fields = visible(section.fields, setting)
        items = [{"label": one.label, "tone": _TONES.get(cell.get("mark"), "slate"),
                  "mark": cell.get("mark", ""), "note": cell.get("note", ""),
                  "handling": cell.get("handling", ""),
                  "look": f"{section.name}.{one.name}" in looks and not row.record}
                 for one in fields if one.type == "check"
                 and ((cell := cells.get(one.name, {})) or f"{section.name}.{one.name}" in looks)]
        figures = [(one.label, answer_word(one, cells[one.name]).replace("T", " "),
                    printed(one.unit)) for one in fields
                   if one.type not in ("check", "signature", "photo") and one.name in cells]
        if items or (figures and section.name not in ("header", "tail")):
            found.append({"title": section.title, "items": items, "figures": figures})
    return found


_TONES = {NORMAL: "green", ABNORMAL: "red"}


def _desk(back: QueryDict, row: DeskLine | None = None) -> str:
    params = back.copy()
    params.pop("page", None)
    if row is not None and row.desk.day != today():
        params["day"] = row.desk.day.isoformat()
    text = params.urlencode()
    return reverse("records:desk") + (f"?{text}" if text else "")


@page("see_desk")
def desk_file(request: HttpRequest, form: str) -> HttpResponse:
    """The lines that the page shows, as XLSX or CSV."""
    if form not in sheets.FORMS:
        raise Http404
    scope, by = request.scope, Filters.of(request.GET)
    day = _day(request.GET.get("day", ""))
    found = queries.desk_of(scope, day)
    rows = queries.narrowed(scope, queries.lines_of(scope, found), by) if found else (
        DeskLine.objects.none())
    rows = queries.ordered(queries.of_state(rows, by.state))
    return sheets.answer(form, f"{_('远程检查')}-{day}", HEADINGS, _lines(
        day.isoformat(), rows.iterator(chunk_size=1000)), file="desk", widths=(12, 28, 20, 20))


def _lines(day: str, rows: Any) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        at = to_datetime(row.record.submitted_at) if row.record else None
        yield (day, row.point.organisation.name, row.point.name, row.system.name,
               row.system.get_kind_display(),
               str(state("desk", "signed" if row.record_id else row.state).label),
               "；".join(one["sentence"] for one in row.exceptions), row.handling,
               row.record.who if row.record else "",
               at.astimezone(CST).strftime("%Y-%m-%d %H:%M") if at else "")


