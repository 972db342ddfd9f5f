"""A point's parameters as people read them: value, unit, title."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.rules.values import unit as unit_word
from qingyuan.hj212 import factors
from qingyuan.ui.numbers import figure

from . import parameters

WORDS: dict[str, object] = {
    "extractive": gettext_lazy("完全抽取法"), "dilution": gettext_lazy("稀释抽取法"),
    "in_situ": gettext_lazy("直接测量法"),
    "instrument": gettext_lazy("仪器停运"), "source": gettext_lazy("排放源停运"),
    "continuous": gettext_lazy("连续排放"), "intermittent": gettext_lazy("间歇排放"),
    "dry_standard": gettext_lazy("标态干基"), "wet_standard": gettext_lazy("标态湿基"),
    "dry_actual": gettext_lazy("工况干基"), "wet_actual": gettext_lazy("工况湿基"),
}


def value_word(value: Any) -> str:
    """A parameter's value for people.

    >>> value_word(6.0), value_word(True), value_word("ppm"), value_word(None)
    ('6', '是', 'ppm', '（终止）')
    """
    if value is None:
        return _("（终止）")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(WORDS.get(value, value)) if isinstance(value, str) else figure(float(value))


def title_of(name: str) -> str:
    """What a parameter is called, without its factor."""
    known = parameters.of(name)
    return str(known.title) if known else name


def unit_of(name: str) -> str:
    """The unit of a parameter; of a limit, range or limit of detection that of its factor.

    >>> unit_of("duct_area_m2"), unit_of("limit.w01018"), unit_of("range.a19001"), unit_of("flag_f")
    ('m²', 'mg/L', '%', '')
    """
    word, _dot, code = name.partition(".")
    if word in ("limit", "range", "detection"):
        row = factors.find(code)
        return row.unit if row else ""
    known = parameters.of(name)
    return unit_word(known.unit) if known else ""
