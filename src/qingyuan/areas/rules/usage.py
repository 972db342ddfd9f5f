"""What a provision decides: whether judging reads it, and for which of its results."""

from django.utils.translation import gettext_lazy as _

from qingyuan.calc import ruling

# Beginning of the name → what is decided with it; the longest that fits holds.
DECIDES: dict[str, object] = {
    "control.": _("小时是否失控"),
    "gas.hour.": _("废气小时均值是否有效"),
    "gas.day.": _("废气日均值是否有效"),
    "gas.month.": _("废气月均值是否有效及其算法"),
    "gas.calibration.": _("校准是否超期、小时是否失控"),
    "gas.capture.": _("季度数据捕集率是否达标"),
    "gas.substitution.": _("失控与无效时段排放量的替代值"),
    "gas.stop.": _("停运恢复后是否须重新验收"),
    "gas.o2.": _("按基准氧含量折算"),
    "gas.standard.": _("标准状态换算"),
    "gas.molar": _("体积浓度与质量浓度换算"),
    "gas.flag.": _("均值的数据标识"),
    "water.hour.": _("废水小时值是否有效"),
    "water.day.": _("废水日均值是否有效及其算法"),
    "water.month.": _("废水月均值是否有效及其算法"),
    "water.check.": _("标样核查是否超期"),
    "water.calibration.": _("校准是否超期、小时是否失控"),
    "water.overdue": _("超期是否判为失控"),
    "water.backward.": _("核查不合格时向前追溯的无效时段"),
    "water.flow_zero": _("流量为零时浓度是否有效"),
    "water.below_detection.": _("低于检出限的数据参与统计的取值"),
    "water.substitution.": _("废水排放量的替代值"),
    "water.manual.": _("手工监测数据能否用于替代"),
    "water.sampling_offset": _("浓度与流量的时间对应"),
    "gas.accuracy.": _("校验与比对记录的准确度是否合格"),
    "gas.control.": _("零点与量程漂移记录：正常、调整或失控"),
    "gas.drift.": _("漂移的计算方式"),
    "gas.indication.": _("示值误差记录是否合格"),
    "gas.response.": _("系统响应时间记录是否合格"),
    "gas.commissioning.": _("相关校准与速度场系数记录是否合格"),
    "nmhc.": _("非甲烷总烃校准与准确度记录是否合格"),
    "logger.": _("数据一致性记录是否合格"),
    "water.accuracy.": _("水样比对与液位流量比对记录是否合格"),
    "water.comparison.": _("水样比对的组数与合格组数"),
    "water.check.limit": _("标样核查记录是否合格"),
    "water.flow.": _("液位与流量比对记录的测次"),
    "rates.": _("有效传输率"),
    "marks.": _("标记期限"),
    "audit.": _("季度审核期限"),
    "capability.": _("运维单位服务能力是否达标"),
}


def uses(name: str) -> str:
    """What judging decides with the provision, in words; "" when judging does not read it."""
    if name not in ruling.READ:
        return ""
    fits = [start for start in DECIDES if name.startswith(start)]
    return str(DECIDES[max(fits, key=len)] if fits else _("数据判定"))
