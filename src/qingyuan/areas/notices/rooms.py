"""The rooms of notices."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.navigation import HOUSE, Room, bring

bring("today", {
    5: Room(_("消息"), "inbox", "notices:inbox", ("notices:inbox", "notices:notice-settings")),
})
bring("work", {
    115: Room(_("值班表"), "calendar-event", "notices:roster",
              ("notices:roster", "notices:shift-new"), HOUSE),
})
bring("setup", {
    100: Room(_("通知通道"), "send", "notices:channels",
              ("notices:channels", "notices:channel", "notices:channel-new"),
              ("manager", "discharger_manager", "administrator")),
    105: Room(_("发送记录"), "mail", "notices:deliveries", ("notices:deliveries",),
              ("manager", "administrator")),
})
