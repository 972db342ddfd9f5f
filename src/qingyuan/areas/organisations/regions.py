"""Administrative areas by code (GB/T 2260) and by name: provinces, and Xinjiang's prefectures
(地州市) with the 兵团 cities that lie in none of them."""

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

# What people say instead of the names above.
SHORT = {"巴州": "652800", "博州": "652700", "克州": "653000"}
_ENDINGS = ("自治州", "地区", "新区", "市", "州")


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


def short_word(code: str) -> str:
    """An area as people type it, which ``place_code`` reads back; the code where it has no name.

    >>> short_word("652300"), short_word("659004"), short_word("410100"), short_word("")
    ('昌吉', '五家渠', '410100', '')
    """
    return PLACES.get(code) or (PLACES.get(code[:4], code) if code.endswith("00") else code)


def prefectures() -> list[tuple[str, str]]:
    """(code, name) of the areas that are known by name, in the order of their codes.

    >>> prefectures()[0], prefectures()[-1]
    (('650100', '新疆乌鲁木齐'), ('659012', '新疆白杨'))
    """
    return [(code, place_word(code)) for code in (code.ljust(6, "0") for code in PLACES)]


def prefecture_of(code: str) -> str:
    """The prefecture in which an area lies, or the area itself where it lies in none (兵团 cities
    and others that a province governs itself); "" for a code that names no prefecture.

    >>> prefecture_of("650102"), prefecture_of("659004"), prefecture_of("65"), prefecture_of("")
    ('650100', '659004', '', '')
    """
    if len(code) < 4 or not code.isascii() or not code.isdecimal() or code[2:4] == "00":
        return ""
    if code[2:4] == "90":
        return code[:6] if len(code) >= 6 else ""
    return f"{code[:4]}00"


def place_code(text: str) -> str | None:
    """The six digits behind a code or the name of a prefecture or 兵团 city; None for neither.

    >>> place_code("650100"), place_code("乌鲁木齐市"), place_code("新疆昌吉州"), place_code("巴州")
    ('650100', '650100', '652300', '652800')
    >>> place_code("五家渠"), place_code("伊犁哈萨克自治州"), place_code("某地") is None
    ('659004', '654000', True)
    """
    typed = text.strip().removeprefix("新疆维吾尔自治区").removeprefix("新疆")
    if len(typed) == 6 and typed.isascii() and typed.isdecimal():
        return typed if typed[:2] in PROVINCES else None
    if typed in SHORT:
        return SHORT[typed]
    for code, name in PLACES.items():
        rest = typed.removeprefix(name)
        if typed.startswith(name) and (not rest or rest.endswith(_ENDINGS)):
            return code.ljust(6, "0")
    return None
