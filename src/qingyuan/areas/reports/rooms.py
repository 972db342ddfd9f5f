"""The rooms of reports, by wing and place in it."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.navigation import EVERYBODY, Room, bring

bring("reports", {
    10: Room(
        _("报表"), "file-spreadsheet", "reports:reports",
        ("reports:reports", "reports:report"),
        EVERYBODY,
    ),
    20: Room(
        _("统计"), "chart-line", "reports:statistics",
        ("reports:statistics", "reports:statistics-why", "reports:rate-hours"),
        EVERYBODY,
    ),
})
