"""The inbox, and its badge on every page."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    HttpResponseRedirect,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.notices import actions, kinds, queries
from qingyuan.areas.notices.models import Notice
from qingyuan.areas.organisations.access import page

PAGE = 50
TABS = ("", "urgent", "all")
MOST_SHOWN = 99  # of a badge


@dataclass(frozen=True, slots=True)
class Filters:
    """What stands in the address. ``state`` "" is what is unread."""

    state: str = ""
    kind: str = ""
    text: str = ""

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "Filters":
        state, kind = params.get("state", ""), params.get("kind", "")
        return cls(state if state in TABS else "", kind if kind in kinds.KINDS else "",
                   params.get("q", "").strip()[:64])

    @property
    def any(self) -> bool:
        return bool(self.kind or self.text)

    @property
    def query(self) -> str:
        """The address's tail, without what is empty."""
        said = {"state": self.state, "kind": self.kind, "q": self.text}
        return urlencode({name: value for name, value in said.items() if value})

    def found(self, rows: QuerySet[Notice]) -> QuerySet[Notice]:
        """By everything but the state."""
        if self.kind:
            rows = rows.filter(kind=self.kind)
        if self.text:
            rows = rows.filter(Q(title__icontains=self.text) | Q(body__icontains=self.text))
        return rows

    def of_tab(self, rows: QuerySet[Notice]) -> QuerySet[Notice]:
        """The rows of the chosen tab."""
        if self.state == "all":
            return rows
        rows = rows.filter(read_at=None)
        return rows.filter(urgent=True) if self.state == "urgent" else rows


@page("see_notices")
def inbox(request: HttpRequest) -> HttpResponse:
    """One's own notices, unread ones unless the address says otherwise."""
    by = Filters.of(request.GET)
    rows = by.found(queries.notices_of(request.scope))
    counts = rows.order_by().aggregate(
        all=Count("pk"), unread=Count("pk", filter=Q(read_at=None)),
        urgent=Count("pk", filter=Q(read_at=None, urgent=True)))
    tabs = {"": counts["unread"], "urgent": counts["urgent"], "all": counts["all"]}
    pages = Paginator(by.of_tab(rows), PAGE)
    pages.count = tabs[by.state]
    shown = pages.get_page(request.GET.get("page"))
    for row in shown.object_list:
        row.label = kinds.label(row.kind)
    return render(request, "notices/inbox.html", {
        "page": shown, "by": by, "unread": counts["unread"],
        "tabs": [(code, label, tabs[code]) for code, label in (
            ("", _("未读")), ("urgent", _("未读且有时限")), ("all", _("全部")))],
        "kinds": [(code, kind.label) for code, kind in kinds.KINDS.items()]})


@page("see_notices")
def badge(request: HttpRequest) -> HttpResponse:
    """How many are unread; asked for by every page, so that it costs one query and mostly says
    that nothing is new."""
    unread, urgent = queries.badge(request.scope)
    tag = f'"{unread}-{urgent}"'
    said = {"ETag": tag, "Cache-Control": "no-store"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers=said)
    response = render(request, "notices/badge.html", {
        "unread": unread, "urgent": urgent, "most": MOST_SHOWN})
    response["ETag"], response["Cache-Control"] = tag, said["Cache-Control"]
    return response


@page("see_notices")
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Open what a notice is about; it is read then."""
    row = queries.notices_of(request.scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    actions.read(request.scope, [row])
    here = row.link.startswith("/") and url_has_allowed_host_and_scheme(row.link, None)
    return HttpResponseRedirect(row.link) if here else redirect("notices:inbox")


@require_POST
@page("see_notices")
def read_all(request: HttpRequest) -> HttpResponse:
    """The chosen ones are read; without a choice everything that the filters show."""
    chosen = [int(one) for one in request.POST.getlist("pk") if one.isdecimal() and len(one) < 19]
    by = Filters.of(request.GET)
    rows = [Notice(pk=pk) for pk in chosen]
    if not chosen and (by.any or by.state == "urgent"):
        rows = list(by.of_tab(by.found(queries.notices_of(request.scope))).only("pk"))
        chosen = [row.pk for row in rows] or [0]
    count = actions.read(request.scope, rows if chosen else None)
    messages.success(request, _("已将 %d 条消息标为已读。") % count)
    tail = by.query
    return redirect(reverse("notices:inbox") + (f"?{tail}" if tail else ""))
