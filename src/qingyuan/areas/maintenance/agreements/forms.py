"""Forms of what is agreed with others: they check what was typed, the actions know the rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.maintenance.models import HandOverKind, NeedKind

from .hand_over_items import PARTS

CHOOSE = gettext_lazy("请选择")
FILES = {"accept": "image/*,.pdf"}


def day(label: Any, **more: Any) -> forms.DateField:
    """A China day."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


def moment(label: Any, step: int = 60, **more: Any) -> forms.DateTimeField:
    """An instant in China time; ``step`` 1 asks for seconds."""
    shape = "%Y-%m-%dT%H:%M:%S" if step == 1 else "%Y-%m-%dT%H:%M"
    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local", "step": str(step)}, format=shape)
    return forms.DateTimeField(label=label, widget=widget, **more)


def text(label: Any, most: int = 64, required: bool = False, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, **more)


def boxes() -> forms.CheckboxSelectMultiple:
    return forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})


def scan(label: Any, **more: Any) -> forms.FileField:
    return forms.FileField(label=label, widget=forms.ClearableFileInput(attrs=FILES), **more)


class Files(forms.FileField):
    """Several files; the value is a list."""

    class _Input(forms.FileInput):
        allow_multiple_selected = True

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=self._Input(attrs={"accept": "image/*", "multiple": True}), **more)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(Files, self).clean(one, initial) for one in given]


class WhyForm(forms.Form):
    why = text(gettext_lazy("原因"), 200, required=True)


