"""What histories call the acts on filings and readings."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.history import bring

from . import kinds

bring("parameters", verbs={
    "draft_filing": _("编制参数备案"),
    "edit_filing": _("修改参数备案"),
    "submit_filing": _("提交参数备案"),
    "approve_filing": _("批准参数备案"),
    "refuse_filing": _("退回参数备案"),
    "withdraw_filing": _("撤回参数备案"),
    "read_parameter": _("登记现场参数"),
}, names={
    "lines": _("参数"), "valid_from_at": _("生效时间"), "system": _("监测系统"),
    "kind": _("参数"), "factor": _("因子"), "value": _("取值"), "read_at": _("查看时间"),
    "reason": _("原因"), "files": _("文件数"), "replaces": _("替代备案"),
}, values={("kind", code): kind.label for code, kind in kinds.KINDS.items()})
