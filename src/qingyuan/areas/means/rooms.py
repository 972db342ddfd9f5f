"""The rooms of the unit file, vehicles and tools."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.scope import MAY
from qingyuan.ui.navigation import Room, bring

bring("unit", {
    80: Room(_("单位档案"), "building", "means:unit-file", ("means:unit-file", "means:paper"),
             MAY["see_means"]),
    83: Room(_("车辆"), "car", "means:vehicles", ("means:vehicles", "means:vehicle"),
             MAY["see_means"]),
    86: Room(_("工具"), "tool", "means:tools", ("means:tools", "means:tool"), MAY["see_means"]),
})
