"""What histories call the acts of supervision."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.history import bring

bring("supervision", verbs={
    "draw_supervision": _("抽取督查计划"), "add_inspection": _("指定督查"),
    "drop_inspection": _("取消督查"), "begin_inspection": _("开始督查"),
    "submit_inspection": _("提交督查"), "confirm_inspection": _("确认督查结果"),
    "appeal_inspection": _("申诉"), "rule_appeal": _("裁定申诉"), "rectify": _("整改"),
    "audit_rectification": _("审核整改"), "set_supervision": _("修改督查设置"),
    "edit_template": _("修改督查表"),
}, names={
    "first": _("起"), "how": _("方式"), "percent": _("比例（%）"), "points": _("点位数"),
    "point": _("点位"), "due": _("应完成"), "inspector": _("督查人"), "reason": _("原因"),
    "template": _("督查表"), "version": _("版本"), "score": _("得分"), "passed": _("是否合格"),
    "by": _("确认人"), "text": _("说明"), "item": _("项目"), "state": _("状态"),
    "on_site_percent": _("现场督查比例（%）"), "remote_percent": _("远程督查比例（%）"),
    "answer_days": _("确认或申诉期限（天）"), "rectify_days": _("整改期限（天）"),
    "pass_score": _("合格分"), "items": _("项目数"), "title": _("名称"),
}, values={
    ("how", "on_site"): _("现场督查"), ("how", "remote"): _("远程督查"),
    ("state", "open"): _("待整改"), ("state", "first"): _("待终审"),
    ("state", "passed"): _("整改合格"), ("state", "done"): _("待初审"),
})
