"""The rooms of the manager's page and of archives."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.scope import MAY
from qingyuan.ui.navigation import Room, bring

bring("unit", {
    10: Room(_("经营总览"), "brand-speedtest", "overview:dashboard", ("overview:dashboard",),
             MAY["see_dashboard"]),
    95: Room(_("一企一档"), "files", "overview:archives",
             ("overview:archives", "overview:archive"), MAY["see_archive"]),
})
