"""What people are told of, and how by default. A new kind of notice is a line here."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from .models import ChannelKind

EMAIL, SMS = ChannelKind.EMAIL.value, ChannelKind.SMS.value


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """``channels`` are the ways out besides the inbox for somebody who has said nothing."""

    label: object
    channels: tuple[str, ...] = (EMAIL,)


KINDS: Mapping[str, NoticeKind] = {
    "finding": NoticeKind(_("报警与发现"), (EMAIL, SMS)),
    "escalation": NoticeKind(_("超时升级"), (EMAIL, SMS)),
    "order": NoticeKind(_("工单")),
    "task": NoticeKind(_("任务与计划")),
    "record": NoticeKind(_("记录审核")),
    "presence": NoticeKind(_("签到审批")),
    "parameter": NoticeKind(_("参数备案")),
    "supervision": NoticeKind(_("督查与整改")),
    "directive": NoticeKind(_("督办单")),
    "report": NoticeKind(_("运维报告")),
    "document": NoticeKind(_("受控文件")),
    "expiry": NoticeKind(_("到期提醒")),
    "system": NoticeKind(_("系统")),
}


def label(kind: str) -> str:
    """The kind's name; the code itself where it has gone from the table."""
    return str(KINDS[kind].label) if kind in KINDS else kind
