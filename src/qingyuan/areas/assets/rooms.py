"""The rooms of assets, by wing and place in it."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.navigation import EVERYBODY, HOUSE, Room, bring

bring("setup", {
    10: Room(
        _("站点登记"), "antenna", "assets:stations",
        ("assets:stations", "assets:station", "assets:station-new", "assets:station-edit",
         "assets:station-import"),
        EVERYBODY,
    ),
    20: Room(
        _("监测设施"), "tool", "assets:facilities",
        ("assets:facilities", "assets:facility-import", "assets:point-facilities",
         "assets:system-new", "assets:system-edit", "assets:system-end",
         "assets:instrument-new", "assets:instrument-edit", "assets:instrument-replace",
         "assets:instrument-end", "assets:range-new"),
        EVERYBODY,
    ),
    30: Room(
        _("运维合同"), "file-code", "assets:contracts",
        ("assets:contracts", "assets:contract", "assets:contract-new", "assets:contract-end",
         "assets:contract-number"),
        EVERYBODY,
    ),
    40: Room(
        _("站点位置与入厂"), "map-pin", "assets:sites",
        ("assets:sites", "assets:site", "assets:place", "assets:house-new", "assets:house-edit",
         "assets:condition-new", "assets:condition-edit", "assets:labels", "assets:openings",
         "assets:opening-new"),
        EVERYBODY,
    ),
    50: Room(
        _("办事处与人员"), "building-community", "assets:offices",
        ("assets:offices", "assets:office", "assets:office-new", "assets:office-edit",
         "assets:office-close", "assets:office-join", "assets:keepers", "assets:keeper-end",
         "assets:permits", "assets:permit", "assets:permit-new", "assets:permit-edit",
         "organisations:people", "organisations:person", "organisations:person-new"),
        HOUSE,
    ),
})
