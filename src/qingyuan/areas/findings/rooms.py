"""The rooms of findings."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.navigation import EVERYBODY, Room, bring

bring("data", {
    15: Room(_("报警与发现"), "alert-triangle", "findings:findings",
             ("findings:findings", "findings:finding", "findings:silences",
              "findings:silence-new", "findings:finding-rates"), EVERYBODY),
})
bring("work", {
    118: Room(_("督办与检查意见"), "clipboard-list", "findings:directives",
              ("findings:directives", "findings:directive", "findings:directive-new",
               "findings:directive-edit"), EVERYBODY),
})
bring("setup", {
    95: Room(_("发现规则"), "adjustments-horizontal", "findings:finding-rules",
             ("findings:finding-rules", "findings:finding-rule"), EVERYBODY),
})
