"""Readings of the clauses and units of the figures in words."""

from django.utils.translation import gettext_lazy as _

READINGS: dict[str, object] = {
    "as_written": _("按条文"), "unit": _("全单位合计"), "each_office": _("每处办公场所"),
    "per_post": _("一人多岗分别计"), "exclusive": _("一人只计一岗"),
    "work_and_staff": _("作业和在岗人员"), "work": _("仅看作业"), "staff": _("仅看在岗人员"),
    "om": _("运维人员"), "relevant": _("含督查、质量保证"), "now": _("以当日为准"),
    "mean": _("人均"), "worst": _("最多的一人"), "first_work": _("首次作业之前"),
    "monthly_use": _("按月使用量"), "installed": _("按设备保有量"), "above": _("大于"),
    "at_least": _("不少于"), "per_prefecture": _("按地州市"),
}
UNITS: dict[str, object] = {
    "C02": "m²", "C04": _("名"), "C05": _("类"), "C08": _("名"), "C09": _("个/人"),
    "C10": _("名"), "C11": _("项"), "C12": _("项"), "C14": _("件"), "C15": _("件"),
    "C18": _("辆")}
