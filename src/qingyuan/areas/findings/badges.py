"""Words, icons and colours of findings."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
    "finding.open": State(_("待响应"), "bell", "red", _("还没有人响应")),
    "finding.acknowledged": State(_("处理中"), "tool", "violet", _("已响应，尚未登记处理")),
    "finding.handled": State(_("待核实"), "checklist", "violet", _("已处理，等待他人核实")),
    "finding.verified": State(_("已核实"), "circle-check", "green"),
    "finding.closed": State(_("已关闭"), "lock", "slate"),
    "directive.open": State(_("待办理"), "clock", "amber", _("收到，尚未回复")),
    "directive.overdue": State(_("已逾期"), "alert-circle", "red", _("过了办理期限，尚未回复")),
    "directive.replied": State(_("已回复"), "send", "violet", _("已回复来文单位，等待销号")),
    "directive.closed": State(_("已销号"), "lock", "slate"),
    "silence.running": State(_("静默中"), "eye-off", "amber", _("发现照常登记，不通知任何人")),
    "silence.past": State(_("已结束"), "clock", "slate"),
    "finding-rule.on": State(_("启用"), "circle-check", "green"),
    "finding-rule.off": State(_("停用"), "circle-x", "grey", _("这种发现不再产生")),
    "severity.info": State(_("提示"), "point", "slate"),
    "severity.warning": State(_("预警"), "alert-triangle", "amber"),
    "severity.alarm": State(_("报警"), "alert-circle", "red"),
    "severity.critical": State(_("紧急"), "alert-circle", "magenta"),
})
