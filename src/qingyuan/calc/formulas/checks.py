"""Formulas of calibration, verification and comparison, as the record forms ask for them."""

from collections.abc import Callable

from qingyuan.calc import accuracy
from qingyuan.calc.formulas.formula import Formula, Parameter, Status

P = Parameter
_HJ75, _HJ76, _HJ355 = "HJ 75-2017", "HJ 76-2017", "HJ 355-2019"
_READINGS = P("readings", "", "CEMS显示值", "Ci", "series")
_NOMINAL = P("nominal", "", "标准气体浓度", "Cs")
_RANGE = P("full_scale", "", "满量程", "R")
_PAIRS = (
    P("measured", "", "CEMS测定值", "CEMS", "series"),
    P("reference", "", "参比方法测定值", "RM", "series"),
)


def _drift(name: str, title: str, symbol: str, gas: str) -> Formula:
    return Formula(
        name, accuracy.drift, title, symbol, "%F.S.", _HJ75, "附录A", "secondary",
        "({before} - {last}) / {full_scale} * 100",
        (
            P("before", "", f"{gas}校前测试值", f"{symbol[0]}i"),
            P("last", "", f"{gas}上次校准后测试值", f"{symbol[0]}0"),
            _RANGE,
        ),
    )


def _greatest(name: str, title: str, symbol: str) -> Formula:
    return Formula(
        name, accuracy.greatest_drift, title, symbol, "%F.S.", _HJ75, "附录A", "recalled",
        "greatest({readings} - {initial}) / {full_scale} * 100",
        (P("readings", "", "各次测试值", "Xi", "series"), P("initial", "", "初始值", "X0"), _RANGE),
    )


def _check(
    name: str,
    function: Callable[..., object],
    title: str,
    result: tuple[str, str],
    source: tuple[str, str, Status],
    expression: str,
    *parameters: Parameter,
) -> Formula:
    (symbol, unit), (standard, clause, status) = result, source
    return Formula(
        name, function, title, symbol, unit, standard, clause, status, expression, parameters
    )


FORMULAS: tuple[Formula, ...] = (
    _drift("zero_drift", "零点漂移（定期校准）", "Zd", "零气"),
    _drift("span_drift", "量程漂移（定期校准）", "Sd", "标气"),
    _greatest("zero_drift_test", "零点漂移（调试检测）", "Zd"),
    _greatest("span_drift_test", "量程漂移（调试检测）", "Sd"),
    _check(
        "indication_error", accuracy.indication_error, "示值误差（相对标称值）", ("Le", "%"),
        (_HJ75, "附录A", "recalled"), "(mean({readings}) - {nominal}) / {nominal} * 100",
        _READINGS, _NOMINAL,
    ),
    _check(
        "indication_error_of_range", accuracy.indication_error_of_range,
        "示值误差（相对满量程）", ("Le", "%F.S."), (_HJ75, "附录A", "recalled"),
        "(mean({readings}) - {nominal}) / {full_scale} * 100", _READINGS, _NOMINAL, _RANGE,
    ),
    _check(
        "response_time", accuracy.response_time, "系统响应时间", ("T", "s"),
        (_HJ76, "", "secondary"), "mean({transport} + {rise})",
        P("transport", "s", "管路传输时间", "T1", "series"),
        P("rise", "s", "显示值达到标称值90%的时间", "T2", "series"),
    ),
    Formula(
        "relative_accuracy", accuracy.relative_accuracy, "相对准确度", "RA", "%",
        _HJ75, "附录A", "secondary", "(abs({d}) + abs({cc})) / {RM} * 100", _PAIRS,
        parts=lambda measured, reference: accuracy.spread(measured, reference)._asdict(),
    ),
    _check(
        "relative_error", accuracy.relative_error, "相对误差", ("Re", "%"),
        (_HJ75, "附录A", "recalled"),
        "(mean({measured}) - mean({reference})) / mean({reference}) * 100", *_PAIRS,
    ),
    _check(
        "absolute_error", accuracy.absolute_error, "绝对误差", ("Ae", ""),
        (_HJ75, "附录A", "recalled"), "mean({measured} - {reference})", *_PAIRS,
    ),
    _check(
        "variation", accuracy.variation, "变异系数（速度场系数精密度）", ("CV", "%"),
        (_HJ75, "附录A", "recalled"), "sd({values}) / mean({values}) * 100",
        P("values", "", "各次结果", "x", "series"),
    ),
    _check(
        "water_check_error", accuracy.check_error, "标样核查相对误差", ("ΔA", "%"),
        (_HJ355, "", "secondary"), "({measured} - {nominal}) / {nominal} * 100",
        P("measured", "mg/L", "仪器测定值", "X"), P("nominal", "mg/L", "标准溶液浓度", "B"),
    ),
    _check(
        "water_comparison_error", accuracy.check_error, "实际水样比对相对误差", ("ΔC", "%"),
        (_HJ355, "", "recalled"), "({measured} - {nominal}) / {nominal} * 100",
        P("measured", "mg/L", "仪器测定值", "X"), P("nominal", "mg/L", "比对方法测定值", "B"),
    ),
    _check(
        "water_comparison_difference", accuracy.difference, "实际水样比对绝对误差", ("C", ""),
        (_HJ355, "", "recalled"), "{measured} - {nominal}",
        P("measured", "", "仪器测定值", "X"), P("nominal", "", "比对方法测定值", "B"),
    ),
    _check(
        "water_flow_error", accuracy.flow_error, "超声波明渠流量计流量误差", ("ΔF", "%"),
        (_HJ355, "", "recalled"), "({portable} - {installed}) / {portable} * 100",
        P("portable", "m3", "便携式流量计累计流量", "F1"),
        P("installed", "m3", "在线流量计累计流量", "F2"),
    ),
    _check(
        "water_level_error", accuracy.level_error, "超声波明渠流量计液位误差", ("H", "mm"),
        (_HJ355, "", "recalled"), "max(abs({portable} - {installed}))",
        P("portable", "mm", "便携式液位", "H1", "series"),
        P("installed", "mm", "在线液位", "H2", "series"),
    ),
)
