"""The rooms of telemetry, by wing and place in it."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.navigation import EVERYBODY, HOUSE, OFFICE, Room, bring

bring("data", {
    10: Room(
        _("点位总览"), "layout-grid", "telemetry:overview",
        ("telemetry:overview", "telemetry:point", "telemetry:packets", "telemetry:packet",
         "telemetry:hours", "telemetry:why", "telemetry:comparison", "telemetry:facts",
         "telemetry:event-new", "telemetry:event-replace", "telemetry:event-withdraw",
         "telemetry:parameter-set", "telemetry:parameter-withdraw"),
        EVERYBODY,
    ),
    20: Room(
        _("标记"), "flag", "telemetry:marks",
        ("telemetry:marks", "telemetry:mark", "telemetry:mark-new", "telemetry:mark-edit",
         "telemetry:mark-withdraw", "telemetry:mark-suggestions", "telemetry:marks-import",
         "telemetry:marks-declare"),
        EVERYBODY,
    ),
    30: Room(
        _("季度审核"), "shield-check", "telemetry:audits",
        ("telemetry:audits", "telemetry:audit", "telemetry:audit-prepare",
         "telemetry:audit-confirm"),
        EVERYBODY,
    ),
    40: Room(
        _("隔离区"), "inbox", "telemetry:quarantine",
        ("telemetry:quarantine", "telemetry:quarantine-entry"),
        (*HOUSE, "inspector"),
    ),
    50: Room(
        _("数据导入"), "database-import", "telemetry:import",
        ("telemetry:import", "telemetry:import-result"),
        OFFICE,
    ),
})
bring("setup", {
    70: Room(
        _("远程命令"), "terminal-2", "telemetry:commands",
        ("telemetry:commands", "telemetry:command", "telemetry:command-new"),
        EVERYBODY,
    ),
    90: Room(_("接收网关"), "router", "telemetry:gateway", ("telemetry:gateway",), HOUSE),
})
