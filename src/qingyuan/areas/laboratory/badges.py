"""Words, icons and colours of samples."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
    "sample.taken": State(_("已采样"), "droplet", "slate"),
    "sample.in_transit": State(_("送样途中"), "route", "blue"),
    "sample.received": State(_("在实验室"), "hourglass", "violet"),
    "sample.analysed": State(_("已分析"), "checklist", "teal"),
    "sample.reported": State(_("已出报告"), "circle-check", "green"),
    "sample.lost": State(_("遗失"), "question-mark", "red"),
    "sample.invalid": State(_("作废"), "x", "grey"),
})
