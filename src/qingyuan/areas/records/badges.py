"""Words, icons and colours of records, their review, of presence and of the desk."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
    # records and their review
    "record.draft": State(_("草稿"), "edit", "slate"),
    "record.submitted": State(_("待审核"), "hourglass", "violet"),
    "record.returned": State(_("已退回"), "arrow-back-up", "amber"),
    "record.accepted": State(_("已审核"), "circle-check", "green", _("已审核并锁定")),
    "record.replaced": State(_("已被更正"), "copy", "slate"),
    "record.void": State(_("已作废"), "ban", "slate"),
    "record.late": State(_("审核超时"), "alert-triangle", "red"),
    "risk.low": State(_("低"), "circle-check", "green"),
    "risk.middle": State(_("中"), "alert-circle", "amber"),
    "risk.high": State(_("高"), "alert-triangle", "red"),
    "review.accept": State(_("通过"), "circle-check", "green"),
    "review.return": State(_("退回"), "arrow-back-up", "amber"),
    "review.bulk": State(_("批量通过"), "checklist", "teal"),
    "review.sample": State(_("抽中复核"), "search", "violet"),
    # records beside the data
    "signal.strong": State(_("不符"), "alert-triangle", "red", _("很难由如实的作业解释")),
    "signal.medium": State(_("存疑"), "alert-circle", "amber", _("须有解释")),
    "signal.weak": State(_("留意"), "eye", "slate", _("单独不足为据")),
    "signal.explained": State(_("可以解释"), "circle-check", "teal"),
    "signal.confirmed": State(_("确属不符"), "circle-x", "red"),
    "crosscheck.flagged": State(_("须复核"), "alert-triangle", "red"),
    "crosscheck.clear": State(_("未见疑点"), "circle-check", "green"),
    "crosscheck.waiting": State(_("待核对"), "hourglass", "violet"),
    # presence
    "approval.none": State(_("正常"), "circle-check", "green"),
    "approval.pending": State(_("待批准"), "user-question", "violet"),
    "approval.approved": State(_("已批准"), "circle-check", "teal"),
    "approval.refused": State(_("未批准"), "circle-x", "red"),
    # the desk's daily remote check
    "desk.normal": State(_("正常"), "circle-check", "green"),
    "desk.exception": State(_("有异常"), "alert-triangle", "red"),
    "desk.no_data": State(_("没有数据"), "circle-dashed", "grey"),
    "desk.signed": State(_("已确认"), "signature", "green"),
    "desk.waiting": State(_("待确认"), "hourglass", "violet"),
})
