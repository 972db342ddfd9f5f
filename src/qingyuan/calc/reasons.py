"""Why an hour, a day or a month is judged as it is: stable codes with their clause and a sentence.

The codes are a promise to those who read our files; new ones are added, none is renamed. A verdict
other than ``valid`` has exactly one reason, any verdict may have remarks behind it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc.types import Medium

REMARK = "remark"
_GAS_HOUR, _WATER_HOUR = "gas.hour.min_valid_minutes", "water.hour.min_values"
_TABLE_5, _BACKWARD = "gas.substitution.previous_calibration", "water.backward.ended_by"


@dataclass(frozen=True, slots=True)
class Reason:
    """``verdict`` is the verdict that the code explains, or "remark". ``gas`` and ``water`` name
    the provision whose clause is quoted (empty: the code does not occur there, or a span names its
    own); ``sentence`` is Chinese."""

    code: str
    verdict: str
    gas: str
    water: str
    sentence: str


_ALL: tuple[Reason, ...] = (
    Reason("", "valid", _GAS_HOUR, _WATER_HOUR, "有效。"),
    # the source did not run
    Reason("stopped", "stopped", "gas.capture.min_rate", _WATER_HOUR, "排放源停运，覆盖整个小时。"),
    Reason("stopped_by_flag", "stopped", "gas.capture.min_rate", _WATER_HOUR,
           "各分钟均为停运标记F，且本站点约定F表示排放源停运。"),
    # nothing arrived
    Reason("no_data", "missing", _GAS_HOUR, _WATER_HOUR, "该时段没有任何数据。"),
    # out of control
    Reason("calibration_overdue", "out_of_control", "gas.calibration.extractive.interval",
           "water.calibration.interval", "超过校准期限未校准，视为失控。"),
    Reason("full_calibration_overdue", "out_of_control", "gas.calibration.full.interval", "",
           "超过全系统校准期限未校准，视为失控。"),
    Reason("check_overdue", "out_of_control", "", "water.check.interval",
           "超过标样核查期限未核查。"),
    Reason("calibration_failed", "out_of_control", _TABLE_5, _BACKWARD,
           "校准未通过，至下一次通过前为失控时段。"),
    Reason("full_calibration_failed", "out_of_control", _TABLE_5, _BACKWARD,
           "全系统校准未通过，至下一次通过前为失控时段。"),
    Reason("check_failed", "out_of_control", _TABLE_5, _BACKWARD,
           "标样核查未通过，至下一次通过前数据无效。"),
    Reason("verification_failed", "out_of_control", _TABLE_5, _BACKWARD,
           "校验未通过，至下一次通过前为失控时段。"),
    Reason("comparison_failed", "out_of_control", _TABLE_5, _BACKWARD,
           "比对未通过，至下一次通过前为失控时段。"),
    Reason("restart_unverified", "out_of_control", "gas.stop.verification_within", "",
           "长期停运后重新启运，未在期限内通过校验。"),
    # too little of the hour is left; in the order in which they claim a minute
    Reason("stopped_part", "invalid", _GAS_HOUR, _WATER_HOUR,
           "排放源停运占去部分小时，有效数据不足。"),
    Reason("fault", "invalid", _GAS_HOUR, _WATER_HOUR, "设备故障，有效数据不足。"),
    Reason("maintenance", "invalid", _GAS_HOUR, _WATER_HOUR, "设备维护，有效数据不足。"),
    Reason("calibrating", "invalid", _GAS_HOUR, _WATER_HOUR, "设备处于校准，有效数据不足。"),
    Reason("standard_check", "invalid", _GAS_HOUR, _WATER_HOUR, "标样核查运行，有效数据不足。"),
    Reason("communication", "invalid", _GAS_HOUR, _WATER_HOUR, "通讯中断，有效数据不足。"),
    Reason("over_range", "invalid", _GAS_HOUR, _WATER_HOUR, "超测定上限，有效数据不足。"),
    Reason("instrument_stopped", "invalid", _GAS_HOUR, _WATER_HOUR, "仪器停运，有效数据不足。"),
    Reason("manual_value", "invalid", _GAS_HOUR, _WATER_HOUR, "为手工输入的设定值，有效数据不足。"),
    Reason("flag_other", "invalid", _GAS_HOUR, _WATER_HOUR, "带有其他异常标记，有效数据不足。"),
    Reason("too_few_minutes", "invalid", _GAS_HOUR, "", "有效分钟数据不足。"),
    Reason("too_few_values", "invalid", "", _WATER_HOUR, "有效数据个数不足。"),
    Reason("flow_zero", "invalid", "", "water.flow_zero_invalid",
           "该小时流量为零，水质测定值无效。"),
    Reason("check_failed_backward", "invalid", "", _BACKWARD,
           "其后的核查、校准或比对未通过，追溯至上一次通过，数据无效。"),
    # judged, but not held against the limits
    Reason("start_up", "exempt", _GAS_HOUR, _WATER_HOUR, "启炉时段。"),
    Reason("shut_down", "exempt", _GAS_HOUR, _WATER_HOUR, "停炉时段。"),
    Reason("banked", "exempt", _GAS_HOUR, _WATER_HOUR, "闷炉时段。"),
    Reason("accident", "exempt", _GAS_HOUR, _WATER_HOUR, "事故时段。"),
    # days and longer
    Reason("too_few_hours", "invalid", "gas.day.min_valid_hours", "water.day.min_share",
           "有效小时数不足。"),
    Reason("too_few_days", "invalid", "gas.month.min_valid_days", "water.month.min_share",
           "有效天数不足。"),
    Reason("too_few_months", "invalid", "gas.month.min_valid_days", "water.month.min_share",
           "其中有无效的月份。"),
    Reason("exempt_hours", "exempt", "gas.day.min_valid_hours", "water.day.min_share",
           "计入豁免时段后才达到所需的有效数。"),
    # remarks: they change no verdict
    Reason("calibration_history_unknown", REMARK, "", "", "此前没有校准记录，未核校准期限。"),
    Reason("full_calibration_history_unknown", REMARK, "", "",
           "此前没有全系统校准记录，未核其期限。"),
    Reason("check_history_unknown", REMARK, "", "", "此前没有标样核查记录，未核其期限。"),
    Reason("no_previous_check", REMARK, "", "", "没有更早通过的核查，追溯至数据起点。"),
    Reason("verification_pending", REMARK, "", "", "长期停运后启运，校验期限未到，尚未校验。"),
    Reason("o2_missing", REMARK, "", "", "氧含量没有有效小时均值，未作折算。"),
    Reason("o2_near_air", REMARK, "", "", "氧含量接近空气，未作折算。"),
    Reason("state_missing", REMARK, "", "", "缺少烟气参数，不能换算到标准状态干基。"),
    Reason("flow_missing", REMARK, "", "", "流量没有有效小时均值，排放量为空。"),
    Reason("flow_parameter_missing", REMARK, "", "",
           "缺少温度、压力、湿度均值或断面面积、速度场系数、大气压，排放量为空。"),
    Reason("below_detection", REMARK, "", "", "测定值为零、负值或低于检出限，按规定值参与均值。"),
    Reason("reported_hour", REMARK, "", "", "没有分钟数据，采用上报的小时值。"),
    Reason("capture_below", REMARK, "", "", "季度有效数据捕集率低于限值，不作修约。"),
    Reason("no_previous_calibration", REMARK, "", "", "没有此前的校准，按失控前的有效小时修约。"),
    Reason("substituted_short_window", REMARK, "", "", "修约所用的有效时段不足规定长度。"),
    Reason("substitute_none", REMARK, "", "", "没有可用于修约的有效排放量。"),
    Reason("no_discharge", REMARK, "", "", "间歇排放，当日没有排放。"),
    Reason("manual_used", REMARK, "", "", "采用手工监测值计算排放量。"),
)

REASONS: Mapping[str, Reason] = {reason.code: reason for reason in _ALL}
"""Code → Reason; "" is what a valid hour has in place of a reason."""

CODES: tuple[str, ...] = tuple(r.code for r in _ALL if r.verdict != REMARK)
"""Codes that explain a verdict; arrays hold indexes into it, 0 is none."""

INDEX: Mapping[str, int] = {code: index for index, code in enumerate(CODES)}

REMARKS: tuple[str, ...] = tuple(r.code for r in _ALL if r.verdict == REMARK)
"""Codes of remarks; arrays hold sets of them, one bit each."""

BIT: Mapping[str, int] = {code: 1 << index for index, code in enumerate(REMARKS)}

MADE_ABOVE: int = sum(BIT[code] for code in (
    "capture_below", "no_previous_calibration", "substituted_short_window", "substitute_none",
))
"""Remarks that depend on more than the hour: made anew whenever the upper levels are."""

LACKS: int = sum(BIT[code] for code in (
    "o2_missing", "o2_near_air", "state_missing", "flow_missing", "flow_parameter_missing",
))
"""Remarks of a valid or exempt hour that explain what its day, and that day's month, lacks."""

