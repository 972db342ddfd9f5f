"""The rooms on the left: what people come for, by role. A room appears when its page exists."""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Room:
    """One entry: ``url`` names its page, ``active`` the url names that belong to it."""

    label: str
    icon: str
    url: str
    active: tuple[str, ...]
    roles: tuple[str, ...] = ()  # empty: everybody who may sign in


@dataclass(frozen=True, slots=True)
class Wing:
    """A headed group of rooms."""

    label: str
    rooms: tuple[Room, ...]


# Who may open which room, as the doors of the pages have it; a test holds the two together.
FIELD = ("manager", "engineer", "supervisor", "reviewer", "storekeeper", "analyst")
OFFICE = ("manager", "reviewer", "administrator")
HOUSE = (*FIELD, "administrator")

WINGS: tuple[Wing, ...] = (
    Wing(
        _("今日"),
        (
            Room(
                _("今日"),
                "home",
                "records:today",
                (
                    "records:today",
                    "records:check-in",
                    "records:fill",
                ),
                ("manager", "engineer", "supervisor", "storekeeper", "analyst"),
            ),
            Room(
                _("远程检查"),
                "device-mobile",
                "records:desk",
                (
                    "records:desk",
                    "records:desk-line",
                ),
                HOUSE,
            ),
            Room(
                _("后台审核"),
                "checklist",
                "records:review",
                (
                    "records:review",
                    "records:review-record",
                    "records:review-statistics",
                    "records:review-settings",
                ),
                ("manager", "reviewer", "supervisor", "administrator"),
            ),
        ),
    ),
    Wing(
        _("监测"),
        (
            Room(
                _("点位总览"),
                "layout-grid",
                "telemetry:overview",
                (
                    "telemetry:overview",
                    "telemetry:point",
                    "telemetry:packets",
                    "telemetry:packet",
                    "telemetry:hours",
                    "telemetry:why",
                    "telemetry:comparison",
                    "telemetry:facts",
                    "telemetry:event-new",
                    "telemetry:event-replace",
                    "telemetry:event-withdraw",
                    "telemetry:parameter-set",
                    "telemetry:parameter-withdraw",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("标记"),
                "flag",
                "telemetry:marks",
                (
                    "telemetry:marks",
                    "telemetry:mark",
                    "telemetry:mark-new",
                    "telemetry:mark-edit",
                    "telemetry:mark-withdraw",
                    "telemetry:mark-suggestions",
                    "telemetry:marks-import",
                    "telemetry:marks-declare",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("季度审核"),
                "shield-check",
                "telemetry:audits",
                (
                    "telemetry:audits",
                    "telemetry:audit",
                    "telemetry:audit-prepare",
                    "telemetry:audit-confirm",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("隔离区"),
                "inbox",
                "telemetry:quarantine",
                ("telemetry:quarantine", "telemetry:quarantine-entry"),
                (*HOUSE, "inspector"),
            ),
            Room(
                _("数据导入"),
                "database-import",
                "telemetry:import",
                ("telemetry:import", "telemetry:import-result"),
                OFFICE,
            ),
        ),
    ),
    Wing(
        _("运维"),
        (
            Room(
                _("任务"),
                "calendar-check",
                "maintenance:tasks",
                (
                    "maintenance:tasks",
                    "maintenance:task",
                    "maintenance:task-new",
                    "maintenance:calendar",
                    "maintenance:joint",
                    "maintenance:joint-new",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("月度计划"),
                "calendar-event",
                "maintenance:plans",
                (
                    "maintenance:plans",
                    "maintenance:plan",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("出差"),
                "car",
                "maintenance:trips",
                (
                    "maintenance:trips",
                    "maintenance:trip",
                    "maintenance:trip-new",
                    "maintenance:trip-edit",
                ),
                HOUSE,
            ),
            Room(
                _("工单"),
                "bell",
                "maintenance:orders",
                (
                    "maintenance:orders",
                    "maintenance:order",
                    "maintenance:order-new",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("函件"),
                "mail",
                "maintenance:letters",
                (
                    "maintenance:letters",
                    "maintenance:letter",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("运维记录"),
                "clipboard-check",
                "records:records",
                (
                    "records:records",
                    "records:record",
                    "records:record-new",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("到场"),
                "map-pin",
                "records:presence",
                (
                    "records:presence",
                    "records:entries",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("停运"),
                "power",
                "maintenance:stops",
                (
                    "maintenance:stops",
                    "maintenance:stop",
                    "maintenance:stop-new",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("厂方保障"),
                "notes",
                "maintenance:needs",
                (
                    "maintenance:needs",
                    "maintenance:need",
                    "maintenance:need-new",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("交接"),
                "arrows-exchange",
                "maintenance:hand-overs",
                (
                    "maintenance:hand-overs",
                    "maintenance:hand-over",
                    "maintenance:hand-over-new",
                ),
                ("manager", "engineer"),
            ),
            Room(
                _("运维内容"),
                "tool",
                "maintenance:duties",
                (
                    "maintenance:duties",
                    "maintenance:duty-list",
                    "maintenance:duty",
                    "maintenance:duty-sets",
                    "maintenance:own-duties",
                    "maintenance:own-duty",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("记录表"),
                "table",
                "records:forms",
                (
                    "records:forms",
                    "records:form",
                    "records:own-forms",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
        ),
    ),
    Wing(
        _("报告"),
        (
            Room(
                _("报表"),
                "file-spreadsheet",
                "reports:reports",
                ("reports:reports", "reports:report"),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("统计"),
                "chart-line",
                "reports:statistics",
                ("reports:statistics", "reports:statistics-why", "reports:rate-hours"),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
        ),
    ),
    Wing(
        _("设置"),
        (
            Room(
                _("站点登记"),
                "antenna",
                "assets:stations",
                (
                    "assets:stations",
                    "assets:station",
                    "assets:station-new",
                    "assets:station-edit",
                    "assets:station-import",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("监测设施"),
                "tool",
                "assets:facilities",
                (
                    "assets:facilities",
                    "assets:facility-import",
                    "assets:point-facilities",
                    "assets:system-new",
                    "assets:system-edit",
                    "assets:system-end",
                    "assets:instrument-new",
                    "assets:instrument-edit",
                    "assets:instrument-replace",
                    "assets:instrument-end",
                    "assets:range-new",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("运维合同"),
                "file-code",
                "assets:contracts",
                (
                    "assets:contracts",
                    "assets:contract",
                    "assets:contract-new",
                    "assets:contract-end",
                    "assets:contract-number",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("站点位置与入厂"),
                "map-pin",
                "assets:sites",
                (
                    "assets:sites",
                    "assets:site",
                    "assets:place",
                    "assets:house-new",
                    "assets:house-edit",
                    "assets:condition-new",
                    "assets:condition-edit",
                    "assets:labels",
                    "assets:openings",
                    "assets:opening-new",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("办事处与人员"),
                "building-community",
                "assets:offices",
                (
                    "assets:offices",
                    "assets:office",
                    "assets:office-new",
                    "assets:office-edit",
                    "assets:office-close",
                    "assets:office-join",
                    "assets:keepers",
                    "assets:keeper-end",
                    "assets:permits",
                    "assets:permit",
                    "assets:permit-new",
                    "assets:permit-edit",
                    "organisations:people",
                    "organisations:person",
                    "organisations:person-new",
                ),
                HOUSE,
            ),
            Room(
                _("建档导入"),
                "file-import",
                "records:setup",
                (
                    "records:setup",
                    "records:setup-result",
                ),
                ("manager", "administrator"),
            ),
            Room(
                _("远程命令"),
                "terminal-2",
                "telemetry:commands",
                ("telemetry:commands", "telemetry:command", "telemetry:command-new"),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(
                _("规则库"),
                "list",
                "rules:provisions",
                (
                    "rules:provisions",
                    "rules:provision",
                    "rules:provision-drawer",
                    "rules:override",
                    "rules:override-withdraw",
                    "rules:citations",
                ),
                (*HOUSE, "discharger_manager", "inspector"),
            ),
            Room(_("接收网关"), "router", "telemetry:gateway", ("telemetry:gateway",), HOUSE),
        ),
    ),
)


def rooms_for(role: str | None, here: str) -> list[dict[str, Any]]:
    """Wings and rooms this role sees, with addresses; ``here``: view name of the page shown."""
    wings = []
    for wing in WINGS:
        rooms = [
            {"label": room.label, "icon": room.icon, "href": href, "current": here in room.active}
            for room in wing.rooms
            if (not room.roles or role in room.roles) and (href := address_of(room.url))
        ]
        if rooms:
            wings.append({"label": wing.label, "rooms": rooms})
    return wings


def address_of(name: str) -> str | None:
    """The address of a url name, None when no such page exists."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None
