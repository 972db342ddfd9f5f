"""The room of notices."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.navigation import Room, bring

bring("today", {
    5: Room(_("消息"), "inbox", "notices:inbox", ("notices:inbox",)),
})
