"""Words, icons and colours of reports."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
    "report.draft": State(_("草稿"), "edit", "slate"),
    "report.approved": State(_("已批准"), "check", "blue"),
    "report.sealed": State(_("已封存"), "lock", "violet"),
    "report.sent": State(_("已送出"), "send", "amber"),
    "report.read": State(_("已阅"), "circle-check", "green"),
})
