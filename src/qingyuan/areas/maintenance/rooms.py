"""The rooms of maintenance, by wing and place in it."""

from django.utils.translation import gettext_lazy as _

from qingyuan.ui.navigation import EVERYBODY, HOUSE, Room, bring

bring("work", {
    10: Room(
        _("任务"), "calendar-check", "maintenance:tasks",
        ("maintenance:tasks", "maintenance:task", "maintenance:task-new",
         "maintenance:calendar", "maintenance:joints",
         "maintenance:joint", "maintenance:joint-new"),
        EVERYBODY,
    ),
    20: Room(
        _("月度计划"), "calendar-event", "maintenance:plans",
        ("maintenance:plans", "maintenance:plan"),
        EVERYBODY,
    ),
    30: Room(
        _("出差"), "car", "maintenance:trips",
        ("maintenance:trips", "maintenance:trip", "maintenance:trip-new",
         "maintenance:trip-edit"),
        HOUSE,
    ),
    40: Room(
        _("工单"), "bell", "maintenance:orders",
        ("maintenance:orders", "maintenance:order", "maintenance:order-new"),
        EVERYBODY,
    ),
    50: Room(
        _("函件"), "mail", "maintenance:letters",
        ("maintenance:letters", "maintenance:letter"),
        EVERYBODY,
    ),
    80: Room(
        _("停运"), "power", "maintenance:stops",
        ("maintenance:stops", "maintenance:stop", "maintenance:stop-new"),
        EVERYBODY,
    ),
    90: Room(
        _("厂方保障"), "notes", "maintenance:needs",
        ("maintenance:needs", "maintenance:need", "maintenance:need-new"),
        EVERYBODY,
    ),
    100: Room(
        _("交接"), "arrows-exchange", "maintenance:hand-overs",
        ("maintenance:hand-overs", "maintenance:hand-over", "maintenance:hand-over-new"),
        ("manager", "engineer"),
    ),
    110: Room(
        _("运维内容"), "tool", "maintenance:duties",
        ("maintenance:duties", "maintenance:duty-list", "maintenance:duty",
         "maintenance:duty-sets", "maintenance:own-duties", "maintenance:own-duty"),
        EVERYBODY,
    ),
})
