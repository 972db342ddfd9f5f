"""The rooms of the laboratory."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.scope import MAY
from qingyuan.ui.navigation import Room, bring

bring("unit", {
    90: Room(_("实验室"), "certificate", "laboratory:laboratories",
             ("laboratory:laboratories", "laboratory:laboratory"), MAY["see_samples"]),
    93: Room(_("送检样品"), "droplet", "laboratory:samples",
             ("laboratory:samples", "laboratory:sample"), MAY["see_samples"]),
})
