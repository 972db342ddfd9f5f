"""Forms of papers, rooms, vehicles and tools: they read what was typed, the actions judge it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.sites_queries import colleagues, offices_of
from qingyuan.areas.organisations.scope import Scope

from .models import PaperKind, RoomKind

YES = [("", _("尚未确认")), ("yes", _("是")), ("no", _("否"))]


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=forms.DateInput(
        attrs={"type": "date"}, format="%Y-%m-%d"))


def _scan() -> forms.FileField:
    return forms.FileField(label=_("扫描件"), required=False, widget=forms.FileInput(
        attrs={"accept": "image/*,.pdf"}))


class _Yes(forms.ChoiceField):
    def clean(self, value: Any) -> bool | None:
        return {"yes": True, "no": False}.get(super().clean(value))


class PaperForm(forms.Form):
    kind = forms.ChoiceField(label=_("类别"), choices=PaperKind.choices)
    number = forms.CharField(label=_("编号"), max_length=64, required=False)
    grade = forms.CharField(label=_("等级"), max_length=32, required=False)
    issuer = forms.CharField(label=_("发证单位"), max_length=128, required=False)
    issued = _day(_("发证（受理）日期"))
    expires = _day(_("有效期至"), required=False)
    scope_text = forms.CharField(label=_("经营范围（营业执照）"), required=False, max_length=4000,
                                 widget=forms.Textarea(attrs={"rows": 2}))
    covers = _Yes(label=_("经营范围含自动监测运维（营业执照）"), choices=YES, required=False)
    scan = _scan()


class _AtOffice(forms.Form):
    office = forms.ModelChoiceField(label=_("办事处"), queryset=None)

    def __init__(self, scope: Scope, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["office"].queryset = offices_of(scope)  # type: ignore[attr-defined]


class PremisesForm(_AtOffice):
    area_m2 = forms.DecimalField(label=_("面积（m²）"), max_digits=9, decimal_places=2)
    lease = forms.CharField(label=_("租赁合同或产权证编号"), max_length=64, required=False)
    since = _day(_("起"))
    until = _day(_("止"), required=False)
    scan = _scan()


class RoomForm(_AtOffice):
    kind = forms.ChoiceField(label=_("用途"), choices=RoomKind.choices)
    name = forms.CharField(label=_("房间"), max_length=64)
    suitable = _Yes(label=_("温湿度、供电、整洁等适宜"), choices=YES, required=False)
    note = forms.CharField(label=_("说明"), max_length=400, required=False)
    closed = forms.BooleanField(label=_("不再使用"), required=False)


class VehicleForm(_AtOffice):
    plate = forms.CharField(label=_("车牌"), max_length=16)
    model = forms.CharField(label=_("车型"), max_length=64, required=False)
    since = _day(_("起"))
    until = _day(_("止"), required=False)
    inspection_until = _day(_("年检有效期至"), required=False)
    insurance_until = _day(_("保险有效期至"), required=False)
    odometer = forms.IntegerField(label=_("里程（km）"), min_value=0, max_value=9_999_999)


class AskForm(forms.Form):
    since = forms.DateTimeField(label=_("起"), widget=forms.DateTimeInput(
        attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
    until = forms.DateTimeField(label=_("止"), widget=forms.DateTimeInput(
        attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
    purpose = forms.CharField(label=_("事由"), max_length=200)


class ToolForm(forms.Form):
    number = forms.CharField(label=_("编号"), max_length=32)
    name = forms.CharField(label=_("名称"), max_length=64)
    model = forms.CharField(label=_("型号"), max_length=64, required=False)
    kind = forms.ChoiceField(label=_("适用"), required=False, choices=[
        ("", _("废气和废水")), ("gas", _("废气")), ("water", _("废水"))])
    office = forms.ModelChoiceField(label=_("办事处"), queryset=None, required=False)
    metrology_number = forms.CharField(
        label=_("检定（校准）证书编号"), max_length=64, required=False)
    metrology_until = _day(_("检定有效期至"), required=False)
    retired_on = _day(_("停用日期"), required=False)
    scan = _scan()

    def __init__(self, scope: Scope, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["office"].queryset = offices_of(scope)  # type: ignore[attr-defined]


class LendForm(forms.Form):
    person = forms.ModelChoiceField(label=_("借用人"), queryset=None)
    due = _day(_("应还"))
    note = forms.CharField(label=_("说明"), max_length=200, required=False)

    def __init__(self, scope: Scope, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["person"].queryset = colleagues(scope)  # type: ignore[attr-defined]
