"""Words, icons and colours of certificates."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
    "certified.valid": State(_("持证有效"), "circle-check", "green"),
    "certified.expiring": State(_("即将到期"), "hourglass", "amber", _("60 天内到期")),
    "certified.expired": State(_("已过期"), "alert-triangle", "red"),
    "certified.newcomer": State(_("新入职"), "user-plus", "blue", _("入职三个月内须取证")),
    "certified.none": State(_("无证"), "circle-x", "red"),
    "certified.left": State(_("已离职"), "logout", "grey"),
    "certified.withdrawn": State(_("已失效"), "ban", "grey"),
})
