"""What the columns of a file mean: time, or (factor, suffix), by code, Chinese name or habit."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from qingyuan.hj212 import factors as protocol

from ..intake.plans import NUMBERS
from ..models import Factor, Interval
from .sheet import SheetError

TIME = frozenset({"时间", "监测时间", "数据时间", "采样时间", "日期", "time", "datatime", "date",
                  "datetime", "timestamp"})
FACTOR = frozenset({"因子", "监测因子", "因子编码", "污染物", "factor", "code", "polid"})
VALUE = frozenset({"值", "数值", "监测值", "浓度", "value"})
FLAG = frozenset({"标识", "数据标识", "标记", "flag"})
SUFFIX = frozenset({"类型", "数据类型", "后缀", "suffix"})

# words of a heading → suffix, looked for in this order
_WORDS = (
    ("标识", "Flag"), ("标记", "Flag"), ("flag", "Flag"),
    ("折算最小", "ZsMin"), ("折算最大", "ZsMax"), ("折算实时", "ZsRtd"), ("折算", "Zs"),
    ("最小", "Min"), ("最大", "Max"), ("平均", "Avg"), ("均值", "Avg"),
    ("累计", "Cou"), ("排放量", "Cou"), ("实时", "Rtd"),
)
_NOISE = re.compile(r"浓度|数据|监测|值|小时|分钟|日|流量计|[\s_\-—:：]")
_UNIT = re.compile(r"[（(\[【]([^）)\]】]*)[）)\]】]\s*$")
# names in use that the standard's tables do not have, by medium
_HABITS = {
    "gas": {"so2": "a21026", "nox": "a21002", "颗粒物": "a34013", "烟尘": "a34013",
            "粉尘": "a34013",
            "o2": "a19001", "氧": "a19001", "氧含量": "a19001", "氧气": "a19001", "co": "a21005",
            "hcl": "a21024", "流速": "a01011", "烟温": "a01012", "温度": "a01012",
            "压力": "a01013", "烟气压力": "a01013", "湿度": "a01014", "烟气湿度": "a01014",
            "流量": "a00000", "烟气流量": "a00000", "废气流量": "a00000"},
    "water": {"cod": "w01018", "codcr": "w01018", "ph": "w01001", "氨氮": "w21003",
              "nh3n": "w21003", "nh3-n": "w21003", "总磷": "w21011", "tp": "w21011",
              "总氮": "w21001", "tn": "w21001", "流量": "w00000", "污水流量": "w00000",
              "废水流量": "w00000", "水温": "w01010"},
}
_UNITS = str.maketrans({"μ": "µ", "u": "µ", "³": "3", "／": "/", " ": "", "²": "2", "㎎": "mg"})


@dataclass(frozen=True, slots=True)
class Wide:
    """One line an instant: where the time is, and (place, code, suffix) of each value or flag."""

    time: int
    columns: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True, slots=True)
class Long:
    """One line a value."""

    time: int
    factor: int
    value: int
    flag: int | None
    suffix: int | None


class Names:
    """The factor dictionary as a file's headings speak of it."""

    def __init__(self, medium: str) -> None:
        self._codes: dict[str, Factor] = {}
        self._names: dict[str, str] = {}
        self._habits = _HABITS[medium]
        # Codes of 2017 come last and win; of the names those of the point's own medium.
        rows = sorted(Factor.objects.all(), key=lambda f: (
            f.medium.startswith(medium), len(f.code) == 6, f.code))
        for row in rows:
            self._codes[row.code.lower()] = row
            self._names[_plain(row.name)] = row.code
        # Every edition's name counts: 烟气流速 of 2017 is 废气流速 since 2025. A name of 2005 alone
        # means the code that followed it.
        for old in sorted(protocol.TABLE, key=lambda row: row.medium.startswith(medium)):
            code = old.other_code if old.edition == "2005" and old.other_code else old.code
            if old.medium.startswith(medium) and code.lower() in self._codes:
                self._names[_plain(old.name)] = code

    def find(self, text: str) -> Factor | None:
        """A factor by code or name."""
        found = self._codes.get(text.strip().lower())
        if found is None:
            plain = _plain(text)
            code = self._habits.get(plain) or self._names.get(plain)
            found = self._codes.get(code.lower()) if code else None
        return found


