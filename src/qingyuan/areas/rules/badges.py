"""Words, icons and colours of the book of rules."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
    # how a figure of the book of rules was taken from its text
    "status.text": State(_("原文核对"), "circle-check", "green", _("已对照标准原文")),
    "status.secondary": State(
        _("转述"), "copy", "blue", _("取自引用或转述该条款的资料，未对照原文")
    ),
    "status.recalled": State(
        _("待核对"), "alert-triangle", "amber", _("尚未对照任何文本，采用前请核对标准原文")
    ),
})
