"""Forms of the laboratory: what was typed; the actions know the trade's rules."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Laboratory, Ownership, Sample, State


def _day(label: Any, required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=forms.DateInput(
        attrs={"type": "date"}, format="%Y-%m-%d"))


def _moment(label: Any, required: bool = True, help_text: Any = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label, required=required, help_text=help_text,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"},
                                   format="%Y-%m-%dT%H:%M"))


def _upload(label: Any) -> forms.FileField:
    return forms.FileField(label=label, required=False, widget=forms.FileInput(
        attrs={"accept": "image/*,.pdf"}))


class LaboratoryForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=128)
    ownership = forms.ChoiceField(label=_("性质"), choices=Ownership.choices)
    since = _day(_("起"))
    until = _day(_("止"), required=False)
    days = forms.IntegerField(label=_("出结果天数"), initial=5, min_value=1, max_value=60,
                              help_text=_("从收样到出结果，用来预告最迟日期"))
    address = forms.CharField(label=_("地址"), max_length=128, required=False)
    contact = forms.CharField(label=_("联系人和电话"), max_length=64, required=False)


class CertificateForm(forms.Form):
    cma_no = forms.CharField(label=_("CMA 证书编号"), max_length=64)
    issued = _day(_("发证日期"))
    cma_expires = _day(_("有效期至"))
    upload = _upload(_("扫描件"))


class ScopeForm(forms.Form):
    lines = forms.CharField(
        label=_("检测能力范围"), required=False, max_length=60_000,
        help_text=_("每行一项：项目 | 方法，例如 氨氮 | HJ 535-2009"),
        widget=forms.Textarea(attrs={"rows": 10}))


class PersonForm(forms.Form):
    name = forms.CharField(label=_("姓名"), max_length=64)
    qualification = forms.CharField(label=_("资格或授权项目"), max_length=128, required=False)
    number = forms.CharField(label=_("证书编号"), max_length=64, required=False)
    expires = _day(_("有效期至"), required=False)
    since = _day(_("起"))


class SampleForm(forms.Form):
    """``points``, ``labs``: what may be chosen; ``factors`` (code, name)."""

    point = forms.ModelChoiceField(queryset=None, label=_("点位"), empty_label=_("请选择"))
    taken_at = _moment(_("采样时间"))
    taken_by = forms.CharField(label=_("采样人"), max_length=128)
    laboratory = forms.ModelChoiceField(
        queryset=None, label=_("送往实验室"), required=False, empty_label=_("待定"))
    number = forms.CharField(label=_("样品编号"), max_length=32, required=False,
                             help_text=_("不填则自动编号"))
    bottle = forms.CharField(label=_("样品瓶号"), max_length=64, required=False)
    parallels = forms.CharField(label=_("平行样瓶号"), max_length=400, required=False,
                                help_text=_("多个用逗号或空格隔开"))
    preservative = forms.CharField(label=_("保存方法"), max_length=128, required=False,
                                   help_text=_("不填则按项目"))
    needed = _day(_("最迟需要结果"), required=False)
    record_ref = forms.CharField(label=_("所属记录"), max_length=64, required=False,
                                 help_text=_("例如 record:12"))
    note = forms.CharField(label=_("备注"), max_length=200, required=False)
    factors = forms.MultipleChoiceField(label=_("检测项目"), widget=forms.CheckboxSelectMultiple(
        attrs={"class": "form-check-input"}))

    def __init__(self, points: Any, labs: Any, factors: Iterable[tuple[str, str]], *args: Any,
                 **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["point"].queryset = points  # type: ignore[attr-defined]
        self.fields["laboratory"].queryset = labs  # type: ignore[attr-defined]
        self.fields["factors"].choices = list(factors)  # type: ignore[attr-defined]


class HandForm(forms.Form):
    taker = forms.CharField(label=_("接收人"), max_length=128)
    condition = forms.CharField(label=_("样品状态"), max_length=200, initial=_("完好，冷藏避光"))
    at = _moment(_("交接时间"), required=False, help_text=_("不填为现在"))


class ReceiveForm(HandForm):
    laboratory = forms.ModelChoiceField(queryset=None, label=_("实验室"), empty_label=_("请选择"))
    due = _day(_("约定出结果"), required=False)

    def __init__(self, labs: Any, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["laboratory"].queryset = labs  # type: ignore[attr-defined]


class ResultsForm(forms.Form):
    """A value, unit and method for each factor of the sample."""

    at = _moment(_("分析时间"), required=False, help_text=_("不填为现在"))

    def __init__(self, names: dict[str, str], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for code, name in names.items():
            self.fields[f"value-{code}"] = forms.FloatField(label=name)
            self.fields[f"unit-{code}"] = forms.CharField(
                label=_("%s 单位") % name, max_length=16,
                initial=_("无量纲") if code == "w01001" else "mg/L")
            self.fields[f"method-{code}"] = forms.CharField(
                label=_("%s 方法") % name, max_length=128, required=False)

    def results(self, sample: Sample) -> dict[str, dict[str, Any]]:
        said = self.cleaned_data
        return {code: {part: said.get(f"{part}-{code}") for part in ("value", "unit", "method")}
                for code in sample.factors}


class ReportForm(forms.Form):
    report_no = forms.CharField(label=_("报告编号"), max_length=64)
    upload = _upload(_("报告扫描件"))


class DropForm(forms.Form):
    state = forms.ChoiceField(label=_("结果"), choices=[
        (State.INVALID, _("作废")), (State.LOST, _("遗失"))])
    why = forms.CharField(label=_("原因"), max_length=200)


def facts_of(row: Laboratory) -> dict[str, Any]:
    """What a laboratory's form begins with."""
    return {name: getattr(row, name) for name in LaboratoryForm.base_fields}
