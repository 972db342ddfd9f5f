"""The rooms of supervision."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.scope import MAY
from qingyuan.ui.navigation import Room, bring

bring("work", {
    85: Room(_("督查"), "shield-check", "supervision:supervision",
             ("supervision:supervision", "supervision:inspection", "supervision:plans",
              "supervision:supervision-plan", "supervision:templates", "supervision:template",
              "supervision:figures", "supervision:problems", "supervision:supervision-settings"),
             MAY["see_supervision"]),
})
