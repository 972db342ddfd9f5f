"""What may stand in a point's parameters: names of ``calc.types.PARAMETERS`` and those that come
one for a factor, each with what its value must be."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Factor

Value = float | str | bool | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """``title`` for people, ``unit`` as in ``calc.types``; either ``words`` (a choice), ``yes``
    (true or false), or a number with low <= value <= high (``above``: low < value; ``whole``: no
    fraction)."""

    title: str
    unit: str = ""
    words: tuple[str, ...] = ()
    yes: bool = False
    low: float = 0.0
    high: float = 1e9
    above: bool = False
    whole: bool = False


_BASES = ("dry_standard", "wet_standard", "dry_actual", "wet_actual")
OWN: Mapping[str, Parameter] = {
    "technique": Parameter(gettext_lazy("采样方式"), words=("extractive", "dilution", "in_situ")),
    "auto_calibration": Parameter(gettext_lazy("具备自动校准"), yes=True),
    "o2_reference": Parameter(gettext_lazy("基准氧含量"), "%", high=20.9),
    "excess_air_reference": Parameter(gettext_lazy("基准过量空气系数"), low=1, high=10),
    "combustion_air_o2": Parameter(gettext_lazy("助燃空气氧含量"), "%", high=100, above=True),
    "duct_area_m2": Parameter(gettext_lazy("烟道断面面积"), "m2", high=10_000, above=True),
    "velocity_field_factor": Parameter(gettext_lazy("速度场系数"), high=100, above=True),
    "atmospheric_pressure_kpa": Parameter(gettext_lazy("大气压"), "kPa", low=40, high=120),
    "flag_f": Parameter(gettext_lazy("标识 F 的含义"), words=("instrument", "source")),
    "sampling_offset_hours": Parameter(gettext_lazy("水样时标偏移"), "h", high=24, whole=True),
    "discharge": Parameter(gettext_lazy("排放方式"), words=("continuous", "intermittent")),
}
"""Parameters of the point as a whole."""
OF_FACTOR: Mapping[str, Parameter] = {
    "limit": Parameter(gettext_lazy("排放限值"), above=True),
    "range": Parameter(gettext_lazy("量程上限"), above=True),
    "detection": Parameter(gettext_lazy("检出限")),
    "basis": Parameter(gettext_lazy("测量状态"), words=_BASES),
    "unit": Parameter(gettext_lazy("测量单位"), words=("mg/m3", "ppm")),
    "judged": Parameter(gettext_lazy("参与判定"), yes=True),
}
"""Parameters of one factor, named ``limit.a21026``. ``judged`` false ends a factor that the point
no longer measures: from then on its hours are no longer missing."""


def of(name: str) -> Parameter | None:
    """What a name stands for, None for no parameter at all.

    >>> of("limit.a21026").above, of("duct_area_m2").unit, of("limit") is None
    (True, 'm2', True)
    """
    word, dot, code = name.partition(".")
    return OF_FACTOR.get(word) if dot and code else OWN.get(name)


def checked(name: str, value: Value) -> Value:
    """The value as it is kept (numbers as float); None ends the property. ValidationError says
    what was expected."""
    known = of(name)
    if known is None:
        raise ValidationError({"name": _("没有这个参数：%s") % name})
    code = name.partition(".")[2]
    if code and not Factor.objects.filter(code=code).exists():
        raise ValidationError({"name": _("没有编码为 %s 的因子") % code})
    if value is None:
        return None
    if known.words:
        return _word(known, value)
    if known.yes:
        if not isinstance(value, bool):
            raise ValidationError({"value": _("应为 true 或 false")})
        return value
    return _number(known, value)


def _word(known: Parameter, value: Value) -> str:
    if value not in known.words:
        raise ValidationError({"value": _("应为 %s 之一") % "、".join(known.words)})
    return str(value)


def _number(known: Parameter, value: Value) -> float:
    sound = not isinstance(value, bool | str) and value is not None and isfinite(value)
    within = sound and known.low <= value <= known.high and not (known.above and value <= known.low)
    if not within or (known.whole and value != int(value)):
        sign = ">" if known.above else "≥"
        raise ValidationError({"value": _("应为 %(sign)s %(low)g 且 ≤ %(high)g 的数") % {
            "sign": sign, "low": known.low, "high": known.high}})
    return float(value)
