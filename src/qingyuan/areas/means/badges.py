"""Words, icons and colours of papers and of the use of vehicles."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
    "means.valid": State(_("有效"), "circle-check", "green"),
    "means.expiring": State(_("即将到期"), "hourglass", "amber", _("60 天内到期")),
    "means.expired": State(_("已过期"), "alert-triangle", "red"),
    "means.withdrawn": State(_("已失效"), "ban", "grey"),
    "vehicle.asked": State(_("待批准"), "hourglass", "violet"),
    "vehicle.approved": State(_("已批准"), "check", "blue"),
    "vehicle.refused": State(_("未批准"), "x", "grey"),
    "vehicle.out": State(_("使用中"), "car", "amber"),
    "vehicle.back": State(_("已归还"), "circle-check", "green"),
    "vehicle.cancelled": State(_("已取消"), "x", "grey"),
})
