"""What histories call the acts on the book of rules."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.history import bring

bring("rules", verbs={
    "override_rule": _("登记规定"),
    "withdraw_override": _("撤回规定"),
}, values={
    ("link", "permit"): _("排污许可证"),
    ("link", "region"): _("地方规定"),
    ("link", "organisation"): _("本单位规定"),
    ("status", "text"): _("原文核对"),
    ("status", "secondary"): _("转述"),
    ("status", "recalled"): _("待核对"),
})
