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

# The first four digits of GB/T 2260 in Xinjiang, six of what the region governs itself.
PLACES = {
    "6501": "乌鲁木齐", "6502": "克拉玛依", "6504": "吐鲁番", "6505": "哈密", "6523": "昌吉",
    "6527": "博尔塔拉", "6528": "巴音郭楞", "6529": "阿克苏", "6530": "克孜勒苏",
    "6531": "喀什", "6532": "和田", "6540": "伊犁", "6542": "塔城", "6543": "阿勒泰",
    "659001": "石河子", "659002": "阿拉尔", "659003": "图木舒克", "659004": "五家渠",
    "659005": "北屯", "659006": "铁门关", "659007": "双河", "659008": "可克达拉",
    "659009": "昆玉", "659010": "胡杨河", "659011": "新星", "659012": "白杨",
}


def place_word(code: str) -> str:
    """An administrative area by its name as far as it is known, with the code where the name does
    not say all of it.

    >>> place_word("65"), place_word("650000"), place_word("650100"), place_word("659004")
    ('新疆', '新疆', '新疆乌鲁木齐', '新疆五家渠')
    >>> place_word("650102"), place_word("652300"), place_word("410100"), place_word("99")
    ('新疆乌鲁木齐 650102', '新疆昌吉', '河南 410100', '99')
    """
    province, rest = PROVINCES.get(code[:2], ""), code[2:].strip("0")
    place = PLACES.get(code) or PLACES.get(code[:4], "")
    whole = not rest or code in PLACES or (place and not code[4:].strip("0"))
    return f"{province}{place}" if province and whole else f"{province}{place} {code}".strip()


def link_word(link: str, points: Mapping[str, str] | None = None) -> str:
    """A link in words; ``points`` has the names of points by link.

    >>> link_word("national"), link_word("region:65"), link_word("organisation:3")
    ('国家', '地方（新疆）', '本单位')
    >>> link_word("region:650102"), link_word("permit:7", {"permit:7": "1 号排口"})
    ('地方（新疆乌鲁木齐 650102）', '排污许可证（1 号排口）')
    """
    kind, _colon, whom = link.partition(":")
    if kind == "region":
        return _("地方（%s）") % place_word(whom)
    if kind == "permit":
        name = (points or {}).get(link, "")
        return _("排污许可证（%s）") % name if name else _("排污许可证")
    return _("本单位") if kind == "organisation" else _("国家")
