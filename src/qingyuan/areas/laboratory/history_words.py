"""What histories call the acts of the laboratory."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.history import bring

bring("laboratory", verbs={
    "enter_laboratory": _("登记实验室"), "edit_laboratory": _("修改实验室"),
    "accredit_laboratory": _("登记 CMA 证书"), "set_lab_scope": _("修改检测能力范围"),
    "add_lab_person": _("登记检测人员"), "end_lab_person": _("检测人员离岗"),
    "take_sample": _("采样"), "hand_over_sample": _("交接样品"), "receive_sample": _("实验室收样"),
    "analyse_sample": _("登记检测结果"), "report_sample": _("登记检测报告"),
    "drop_sample": _("样品遗失或作废"),
}, names={
    "lines": _("检测能力范围"), "person": _("人员"), "number": _("编号"), "expires": _("有效期至"),
    "until": _("止"), "point": _("点位"), "factors": _("检测项目"), "taken_at": _("采样时间"),
    "hold_until": _("保存期限"), "laboratory": _("实验室"), "taker": _("接收人"),
    "condition": _("样品状态"), "due": _("约定出结果"), "results": _("结果"), "scan": _("扫描件"),
    "state": _("状态"), "why": _("原因"), "report_no": _("报告编号"),
}, values={
    ("ownership", "own"): _("自有"), ("ownership", "contracted"): _("委托"),
})
