"""What histories call the acts on commitments."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.history import bring

bring("conduct", verbs={
    "publish_commitment": _("发布承诺书"), "sign_commitment": _("签署承诺书"),
    "withdraw_commitment": _("作废承诺书"),
}, names={"version": _("版本"), "effective": _("生效"), "months": _("有效月数"),
          "reason": _("原因"), "signed_on": _("签署日期"), "digest": "SHA-256"})
