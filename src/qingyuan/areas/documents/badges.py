"""Words, icons and colours of documents."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
    "document.draft": State(_("草稿"), "edit", "slate"),
    "document.review": State(_("审核中"), "hourglass", "violet"),
    "document.coming": State(_("待生效"), "clock", "blue", _("已批准，到生效日期起执行")),
    "document.force": State(_("有效"), "circle-check", "green"),
    "document.old": State(_("已被替代"), "history", "grey"),
    "document.withdrawn": State(_("已作废"), "x", "grey"),
    "system.force": State(_("有效"), "circle-check", "green"),
    "system.overdue": State(_("评审逾期"), "alert-triangle", "amber",
                            _("文件有效，但未在评审周期内评审")),
    "system.review": State(_("审核中"), "hourglass", "violet", _("尚无有效版本")),
    "system.missing": State(_("缺少"), "alert-circle", "red"),
})
