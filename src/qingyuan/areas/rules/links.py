"""Who set a figure, in words: the links of a chain."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

# First two digits of GB/T 2260.
PROVINCES = {
    "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古", "21": "辽宁",
    "22": "吉林", "23": "黑龙江", "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽",
    "35": "福建", "36": "江西", "37": "山东", "41": "河南", "42": "湖北", "43": "湖南",
    "44": "广东", "45": "广西", "46": "海南", "50": "重庆", "51": "四川", "52": "贵州",
    "53": "云南", "54": "西藏", "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏",
    "65": "新疆", "71": "台湾", "81": "香港", "82": "澳门",
}


def link_word(link: str, points: Mapping[str, str] | None = None) -> str:
    """A link in words; ``points`` has the names of points by link.

    >>> link_word("national"), link_word("region:65"), link_word("organisation:3")
    ('国家', '地方（新疆）', '本单位')
    >>> link_word("region:650102"), link_word("permit:7", {"permit:7": "1 号排口"})
    ('地方（新疆 650102）', '排污许可证（1 号排口）')
    """
    kind, _colon, whom = link.partition(":")
    if kind == "region":
        name = PROVINCES.get(whom[:2], "")
        code = "" if name and len(whom) == 2 else whom
        return _("地方（%s）") % f"{name} {code}".strip()
    if kind == "permit":
        name = (points or {}).get(link, "")
        return _("排污许可证（%s）") % name if name else _("排污许可证")
    return _("本单位") if kind == "organisation" else _("国家")
