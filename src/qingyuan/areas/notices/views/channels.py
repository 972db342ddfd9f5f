"""The unit's robots and webhooks."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.notices import channels, kinds, outbox, queries
from qingyuan.areas.notices.actions import now_ms
from qingyuan.areas.notices.forms import ChannelForm
from qingyuan.areas.notices.models import Channel
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import history
from qingyuan.areas.organisations.scope import Scope, may


@page("edit_channels")
def channel_list(request: HttpRequest) -> HttpResponse:
    """Every robot and webhook with what became of its last message."""
    rows = list(queries.channels_of(request.scope))
    chosen = request.GET.get("state", "")
    groups = {"": rows, "on": [r for r in rows if r.active],
              "off": [r for r in rows if not r.active]}
    shown = groups.get(chosen, rows)
    last, waiting, now = queries.last_of(shown), queries.waiting_by(shown), now_ms()
    return render(request, "notices/channels.html", {
        "lines": [line(row, now) | {"last": last.get(row.pk), "held": waiting.get(row.pk)}
                  for row in shown],
        "chosen": chosen if chosen in groups else "",
        "tabs": [(code, label, len(groups[code])) for code, label in (
            ("", _("全部")), ("on", _("启用")), ("off", _("已暂停")))],
        "public": bool(outbox.absolute("/")),
    })


def line(row: Channel, now: int) -> dict[str, Any]:
    """A channel as lists and its page show it."""
    state = "off" if not row.active else "down" if row.failures else "on"
    return {"row": row, "shown": channels.masked(row), "state": state,
            "paused": row.paused_until if row.paused_until > now else None,
            "only": [kinds.label(code) for code in row.kinds]}


def _found(scope: Scope, pk: int) -> Channel:
    row = queries.channels_of(scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@page("edit_channels")
def new(request: HttpRequest) -> HttpResponse:
    """Enter one."""
    form = ChannelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = channels.add_channel(request.scope, **form.said())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("通知通道 %s 已登记，可发送测试消息。") % row.name)
            return redirect("notices:channel", pk=row.pk)
    return render(request, "notices/channel.html", {"form": form},
                  status=422 if form.errors else 200)


@page("edit_channels")
def channel(request: HttpRequest, pk: int) -> HttpResponse:
    """One: its last messages, its form, its history."""
    scope = request.scope
    row = _found(scope, pk)
    form = ChannelForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        try:
            channels.edit_channel(scope, row, **form.said())
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("通知通道 %s 已保存。") % form.cleaned_data["name"])
            return redirect("notices:channel", pk=pk)
    return render(request, "notices/channel.html", {
        "form": form, "line": line(row, now_ms()), "row": row,
        "last": row.deliveries.all()[:10], "may_log": may(scope, "see_deliveries"),
        "history": history(scope, row),
    }, status=422 if form.errors else 200)


@never_cache
@page("edit_channels")
def lasts(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page with the last messages; asked for by itself."""
    return render(request, "notices/channel_last.html", {
        "last": _found(request.scope, pk).deliveries.all()[:10]})


@require_POST
@page("edit_channels")
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause, or go on."""
    row = channels.switch_channel(
        request.scope, _found(request.scope, pk), request.POST.get("active") == "1")
    messages.success(request, (_("%s 已启用。") if row.active else _("%s 已暂停。")) % row.name)
    return redirect("notices:channel", pk=pk)


@require_POST
@page("edit_channels")
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """A message to see whether it arrives."""
    row = _found(request.scope, pk)
    if row.active:
        channels.send_test(request.scope, row)
        messages.success(request, _("测试消息已交给平台发送，几秒后看结果。"))
    else:
        messages.error(request, _("%s 已暂停，启用后再测试。") % row.name)
    return redirect("notices:channel", pk=pk)
