"""The ways out. A new one is a module with a ``Sender`` and a line in ``open_sender``.

Senders know neither database nor clockwork: they are given a target and a message and either send
it or raise. They run in threads of their own.
"""

from ..models import ChannelKind
from . import dingtalk, email, sms, webhook, wecom
from .contract import Busy, Down, Message, Refused, Sender, SendError, Target

__all__ = ["Busy", "Down", "Message", "Refused", "SendError", "Sender", "Target", "endpoint",
           "missing", "open_sender"]

_KINDS = {
    ChannelKind.EMAIL: email.Sender,
    ChannelKind.WEBHOOK: webhook.Sender,
    ChannelKind.WECOM: wecom.Sender,
    ChannelKind.DINGTALK: dingtalk.Sender,
    ChannelKind.SMS: sms.Sender,
}
# One server of the installation's for all channels of the kind: when it is down it is down for all.
SHARED = frozenset({ChannelKind.EMAIL.value, ChannelKind.SMS.value})


def open_sender(kind: str) -> Sender:
    """A sender of a channel's kind, to be closed after use."""
    return _KINDS[ChannelKind(kind)]()


def endpoint(kind: str, channel: int) -> str:
    """What fails together: the installation's mail server or SMS gateway, else a channel alone."""
    return kind if kind in SHARED else f"{kind}:{channel}"


def missing(kind: str) -> str:
    """Why no channel of the kind can be used in this installation, "" where it can."""
    if kind == ChannelKind.EMAIL:
        return email.missing()
    return sms.missing() if kind == ChannelKind.SMS else ""
