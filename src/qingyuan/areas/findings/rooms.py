"""The room of findings."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.navigation import EVERYBODY, Room, bring

bring("data", {
    15: Room(_("报警与发现"), "alert-triangle", "findings:findings",
             ("findings:findings", "findings:finding"), EVERYBODY),
})
