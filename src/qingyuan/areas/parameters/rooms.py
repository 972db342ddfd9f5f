"""The room of parameters."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.navigation import EVERYBODY, Room, bring

bring("data", {
    25: Room(_("参数备案"), "adjustments-horizontal", "parameters:parameters",
             ("parameters:parameters", "parameters:point-parameters", "parameters:filings",
              "parameters:parameter-filing", "parameters:filing-new", "parameters:filing-edit",
              "parameters:reading-new"), EVERYBODY),
})
