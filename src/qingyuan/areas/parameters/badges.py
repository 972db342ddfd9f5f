"""Words, icons and colours of filings and of parameters compared."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
    "filing.draft": State(_("草稿"), "edit", "slate", _("尚未提交审批")),
    "filing.submitted": State(_("待审批"), "hourglass", "violet"),
    "filing.approved": State(_("已备案"), "circle-check", "green"),
    "filing.refused": State(_("已退回"), "arrow-back-up", "red", _("修改后可再次提交")),
    "filing.superseded": State(_("已被替代"), "history", "grey"),
    "filing.withdrawn": State(_("已撤回"), "x", "grey"),
    "parameter.equal": State(_("一致"), "circle-check", "green"),
    "parameter.differs": State(_("与备案不一致"), "alert-circle", "red"),
    "parameter.unread": State(_("未读取"), "circle-dashed", "grey",
                              _("备案后设备没有上报、现场也没有查看")),
    "parameter.unfiled": State(_("未备案"), "alert-triangle", "amber"),
    "parameter.filed": State(_("已备案"), "circle-check", "green"),
    "parameter.pending": State(_("待审批"), "hourglass", "violet"),
})