class MonthForm(forms.Form):
    """Which month's plan for whom."""

    discharger = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("排污单位"), required=False,
        empty_label=gettext_lazy("全部还没有发出的"))
    month = forms.CharField(
        label=gettext_lazy("月份"), max_length=7,
        widget=forms.TextInput(attrs={"type": "month"}))

    def __init__(self, dischargers: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if dischargers is None:
            del self.fields["discharger"]
        else:
            self.fields["discharger"].queryset = dischargers

    def clean_month(self) -> Any:
        try:
            return datetime.strptime(self.cleaned_data["month"], "%Y-%m").date()  # noqa: DTZ007
        except ValueError as error:
            raise forms.ValidationError(_("请按 2026-11 的形式填写月份")) from error


class SendForm(forms.Form):
    note = text(gettext_lazy("给排污单位的说明"), 400)


class PaperForm(forms.Form):
    name = text(gettext_lazy("签字确认人"), 64, required=True)
    scan = scan(gettext_lazy("确认单扫描件"))


class TripForm(forms.Form):
    """A trip's own facts."""

    name = text(gettext_lazy("名称"), 64, required=True,
                help_text=gettext_lazy("如：阿勒泰方向 12 月第一次"))
    first = day(gettext_lazy("出发"))
    last = day(gettext_lazy("返回"))
    vehicle = text(gettext_lazy("车牌号"), 16)
    overnight = text(gettext_lazy("住宿"), 200)
    note = text(gettext_lazy("说明"), 400)
    crew = forms.ModelMultipleChoiceField(
        queryset=None, label=gettext_lazy("人员"), widget=boxes())

    def __init__(self, people: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["crew"].queryset = people


class StopForm(forms.Form):
    """A stop of the source."""

    point = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("点位"), empty_label=CHOOSE)
    since = moment(gettext_lazy("停运开始"))
    planned_until = moment(gettext_lazy("计划恢复"), required=False)
    reason = text(gettext_lazy("停运原因"), 200, required=True)

    def __init__(self, points: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["point"].queryset = points
        self.fields["point"].label_from_instance = place


class FileStopForm(forms.Form):
    filed_on = day(gettext_lazy("报备日期"))
    filing = text(gettext_lazy("报备文号"), 128, required=True)
    planned_until = moment(gettext_lazy("计划恢复"), required=False)
    scan = scan(gettext_lazy("报备材料扫描件"), required=False)


class RestartForm(forms.Form):
    at = moment(gettext_lazy("启运时间"),
                help_text=gettext_lazy("可填将来的时间，到时之前可以再改"))


class JointForm(forms.Form):
    third_party = text(gettext_lazy("检测机构"), 128, required=True)
    begins = moment(gettext_lazy("开始"))
    ends = moment(gettext_lazy("结束"))


class NewJointForm(JointForm):
    """An appointment for which there is no task yet."""

    point = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("点位"), empty_label=CHOOSE)
    field_order = ("point", "third_party", "begins", "ends")

    def __init__(self, points: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["point"].queryset = points
        self.fields["point"].label_from_instance = place


class AgreeForm(forms.Form):
    plant = text(gettext_lazy("厂方确认人"))
    third = text(gettext_lazy("检测机构确认人"))


class LoadForm(forms.Form):
    UNITS = {"load": "%"}
    load = forms.FloatField(label=gettext_lazy("生产负荷"))
    load_by = text(gettext_lazy("负荷确认人"), required=True)


class ClocksForm(forms.Form):
    clock_ours = moment(gettext_lazy("数采仪时钟"), 1)
    clock_theirs = moment(gettext_lazy("检测仪器时钟"), 1)


class ReportForm(forms.Form):
    number = text(gettext_lazy("报告编号"), required=True)
    passed = forms.TypedChoiceField(
        label=gettext_lazy("结论"), choices=[("", "—"), ("1", gettext_lazy("合格")),
                                           ("0", gettext_lazy("不合格"))],
        coerce=lambda said: said == "1")
    report = scan(gettext_lazy("检测报告"))


class NeedForm(forms.Form):
    """Something that the plant has to provide."""

    point = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("点位"), empty_label=CHOOSE)
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=NeedKind.choices)
    text = text(gettext_lazy("需要厂方提供什么"), 400, required=True)
    due = day(gettext_lazy("要求完成"), required=False)
    photos = Files(label=gettext_lazy("照片"), required=False)

    def __init__(self, points: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["point"].queryset = points
        self.fields["point"].label_from_instance = place


class AnswerForm(forms.Form):
    answer = text(gettext_lazy("说明"), 400)
    answered_on = day(gettext_lazy("落实日期"))
    photos = Files(label=gettext_lazy("照片"), required=False)


class RefuseForm(forms.Form):
    answer = text(gettext_lazy("不能落实的原因"), 400, required=True)


class Suggested(forms.TextInput):
    """Free text with suggestions."""

    suggestions: Sequence[str] = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        field = super().render(name, value, {**(attrs or {}), "list": f"{name}-list"}, renderer)
        options = format_html_join("", '<option value="{}"></option>', (
            (one,) for one in self.suggestions))
        return format_html('{}<datalist id="{}-list">{}</datalist>', field, name, options)


class HandOverForm(forms.Form):
    """Between whom, from when, which points. The taking unit is written out: who else works on the
    platform is nobody's business, but whoever takes over is known by name."""

    PARTS = {"giver": ("hand-over", "engineer"), "taker": ("hand-over", "engineer"),
             "taking_unit": ("hand-over", "contract")}

    kind = forms.ChoiceField(
        label=gettext_lazy("交接类别"), choices=HandOverKind.choices,
        widget=forms.Select(attrs={"data-shows": "hand-over"}))
    day = day(gettext_lazy("交接日期"), help_text=gettext_lazy(
        "人员交接：自该日起由接收人负责；合同交接：本单位负责的最后一日"))
    giver = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("移交人"), required=False, empty_label=CHOOSE)
    taker = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("接收人"), required=False, empty_label=CHOOSE)
    taking_unit = text(
        gettext_lazy("接收单位"), 128, widget=Suggested,
        help_text=gettext_lazy("单位全称"))
    note = text(gettext_lazy("说明"), 400)
    points = forms.ModelMultipleChoiceField(
        queryset=None, label=gettext_lazy("点位"), widget=boxes(), required=False,
        help_text=gettext_lazy("人员交接可以不选：移交人负责的点位全部交接"))

    def __init__(
        self, people: Any, units: Any, points: Any, *args: Any,
        suggested: Sequence[str] = (), **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.units = units
        self.fields["giver"].queryset = self.fields["taker"].queryset = people
        self.fields["points"].queryset = points
        self.fields["points"].label_from_instance = place
        if units is None:
            self.fields["kind"].choices = HandOverKind.choices[:1]
            del self.fields["taking_unit"]
        else:
            self.fields["taking_unit"].widget.suggestions = suggested

    def clean_taking_unit(self) -> Any:
        """The unit of that very name, None where nothing was written."""
        said = self.cleaned_data["taking_unit"].strip()
        found = self.units.filter(name=said).first() if said else None
        if said and found is None:
            raise forms.ValidationError(_("平台上没有“%s”，请核对单位全称") % said)
        return found


class ItemForm(forms.Form):
    part = forms.ChoiceField(label=gettext_lazy("部分"), choices=list(PARTS.items()))
    what = text(gettext_lazy("内容"), 200, required=True)
    note = text(gettext_lazy("备注"), 200)


class SignForm(forms.Form):
    name = text(gettext_lazy("签名"), 64, required=True)
    signature = forms.FileField(
        label=gettext_lazy("签名图片"), required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/*"}))


def place(point: Any) -> str:
    """A point as people choose it: whose, which."""
    return str(point.full_name)
