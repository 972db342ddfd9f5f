"""Forms of reports."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.queries import dischargers, today
from qingyuan.areas.organisations.scope import Scope

from .models import Level
from .queries import months


class MakeForm(forms.Form):
    """Whom, which time."""

    discharger = forms.ModelChoiceField(label=_("排污单位"), queryset=None)
    level = forms.ChoiceField(label=_("类型"), choices=Level.choices)
    first = forms.ChoiceField(label=_("报告期所在月份"))

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["discharger"].queryset = dischargers(scope).order_by("name")
        self.fields["first"].choices = [
            (f"{day:%Y-%m-%d}", f"{day:%Y-%m}") for day in months(today(), 24)]
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"
