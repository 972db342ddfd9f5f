"""Formulas of rates, and rounding."""

from qingyuan.calc import rates
from qingyuan.calc.formulas.formula import Formula, Parameter
from qingyuan.kernel.rounding import round_gbt8170

P = Parameter
_SCHEME = "自动监测数据有效传输率统计算法说明"
_RECEIVED, _DUE = P("received", "", "实报数", "dnumber"), P("due", "", "应报数", "enumber")
_VALID, _GROUPS = P("valid", "", "有效组数", "snumber"), P("groups", "", "应报组数", "mnumber")
_LEFT_OUT = P("left_out", "", "不参与有效数据组数", "nosNum")

FORMULAS: tuple[Formula, ...] = (
    Formula(
        "capture_rate", rates.capture_rate, "季度有效数据捕集率", "α", "",
        "HJ 75-2017", "12.1.3", "secondary",
        "({hours} - {stopped} - {invalid}) / ({hours} - {stopped})",
        (
            P("hours", "h", "季度小时数", "H"),
            P("stopped", "h", "污染源停运小时数", "S"),
            P("invalid", "h", "无效数据小时数", "U"),
        ),
        needs="hours above stopped",
    ),
    Formula(
        "transmission_rate", rates.transmission_rate, "传输率", "Rt", "",
        _SCHEME, "", "secondary", "{received} / {due}",
        (_RECEIVED, _DUE), needs="due above 0",
    ),
    Formula(
        "validity_rate", rates.validity_rate, "有效率", "Rv", "",
        _SCHEME, "", "secondary", "{valid} / ({groups} - {left_out})",
        (_VALID, _GROUPS, _LEFT_OUT), needs="groups above left_out",
    ),
    Formula(
        "effective_rate", rates.effective_rate, "有效传输率", "Re", "",
        _SCHEME, "", "secondary",
        "{received} / {due} * {valid} / ({groups} - {left_out})",
        (_RECEIVED, _DUE, _VALID, _GROUPS, _LEFT_OUT),
        needs="due above 0 and groups above left_out",
    ),
    Formula(
        "valid_data_rate", rates.valid_data_rate, "有效数据率", "R", "",
        "HJ 355-2019", "8", "recalled", "{valid} / {due}",
        (P("valid", "", "有效数据个数", "n"), P("due", "", "应获取数据个数", "N")),
        needs="due above 0",
    ),
    Formula(
        "round_gbt8170", round_gbt8170, "数值修约", "x'", "",
        "GB/T 8170-2008", "3.2", "recalled", "rounded({x}, {digits})",
        (P("x", "", "拟修约数值", "x"), P("digits", "", "小数位数", "d", "whole")),
    ),
)
