"""What histories call the acts on findings."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.history import bring

bring("findings", verbs={
    "acknowledge": _("响应"),
    "take": _("转派"),
    "order": _("转工单"),
    "handle": _("登记处理"),
    "verify": _("核实通过"),
    "refuse": _("核实不通过"),
    "close": _("关闭"),
    "reopen": _("重新打开"),
    "note": _("说明"),
    "silence": _("静默"),
    "end_silence": _("结束静默"),
    "set_finding_rule": _("修改发现规则"),
    "receive_directive": _("登记督办单"),
    "edit_directive": _("修改督办单"),
    "add_directive_proof": _("补充督办材料"),
    "reply_directive": _("回复督办单"),
    "close_directive": _("督办单销号"),
    "reopen_directive": _("督办单重新办理"),
    "clear_finding_rule": _("发现规则恢复默认"),
}, names={
    "person": _("处理人"), "acknowledged_at": _("响应时间"), "acknowledged_by": _("响应人"),
    "handled_at": _("处理时间"), "handled_by": _("处理人员"), "handling": _("处理方式"),
    "cause": _("原因"), "text": _("处理情况"), "verified_at": _("核实时间"),
    "verified_by": _("核实人"), "closed_at": _("关闭时间"), "closed_by": _("关闭人"),
    "order": _("工单"), "open": _("未关闭"), "kind": _("种类"), "point": _("点位"),
    "factor": _("因子"), "until": _("至"), "reason": _("原因"), "ended_at": _("结束时间"),
    "points": _("点位"), "proof": _("材料份数"), "replied_at": _("回复时间"),
    "state": _("状态"), "why": _("原因"), "closed_why": _("销号依据"),
    "on": _("启用"), "severity": _("级别"), "respond_minutes": _("响应时限（分钟）"),
    "handle_minutes": _("处理时限（分钟）"), "thresholds": _("阈值"),
})
