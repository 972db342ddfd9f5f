"""Forms of the telemetry pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.models import LoggerAssignment, MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope

from .models import Interval

MOST_MB = 50


class FactorForm(forms.Form):
    """A factor that the standard's tables do not have."""

    code = forms.CharField(label=gettext_lazy("因子编码"), max_length=16)
    name = forms.CharField(label=gettext_lazy("名称"), max_length=64)
    unit = forms.CharField(label=gettext_lazy("单位"), max_length=32, required=False,
                           help_text=gettext_lazy("无量纲则不填"))


class ImportForm(forms.Form):
    """A file of readings of one point."""

    point = forms.CharField(label=gettext_lazy("点位或 MN"), max_length=64,
                            widget=forms.TextInput(attrs={"list": "points", "autocomplete": "off"}))
    interval = forms.ChoiceField(label=gettext_lazy("数据间隔"), choices=Interval.choices,
                                 initial=Interval.HOUR)
    file = forms.FileField(label=gettext_lazy("CSV 或 XLSX 文件"),
                           widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}))
    replace = forms.BooleanField(
        label=gettext_lazy("替换已有数值"), required=False,
        help_text=gettext_lazy("不勾选时只补空缺；勾选后被替换的原值仍保留备查"))

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope = scope

    def clean_point(self) -> MonitoringPoint:
        """The visible point of that name, or the one that the MN serves now."""
        text = self.cleaned_data["point"].strip()
        seen = points_of(self._scope)
        links = LoggerAssignment.objects.filter(logger__mn=text, until=None).values("point")
        found = list(seen.filter(pk__in=links)[:2]) or list(seen.filter(name=text)[:2])
        if not found:
            raise forms.ValidationError(_("没有名为“%s”的点位，也没有这个 MN。") % text)
        if len(found) > 1:
            raise forms.ValidationError(_("有几个点位叫“%s”，请改填 MN。") % text)
        return found[0]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_MB << 20:
            raise forms.ValidationError(_("文件超过 %d MB，请拆分后导入。") % MOST_MB)
        return file
