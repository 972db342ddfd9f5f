"""Words, icons and colours of what the checks answer."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
    "capability.yes": State(_("符合"), "circle-check", "green"),
    "capability.no": State(_("不符合"), "alert-circle", "red"),
    "capability.unknown": State(_("无从评价"), "question-mark", "slate",
                                _("缺少事实，既不算符合，也不算不符合")),
    "capability.coming": State(_("将不符合"), "alert-triangle", "amber"),
    "scenario.idea": State(_("设想"), "circle-dashed", "slate"),
    "scenario.planned": State(_("计划"), "calendar-check", "blue", _("计入预测")),
})
