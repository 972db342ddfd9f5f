"""The form of an own figure: it checks what was typed, the action knows the book's rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.standards import Book
from qingyuan.standards.provision import kind_of

from . import values
from .models import Link, Status

_DAY = {"type": "date"}


class OverrideForm(forms.Form):
    """One provision's own value. ``value`` is a choice for switches and yes-or-no; ``unit`` is the
    word that stands inside the field."""

    link = forms.ChoiceField(
        label=gettext_lazy("适用层级"),
        choices=[(Link.ORGANISATION, gettext_lazy("本单位：全部运维点位")),
                 (Link.REGION, gettext_lazy("地方规定：某一行政区划内的点位")),
                 (Link.PERMIT, gettext_lazy("排污许可证：一个点位"))],
        widget=forms.Select(attrs={"data-shows": "link"}),
    )
    point = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("点位"), required=False,
        empty_label=gettext_lazy("请选择"),
    )
    area = forms.CharField(
        label=gettext_lazy("行政区划代码"), max_length=12, required=False,
        help_text=gettext_lazy("省级 2 位、市级 4 位、县级 6 位，例如 65 为新疆"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    value = forms.CharField(label=gettext_lazy("数值"), max_length=80)
    since = forms.DateField(
        label=gettext_lazy("起"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        help_text=gettext_lazy("自该日起的小时将按此数值重新判定"),
    )
    until = forms.DateField(
        label=gettext_lazy("止"), required=False,
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        help_text=gettext_lazy("含当日；不填为长期"),
    )
    clause = forms.CharField(
        label=gettext_lazy("条款"), max_length=80,
        help_text=gettext_lazy("文件名称或文号与条款号，将随判定结果一并引用"),
    )
    source = forms.CharField(
        label=gettext_lazy("出处"), max_length=200,
        help_text=gettext_lazy("在何处可查到原文，例如发文单位、日期、页码"),
    )
    status = forms.ChoiceField(
        label=gettext_lazy("核对状态"),
        choices=[("", gettext_lazy("请选择")), *Status.choices],
        help_text=gettext_lazy("本人对照过原文的选“原文核对”"),
    )
    why = forms.CharField(
        label=gettext_lazy("理由"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, book: Book, name: str, points: Any, data: Any = None) -> None:
        super().__init__(data)
        pattern = book.history(name)[0]
        self.name, self.unit = name, values.unit(pattern.unit)
        field = self.fields["point"]
        field.queryset = points.order_by("organisation__name", "name")
        field.label_from_instance = lambda p: p.full_name
        self.fields["value"] = _value_field(book, name, kind_of(pattern.value) or "")

    def clean(self) -> dict[str, Any]:
        """What belongs to another link than the chosen one falls away."""
        typed = self.cleaned_data
        if typed.get("link") != Link.PERMIT:
            typed["point"] = None
            self.errors.pop("point", None)
        if typed.get("link") != Link.REGION:
            typed["area"] = ""
        return typed


def _value_field(book: Book, name: str, kind: str) -> forms.Field:
    words = ("true", "false") if kind == "bool" else book.words(name)
    if words:
        choices = [("", _("请选择")), *((word, values.word(word)) for word in words)]
        return forms.ChoiceField(label=_("数值"), choices=choices)
    return forms.CharField(label=_("数值"), max_length=80, widget=forms.TextInput(
        attrs={"inputmode": "decimal", "autocomplete": "off"}))
