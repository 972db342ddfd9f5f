"""The room of people."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.scope import MAY
from qingyuan.ui.navigation import Room, bring

bring("unit", {
    30: Room(_("人员"), "users", "people:people",
             ("people:people", "people:person", "people:certificates", "people:training",
              "people:session", "people:session-new", "people:import"), MAY["see_people"]),
})
