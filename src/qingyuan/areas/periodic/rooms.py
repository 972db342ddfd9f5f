"""The room of periodic reports."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.scope import MAY
from qingyuan.ui.navigation import Room, bring

bring("reports", {
    5: Room(_("运维报告"), "notes", "periodic:reports", ("periodic:reports", "periodic:report"),
            MAY["see_periodic"]),
})