def _plain(text: str) -> str:
    """A name without blanks and what is said of every quantity.

    >>> _plain("二氧化硫 浓度"), _plain("NH3-N")
    ('二氧化硫', 'nh3n')
    """
    return _NOISE.sub("", text.lower())


def read(header: list[str], interval: str, names: Names) -> Wide | Long:
    """The meaning of the first line. SheetError naming the columns that mean nothing."""
    plain = [cell.strip().lower() for cell in header]
    time = _place(plain, TIME)
    if time is None:
        raise SheetError(_("第一行没有时间列，请把时间列命名为“时间”"))
    factor, value = _place(plain, FACTOR), _place(plain, VALUE)
    if factor is not None and value is not None:
        return Long(time, factor, value, _place(plain, FLAG), _place(plain, SUFFIX))
    columns, strange = [], []
    for place, cell in enumerate(header):
        if place == time or not cell.strip():
            continue
        try:
            columns.append((place, *column(cell, interval, names)))
        except ValueError as error:
            strange.append(str(error))
    if strange:
        raise SheetError(_("这些列无法识别：%s") % "；".join(strange))
    _single(columns, header)
    return Wide(time, tuple(columns))


def _place(plain: list[str], words: frozenset[str]) -> int | None:
    return next((place for place, cell in enumerate(plain) if cell in words), None)


def _single(columns: list[tuple[int, str, str]], header: list[str]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for place, code, suffix in columns:
        if (code, suffix) in seen:
            raise SheetError(_("“%(one)s”与“%(two)s”是同一项") % {
                "one": header[seen[code, suffix]], "two": header[place]})
        seen[code, suffix] = place
    if not any(suffix != "Flag" for _place_, _code, suffix in columns):
        raise SheetError(_("文件里没有数值列"))


def column(heading: str, interval: str, names: Names) -> tuple[str, str]:
    """(code, suffix) of one heading; ValueError with the reason."""
    bare, unit = split_unit(heading)
    stem, hyphen, suffix = bare.rpartition("-")
    if hyphen and (suffix in NUMBERS or suffix == "Flag"):
        found = names.find(stem)
    else:
        found, suffix = names.find(bare), main_suffix(interval)
        if found is None:
            stem, suffix = split_words(bare, interval)
            found = names.find(stem)
    if found is None:
        raise ValueError(heading)
    if unit and suffix not in ("Cou", "Flag") and not same_unit(unit, found.unit):
        raise ValueError(_("%(heading)s（单位应为 %(unit)s）") % {
            "heading": heading, "unit": found.unit or "—"})
    return found.code, suffix


def main_suffix(interval: str) -> str:
    """The suffix of a column that names none."""
    return "Rtd" if interval == Interval.REALTIME else "Avg"


def split_unit(heading: str) -> tuple[str, str]:
    """
    >>> split_unit("化学需氧量（mg/L）")
    ('化学需氧量', 'mg/L')
    """
    found = _UNIT.search(heading)
    if found is None:
        return heading.strip(), ""
    return heading[:found.start()].strip(), found[1].strip()


def split_words(heading: str, interval: str) -> tuple[str, str]:
    """
    >>> split_words("二氧化硫折算浓度", "hour"), split_words("COD最大值", "hour")
    (('二氧化硫浓度', 'ZsAvg'), ('COD值', 'Max'))
    """
    for word, suffix in _WORDS:
        if word in heading.lower():
            place = heading.lower().index(word)
            full = f"Zs{main_suffix(interval)}" if suffix == "Zs" else suffix
            return heading[:place] + heading[place + len(word):], full
    return heading, main_suffix(interval)


def same_unit(one: str, other: str) -> bool:
    """Whether two spellings mean one unit.

    >>> same_unit("mg/m3", "mg/m³"), same_unit("ug/L", "µg/L"), same_unit("mg/L", "µg/L")
    (True, True, False)
    """
    return one.translate(_UNITS).lower() == other.translate(_UNITS).lower()
