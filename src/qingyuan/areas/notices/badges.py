"""Words, icons and colours of deliveries, channels and shifts."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
    "delivery.waiting": State(_("待发送"), "clock", "blue"),
    "delivery.held": State(_("免打扰中"), "hourglass", "slate", _("免打扰时间过后发送")),
    "delivery.digest": State(_("待汇总"), "list", "slate", _("到汇总时间与其他消息一起发送")),
    "delivery.retrying": State(_("重试中"), "refresh", "amber", _("没有送达，过一会自动重试")),
    "delivery.sent": State(_("已发送"), "circle-check", "green"),
    "delivery.failed": State(_("发送失败"), "circle-x", "red", _("重试约一天仍未送达，可人工重发")),
    "channel.on": State(_("启用"), "circle-check", "green"),
    "channel.off": State(_("已暂停"), "player-pause", "slate", _("暂停期间不向它发送")),
    "channel.down": State(_("连接失败"), "alert-triangle", "amber", _("自动重试，恢复后补发")),
    "shift.day": State(_("白班"), "clock", "teal"),
    "shift.night": State(_("夜班"), "clock-check", "violet"),
    "shift.holiday": State(_("节假日"), "calendar-event", "amber"),
    "shift.standby": State(_("备勤"), "user", "slate", _("无人值班时，或值班人员未响应时")),
})
