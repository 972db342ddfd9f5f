"""The log of what was sent, by which way, and what was not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.notices import channels, kinds, queries, resending
from qingyuan.areas.notices.models import ChannelKind, Delivery, DeliveryState
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.scope import Scope
from qingyuan.ui import sheets
from qingyuan.ui.address import small_int
from qingyuan.ui.numbers import china_time

PAGE = 50
MOST = 20_000  # rows of an export
TABS = ("", *DeliveryState.values)
BIG = 2**62


@dataclass(frozen=True, slots=True)
class Filters:
    """What stands in the address; what makes no sense filters nothing."""

    state: str = ""
    way: str = ""
    kind: str = ""
    channel: int | None = None
    text: str = ""

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Filters":
        def among(name: str, values: Any) -> str:
            said = params.get(name, "")
            return said if said in values else ""

        return cls(among("state", TABS), among("way", ChannelKind.values),
                   among("kind", kinds.KINDS), small_int(params.get("channel", ""), None, BIG),
                   params.get("q", "").strip()[:64])

    @property
    def any(self) -> bool:
        return bool(self.way or self.kind or self.text or self.channel is not None)

    @property
    def query(self) -> str:
        """The address's tail, without what is empty."""
        said = {"state": self.state, "way": self.way, "kind": self.kind, "q": self.text,
                "channel": "" if self.channel is None else str(self.channel)}
        return urlencode({name: value for name, value in said.items() if value})

    def found(self, scope: Scope) -> QuerySet[Delivery]:
        """By everything but the state."""
        rows = queries.deliveries_of(scope)
        if self.way:
            rows = rows.filter(channel__kind=self.way)
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.channel is not None:
            rows = rows.filter(channel=self.channel)
        if self.text:
            rows = rows.filter(
                Q(title__icontains=self.text) | Q(error__icontains=self.text)
                | Q(channel__name__icontains=self.text)
                | Q(channel__person__name__icontains=self.text))
        return rows


def _of_tab(rows: QuerySet[Delivery], state: str) -> QuerySet[Delivery]:
    return rows.filter(state=state) if state else rows


@page("see_deliveries")
def delivery_list(request: HttpRequest) -> HttpResponse:
    """Deliveries by state, the newest first."""
    scope = request.scope
    by = Filters.of(request.GET)
    rows = by.found(scope)
    counts = dict(rows.select_related(None).order_by().values_list("state").annotate(Count("pk")))
    counts[""] = sum(counts.values())
    pages = Paginator(_of_tab(rows, by.state), PAGE)
    pages.count = counts.get(by.state, 0)
    shown = pages.get_page(request.GET.get("page"))
    for row in shown.object_list:
        row.label, row.again = kinds.label(row.kind), row.state in resending.AGAIN
        row.to, row.here = _to(row), row.link if row.link.startswith("/") else ""
    return render(request, "notices/deliveries.html", {
        "page": shown, "by": by, "tabs": [(code, counts.get(code, 0)) for code in TABS],
        "ways": ChannelKind.choices, "failed": counts.get(DeliveryState.FAILED, 0),
        "kinds": [(code, kind.label) for code, kind in kinds.KINDS.items()],
        "channel": queries.channels_of(scope).filter(pk=by.channel).first()
        if by.channel is not None else None,
    })


def _to(row: Delivery) -> str:
    return str(row.channel.person) if row.channel.person_id else row.channel.name


@page("see_deliveries")
def export(request: HttpRequest, form: str) -> HttpResponse:
    """The log, as it is filtered."""
    if form not in sheets.FORMS:
        raise Http404
    by = Filters.of(request.GET)
    rows = _of_tab(by.found(request.scope), by.state)[:MOST]
    heads = [_("消息"), _("种类"), _("方式"), _("接收"), _("地址"), _("状态"), _("次数"),
             _("产生时间"), _("发送时间"), _("错误")]
    return sheets.answer(form, _("发送记录"), heads, (_line(row) for row in rows),
                         file="deliveries", widths=(48, 14, 16))


def _line(row: Delivery) -> list[Any]:
    return [row.title, kinds.label(row.kind), row.channel.get_kind_display(), _to(row),
            channels.masked(row.channel), row.get_state_display(), row.tries,
            china_time(row.created_at), china_time(row.sent_at), row.error]


@require_POST
@page("see_deliveries")
def retry(request: HttpRequest) -> HttpResponse:
    """Send again: the chosen ones, or all that have failed."""
    scope = request.scope
    if request.POST.get("all") == "1":
        done = resending.retry(scope)
    else:
        chosen = [int(one) for one in request.POST.getlist("pk")
                  if one.isdecimal() and len(one) < 19]
        done = resending.retry(scope, [Delivery(pk=pk) for pk in chosen])
    if done:
        messages.success(request, _("%d 条消息将立即重发。") % done)
    else:
        messages.info(request, _("没有可重发的消息：请选择发送失败或重试中、且通道未暂停的消息。"))
    tail = Filters.of(request.GET).query
    return redirect(reverse("notices:deliveries") + (f"?{tail}" if tail else ""))
