"""Words, icons and colours of permits and of opened ledgers."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.states import State, bring

bring({
    # a ledger that a discharger shows to whoever reads the point's label
    "opening.open": State(_("开放中"), "eye", "green", _("扫描点位标签即可查看，无需登录")),
    "opening.over": State(_("已到期"), "clock-off", "slate"),
    "opening.closed": State(_("已关闭"), "lock", "slate", _("到期前由排污单位关闭")),
    # a person's or vehicle's permit to a site
    "permit.ok": State(_("有效"), "circle-check", "green"),
    "permit.soon": State(_("即将到期"), "alert-triangle", "amber", _("30 天内到期")),
    "permit.over": State(_("已过期"), "circle-x", "red"),
    "permit.later": State(_("未生效"), "hourglass", "slate"),
    "permit.none": State(_("没有"), "circle-x", "red"),
})
