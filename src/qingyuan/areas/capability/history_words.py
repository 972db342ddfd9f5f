"""What histories call the acts on scenarios."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.history import bring

bring("capability", verbs={
    "make_scenario": _("新建方案"), "edit_scenario": _("修改方案"),
    "add_change": _("增加变化"), "drop_change": _("删除变化"),
    "drop_scenario": _("删除方案"),
}, names={"name": _("名称"), "note": _("说明"), "planned": _("列为计划"), "text": _("内容"),
          "from": _("起")})
