"""Forms of staff: they read what was typed, the actions judge it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.sites_queries import colleagues, offices_of
from qingyuan.areas.organisations.scope import Scope

from .models import CertificateKind, IssuerLevel, Post


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=forms.DateInput(
        attrs={"type": "date"}, format="%Y-%m-%d"))


def _scan(label: Any) -> forms.FileField:
    return forms.FileField(label=label, required=False, widget=forms.FileInput(
        attrs={"accept": "image/*,.pdf"}))


class StaffForm(forms.Form):
    number = forms.CharField(label=_("工号"), max_length=32)
    name = forms.CharField(label=_("姓名"), max_length=64)
    posts = forms.MultipleChoiceField(
        label=_("岗位"), choices=Post.choices, widget=forms.CheckboxSelectMultiple)
    hired = _day(_("入职"))
    office = forms.ModelChoiceField(label=_("办事处"), queryset=None, required=False)
    user = forms.ModelChoiceField(label=_("账号"), queryset=None, required=False)
    phone = forms.CharField(label=_("电话"), max_length=32, required=False)
    contract_until = _day(_("劳动合同至"), required=False)
    note = forms.CharField(label=_("备注"), max_length=400, required=False)

    def __init__(self, scope: Scope, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["office"].queryset = offices_of(scope)  # type: ignore[attr-defined]
        self.fields["user"].queryset = colleagues(scope)  # type: ignore[attr-defined]


class LeaveServiceForm(forms.Form):
    left = _day(_("最后工作日"), required=False)


class CertificateForm(forms.Form):
    kind = forms.ChoiceField(label=_("类别"), choices=CertificateKind.choices)
    number = forms.CharField(label=_("证书编号"), max_length=64)
    issuer = forms.CharField(label=_("发证单位"), max_length=128, required=False)
    issuer_level = forms.ChoiceField(label=_("发证单位级别"), choices=IssuerLevel.choices)
    issued = _day(_("发证日期"))
    expires = _day(_("有效期至"), required=False)
    scan = _scan(_("扫描件"))


class WithdrawForm(forms.Form):
    certificate = forms.ModelChoiceField(label=_("证书"), queryset=None)
    on = _day(_("自何日起不再有效"))
    reason = forms.CharField(label=_("原因"), max_length=200)

    def __init__(self, rows: Any, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["certificate"].queryset = rows  # type: ignore[attr-defined]


class AwayForm(forms.Form):
    since = _day(_("起"))
    until = _day(_("止"))
    reason = forms.CharField(label=_("事由"), max_length=200, required=False)


class PlanForm(forms.Form):
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2099)
    subject = forms.CharField(label=_("培训内容"), max_length=128)
    due = _day(_("计划完成"))
    hours = forms.FloatField(label=_("计划学时"), min_value=0)
    posts = forms.MultipleChoiceField(
        label=_("培训对象（不选为全员）"), choices=Post.choices, required=False,
        widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(label=_("备注"), max_length=200, required=False)


class SessionForm(forms.Form):
    plan = forms.ModelChoiceField(label=_("培训计划"), queryset=None, required=False)
    day = _day(_("日期"))
    subject = forms.CharField(label=_("培训内容"), max_length=128, required=False)
    hours = forms.FloatField(label=_("学时"), min_value=0)
    law = forms.BooleanField(label=_("法律法规宣贯"), required=False)
    exam = forms.BooleanField(label=_("有考试"), required=False)
    pass_score = forms.FloatField(label=_("合格分"), initial=60)
    teacher = forms.CharField(label=_("讲师"), max_length=64, required=False)
    place = forms.CharField(label=_("地点"), max_length=64, required=False)
    scan = _scan(_("签到表扫描件"))

    def __init__(self, plans: Any, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["plan"].queryset = plans  # type: ignore[attr-defined]
