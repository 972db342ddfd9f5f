"""Values of the book between what is typed, what is stored as text, and what people read.

Stored as in the book's files: "45", "0.75", "true", "arithmetic".
"""

import math
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.standards import Book
from qingyuan.standards.provision import kind_of
from qingyuan.ui.numbers import figure

Value = int | float | str | bool

# What a switch does under each of its words.
CHOICES: dict[str, object] = {
    "true": gettext_lazy("是"),
    "false": gettext_lazy("否"),
    "mean_of_days": gettext_lazy("有效日均值的平均"),
    "mean_of_hours": gettext_lazy("有效小时均值的平均"),
    "flow_weighted": gettext_lazy("按流量加权平均"),
    "arithmetic": gettext_lazy("算术平均"),
    "calendar_day": gettext_lazy("每个自然日至少一次"),
    "strict": gettext_lazy("严格按间隔时间计算"),
    "passed": gettext_lazy("合格的"),
    "any": gettext_lazy("不论是否合格"),
    "minutes_left": gettext_lazy("剩余分钟数不足时整小时失控"),
    "any_overlap": gettext_lazy("有任何重叠即整小时失控"),
    "calibration": gettext_lazy("仅校准"),
    "calibration_and_check": gettext_lazy("校准与标样核查"),
    "none": gettext_lazy("无"),
    "any_check": gettext_lazy("任一项合格的核查、校准或比对"),
    "same_kind": gettext_lazy("同一类合格的检查"),
    "and": gettext_lazy("且：两项同时成立"),
    "or": gettext_lazy("或：任一项成立"),
    "span": gettext_lazy("量程上下限之差"),
    "upper": gettext_lazy("量程上限"),
    "after_last_calibration": gettext_lazy("上次校准后的测试值"),
    "nominal": gettext_lazy("标准气体标称值"),
    "preceding_equal_period": gettext_lazy("以前一等长时段的数据填补"),
    "mean": gettext_lazy("平均值"),
    "greatest": gettext_lazy("最大值"),
    "days": gettext_lazy("各天"),
    "tests": gettext_lazy("各次测试"),
    "median": gettext_lazy("中位数"),
    "first_due": gettext_lazy("先到期者"),
    "hours": gettext_lazy("按小时计"),
    "working_days": gettext_lazy("按工作日计"),
    "weighted": gettext_lazy("加权平均"),
    "mean_of_reference": gettext_lazy("一组手工值的均值"),
    "each_sample": gettext_lazy("每个水样的浓度"),
    "two_sided": gettext_lazy("双侧"),
    "one_sided": gettext_lazy("单侧"),
    "relative_accuracy": gettext_lazy("相对准确度"),
    "relative_error": gettext_lazy("相对误差"),
    "absolute_error": gettext_lazy("绝对误差"),
    "unit": gettext_lazy("全单位合计"),
    "each_office": gettext_lazy("每处办公场所"),
    "per_post": gettext_lazy("每任一岗各计一次"),
    "exclusive": gettext_lazy("一人只计一岗"),
    "work_and_staff": gettext_lazy("每次作业当日与今日在岗者"),
    "work": gettext_lazy("每次作业当日"),
    "staff": gettext_lazy("今日在岗者"),
    "om": gettext_lazy("运维人员，限期内取证"),
    "relevant": gettext_lazy("各类相关人员，限期内取证"),
    "now": gettext_lazy("评价之日已具备即可"),
    "first_work": gettext_lazy("首次作业之前"),
    "worst": gettext_lazy("承担最多者"),
    "monthly_use": gettext_lazy("月使用量"),
    "installed": gettext_lazy("设备保有量"),
    "above": gettext_lazy("大于"),
    "at_least": gettext_lazy("不少于"),
}
UNITS: dict[str, object] = {
    "s": gettext_lazy("秒"),
    "min": gettext_lazy("分钟"),
    "h": gettext_lazy("小时"),
    "d": gettext_lazy("天"),
    "working day": gettext_lazy("个工作日"),
    "month": gettext_lazy("个月"),
    "year": gettext_lazy("年"),
    "o'clock": gettext_lazy("时"),
    "day of month": gettext_lazy("日"),
    "permille": "‰",
    "mg/m3": "mg/m³",
    "m2": "m²",
    "umol/mol": "μmol/mol",
    "degC": "℃",
    "CNY": gettext_lazy("元"),
    "pH": "",
}


def word(value: Value) -> str:
    """The value, or its stored text, as people read it, without unit.

    >>> word(45), word(0.75), word(True), word("arithmetic"), word("30")
    ('45', '0.75', '是', '算术平均', '30')
    """
    text = as_text(value)
    return str(CHOICES.get(text, text))


def unit(text: str) -> str:
    """The unit as people read it; symbols stay.

    >>> unit("min"), unit("mg/m3"), unit("kPa"), unit("")
    ('分钟', 'mg/m³', 'kPa', '')
    """
    return str(UNITS.get(text, text))


def as_text(value: Value) -> str:
    """The value as the book's files write it.

    >>> as_text(True), as_text(20.9), as_text("strict")
    ('true', '20.9', 'strict')
    """
    return str(value).lower() if isinstance(value, bool) else figure(value)


def read(text: str, book: Book, name: str) -> Value:
    """What was typed, as a value of that provision's type.

    ValidationError under ``value``, with a sentence that says what to enter, for anything that
    cannot be read, that is not one of a switch's words, or that no such figure could be.
    """
    typed = text.strip()
    versions = book.history(name)
    kind = kind_of(versions[0].value)
    if kind == "bool":
        return _truth(typed)
    if kind == "str":
        return _one_of(typed, book.words(name))
    return _number(typed, [float(p.value) for p in versions], versions[0].unit, kind == "int")


def _truth(typed: str) -> bool:
    if typed.lower() not in ("true", "false"):
        raise _wrong(_("请选择“是”或“否”"))
    return typed.lower() == "true"


def _one_of(typed: str, choices: Iterable[str]) -> str:
    if typed not in choices:
        raise _wrong(_("只能从已有的几种读法中选择：%s") % "、".join(map(word, choices)))
    return typed


def _number(typed: str, examples: list[float], of: str, whole: bool) -> int | float:
    try:
        value = float(typed)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _wrong(_("请填写一个数字，例如 %s") % figure(examples[0]))
    if value < 0 <= min(examples):
        raise _wrong(_("不能小于 0"))
    if not whole and not of and max(examples) <= 1 < value:
        raise _wrong(_("应为 0 至 1 之间的小数，例如 %(a)s 表示 %(b)s%%") % {
            "a": figure(examples[0]), "b": figure(examples[0] * 100)})
    if whole and value != int(value):
        raise _wrong(_("应为整数，例如 %s") % figure(examples[0]))
    return int(value) if whole else value


def _wrong(sentence: str) -> ValidationError:
    return ValidationError({"value": sentence})
