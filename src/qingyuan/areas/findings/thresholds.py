"""What the thresholds of a kind are called, and their units. Plain: reads no table."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _


class Threshold(NamedTuple):
    """A threshold in words; the unit stands behind the figure."""

    label: object
    unit: object


_MINUTES, _HOURS, _DAYS, _SHARE = _("分钟"), _("小时"), _("天"), _("（0～1）")

WORDS: Mapping[str, Threshold] = {
    "minutes": Threshold(_("持续时间"), _MINUTES),
    "hours": Threshold(_("持续时间"), _HOURS),
    "days": Threshold(_("提前天数"), _DAYS),
    "ratio": Threshold(_("预警比例"), _("倍限值")),
    "o2": Threshold(_("氧含量低于此值判为运行"), "%"),
    "velocity": Threshold(_("流速达到此值判为运行"), "m/s"),
    "spread": Threshold(_("仍算恒值的波动"), _("个末位单位")),
    "points": Threshold(_("同一企业离线点位数"), _("个")),
    "together": Threshold(_("离线时刻相差不超过"), _MINUTES),
    "line_points": Threshold(_("同一线路离线点位数"), _("个")),
    "line_share": Threshold(_("同一线路离线点位占比"), _SHARE),
    "line_low": Threshold(_("伴热管温度下限"), "℃"),
    "line_high": Threshold(_("伴热管温度上限"), "℃"),
    "cooler_low": Threshold(_("冷凝器温度下限"), "℃"),
    "cooler_high": Threshold(_("冷凝器温度上限"), "℃"),
    "house_low": Threshold(_("站房温度下限"), "℃"),
    "house_high": Threshold(_("站房温度上限"), "℃"),
    "humidity_high": Threshold(_("站房湿度上限"), "%"),
    "voltage_low": Threshold(_("站房电压下限"), "V"),
    "voltage_high": Threshold(_("站房电压上限"), "V"),
}
"""By name, for every kind that has a threshold of that name."""

OWN: Mapping[tuple[str, str], Threshold] = {
    ("zero", "hours"): Threshold(_("水质分析仪持续时间"), _HOURS),
    ("constant", "hours"): Threshold(_("水质分析仪持续时间"), _HOURS),
    ("mismatch", "share"): Threshold(_("相对偏差"), _SHARE),
    ("mismatch", "hours"): Threshold(_("连续小时数"), _HOURS),
    ("gap", "minutes"): Threshold(_("缺数时间"), _MINUTES),
    ("offline", "minutes"): Threshold(_("未收到数据时间"), _MINUTES),
    ("outage", "minutes"): Threshold(_("未收到数据时间"), _MINUTES),
    ("no_backfill", "hours"): Threshold(_("恢复后等待补传"), _HOURS),
    ("no_backfill", "share"): Threshold(_("应补传比例"), _SHARE),
    ("calibration_due", "hours"): Threshold(_("提前时间"), _HOURS),
}
"""Where the name says something else in a kind."""


def words(kind: str, name: str) -> Threshold:
    """A kind's threshold in words; KeyError for a name without any."""
    return OWN.get((kind, name)) or WORDS[name]
