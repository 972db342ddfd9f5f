"""The room of commitments."""

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.scope import MAY
from qingyuan.ui.navigation import Room, bring

bring("unit", {
    40: Room(_("自律承诺"), "signature", "conduct:commitments",
             ("conduct:commitments", "conduct:sign", "conduct:texts", "conduct:commitment"),
             MAY["see_commitments"]),
})
