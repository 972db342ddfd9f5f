"""Every kind of finding as a table: what it is called, how grave it is, which clocks run, whether
it may end by itself. A new kind is a line here; a unit may set it otherwise (``FindingRule``).

Plain: reads no table of the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from .models import Cause, Severity

HOUR = 60  # minutes
DAY = 24 * HOUR

GROUPS: Mapping[str, object] = {
    "data": _("数据"),
    "link": _("联网"),
    "device": _("设备状态"),
    "quality": _("质控"),
    "duty": _("运维"),
    "record": _("记录核验"),
    "papers": _("证照与物资"),
    "parameter": _("参数"),
    "supervision": _("督查督办"),
    "capability": _("服务能力"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """``respond``/``handle``: minutes, None without a clock; a name with a dot is a provision of
    the book in hours. ``origin`` says where the clocks come from. ``ends_itself``: when the
    condition is over before anybody acted, the finding closes. ``follow``: who is told first, the
    point's keeper, whoever is on duty, or managers. ``thresholds``: what a detector reads, with its
    usual value; a unit's rule may set another."""

    label: object
    group: str
    severity: str
    respond: int | str | None = None
    handle: int | str | None = None
    origin: object = ""
    ends_itself: bool = False
    follow: str = "duty"
    orders: bool = True  # whether a work order may come of it
    causes: tuple[str, ...] = tuple(Cause.values)
    thresholds: Mapping[str, float] = field(default_factory=dict)


_OWN = _("本单位时限，可修改")
_REPLY = "fault.reply"
_NONE: tuple[str, ...] = ()
_RUNS = {"o2": 19.0, "velocity": 2.0}  # a source runs: oxygen (%) below, velocity (m/s) from
_BOUNDS = {  # degC, %, V; where each figure comes from stands in watch.standing
    "line_low": 120.0, "line_high": 200.0, "cooler_low": 0.0, "cooler_high": 10.0,
    "house_low": 15.0, "house_high": 30.0, "humidity_high": 60.0,
    "voltage_low": 198.0, "voltage_high": 242.0,
}