UNFILLED: int = BIT["capture_below"] | BIT["substitute_none"]
"""Remarks of any hour that explain why less than its day is substituted."""


def spelled(why: int, remarks: int) -> tuple[str, ...]:
    """The codes of one row, the verdict's first.

    >>> spelled(INDEX["fault"], BIT["o2_missing"] | BIT["substitute_none"])
    ('fault', 'o2_missing', 'substitute_none')
    >>> spelled(0, 0)
    ()
    """
    first = (CODES[why],) if why else ()
    return first + tuple(code for code, bit in BIT.items() if remarks & bit)


def encoded(codes: Iterable[str]) -> tuple[int, int]:
    """Back from the codes of one row to (index of the verdict's, set of the remarks).

    >>> encoded(("fault", "o2_missing")) == (INDEX["fault"], BIT["o2_missing"])
    True

    KeyError for a code that is not in the list.
    """
    why, remarks = 0, 0
    for code in codes:
        if REASONS[code].verdict == REMARK:
            remarks |= BIT[code]
        else:
            why = INDEX[code]
    return why, remarks


def provision_of(code: str, kind: Medium) -> str:
    """Name of the provision whose clause stands beside ``code``."""
    return REASONS[code].gas if kind == "gas" else REASONS[code].water


def tabled(
    why: NDArray[np.uint8], remarks: NDArray[np.int64]
) -> tuple[tuple[tuple[str, ...], ...], NDArray[np.int32]]:
    """The different reasons of many rows and for each row the index of its own; the table is in
    ascending order of what it was made from, so that equal rows make equal tables."""
    keys, index = np.unique((remarks << 8) | why, return_inverse=True)
    table = tuple(spelled(key & 0xFF, key >> 8) for key in keys.tolist())
    return table, index.astype(np.int32)
