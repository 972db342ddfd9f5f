"""The form in which a company enters a duty of its own."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.forms import load_forms
from qingyuan.standards.duty import EQUIPMENT, KINDS, PLACES, PREFILLS, TECHNIQUES

from .queries import catalogue

COUNTED = ("d", "h", "m")  # intervals that go with a number
INTERVALS = [
    ("d", _("每若干天")), ("h", _("每若干小时")), ("m", _("每若干个月")),
    ("day", _("每自然日")), ("week", _("每自然周")), ("month", _("每自然月")),
    ("quarter", _("每自然季")), ("half_year", _("每自然半年")), ("year", _("每自然年")),
]
MONTHS = [(str(n), _("%d 月") % n) for n in range(1, 13)]


def _boxes(label: Any, choices: Any, **more: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, choices=choices, required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}), **more)


class OwnDutyForm(forms.Form):
    """The facts of a duty file, in words."""

    name = forms.CharField(label=_("项目名称"), max_length=64)
    group = forms.CharField(label=_("分组"), max_length=64, required=False)
    kind = forms.ChoiceField(label=_("设施类型"), choices=list(KINDS.items()))
    where = forms.ChoiceField(label=_("方式"), choices=list(PLACES.items()), initial="site")
    interval = forms.ChoiceField(label=_("周期"), choices=INTERVALS, initial="d")
    every = forms.IntegerField(
        label=_("每几天（小时、月）"), required=False, min_value=1, max_value=999, initial=7,
        help_text=_("自然周期不填"))
    form = forms.CharField(
        label=_("记录表"), max_length=64,
        widget=forms.TextInput(attrs={"list": "form-codes", "class": "mono"}),
        help_text=_("输入名称选择，填入的是编号；自定记录表的编号以 own. 开头"))
    form_title = forms.CharField(
        label=_("记录表名称"), max_length=64, required=False,
        help_text=_("自定记录表在任务中显示的名称"))
    prefill = forms.ChoiceField(
        label=_("预填数据"), required=False, choices=[("", _("不预填")), *PREFILLS.items()],
        help_text=_("远程项目必选"))
    clause = forms.CharField(label=_("依据"), max_length=80, required=False)
    why = forms.CharField(label=_("理由"), max_length=200, required=False)
    auto_calibration = forms.ChoiceField(
        label=_("自动校准"), required=False, choices=[
            ("", _("有无都做")), ("yes", _("仅有自动校准功能的")),
            ("no", _("仅没有自动校准功能的"))])
    below = forms.FloatField(
        label=_("当日最低气温不高于"), required=False, min_value=-60, max_value=50)
    lead = forms.IntegerField(
        label=_("到期前可做"), required=False, min_value=0, max_value=90,
        help_text=_("不填按周期长短"))
    invalidates = forms.BooleanField(label=_("逾期则数据无效"), required=False)
    techniques = _boxes(_("采样方式（废气）"), list(TECHNIQUES.items()),
                        help_text=_("不选为全部"))
    months = _boxes(_("月份"), MONTHS, help_text=_("不选为全年"))
    needs = _boxes(_("仅有下列部件的设施"), list(EQUIPMENT.items()))

    UNITS = {"below": "℃", "lead": "天"}

    def clean(self) -> dict[str, Any]:
        """An interval that is counted goes with its number."""
        held: dict[str, Any] = super().clean() or {}
        if held.get("interval") in COUNTED and not held.get("every") and "every" not in self.errors:
            self.add_error("every", str(_("请填写数字")))
        return held

    def facts(self) -> dict[str, Any]:
        """What ``add_own_duty`` takes."""
        found: dict[str, Any] = dict(self.cleaned_data)
        every = found.pop("every")
        if found["interval"] in COUNTED:
            found["interval"] = f"{every}{found['interval']}"
        found["months"] = [int(month) for month in found["months"]]
        found["auto_calibration"] = {"yes": True, "no": False}.get(found["auto_calibration"])
        return found

    @classmethod
    def of(cls, facts: dict[str, Any], data: Any = None) -> "OwnDutyForm":
        """The form filled with what is stored."""
        held = dict(facts)
        said = str(held.get("interval") or "")
        if said[:-1].isdigit():
            held["every"], held["interval"] = int(said[:-1]), said[-1]
        else:
            held["every"] = None
        held["months"] = [str(month) for month in held.get("months") or ()]
        held["auto_calibration"] = {True: "yes", False: "no"}.get(held.get("auto_calibration"), "")
        return cls(data, initial=held)


def form_codes() -> list[tuple[str, str]]:
    """(code, name) of the delivered forms."""
    return sorted({**catalogue().forms, **{c: f.title for c, f in load_forms().items()}}.items())
