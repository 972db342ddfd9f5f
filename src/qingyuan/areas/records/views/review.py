"""The queue of records to be read, and what is decided there."""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.regions import place_word
from qingyuan.areas.organisations.scope import may
from qingyuan.areas.records.models import Record
from qingyuan.areas.records.presence.queries import now_ms
from qingyuan.areas.records.review import actions, queries
from qingyuan.areas.records.review.queries import Filters
from qingyuan.areas.records.review.settings import settings_of
from qingyuan.ui.address import small_int

PAGE = 50
OPENED = "records.review.opened"  # salt of the time at which a page was opened


@page("see_review")
def queue(request: HttpRequest) -> HttpResponse:
    """Records that wait, the riskiest first; those overdue, sent back, accepted today."""
    scope, by, now = request.scope, filters_of(request.GET), now_ms()
    settings = settings_of(scope.organisation)
    counts, offered = queries.tallies(scope, by, now), queries.choices(scope)
    shown = Paginator(queries.queue(scope, by, now), PAGE).get_page(request.GET.get("page"))
    may_decide = may(scope, "review_record")
    for row in shown.object_list:
        row.grade = queries.grade(row.risk, settings.bulk_risk)
        row.drawn = queries.is_drawn(row)
        row.overdue = row.state == "submitted" and (row.review_due or now) < now
        row.why_not = actions.not_together(scope, row, settings.bulk_risk)
        row.first = next((one for one in row.risks if one.get("points")), None)
        row.others = sum(bool(one.get("points")) for one in row.risks) - 1
    return render(request, "records/review.html", {
        "page": shown, "by": by, "settings": settings, "query": request.GET.urlencode(),
        "tabs": [(tab, counts[tab]) for tab in queries.TABS], "may_decide": may_decide,
        "selecting": may_decide and by.state in ("waiting", "overdue"),
        "forms": offered["forms"], "people": offered["people"],
        "areas": [(code, place_word(code)) for code, _same in offered["areas"]],
        "point": points_of(scope).filter(pk=by.point).first() if by.point else None,
        "may_set": may(scope, "set_review"),
        "can": sum(not row.why_not for row in shown.object_list),
        "drawn": sum(row.drawn for row in shown.object_list),
    })


def filters_of(params: Any) -> Filters:
    """The filters that an address names; what makes no sense is left out."""
    state = params.get("state", "")
    area = params.get("area", "")
    return Filters(
        state if state in queries.TABS else "waiting", params.get("form", "")[:64],
        small_int(params.get("point", ""), None, 2**62),
        small_int(params.get("person", ""), None, 2**62),
        area if area.isascii() and area.isdecimal() and len(area) <= 6 else "",
        params.get("q", "").strip()[:64])


@require_POST
@page("review_record")
def accept_many(request: HttpRequest) -> HttpResponse:
    """Accept the chosen ones of low risk; the others stay, and the page says why."""
    keys = [small_int(text, 0, 2**62) for text in request.POST.getlist("record")]
    try:
        found = actions.accept_many(request.scope, [Record(pk=key) for key in keys])
    except Record.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        if found.done:
            messages.success(request, _("已通过 %d 份。") % len(found.done))
        for row, why in found.left:
            messages.warning(request, f"{row.title} {row.point.name} {row.day}：{why}")
    return redirect(_queue(request.POST.get("back", "")))


@require_POST
@page("review_record")
def decide(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Accept or send back one record, then on to the next that waits."""
    scope, back = request.scope, request.POST.get("back", "")
    reason, seconds = request.POST.get("reason", ""), opened_seconds(request)
    record = Record(pk=pk)
    try:
        if verb == "accept":
            done = actions.accept(scope, record, reason, seconds)
        else:
            done = actions.send_back(scope, record, reason, seconds)
    except Record.DoesNotExist as error:
        raise Http404 from error
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect(_here(pk, back))
    word = _("已通过") if verb == "accept" else _("已退回")
    messages.success(request, f"{word}：{done.title} {done.point.name} {done.day}")
    following = queries.next_of(scope, filters_of(QueryDict(back)), done)
    if following is None:
        return redirect(_queue(back))
    return redirect(_here(following.pk, back))


@page("see_review")
def skip(request: HttpRequest, pk: int) -> HttpResponse:
    """On to the record behind this one in the queue's order, at its end to the queue."""
    back = request.GET.urlencode()
    by = filters_of(request.GET)
    rows = queries.queue(request.scope, by).values_list("pk", flat=True)
    keys = list(rows[:2000])
    after = keys[keys.index(pk) + 1:] if pk in keys else keys
    return redirect(_here(after[0], back) if after else _queue(back))


def opened_seconds(request: HttpRequest) -> int | None:
    """Seconds since the page was made, by the signed time it carries; None without one."""
    try:
        made = signing.loads(request.POST.get("opened", ""), salt=OPENED)
    except signing.BadSignature:
        return None
    return max(0, (now_ms() - int(made)) // 1000)


def opened() -> str:
    """The present time, signed, for a page to send back."""
    return signing.dumps(now_ms(), salt=OPENED)


def _queue(back: str) -> str:
    return f"{reverse('records:review')}{f'?{back}' if back else ''}"


def _here(pk: int, back: str) -> str:
    return f"{reverse('records:review-record', args=[pk])}{f'?{back}' if back else ''}"
