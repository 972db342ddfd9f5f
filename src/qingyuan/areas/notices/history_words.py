"""What histories call the acts on channels, wishes, deliveries and the roster."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.history import bring

from . import kinds
from .models import ChannelKind, ShiftKind

bring("notices", verbs={
    "add_channel": _("新增通知通道"),
    "edit_channel": _("修改通知通道"),
    "switch_channel": _("暂停或启用通知通道"),
    "set_own_channel": _("修改本人接收方式"),
    "test_channel": _("发送测试消息"),
    "set_preference": _("修改接收设置"),
    "set_quiet_hours": _("修改免打扰时间"),
    "retry_deliveries": _("重发消息"),
    "add_shifts": _("排班"),
    "remove_shift": _("取消班次"),
}, names={
    "address": _("地址"), "signed": _("有签名密钥"), "only": _("通知种类"),
    "urgent_only": _("仅紧急"), "changed": _("更换"), "ways": _("接收方式"),
    "daily": _("每日汇总"), "notice_kind": _("通知种类"), "quiet_since": _("免打扰起"),
    "quiet_until": _("免打扰止"), "digest_time": _("汇总时间"), "count": _("条数"),
    "shift": _("班次"), "office": _("办事处"), "begins_at": _("起"), "ends_at": _("止"),
    "shifts": _("班次数"),
}, values={
    ("changed", "address"): _("地址"), ("changed", "secret"): _("签名密钥"),
    **{("only", code): kind.label for code, kind in kinds.KINDS.items()},
    **{("notice_kind", code): kind.label for code, kind in kinds.KINDS.items()},
    **{("ways", way.value): way.label for way in ChannelKind},
    **{("shift", one.value): one.label for one in ShiftKind},
})
