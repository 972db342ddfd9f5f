"""The inbox."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from qingyuan.areas.organisations.access import page

from . import actions, kinds, queries

PAGE = 50


@page("see_notices")
def inbox(request: HttpRequest) -> HttpResponse:
    """One's own notices, unread ones unless ``?all=1``."""
    rows = queries.notices_of(request.scope)
    everything = request.GET.get("all") == "1"
    counts = {"unread": rows.filter(read_at=None).count(), "all": rows.count()}
    pages = Paginator(rows if everything else rows.filter(read_at=None), PAGE)
    pages.count = counts["all" if everything else "unread"]
    shown = pages.get_page(request.GET.get("page"))
    for row in shown.object_list:
        row.label = kinds.label(row.kind)
    return render(request, "notices/inbox.html", {
        "page": shown, "counts": counts, "everything": everything})


@page("see_notices")
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Open what a notice is about; it is read then."""
    row = queries.notices_of(request.scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    actions.read(request.scope, [row])
    if not url_has_allowed_host_and_scheme(row.link, allowed_hosts=None):
        return redirect("notices:inbox")
    return redirect(row.link)


@require_POST
@page("see_notices")
def read_all(request: HttpRequest) -> HttpResponse:
    """Everything is read."""
    count = actions.read(request.scope)
    messages.success(request, _("已将 %d 条消息标为已读。") % count)
    return redirect("notices:inbox")


