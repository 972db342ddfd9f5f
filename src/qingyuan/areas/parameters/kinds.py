"""Every kind of parameter that is filed: what it is called, its unit, where a device tells it,
which points have it, where else the product keeps it. A new kind is a line here.

Plain: reads no table of the database.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.measuring import factor_unit

INFO = "3020"
"""CN of device information; the parameters are its fields ``i13001-Info``."""


@dataclass(frozen=True, slots=True)
class Kind:
    """``infos`` are information codes (HJ 212-2017 table B.10), ``field`` a field of a logger's
    answer, by its CN. ``of_factor``: one for each factor of ``factors`` (empty: of all).
    ``judged`` is the point's parameter that judging reads (``CODE`` stands for the factor).
    ``span``: two numbers, a lower and an upper end. ``low``/``high`` bound what may be filed."""

    label: object
    source: object
    unit: str = ""
    infos: tuple[str, ...] = ()
    field: tuple[str, str] | None = None
    media: tuple[str, ...] = ("gas", "water")
    technique: str = ""
    of_factor: bool = False
    factors: tuple[str, ...] = ()
    judged: str = ""
    span: bool = False
    low: float = 0.0
    high: float = 1e9

    def unit_of(self, factor: str) -> str:
        """The unit of a value: the kind's own, else the factor's."""
        if self.unit == "factor":
            return factor_unit(factor)
        return self.unit


_GAS, _WATER = ("gas",), ("water",)
_B10 = _("HJ 212-2017 表B.10")
_HJ75 = _("HJ 75-2017 附录A、附录C")
_HJ355 = _("HJ 355-2019 第5章、附录C")
_D2 = _("HJ 212-2017 附录D.2")
_DIGESTED = ("w01018", "w21001", "w21011")
_NEGATIVE = -1e9

KINDS: Mapping[str, Kind] = {
    # of one analyser
    "range": Kind(_("量程"), _B10, "factor", ("i13001",), of_factor=True, judged="range.CODE",
                  span=True, low=_NEGATIVE),
    "slope": Kind(_("斜率"), _B10, "", ("i13008",), of_factor=True, low=_NEGATIVE),
    "intercept": Kind(_("截距"), _B10, "", ("i13007",), of_factor=True, low=_NEGATIVE),
    "pm_k": Kind(_("颗粒物 K 系数"), _HJ75, media=_GAS, of_factor=True, factors=("a34013",)),
    "converter": Kind(_("NO₂ 转化效率"), _("HJ 76-2017，应 ≥ 95 %"), "%", media=_GAS,
                      of_factor=True, factors=("a21002",), high=110),
    "detection": Kind(_("检出限"), _B10, "factor", ("i13009",), media=_WATER, of_factor=True,
                      judged="detection.CODE"),
    "precision": Kind(_("测量精度"), _B10, "", ("i13002",), media=_WATER, of_factor=True),
    "interval": Kind(_("测量间隔"), _B10, "min", ("i13003",), media=_WATER, of_factor=True,
                     high=1440),
    "digestion_temperature": Kind(_("消解温度"), _B10, "℃", ("i13004",), media=_WATER,
                                  of_factor=True, factors=_DIGESTED, high=300),
    "digestion_time": Kind(_("消解时长"), _B10, "min", ("i13005",), media=_WATER, of_factor=True,
                           factors=_DIGESTED, high=240),
    "correlation": Kind(_("线性相关系数"), _HJ355, "", media=_WATER, of_factor=True, high=1),
    "conversion": Kind(_("TOC 与 CODCr 换算系数"), _HJ355, "", media=_WATER, of_factor=True,
                       factors=("w01020",)),
    "alarm_low": Kind(_("报警下限"), _("HJ 212-2017 6.6（CN 1021）"), "factor",
                      field=("1021", "LowValue"), of_factor=True, low=_NEGATIVE),
    "alarm_high": Kind(_("报警上限"), _("HJ 212-2017 6.6（CN 1021）"), "factor",
                       field=("1021", "UpValue"), of_factor=True, low=_NEGATIVE),
    # of the point as a whole
    "velocity_field": Kind(_("速度场系数"), _HJ75, "", media=_GAS, judged="velocity_field_factor",
                           high=100),
    "pitot": Kind(_("皮托管系数"), _HJ75, "", media=_GAS, high=10),
    "duct_area": Kind(_("烟道断面面积"), _HJ75, "m²", media=_GAS, judged="duct_area_m2",
                      high=10_000),
    "pressure": Kind(_("当地大气压"), _B10, "kPa", ("i23001",), media=_GAS,
                     judged="atmospheric_pressure_kpa", low=40, high=120),
    "o2_reference": Kind(_("基准氧含量"), _D2, "%", media=_GAS, judged="o2_reference", high=20.9),
    "excess_air": Kind(_("基准过量空气系数"), _D2, "", media=_GAS, judged="excess_air_reference",
                       low=1, high=10),
    "dilution": Kind(_("稀释比"), _HJ75, "", media=_GAS, technique="dilution", high=10_000),
    "rtd_interval": Kind(_("实时数据上报间隔"), _("HJ 212-2017 6.6（CN 1061）"), "s",
                         field=("1061", "RtdInterval"), high=9999),
    "min_interval": Kind(_("分钟数据上报间隔"), _("HJ 212-2017 6.6（CN 1063）"), "min",
                         field=("1063", "MinInterval"), high=99),
}

BY_INFO: Mapping[str, str] = {info: code for code, kind in KINDS.items() for info in kind.infos}
BY_FIELD: Mapping[tuple[str, str], str] = {
    kind.field: code for code, kind in KINDS.items() if kind.field}
CNS: tuple[str, ...] = (INFO, *sorted({cn for cn, _field in BY_FIELD}))
"""Packets that carry parameters."""

Key = tuple[str, str]  # (kind, factor), factor "" for one of the point
ORDER: Mapping[str, int] = {code: place for place, code in enumerate(KINDS)}


def label(code: str) -> str:
    """What a kind is called; the code itself where it has gone from the table."""
    return str(KINDS[code].label) if code in KINDS else code


def unit(code: str, factor: str) -> str:
    """The unit in which a kind's values are filed."""
    return KINDS[code].unit_of(factor) if code in KINDS else ""


def applicable(medium: str, factors: Iterable[str], techniques: Collection[str] = ()) -> list[Key]:
    """What can be filed at a point of a medium that measures these factors; without techniques
    (nobody has said) what any technique has.

    >>> applicable("gas", ["a34013"], ["extractive"])[:4]
    [('range', 'a34013'), ('slope', 'a34013'), ('intercept', 'a34013'), ('pm_k', 'a34013')]
    >>> ("digestion_time", "w21011") in applicable("water", ["w21011"])
    True
    >>> ("dilution", "") in applicable("gas", [], ["extractive"])
    False
    """
    measured, found = list(factors), []
    for code, kind in KINDS.items():
        if medium not in kind.media or (
                kind.technique and techniques and kind.technique not in techniques):
            continue
        own = [one for one in measured if not kind.factors or one in kind.factors]
        found += [(code, one) for one in own] if kind.of_factor else [(code, "")]
    return found


def ordered(keys: Iterable[Key]) -> list[Key]:
    """By factor, those of the point last, then as the table has them."""
    return sorted(set(keys), key=lambda key: (not key[1], key[1], ORDER.get(key[0], len(ORDER))))
