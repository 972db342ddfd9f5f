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
    "rates.": _("有效传输率"),
    "marks.": _("标记期限"),
    "audit.": _("季度审核期限"),
}


def uses(name: str) -> str:
    """What judging decides with the provision, in words; "" when judging does not read it."""
    if name not in ruling.READ:
        return ""
    fits = [start for start in DECIDES if name.startswith(start)]
    return str(DECIDES[max(fits, key=len)] if fits else _("数据判定"))
