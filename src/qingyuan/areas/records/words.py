"""Words of record forms: kinds, techniques, answers."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.rules import values
from qingyuan.forms import RESULT_WORDS, Field, printed
from qingyuan.kernel.rounding import round_gbt8170

TECHNIQUES = {
    "extractive": gettext_lazy("完全抽取法"), "dilution": gettext_lazy("稀释采样法"),
    "in_situ": gettext_lazy("直接测量法"), "nmhc": "NMHC", "water": gettext_lazy("水"),
    "video": gettext_lazy("视频"),
}
METHODS = {
    "pm_beta": gettext_lazy("颗粒物：β射线法"), "pm_gravimetric": gettext_lazy("颗粒物：称重法"),
    "pm_optical": gettext_lazy("颗粒物：光学法"), "velocity_pitot": gettext_lazy("流速：皮托管法"),
    "velocity_thermal": gettext_lazy("流速：热平衡法"),
    "velocity_ultrasonic": gettext_lazy("流速：超声波法"),
    "humidity_resistance": gettext_lazy("湿度：阻容法"),
    "ammonia_electrode": gettext_lazy("氨氮：电极法"), "toc": "TOC",
}
SETS = {"zibo": gettext_lazy("淄博增加项目"), "winter": gettext_lazy("冬季检查")}
FORM_KINDS = {
    "inspection": gettext_lazy("巡检"), "calibration": gettext_lazy("校准"),
    "verification": gettext_lazy("校验"), "check": gettext_lazy("核查"),
    "comparison": gettext_lazy("比对"), "repair": gettext_lazy("维修"),
    "stop": gettext_lazy("停机"), "replacement": gettext_lazy("更换"),
    "parameters": gettext_lazy("参数变动"), "upkeep": gettext_lazy("保养"),
    "ledger": gettext_lazy("台账"), "review": gettext_lazy("审核"),
    "acceptance": gettext_lazy("验收"),
}
RESULT_TONES = {"pass": "green", "adjust": "amber", "out_of_control": "magenta", "fail": "red"}
MEASURES = {
    "relative_accuracy": gettext_lazy("相对准确度"), "relative_error": gettext_lazy("相对误差"),
    "absolute_error": gettext_lazy("绝对误差"),
}


def text_word(text: str) -> str:
    """A text inside a form's rules as people read it: results, measures, units, choices.

    >>> text_word("out_of_control"), text_word("relative_error"), text_word("mg/m3")
    ('失控', '相对误差', 'mg/m³')
    """
    if text in RESULT_WORDS:
        return RESULT_WORDS[text]
    if text in MEASURES:
        return str(MEASURES[text])
    return values.word(printed(text))


def hint_word(hint: str) -> str:
    """A hint without the keys that its words stand beside.

    >>> hint_word("relative_error 相对误差；absolute_error 绝对误差")
    '相对误差；绝对误差'
    """
    for key in MEASURES:
        hint = hint.replace(f"{key} ", "")
    return hint


def number(value: float) -> str:
    """A number as it was typed: no more digits than it has.

    >>> number(12.0), number(0.1), number(45)
    ('12', '0.1', '45')
    """
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def answer_word(field: Field, value: Any) -> str:
    """One answer or computed value as people read it, rounded as it is printed; "" for none."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, int | float):
        if field.decimals is not None and field.computed is not None:
            return str(round_gbt8170(value, field.decimals))
        return number(value)
    if isinstance(value, dict):
        return str(value.get("text") or value.get("name") or value.get("mark") or "")
    if isinstance(value, list):
        return "、".join(str(one) for one in value if isinstance(one, str))
    return text_word(str(value)) if field.computed is not None else str(value)
