"""How one wants to be told."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from qingyuan.areas.assets.forms import refuse
from qingyuan.areas.notices import channels, own, queries, senders
from qingyuan.areas.notices.forms import OwnForm
from qingyuan.areas.notices.models import Channel, ChannelKind, QuietHours
from qingyuan.areas.organisations.access import page
from qingyuan.areas.organisations.history import histories
from qingyuan.areas.organisations.scope import Scope


@page("see_notices")
def settings_page(request: HttpRequest) -> HttpResponse:
    """One's addresses, ways by kind, quiet hours; a message to try each."""
    scope = request.scope
    rows = list(queries.own_channels(scope))
    held = {row.kind: row.address for row in rows}
    hours = QuietHours.objects.filter(person=scope.user).first()
    form = OwnForm(own.wishes(scope), held, hours, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _store(scope, form)
        except ValidationError as error:
            refuse(form, error)
        else:
            messages.success(request, _("接收设置已保存。"))
            return redirect("notices:notice-settings")
    return render(request, "notices/settings.html", {
        "form": form, "lasts": lasts(rows), "usual": {
            "email": scope.user.email, "phone": scope.user.phone},
        "missing": [word for way in channels.OWN if (word := senders.missing(way))],
        "history": histories(scope, [*rows] or []) if rows else [],
    }, status=422 if form.errors else 200)


@transaction.atomic
def _store(scope: Scope, form: OwnForm) -> None:
    for kind, name in ((ChannelKind.EMAIL, "email"), (ChannelKind.SMS, "phone")):
        channels.set_own(scope, kind, form.cleaned_data[name])
    own.set_quiet(scope, form.minute("since"), form.minute("until"), form.minute("digest_at") or 0)
    own.set_wishes(scope, form.wishes())


def lasts(rows: list[Channel]) -> list[dict[str, Any]]:
    """Each channel with its last delivery."""
    last = queries.last_of(rows)
    return [{"channel": row, "shown": channels.masked(row), "last": last.get(row.pk)}
            for row in rows]


@never_cache
@page("see_notices")
def tries(request: HttpRequest) -> HttpResponse:
    """The part of the page that tells what became of the last message; asked for by itself."""
    return render(request, "notices/lasts.html", {
        "lasts": lasts(list(queries.own_channels(request.scope)))})


@require_POST
@page("see_notices")
def try_own(request: HttpRequest, pk: int) -> HttpResponse:
    """A message to one's own address."""
    row = queries.own_channels(request.scope).filter(pk=pk).first()
    if row is None:
        raise Http404
    channels.send_test(request.scope, row)
    messages.success(request, _("测试消息已交给平台发送，几秒后看结果。"))
    return redirect("notices:notice-settings")
