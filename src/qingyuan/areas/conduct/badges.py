"""Words, icons and colours of commitments."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
    "commitment.signed": State(_("已签署"), "circle-check", "green"),
    "commitment.expiring": State(_("即将到期"), "hourglass", "amber", _("60 天内到期")),
    "commitment.missing": State(_("未签署"), "circle-x", "red"),
    "commitment.again": State(_("须重新签署"), "refresh", "amber"),
    "commitment.expired": State(_("已到期"), "alert-triangle", "red"),
})
