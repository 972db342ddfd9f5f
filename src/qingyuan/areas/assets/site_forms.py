"""Forms of places, houses, keepers, entry, offices and permits: they check what was typed, the
actions know the trade's rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.organisations.regions import prefectures, short_word

from . import queries, sites_queries
from .facility_forms import boxes, day_field, text_field
from .models import PERMITS, EntryCondition, EntryKind, EntryPermit, Office, StationHouse

CHOOSE = _("请选择")


def _degrees(label: Any, low: float, high: float) -> forms.FloatField:
    return forms.FloatField(label=label, required=False, min_value=low, max_value=high,
                            widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}))


class AreaField(forms.CharField):
    """A prefecture or 兵团 city by name or code, with the known ones to choose from."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**{
            "label": _("地州市"), "max_length": 32, "help_text": _("名称或 6 位区划代码"),
            "widget": forms.TextInput(attrs={"list": "prefectures", "autocomplete": "off"}),
            **more})


class PlaceForm(forms.Form):
    """Where a point lies."""

    area = AreaField(required=False)
    house = forms.ModelChoiceField(
        queryset=None, label=_("站房"), required=False, empty_label=_("未填写"))
    latitude = _degrees(_("纬度"), -90, 90)
    longitude = _degrees(_("经度"), -180, 180)
    fence = forms.IntegerField(label=_("签到半径"), min_value=20, max_value=5000)
    directions = text_field(_("到达路线"), 400)
    UNITS = {"latitude": "°", "longitude": "°", "fence": "m"}

    def __init__(self, houses: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["house"].queryset = houses


class HouseForm(forms.Form):
    """A station house."""

    name = forms.CharField(label=_("站房名称"), max_length=64)
    floor_area = forms.FloatField(label=_("面积"), required=False, min_value=0.1, max_value=9999)
    latitude = _degrees(_("纬度"), -90, 90)
    longitude = _degrees(_("经度"), -180, 180)
    note = text_field(_("说明"), 400)
    UNITS = {"floor_area": "m²", "latitude": "°", "longitude": "°"}

    @classmethod
    def of(cls, house: StationHouse, data: Any = None) -> "HouseForm":
        return cls(data, initial={name: getattr(house, name) for name in cls.base_fields})


class EntryForm(forms.Form):
    """One thing that a site asks of whoever comes."""

    kind = forms.ChoiceField(label=_("条件"), choices=[("", CHOOSE), *EntryKind.choices])
    whole = forms.BooleanField(label=_("适用于该排污单位的全部点位"), required=False)
    opens = forms.TimeField(label=_("开始时刻"), required=False, help_text=_("仅入厂时段"),
                            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    closes = forms.TimeField(label=_("结束时刻"), required=False, help_text=_("仅入厂时段"),
                             widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    contact = text_field(_("联系人及电话"))
    note = text_field(_("说明"), 200)
    since = day_field(_("起"))
    until = day_field(_("止"), required=False, help_text=_("不填为长期"))

    @classmethod
    def of(cls, row: EntryCondition, data: Any = None) -> "EntryForm":
        form = cls(data, initial={
            name: getattr(row, name) for name in cls.base_fields if name != "whole"})
        del form.fields["whole"]
        return form


class KeeperForm(forms.Form):
    """Points into somebody's care."""

    person = forms.ModelChoiceField(queryset=None, label=_("人员"), empty_label=CHOOSE)
    since = day_field(_("自何日起"))
    backup = forms.BooleanField(label=_("作为备岗（运维责任人不变）"), required=False)
    points = forms.ModelMultipleChoiceField(
        queryset=None, label=_("点位"), error_messages={"required": _("请选择点位")})

    def __init__(self, scope: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = sites_queries.colleagues(scope)
        self.fields["points"].queryset = queries.points_of(scope)


class EndKeepingForm(forms.Form):
    until = day_field(_("最后一日"))


class OfficeForm(forms.Form):
    """An office of the unit."""

    name = forms.CharField(label=_("办事处名称"), max_length=64)
    area = AreaField()
    address = text_field(_("地址"), 128)
    phone = text_field(_("电话"), 32)
    latitude = _degrees(_("纬度"), -90, 90)
    longitude = _degrees(_("经度"), -180, 180)
    since = day_field(_("起"))
    UNITS = {"latitude": "°", "longitude": "°"}

    @classmethod
    def of(cls, office: Office, data: Any = None) -> "OfficeForm":
        held = {name: getattr(office, name) for name in cls.base_fields}
        return cls(data, initial=held | {"area": short_word(office.area)})


class MemberForm(forms.Form):
    """People who work from an office beginning with a day."""

    people = forms.ModelMultipleChoiceField(queryset=None, label=_("人员"), widget=boxes())
    since = day_field(_("自何日起"))

    def __init__(self, scope: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].queryset = sites_queries.colleagues(scope)


class PermitForm(forms.Form):
    """A permit of a person or a vehicle."""

    kind = forms.ChoiceField(
        label=_("证件"), choices=[("", CHOOSE), *((k.value, k.label) for k in PERMITS)])
    person = forms.ModelChoiceField(
        queryset=None, label=_("人员"), required=False, empty_label=_("无"))
    vehicle = text_field(_("车牌号"), 16, help_text=_("仅车辆入厂证"))
    discharger = forms.ModelChoiceField(
        queryset=None, label=_("适用的排污单位"), required=False, empty_label=_("不限"))
    number = text_field(_("编号"))
    since = day_field(_("起"))
    until = day_field(_("止"), required=False, help_text=_("不填为长期有效"))
    scan = forms.FileField(label=_("扫描件"), required=False,
                           widget=forms.FileInput(attrs={"accept": "image/*,application/pdf"}))

    def __init__(self, scope: Any, permit: EntryPermit | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = sites_queries.colleagues(scope)
        self.fields["discharger"].queryset = queries.dischargers(scope)
        if permit is not None:
            for name in ("kind", "person", "vehicle"):
                del self.fields[name]


def places() -> list[tuple[str, str]]:
    """Names of prefectures to choose from while typing."""
    return [(name.removeprefix("新疆"), code) for code, name in prefectures()]
