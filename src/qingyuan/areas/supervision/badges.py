"""Words, icons and colours of inspections."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
    "inspection.planned": State(_("待督查"), "circle-dashed", "slate"),
    "inspection.draft": State(_("督查中"), "edit", "blue"),
    "inspection.submitted": State(_("待确认"), "hourglass", "violet", _("逾期未答复即视为确认")),
    "inspection.appealed": State(_("申诉中"), "notes", "amber"),
    "inspection.rectifying": State(_("整改中"), "tool", "amber"),
    "inspection.closed": State(_("已完成"), "circle-check", "green"),
    "inspection.dropped": State(_("已取消"), "x", "grey"),
    "inspected.yes": State(_("合格"), "circle-check", "green"),
    "inspected.no": State(_("不合格"), "alert-circle", "red"),
    "problem.principle": State(_("原则"), "alert-triangle", "red"),
    "problem.key": State(_("重点"), "alert-circle", "amber"),
    "problem.common": State(_("一般"), "point", "slate"),
    "rectify.open": State(_("待整改"), "tool", "amber"),
    "rectify.done": State(_("待初审"), "hourglass", "violet"),
    "rectify.first": State(_("待终审"), "hourglass", "violet"),
    "rectify.passed": State(_("整改合格"), "circle-check", "green"),
    "rectify.late": State(_("逾期未整改"), "alert-triangle", "red"),
})
