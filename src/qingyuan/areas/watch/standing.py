"""Which factors may stand still or at zero, and what an analyser's surroundings should be.

Tables with their reasons. A unit sets a point's own figures by the rule of the kind.
"""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from qingyuan.calc.roles import (
    GRABBED,
    HUMIDITY,
    O2,
    PH,
    TEMPERATURE,
    VELOCITY,
    WATER_TEMPERATURE,
    is_pollutant,
    medium,
)

STANDING: Mapping[str, str] = {
    "a01015": "the cooler's temperature is held at its set point",
    "a01016": "the duct's area is a constant that some loggers send",
    "a01001": "weather, not flue gas", "a01002": "weather", "a01006": "weather",
    "a01007": "weather", "a01008": "weather",
    "a01010": "a scale of whole numbers",
    WATER_TEMPERATURE: "water keeps its temperature for hours",
}
"""Factors of gas and water that naturally stand still, and why."""

COARSE = 10
"""A value of fewer than so many units of its last digit is too coarse to be called still: between
0.2 and 0.3 mg/m3 there is no digit in which a sound analyser could move."""

_ZEROS = frozenset({O2, VELOCITY, TEMPERATURE, HUMIDITY, PH})


def composite(code: str) -> bool:
    """Whether an analyser measures it on a composite sample once an hour or less (HJ 355-2019 6.1):
    its minutes repeat the last result, so that standing still says nothing."""
    return code.startswith("w") and is_pollutant(code) and code not in GRABBED


def moves(code: str, kind: str) -> bool:
    """Whether a factor of that medium moves from minute to minute.

    >>> moves("a21026", "gas"), moves("a01016", "gas"), moves("w01018", "water")
    (True, False, False)
    """
    return medium(code) == kind and code not in STANDING and not composite(code)


def never_zero(code: str, kind: str) -> bool:
    """Whether a running source leaves no room for a lasting zero: pollutants and oxygen, velocity,
    temperature and moisture of flue gas, pH. Static pressure may lie at zero; water may stand.

    >>> never_zero("a21026", "gas"), never_zero("a01013", "gas"), never_zero("w00000", "water")
    (True, False, False)
    """
    return moves(code, kind) and (is_pollutant(code) or code in _ZEROS)


class Bound(NamedTuple):
    """Between which figures a reading of the surroundings lies; ``low`` and ``high`` name the
    thresholds of ``findings.kinds`` that hold the figures, "" for an open side."""

    label: object
    unit: str
    low: str
    high: str


BOUNDS: Mapping[str, Bound] = {
    # Heated line: at least 120 degC and 10 degC above the dew point (HJ 75-2017, known at second
    # hand; some lines for corrosive gas run at 180).
    "i33001": Bound(_("伴热管温度"), "℃", "line_low", "line_high"),
    # Cooler: gas leaves it at some 4 degC; below 0 it freezes, far above it lets water through.
    "i33002": Bound(_("冷凝器温度"), "℃", "cooler_low", "cooler_high"),
    "a01015": Bound(_("制冷器温度"), "℃", "cooler_low", "cooler_high"),
    # Station house: 15 to 30 degC, relative humidity up to 60 % (HJ 75-2017, at second hand).
    "i33101": Bound(_("站房温度"), "℃", "house_low", "house_high"),
    "i33102": Bound(_("站房湿度"), "%", "", "humidity_high"),
    # Mains: 220 V within a tenth.
    "i33103": Bound(_("站房电压"), "V", "voltage_low", "voltage_high"),
}
"""Auxiliary devices of HJ 212-2017 table B.10 and the cooler of table B.2 that have bounds."""

STATES: Mapping[str, Mapping[str, object]] = {
    "i12001": {"2": _("监测仪器故障"), "6": _("监测仪器电源故障")},
    "i12002": {"1": _("监测仪器与数采仪通讯异常")},
    "i12003": {"1": _("COD 分析仪报警")},
    "i22001": {"1": _("数采仪停机"), "2": _("数采仪故障")},
    "i22101": {"1": _("数采仪通道通讯异常")},
}
"""States that need somebody, HJ 212-2017 table B.10: code of the state → value → what it says."""
