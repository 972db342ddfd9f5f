"""Forms of the task pages: they check what was typed, the actions know the rules."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint, MonitoringSystem
from qingyuan.areas.assets.sites_queries import colleagues
from qingyuan.areas.organisations.scope import MAY, Scope


def day_field(label: Any, **more: Any) -> forms.DateField:
    """A day."""
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


def workers(scope: Scope) -> Any:
    """Colleagues who may work on site."""
    return colleagues(scope).filter(
        memberships__organisation=scope.organisation, memberships__active=True,
        memberships__role__in=MAY["work_task"]).distinct()


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=200)


class EndForm(forms.Form):
    """Leaving: why the rest was not done; of a visit without forms what was done."""

    reason = forms.CharField(max_length=200)

    def __init__(self, asks: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = asks


class PersonForm(forms.Form):
    """Somebody of the unit."""

    person = forms.ModelChoiceField(
        queryset=None, label=_("人员"), empty_label=_("请选择"))

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = workers(scope)


class TransferForm(PersonForm):
    reason = forms.CharField(label=_("转交原因"), max_length=200)


class MoveForm(forms.Form):
    day = day_field(_("改为"))
    reason = forms.CharField(
        label=_("改期原因"), max_length=200, required=False,
        help_text=_("推迟，或月度计划已确认时必填"))


class NewTask(forms.Form):
    """A task beside the plan: where, when, what, which forms of which system."""

    point = forms.ModelChoiceField(
        queryset=None, label=_("点位"), empty_label=_("请选择"))
    day = day_field(_("日期"))
    title = forms.CharField(label=_("任务内容"), max_length=128)
    person = forms.ModelChoiceField(
        queryset=None, label=_("人员"), required=False, empty_label=_("待领取"))

    def __init__(self, scope: Scope, points: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["point"].queryset = points
        self.fields["point"].label_from_instance = lambda p: p.full_name
        self.fields["person"].queryset = workers(scope)


class SheetsForm(forms.Form):
    """Which forms are to be filled in at a point; a choice is ``<system>:<form>``."""

    sheets = forms.MultipleChoiceField(
        label=_("须填写的记录表"), required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}))

    def __init__(
        self, point: MonitoringPoint | None, offered: list[tuple[MonitoringSystem, str, str]],
        *args: Any, **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.point, self.systems = point, {system.pk: system for system, _f, _t in offered}
        self.fields["sheets"].choices = [
            (f"{system.pk}:{form}", f"{system.name} · {title}")
            for system, form, title in offered]

    def pairs(self) -> list[tuple[MonitoringSystem, str]]:
        """(system, form) of what was ticked."""
        found = []
        for text in self.cleaned_data["sheets"]:
            system, _colon, form = text.partition(":")
            found.append((self.systems[int(system)], form))
        return found
