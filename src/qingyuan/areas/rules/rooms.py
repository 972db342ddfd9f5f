"""The rooms of the book of rules, by wing and place in it."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.navigation import EVERYBODY, Room, bring

bring("setup", {
    80: Room(
        _("规则库"), "list", "rules:provisions",
        ("rules:provisions", "rules:provision", "rules:provision-drawer", "rules:override",
         "rules:override-withdraw", "rules:citations"),
        EVERYBODY,
    ),
})
