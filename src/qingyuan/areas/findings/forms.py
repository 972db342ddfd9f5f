"""Forms of a finding's acts: they read what was typed, the actions judge it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.sites_queries import colleagues
from qingyuan.areas.organisations.scope import Scope

from .kinds import KINDS
from .models import Cause, Finding, Handling


class Act(forms.Form):
    """An act that asks for nothing but a word."""

    def __init__(self, scope: Scope, row: Finding, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepare(scope, row)

    def prepare(self, scope: Scope, row: Finding) -> None:
        """Fit the fields to the finding."""


def _text(label: Any, *, required: bool) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=800,
                           widget=forms.Textarea(attrs={"rows": 2}))


class Word(Act):
    text = _text(_("说明"), required=False)


class Reason(Act):
    text = _text(_("原因"), required=True)


class Note(Act):
    text = _text(_("说明"), required=True)


class Take(Act):
    person = forms.ModelChoiceField(queryset=None, label=_("转给"))
    reason = forms.CharField(label=_("说明"), required=False, max_length=200)

    def prepare(self, scope: Scope, row: Finding) -> None:
        self.fields["person"].queryset = colleagues(scope)


class Handle(Act):
    how = forms.ChoiceField(label=_("处理方式"), choices=Handling.choices)
    cause = forms.ChoiceField(label=_("原因"), required=False)
    text = _text(_("处理情况"), required=True)

    def prepare(self, scope: Scope, row: Finding) -> None:
        causes = KINDS[row.kind].causes if row.kind in KINDS else ()
        if causes:
            self.fields["cause"].choices = [
                ("", _("请选择")), *(one for one in Cause.choices if one[0] in causes)]
            self.fields["cause"].required = True
        else:
            del self.fields["cause"]
