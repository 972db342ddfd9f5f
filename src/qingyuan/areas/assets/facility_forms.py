"""Forms of systems, instruments, ranges and contracts: they check what was typed, the actions know
the trade's rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import measuring
from .facilities import KINDS_AT, codes
from .models import Instrument, Medium, MonitoringPoint, MonitoringSystem, SystemKind, Technique

NONE = "none"  # chosen where a system has none of the parts


def day_field(label: Any, **more: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, **more)


def _moment(label: Any, **more: Any) -> forms.DateTimeField:
    widget = forms.DateTimeInput(
        attrs={"type": "datetime-local", "step": "60"}, format="%Y-%m-%dT%H:%M")
    return forms.DateTimeField(label=label, widget=widget, **more)


def boxes() -> forms.CheckboxSelectMultiple:
    return forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"})


def text_field(label: Any, most: int = 64, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=False, **more)


class SystemForm(forms.Form):
    """One system of a point."""

    kind = forms.ChoiceField(label=gettext_lazy("设施类型"))
    name = forms.CharField(
        label=gettext_lazy("设施名称"), max_length=64,
        help_text=gettext_lazy("如：烟气连续监测系统、水质在线监测系统"))
    technique = forms.ChoiceField(
        label=gettext_lazy("采样方式"), required=False,
        choices=[("", gettext_lazy("不适用")), *Technique.choices],
        help_text=gettext_lazy("废气设施必填，决定巡检内容与表格"))
    auto_calibration = forms.BooleanField(
        label=gettext_lazy("能自动校准（自动标样核查）"), required=False)
    since = day_field(gettext_lazy("启用日期"))
    maker = text_field(gettext_lazy("厂商"))
    model = text_field(gettext_lazy("型号"))
    address = text_field(gettext_lazy("摄像机地址"), 128, help_text=gettext_lazy("仅视频设施"))
    storage_days = forms.IntegerField(
        label=gettext_lazy("录像保存天数"), required=False, min_value=1, max_value=3650,
        help_text=gettext_lazy("仅视频设施"))
    equipment = forms.MultipleChoiceField(
        label=gettext_lazy("部件"), required=False, widget=boxes(),
        help_text=gettext_lazy("不选表示尚不清楚，此时不会省去任何运维内容"))

    def __init__(self, point: MonitoringPoint, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = KINDS_AT[point.kind]
        self.fields["kind"].choices = [c for c in SystemKind.choices if c[0] in kinds]
        words = {w: label for kind in sorted(kinds) for w, label in measuring.parts()[kind].items()}
        self.fields["equipment"].choices = [*words.items(), (NONE, _("以上部件都没有"))]
        if point.kind == Medium.WATER:
            del self.fields["technique"]

    @classmethod
    def of(cls, system: MonitoringSystem, data: Any = None) -> "SystemForm":
        """The form filled with what is stored."""
        held = {name: getattr(system, name) for name in cls.base_fields}
        if system.equipment is not None:
            held["equipment"] = system.equipment or [NONE]
        return cls(system.point, data, initial=held)

    def clean_equipment(self) -> list[str] | None:
        """The words chosen; None when nothing was said."""
        chosen = self.cleaned_data["equipment"]
        if NONE in chosen and len(chosen) > 1:
            raise forms.ValidationError(_("“以上部件都没有”不能与其他部件同选"))
        return [word for word in chosen if word != NONE] if chosen else None


class FactorList(forms.CharField):
    """Factors as codes, names or habit; the value is a list of codes."""

    def prepare_value(self, value: Any) -> Any:
        return "、".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        try:
            return codes(measuring.split(super().clean(value)))
        except forms.ValidationError as error:
            raise forms.ValidationError(error.messages) from error


class InstrumentForm(forms.Form):
    """One analyser or sensor of a system."""

    name = forms.CharField(
        label=gettext_lazy("仪器名称"), max_length=64,
        help_text=gettext_lazy("如：烟气分析仪、颗粒物测量仪、COD 分析仪"))
    factors = FactorList(
        label=gettext_lazy("监测因子"), required=False, max_length=400,
        help_text=gettext_lazy("HJ 212 编码或名称，用顿号隔开，如 SO2、NOx、O2"))
    since = day_field(gettext_lazy("启用日期"))
    maker = text_field(gettext_lazy("厂商"))
    model = text_field(gettext_lazy("型号"))
    serial = text_field(gettext_lazy("出厂编号"))
    principle = text_field(
        gettext_lazy("测量原理"), help_text=gettext_lazy("如：非分散红外、激光散射"))

    @classmethod
    def of(cls, instrument: Instrument, data: Any = None) -> "InstrumentForm":
        """The form filled with what is stored."""
        return cls(data, initial={name: getattr(instrument, name) for name in cls.base_fields})


class ReplaceForm(forms.Form):
    """Another instrument in the place of one."""

    on = day_field(
        gettext_lazy("更换日期"), help_text=gettext_lazy("新仪器自该日 00:00 起，量程沿用"))
    why = forms.CharField(label=gettext_lazy("更换原因"), max_length=200)
    serial = forms.CharField(label=gettext_lazy("新仪器出厂编号"), max_length=64)
    maker = text_field(gettext_lazy("厂商"))
    model = text_field(gettext_lazy("型号"))
    principle = text_field(gettext_lazy("测量原理"))


class EndForm(forms.Form):
    """Last day of a system or an instrument."""

    until = day_field(gettext_lazy("停用日期"), help_text=gettext_lazy("含该日"))
    why = forms.CharField(label=gettext_lazy("停用原因"), max_length=200)


class RangeForm(forms.Form):
    """The range of one factor from an instant on."""

    factor = forms.ChoiceField(label=gettext_lazy("因子"))
    low = forms.FloatField(label=gettext_lazy("量程下限"), initial=0)
    high = forms.FloatField(label=gettext_lazy("量程上限"))
    unit = text_field(gettext_lazy("单位"), 16, help_text=gettext_lazy("不填则按 HJ 212"))
    since = _moment(gettext_lazy("起"), help_text=gettext_lazy("此前的量程保留在记录中"))

    def __init__(self, instrument: Instrument, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["factor"].choices = [
            (code, f"{measuring.factor_name(code)} {code}") for code in instrument.factors]

    def clean_unit(self) -> str | None:
        return self.cleaned_data["unit"] or None


class ContractForm(forms.Form):
    """Points under a contract from a day on."""

    number = text_field(gettext_lazy("合同编号"))
    since = day_field(gettext_lazy("起"))
    until = day_field(
        gettext_lazy("止"), required=False, help_text=gettext_lazy("含该日；不填为长期"))
    om_unit = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("运维单位"), required=False,
        empty_label=gettext_lazy("本单位自行运维"))
    points = forms.ModelMultipleChoiceField(
        queryset=None, label=gettext_lazy("点位"), widget=boxes())

    def __init__(self, points: Any, units: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["points"].queryset = points
        self.fields["points"].label_from_instance = lambda p: p.full_name
        if units is None:
            del self.fields["om_unit"]
        else:
            self.fields["om_unit"].queryset = units


class EndContractForm(forms.Form):
    until = day_field(gettext_lazy("最后一日"), help_text=gettext_lazy("含该日；次日起不再可见"))
    rows = forms.ModelMultipleChoiceField(
        queryset=None, label=gettext_lazy("点位"), widget=boxes())

    def __init__(self, rows: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rows"].queryset = rows
        self.fields["rows"].label_from_instance = lambda row: row.point.name


class NumberForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("合同编号"), max_length=64)
