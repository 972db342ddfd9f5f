"""Forms of the pages on marks and audits: they read what was typed, the actions judge it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.scope import Scope

from ..forms import ImportForm
from ..models import Factor, JudgedPoint, MarkKind
from .tables import DEVICE_KINDS

FILES = ".pdf,.jpg,.jpeg,.png"
_MOMENT = "%Y-%m-%dT%H:%M"
KINDS = [
    (gettext_lazy("自动监测设备"), [k for k in MarkKind.choices if k[0] in DEVICE_KINDS]),
    (gettext_lazy("生产与治理设施"), [k for k in MarkKind.choices if k[0] not in DEVICE_KINDS]),
]


def _moment_field(label: Any, **more: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label, input_formats=[_MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT), **more)


class MarkForm(forms.Form):
    """A mark to be declared."""

    point = forms.CharField(label=gettext_lazy("点位或 MN"), max_length=64,
                            widget=forms.TextInput(attrs={"list": "points", "autocomplete": "off"}))
    kind = forms.ChoiceField(label=gettext_lazy("标记类型"), choices=KINDS)
    factor = forms.ChoiceField(
        label=gettext_lazy("因子"), required=False,
        help_text=gettext_lazy("通讯中断与生产、治理设施工况总是涉及全部因子"))
    start = _moment_field(gettext_lazy("开始"))
    end = _moment_field(gettext_lazy("结束"), help_text=gettext_lazy("北京时间，结束时刻不计在内"))
    note = forms.CharField(
        label=gettext_lazy("原因"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("申报时填入平台的备注，须与运维记录、DCS 曲线一致"))
    proof = forms.FileField(
        label=gettext_lazy("凭证"), required=False,
        widget=forms.FileInput(attrs={"accept": FILES}),
        help_text=gettext_lazy("运维记录、照片等，PDF、JPG 或 PNG，不超过 20 MB"))

    def __init__(self, scope: Scope, *args: Any, point: MonitoringPoint | None = None,
                 **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope, self._fixed = scope, point
        if point is not None:
            del self.fields["point"]
        self.fields["factor"].choices = [("", _("全部因子")), *_factors(scope, point)]

    clean_point = ImportForm.clean_point

    def clean(self) -> dict[str, Any]:
        """A factor of another medium than the point's is refused."""
        typed = self.cleaned_data
        point = self._fixed or typed.get("point")
        factor = typed.get("factor", "")
        if point is not None and factor and not factor.startswith(point.kind[:1].replace("g", "a")):
            self.add_error("factor", _("该点位没有这个因子"))
        return typed

    def facts(self) -> dict[str, Any]:
        """What the action takes: kind, factor, start and end in epoch seconds, note."""
        typed = self.cleaned_data
        return {"kind": typed["kind"], "factor": typed["factor"], "note": typed["note"],
                "start": int(typed["start"].timestamp()), "end": int(typed["end"].timestamp())}


def _factors(scope: Scope, point: MonitoringPoint | None) -> list[tuple[str, str]]:
    from qingyuan.areas.assets.queries import points_of

    rows = JudgedPoint.objects.filter(
        point__in=[point.pk] if point else points_of(scope).values("pk"))
    codes = {code for factors in rows.values_list("factors", flat=True) for code in factors}
    named = Factor.objects.filter(code__in=codes).order_by("code").values_list("code", "name")
    return [(code, f"{name}（{code}）") for code, name in named]


class DeclareForm(forms.Form):
    """Who declared on the enterprise end, and when."""

    by = forms.CharField(label=gettext_lazy("申报人"), max_length=64)
    at = _moment_field(gettext_lazy("申报时间"), required=False,
                       help_text=gettext_lazy("不填为现在"))


class PlatformFileForm(forms.Form):
    """A file of the platform's tables."""

    file = forms.FileField(label=gettext_lazy("国发平台导出的 XLSX 或 CSV 文件"),
                           widget=forms.FileInput(attrs={"accept": ".csv,.xlsx,.txt"}))

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > 50 << 20:
            raise forms.ValidationError(_("文件超过 %d MB，请拆分后导入。") % 50)
        return file


class ConfirmForm(forms.Form):
    """The discharger's confirmation of a quarter's audit."""

    name = forms.CharField(label=gettext_lazy("确认人（排污单位）"), max_length=64)
    on = forms.DateField(label=gettext_lazy("确认日期"), widget=forms.DateInput(
        attrs={"type": "date"}, format="%Y-%m-%d"))
    scan = forms.FileField(
        label=gettext_lazy("签字盖章扫描件"), required=False,
        widget=forms.FileInput(attrs={"accept": FILES}),
        help_text=gettext_lazy("PDF、JPG 或 PNG；由运维单位登记时必须上传"))
