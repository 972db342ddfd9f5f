"""The rooms of supplies."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.scope import MAY
from qingyuan.ui.navigation import Room, bring

bring("unit", {
    50: Room(_("备件与耗材"), "inbox", "supplies:stock",
             ("supplies:stock", "supplies:part", "supplies:part-new", "supplies:part-edit",
              "supplies:reorder", "supplies:stores", "supplies:store", "supplies:count",
              "supplies:import"),
             MAY["see_supplies"]),
    53: Room(_("出入库台账"), "arrows-exchange", "supplies:moves",
             ("supplies:moves", "supplies:move"), MAY["see_supplies"]),
    56: Room(_("备机借用"), "tool", "supplies:loans", ("supplies:loans",), MAY["see_supplies"]),
})
