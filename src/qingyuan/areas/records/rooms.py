"""The rooms of records, by wing and place in it."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.navigation import EVERYBODY, HOUSE, Room, bring

bring("today", {
    10: Room(
        _("今日"), "home", "records:today",
        ("records:today", "records:check-in", "records:fill"),
        ("manager", "engineer", "supervisor", "storekeeper", "analyst"),
    ),
    20: Room(
        _("远程检查"), "device-mobile", "records:desk",
        ("records:desk", "records:desk-line"),
        HOUSE,
    ),
    30: Room(
        _("后台审核"), "checklist", "records:review",
        ("records:review", "records:review-record", "records:review-statistics",
         "records:review-settings"),
        ("manager", "reviewer", "supervisor", "administrator"),
    ),
})
bring("work", {
    60: Room(
        _("运维记录"), "clipboard-check", "records:records",
        ("records:records", "records:record", "records:record-new"),
        EVERYBODY,
    ),
    70: Room(
        _("到场"), "map-pin", "records:presence",
        ("records:presence", "records:entries"),
        EVERYBODY,
    ),
    120: Room(
        _("记录表"), "table", "records:forms",
        ("records:forms", "records:form", "records:own-forms"),
        EVERYBODY,
    ),
})
bring("setup", {
    60: Room(
        _("建档导入"), "file-import", "records:setup",
        ("records:setup", "records:setup-result"),
        ("manager", "administrator"),
    ),
})
