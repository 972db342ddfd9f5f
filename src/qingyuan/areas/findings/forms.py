"""Forms of a finding's acts: they read what was typed, the actions judge it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.assets.sites_queries import colleagues
from qingyuan.areas.organisations.scope import Scope

from .kinds import KINDS
from .models import (
    Cause,
    Directive,
    DirectiveKind,
    Finding,
    FindingRule,
    Handling,
    Severity,
)
from .silences import MOST_MINUTES
from .thresholds import words


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


class WhyForm(forms.Form):
    why = forms.CharField(label=_("依据"), max_length=200)


def place(point: Any) -> str:
    """A point as a choice says it."""
    return f"{point.organisation.name} · {point.name}"


class SilenceForm(forms.Form):
    """What is silenced, until when, why."""

    kind = forms.ChoiceField(label=_("种类"), required=False)
    point = forms.ModelChoiceField(
        queryset=None, label=_("点位"), required=False, empty_label=_("全部点位"))
    factor = forms.CharField(
        label=_("因子编码"), required=False, max_length=16,
        widget=forms.TextInput(attrs={"class": "mono", "placeholder": "a21026"}),
        help_text=_("不填为全部因子"))
    until = forms.DateTimeField(
        label=_("静默至"), help_text=_("北京时间，最长 30 天"), widget=forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
    reason = forms.CharField(label=_("原因"), max_length=200)

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [
            ("", _("全部种类")), *((code, one.label) for code, one in KINDS.items())]
        self.fields["point"].queryset = points_of(scope).order_by("organisation__name", "name")
        self.fields["point"].label_from_instance = place

    def facts(self) -> dict[str, Any]:
        """As ``silences.silence`` takes them."""
        said = dict(self.cleaned_data)
        return {**said, "until": round(said["until"].timestamp() * 1000)}


class RuleForm(forms.Form):
    """What the unit wants of a kind otherwise; what is blank is as the table (at a point: as the
    unit) has it."""

    on = forms.BooleanField(label=_("启用"), required=False, initial=True)
    severity = forms.ChoiceField(label=_("级别"), required=False)
    respond_minutes = forms.IntegerField(
        label=_("响应时限"), required=False, min_value=1, max_value=MOST_MINUTES)
    handle_minutes = forms.IntegerField(
        label=_("处理时限"), required=False, min_value=1, max_value=MOST_MINUTES)
    reason = forms.CharField(label=_("依据"), max_length=200, help_text=_("如：合同约定、内部制度"))

    def __init__(
        self, kind: str, point: Any, row: FindingRule | None, *args: Any, **kwargs: Any
    ) -> None:
        said = {} if row is None else {
            "on": row.on, "severity": row.severity, "respond_minutes": row.respond_minutes,
            "handle_minutes": row.handle_minutes,
            **{f"t_{name}": value for name, value in row.thresholds.items()}}
        super().__init__(*args, initial=said, **kwargs)
        usual = _("不改") if point is None else _("同本单位设置")
        self.fields["severity"].choices = [("", usual), *Severity.choices]
        self.names = list(KINDS[kind].thresholds)
        reason = self.fields.pop("reason")
        for name, value in KINDS[kind].thresholds.items():
            self.fields[f"t_{name}"] = forms.FloatField(
                label=words(kind, name).label, required=False, min_value=0, max_value=999_999,
                widget=forms.NumberInput(attrs={"step": "any", "placeholder": f"{value:g}"}))
        self.fields["reason"] = reason
        self.units = {"respond_minutes": _("分钟"), "handle_minutes": _("分钟"),
                      **{f"t_{name}": words(kind, name).unit for name in self.names}}

    def lines(self) -> list[tuple[Any, object]]:
        """(field, unit) in the order of the page."""
        return [(bound, self.units.get(bound.name, "")) for bound in self]

    def facts(self) -> dict[str, Any]:
        """As ``silences.set_rule`` takes them."""
        said = self.cleaned_data
        return {"on": said["on"], "severity": said["severity"],
                "respond_minutes": said["respond_minutes"],
                "handle_minutes": said["handle_minutes"], "reason": said["reason"],
                "thresholds": {name: said[f"t_{name}"] for name in self.names
                               if said[f"t_{name}"] is not None}}


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(
        attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class ManyFiles(forms.FileField):
    """Files; the value is a list."""

    class _Input(forms.FileInput):
        allow_multiple_selected = True

        def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
            return files.getlist(name)

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=self._Input(attrs={"multiple": True, "accept": "image/*,.pdf"}),
                         **more)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = list(data or ())
        if not given:
            super().clean(None, initial)
        return [super(ManyFiles, self).clean(one, initial) for one in given]


class DirectiveForm(forms.Form):
    """What an order received says."""

    kind = forms.ChoiceField(label=_("类型"), choices=DirectiveKind.choices)
    source = forms.CharField(label=_("来文单位"), max_length=128)
    number = forms.CharField(label=_("文号"), max_length=64, required=False)
    title = forms.CharField(label=_("标题"), max_length=200)
    received_on = _day(_("收文日期"))
    deadline = _day(_("办理期限"))
    person = forms.ModelChoiceField(
        queryset=None, label=_("承办人"), required=False, empty_label=_("暂不指定"))
    points = forms.ModelMultipleChoiceField(
        queryset=None, label=_("涉及点位"), required=False, help_text=_("可多选；不涉及点位的不选"),
        widget=forms.SelectMultiple(attrs={"size": 6}))
    problem = forms.CharField(label=_("存在问题"), max_length=4000,
                              widget=forms.Textarea(attrs={"rows": 5}))
    files = ManyFiles(label=_("来文扫描件"), required=False)

    def __init__(self, scope: Scope, *args: Any, scans: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = colleagues(scope)
        self.fields["points"].queryset = points_of(scope).order_by("organisation__name", "name")
        self.fields["points"].label_from_instance = place
        if not scans:
            del self.fields["files"]

    @classmethod
    def of(cls, scope: Scope, row: Directive, data: Any = None) -> "DirectiveForm":
        """Filled with what is stored."""
        said = {name: getattr(row, name) for name in (
            "kind", "source", "number", "title", "received_on", "deadline", "problem")}
        return cls(scope, data, scans=False, initial={
            **said, "person": row.person_id, "points": row.points.values_list("pk", flat=True)})


class ReplyForm(forms.Form):
    reply = forms.CharField(label=_("办理情况"), max_length=4000,
                            widget=forms.Textarea(attrs={"rows": 5}))
    files = ManyFiles(label=_("佐证材料"), required=False)


class ProofForm(forms.Form):
    files = ManyFiles(label=_("材料"))
    text = forms.CharField(label=_("说明"), max_length=200, required=False)


class CloseForm(forms.Form):
    why = forms.CharField(label=_("销号依据"), max_length=200,
                          help_text=_("如：来文单位复核通过的文号、日期"))
    files = ManyFiles(label=_("销号材料"), required=False)


class AgainForm(forms.Form):
    why = forms.CharField(label=_("重新办理的原因"), max_length=200)
