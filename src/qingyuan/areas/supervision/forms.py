"""Forms of supervision: what was typed; the actions know the trade's rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import How

LONGEST = 400


def _many(label: Any) -> forms.FileField:
    return forms.FileField(label=label, required=False, widget=forms.FileInput(
        attrs={"accept": "image/*,.pdf"}))


class DrawForm(forms.Form):
    first = forms.DateField(label=_("月份"), input_formats=["%Y-%m", "%Y-%m-%d"],
                            widget=forms.DateInput(attrs={"type": "month"}, format="%Y-%m"))
    how = forms.ChoiceField(label=_("方式"), choices=How.choices)


class AddForm(forms.Form):
    point = forms.ModelChoiceField(queryset=None, label=_("点位"), empty_label=_("请选择"))
    how = forms.ChoiceField(label=_("方式"), choices=How.choices)
    due = forms.DateField(label=_("应完成"), widget=forms.DateInput(
        attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, points: Any, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["point"].queryset = points  # type: ignore[attr-defined]


class WordForm(forms.Form):
    text = forms.CharField(label=_("说明"), required=False, max_length=LONGEST,
                           widget=forms.Textarea(attrs={"rows": 2}))
    upload = _many(_("照片或文件"))


class SettingsForm(forms.Form):
    on_site_percent = forms.IntegerField(label=_("现场督查比例（%）"))
    remote_percent = forms.IntegerField(label=_("远程督查比例（%）"))
    answer_days = forms.IntegerField(label=_("确认或申诉期限（天）"))
    rectify_days = forms.IntegerField(label=_("整改期限（天）"))
    pass_score = forms.IntegerField(label=_("合格分"))
    reason = forms.CharField(label=_("修改依据"), max_length=200)


class TemplateForm(forms.Form):
    code = forms.CharField(label=_("编号"), max_length=32)
    title = forms.CharField(label=_("名称"), max_length=64)
    how = forms.ChoiceField(label=_("方式"), choices=How.choices)
    medium = forms.ChoiceField(label=_("介质"), required=False, choices=[
        ("", _("废气和废水")), ("gas", _("废气")), ("water", _("废水"))])
    items = forms.CharField(label=_("项目"), widget=forms.Textarea(
        attrs={"rows": 18, "class": "form-control num", "wrap": "off"}), help_text=_(
            "每行一项：编号 | 分组 | 级别（原则、重点、一般）| 分值 | 内容 | 查看方法 | 依据"))
