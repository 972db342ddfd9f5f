"""Forms of documents: what was typed; the actions know the rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.models import Organisation, Role, User
from qingyuan.areas.organisations.scope import MAY

from .models import Basis, Kind
from .systems import lists, systems


def _date() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DocumentForm(forms.Form):
    number = forms.CharField(label=_("文件编号"), max_length=32)
    title = forms.CharField(label=_("名称"), max_length=128)
    kind = forms.ChoiceField(label=_("类别"), choices=Kind.choices)
    owner = forms.ModelChoiceField(queryset=None, label=_("责任人"), empty_label=_("请选择"))
    review_months = forms.IntegerField(label=_("评审周期（月）"), initial=12)
    basis = forms.ChoiceField(label=_("保存依据"), choices=Basis.choices)
    retention_years = forms.IntegerField(label=_("保存年限（年）"), initial=5)
    maker = forms.CharField(label=_("仪器厂商"), max_length=64, required=False,
                            help_text=_("作业指导书用；留空为不限"))
    model = forms.CharField(label=_("仪器型号"), max_length=64, required=False,
                            help_text=_("留空为不限"))
    duties = forms.CharField(label=_("对应任务"), required=False, max_length=2000,
                             help_text=_("任务目录中的编码，用空格分隔"))
    systems = forms.MultipleChoiceField(label=_("对应制度"), required=False,
                                        widget=forms.CheckboxSelectMultiple)
    read_roles = forms.MultipleChoiceField(
        label=_("须阅读的岗位"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[one for one in Role.choices if one[0] in MAY["read_documents"]])
    readers = forms.ModelMultipleChoiceField(
        queryset=None, label=_("须阅读的人员"), required=False,
        widget=forms.CheckboxSelectMultiple)

    def __init__(self, unit: Organisation, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        members = User.objects.filter(memberships__organisation=unit, memberships__active=True,
                                      is_active=True).distinct().order_by("username")
        fields: dict[str, Any] = self.fields
        fields["owner"].queryset = fields["readers"].queryset = members
        fields["systems"].choices = [
            (one.key, f"{one.title}（{lists()[one.list]}）") for one in systems().values()]

    def clean_duties(self) -> list[str]:
        return str(self.cleaned_data["duties"]).split()


class VersionForm(forms.Form):
    text = forms.CharField(label=_("正文"), required=False, widget=forms.Textarea(
        attrs={"rows": 18}), help_text=_("可用 # 标题、- 列表、1. 编号、**加粗**"))
    summary = forms.CharField(label=_("修改说明"), required=False, max_length=400)
    upload = forms.FileField(label=_("文件"), required=False)


class WordForm(forms.Form):
    text = forms.CharField(label=_("意见或原因"), required=False, max_length=1000,
                           widget=forms.Textarea(attrs={"rows": 2}))
    effective = forms.DateField(label=_("生效日期"), required=False, widget=_date(),
                                initial=today)


class SettingsForm(forms.Form):
    own_approval = forms.BooleanField(label=_("允许起草人批准本人起草的版本"), required=False)
    reason = forms.CharField(label=_("依据"), max_length=200)