KINDS: Mapping[str, Kind] = {
    # what the data say
    "over_limit_minute": Kind(_("超标预警"), "data", Severity.WARNING, _REPLY, None, _OWN,
                              ends_itself=True,
                              thresholds={"ratio": 0.9, "minutes": 10}),
    "over_limit_hour": Kind(_("小时超标"), "data", Severity.ALARM, _REPLY, DAY, _OWN),
    "over_limit_day": Kind(_("日均超标"), "data", Severity.CRITICAL, _REPLY, DAY, _OWN),
    "zero": Kind(_("零值"), "data", Severity.ALARM, _REPLY, DAY, _OWN,
                 thresholds={"minutes": 120, "hours": 6, **_RUNS}),
    "constant": Kind(_("恒值"), "data", Severity.ALARM, _REPLY, DAY, _OWN,
                     thresholds={"minutes": 240, "hours": 24, "spread": 0.0, **_RUNS}),
    "over_range": Kind(_("超量程"), "data", Severity.ALARM, _REPLY, DAY, _OWN,
                       thresholds={"minutes": 30}),
    "mismatch": Kind(_("数采仪与平台计算不一致"), "data", Severity.WARNING, DAY, 3 * DAY, _OWN,
                     thresholds={"share": 0.01, "hours": 3}),
    "changed_data": Kind(_("补传数据与原数据不同"), "data", Severity.WARNING, DAY, 3 * DAY, _OWN),
    # what the line says
    "gap": Kind(_("数据缺失"), "link", Severity.ALARM, _REPLY, DAY, _OWN, ends_itself=True,
                thresholds={"minutes": 60}),
    "offline": Kind(_("离线"), "link", Severity.ALARM, _REPLY, DAY, _OWN, ends_itself=True,
                    thresholds={"minutes": 30}),
    "outage": Kind(_("同一企业或线路多点离线"), "link", Severity.CRITICAL, _REPLY, DAY, _OWN,
                   ends_itself=True, thresholds={"points": 2, "minutes": 30, "together": 10,
                                                 "line_points": 5, "line_share": 0.5}),
    "no_backfill": Kind(_("恢复后数据未补传"), "link", Severity.WARNING, DAY, 3 * DAY, _OWN,
                        thresholds={"hours": 12, "share": 0.95}),
    # what the devices say
    "device_parameter": Kind(_("设备参数异常"), "device", Severity.ALARM, _REPLY, DAY, _OWN,
                             ends_itself=True, thresholds={"minutes": 30, **_BOUNDS}),
    "device_alarm": Kind(_("设备报警"), "device", Severity.ALARM, _REPLY, DAY, _OWN,
                         thresholds={"minutes": 20}),
    # quality
    "out_of_control": Kind(_("失控"), "quality", Severity.ALARM, _REPLY, DAY, _OWN),
    "overdue_calibration": Kind(_("校准或核查逾期，数据失控"), "quality", Severity.CRITICAL,
                                _REPLY, DAY, _OWN),
    "calibration_due": Kind(_("校准或核查将到期"), "quality", Severity.WARNING, None, None, _OWN,
                            ends_itself=True, follow="keeper", orders=False,
                            thresholds={"hours": 24}),
    # duties
    "overdue_duty": Kind(_("运维内容逾期"), "duty", Severity.ALARM, DAY, 3 * DAY, _OWN,
                         ends_itself=True, follow="keeper", orders=False),
    "overdue_order": Kind(_("工单超时"), "duty", Severity.ALARM, _REPLY, None, _OWN,
                          ends_itself=True, follow="manager", orders=False),
    # records against data
    "cross_check": Kind(_("记录与数据不符"), "record", Severity.CRITICAL, DAY, 3 * DAY, _OWN,
                        follow="manager", orders=False, causes=_NONE),
    "mark_without_record": Kind(_("有标记无记录"), "record", Severity.WARNING, DAY, 3 * DAY, _OWN,
                                ends_itself=True, follow="keeper", orders=False, causes=_NONE),
    "record_without_mark": Kind(_("有记录无标记"), "record", Severity.WARNING, DAY, 3 * DAY, _OWN,
                                ends_itself=True, follow="keeper", orders=False, causes=_NONE),
    # papers and supplies
    "permit_expiring": Kind(_("证件将到期"), "papers", Severity.WARNING, None, None, _OWN,
                            ends_itself=True, follow="manager", orders=False, causes=_NONE,
                            thresholds={"days": 30}),
    "gas_expiring": Kind(_("标准物质将到期或已过期"), "papers", Severity.WARNING, None, None, _OWN,
                         ends_itself=True, follow="keeper", orders=False, causes=_NONE,
                         thresholds={"days": 30}),
    "contract_ending": Kind(_("合同将到期"), "papers", Severity.INFO, None, None, _OWN,
                            ends_itself=True, follow="manager", orders=False, causes=_NONE,
                            thresholds={"days": 30}),
    "low_stock": Kind(_("库存不足"), "papers", Severity.WARNING, None, None, _OWN,
                      ends_itself=True, follow="manager", orders=False, causes=_NONE),
    # parameters
    "parameter_differs": Kind(_("参数与备案不一致"), "parameter", Severity.CRITICAL, _REPLY, DAY,
                              _OWN, ends_itself=True, follow="manager"),
    "parameter_unfiled": Kind(_("参数未备案"), "parameter", Severity.INFO, None, None, _OWN,
                              ends_itself=True, follow="keeper", orders=False),
    # supervision
    "rectification": Kind(_("督查问题待整改"), "supervision", Severity.WARNING, DAY, 7 * DAY, _OWN,
                          follow="keeper", orders=False, causes=_NONE),
    "directive_due": Kind(_("督办单将到期或已逾期"), "supervision", Severity.ALARM, None, None,
                          _OWN, ends_itself=True, follow="manager", orders=False, causes=_NONE,
                          thresholds={"days": 3}),
    # capability of the unit
    "capability_breach": Kind(_("服务能力不符合"), "capability", Severity.ALARM, None, None, _OWN,
                              ends_itself=True, follow="manager", orders=False, causes=_NONE),
    "capability_coming": Kind(_("服务能力将不符合"), "capability", Severity.WARNING, None, None,
                              _OWN, ends_itself=True, follow="manager", orders=False,
                              causes=_NONE, thresholds={"days": 90}),
    "uncertified_work": Kind(_("无证作业"), "capability", Severity.ALARM, DAY, 3 * DAY, _OWN,
                             follow="manager", orders=False, causes=_NONE),
}

STEPS: Mapping[str, tuple[tuple[int, tuple[str, ...]], ...]] = {
    # severity → (minutes after a clock ran out, roles told)
    Severity.WARNING: ((0, ("manager",)),),
    Severity.ALARM: ((0, ("manager",)), (4 * HOUR, ("manager", "administrator"))),
    Severity.CRITICAL: ((0, ("manager",)), (HOUR, ("manager", "supervisor", "administrator"))),
}
"""Escalation: who hears of a finding whose clock has run out, and when."""


def label(kind: str) -> str:
    """The kind's name; the code itself where it has gone from the table."""
    return str(KINDS[kind].label) if kind in KINDS else kind
