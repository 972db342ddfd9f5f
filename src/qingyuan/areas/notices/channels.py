"""Writes on ways out: the unit's robots and webhooks, a person's own addresses, and trying them.

Addresses of robots and webhooks hold a key: nobody but who may edit them sees them whole, and no
audit line does.
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, require

from . import kinds, queries, senders
from .actions import now_ms
from .models import Channel, ChannelKind, Delivery, DeliveryState
from .senders import http

GROUP = (ChannelKind.WECOM, ChannelKind.DINGTALK, ChannelKind.WEBHOOK)
OWN = (ChannelKind.EMAIL, ChannelKind.SMS)
UNSENT = [state for state in DeliveryState if state not in (
    DeliveryState.SENT, DeliveryState.FAILED)]


@transaction.atomic
def add_channel(
    scope: Scope, *, kind: str, name: str, address: str, secret: str = "",
    only: Sequence[str] = (), urgent_only: bool = False,
) -> Channel:
    """Enter a robot or webhook of the unit; ``only``: kinds of notices, none for all."""
    require(scope, "edit_channels")
    row = Channel(organisation=scope.organisation, kind=kind, name=name.strip(),
                  address=address.strip(), secret=secret.strip(), kinds=list(only),
                  urgent_only=urgent_only)
    _check(row)
    row.save()
    audit(scope, "add_channel", row, None, _said(row))
    return row


@transaction.atomic
def edit_channel(
    scope: Scope, channel: Channel, *, name: str, address: str, secret: str | None = None,
    only: Sequence[str] = (), urgent_only: bool = False,
) -> Channel:
    """Correct one; ``secret`` None leaves it, "" takes it away. It is tried anew at once."""
    require(scope, "edit_channels")
    row = queries.channels_of(scope).select_for_update(of=("self",)).get(pk=channel.pk)
    before, old = _said(row), (row.address, row.secret)
    row.name, row.address, row.kinds = name.strip(), address.strip(), list(only)
    row.urgent_only, row.paused_until, row.failures = urgent_only, 0, 0
    row.secret = row.secret if secret is None else secret.strip()
    _check(row)
    row.save()
    after = _said(row)
    # The line says that an address has changed, as its first signs may be the same.
    after["changed"] = [word for word, changed in (
        ("address", old[0] != row.address), ("secret", old[1] != row.secret)) if changed]
    told = {key: value for key, value in after.items() if before.get(key) != value and value != []}
    if told:
        audit(scope, "edit_channel", row, {key: before.get(key) for key in told}, told)
    return row


@transaction.atomic
def switch_channel(scope: Scope, channel: Channel, active: bool) -> Channel:
    """Pause one or go on: what is told meanwhile is not kept for it, what waits stays."""
    require(scope, "edit_channels")
    row = queries.channels_of(scope).select_for_update(of=("self",)).get(pk=channel.pk)
    if row.active != active:
        row.active, row.paused_until, row.failures = active, 0, 0
        row.save(update_fields=["active", "paused_until", "failures"])
        audit(scope, "switch_channel", row, {"active": not active}, {"active": active})
    return row


def _check(row: Channel) -> None:
    if row.kind not in GROUP:
        raise ValidationError({"kind": _("请选择群机器人或 Webhook")})
    if set(row.kinds) - kinds.KINDS.keys():
        raise ValidationError({"only": _("没有这样的通知种类")})
    wrong = http.check(row.address)
    if wrong:
        raise ValidationError({"address": wrong})
    row.full_clean()


def _said(row: Channel) -> dict[str, Any]:
    return {"kind": row.kind, "name": row.name, "address": masked(row), "signed": bool(row.secret),
            "only": list(row.kinds), "urgent_only": row.urgent_only}


def masked(row: Channel) -> str:
    """An address without its key: scheme, host and the path's beginning.

    >>> masked(Channel(kind="wecom", address="https://qyapi.example.com/cgi/send?key=693a-b"))
    'https://qyapi.example.com/cgi/…'
    """
    if row.kind in OWN:
        return row.address
    parts = urlsplit(row.address)
    first = parts.path.strip("/").partition("/")[0]
    deeper = "/" in parts.path.strip("/") or parts.query
    return f"{parts.scheme}://{parts.netloc}/" + (f"{first}/…" if deeper else "…")


# -- a person's own ------------------------------------------------------------------------------


@transaction.atomic
def set_own(scope: Scope, kind: str, address: str) -> Channel | None:
    """One's own address of a kind (e-mail, telephone); "" takes it away, and what waits for it
    ends as not sent. None where there is none afterwards."""
    require(scope, "see_notices")
    address = address.strip()
    row = Channel.objects.select_for_update(of=("self",)).filter(
        organisation=scope.organisation, person=scope.user, kind=kind).first()
    if address:
        _check_own(kind, address)
    elif row is None or not row.active:
        return None
    before = {"address": row.address if row and row.active else ""}
    if row is None:
        row = Channel(organisation=scope.organisation, person=scope.user, kind=kind)
    if before["address"] == address:
        return row
    row.active, row.paused_until, row.failures = bool(address), 0, 0
    if address:
        row.name, row.address = address[:64], address
    row.save()
    if not address:
        Delivery.objects.filter(channel=row, state__in=UNSENT).update(
            state=DeliveryState.FAILED, error=_("本人已停用这一方式"), claimed_until=0)
    audit(scope, "set_own_channel", row, before, {"kind": kind, "address": address})
    return row if address else None


def _check_own(kind: str, address: str) -> None:
    if kind not in OWN:
        raise ValidationError({"kind": _("请选择电子邮件或短信")})
    name = {"email": "email", "sms": "phone"}[kind]
    wrong = senders.missing(kind)
    if wrong:
        raise ValidationError({name: wrong})
    if kind == ChannelKind.SMS and not re.fullmatch(r"\+?\d{6,15}", address):
        raise ValidationError({name: _("手机号只含数字，可以 + 开头")})
    if kind == ChannelKind.EMAIL:
        try:
            validate_email(address)
        except ValidationError:
            raise ValidationError({name: _("请填写完整的邮件地址")}) from None


# -- trying --------------------------------------------------------------------------------------


@transaction.atomic
def send_test(scope: Scope, channel: Channel) -> Delivery:
    """A message to see whether it arrives, on the very way that all others take. Channel.
    DoesNotExist for one that is neither one's own nor, with the right, the unit's."""
    row = queries.usable(scope).get(pk=channel.pk)
    when = now_ms()
    Channel.objects.filter(pk=row.pk).update(paused_until=0)
    made = Delivery.objects.create(
        organisation=scope.organisation, channel=row, kind="system", title=_("测试消息"),
        body=_("由 %s 发出。收到即说明这一方式可用。") % scope.who, urgent=True, next_at=when,
        created_at=when, ref="test")
    audit(scope, "test_channel", row, None, {"address": masked(row)})
    return made
