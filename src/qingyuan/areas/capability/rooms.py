"""The rooms of capability."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.scope import MAY
from qingyuan.ui.navigation import Room, bring

bring("unit", {
    20: Room(_("服务能力"), "target", "capability:capability",
             ("capability:capability", "capability:check", "capability:levels",
              "capability:forecast", "capability:scenarios", "capability:scenario"),
             MAY["see_capability"]),
})
