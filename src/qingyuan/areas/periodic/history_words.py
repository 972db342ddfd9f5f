"""What histories call the acts on reports."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.history import bring

bring("periodic", verbs={
    "make_report": _("生成报告"), "write_report": _("修改文字"), "approve_report": _("批准报告"),
    "reopen_report": _("退回修改"), "seal_report": _("封存报告"), "send_report": _("送出报告"),
    "read_report": _("签收报告"),
}, names={"first": _("起"), "level": _("类型"), "parts": _("修改的部分"), "state": _("状态"),
          "reason": _("原因")},
   values={("level", "month"): _("月报"), ("level", "quarter"): _("季报"),
           ("level", "half"): _("半年报"), ("state", "draft"): _("草稿"),
           ("state", "approved"): _("已批准"), ("state", "sealed"): _("已封存"),
           ("state", "sent"): _("已送出"), ("state", "read"): _("已阅")})
