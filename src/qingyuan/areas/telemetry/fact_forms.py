"""Forms of a point's facts: events, parameters, withdrawals. They check what was typed; the actions
know the trade's rules."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.kernel.clock import CST

from . import parameters
from .models import Event, EventKind, PointParameter
from .parameter_words import WORDS
from .pipeline.facts import SPANS
from .queries.verdicts import Quantity

MOMENT = "%Y-%m-%dT%H:%M"


class MomentField(forms.DateTimeField):
    """A minute of China time; the value is an epoch second."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"}, format=MOMENT)
        super().__init__(widget=widget, input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S",
                                                       "%Y-%m-%d %H:%M"], **options)

    def to_python(self, value: Any) -> Any:
        found = super().to_python(value)
        if not isinstance(found, datetime):
            return None
        if not 1990 <= found.year < 2100:
            raise forms.ValidationError(_("年份应在 1990 至 2099 之间"))
        return int(found.timestamp())


class EventForm(forms.Form):
    """What happened to a system or a source, and when."""

    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=EventKind.choices,
                             widget=forms.Select(attrs={"data-shows": "event"}))
    factor = forms.ChoiceField(label=gettext_lazy("因子"), required=False)
    start = MomentField(label=gettext_lazy("时间（起）"))
    end = MomentField(label=gettext_lazy("时间（止）"), required=False,
                      help_text=gettext_lazy("仍在持续则不填"))
    passed = forms.ChoiceField(label=gettext_lazy("结果"), required=False, choices=(
        ("", gettext_lazy("没有结果")), ("1", gettext_lazy("合格")), ("0", gettext_lazy("不合格"))))
    reference = forms.CharField(label=gettext_lazy("依据"), required=False, max_length=120,
                                help_text=gettext_lazy("记录编号、报告文号等"))
    note = forms.CharField(label=gettext_lazy("说明"), required=False, max_length=400)

    LASTING = " ".join(sorted(SPANS))
    INSTANT = " ".join(kind for kind in EventKind.values if kind not in SPANS)

    def __init__(self, known: Sequence[Quantity], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["factor"].choices = [("", _("全部因子")),  # type: ignore[attr-defined]
                                         *((one.code, one.name) for one in known)]

    @classmethod
    def of(cls, event: Event) -> dict[str, Any]:
        """An event's facts as initial values."""
        return {
            "kind": event.kind, "factor": event.factor, "start": _local(event.start),
            "end": _local(event.end), "reference": event.reference,
            "passed": {None: "", True: "1", False: "0"}[event.passed],
        }

    def facts(self) -> dict[str, Any]:
        """What was typed as the action's arguments: an instant has no end, a span no result."""
        data, lasting = self.cleaned_data, self.cleaned_data["kind"] in SPANS
        return {
            "kind": data["kind"], "factor": data["factor"], "start": data["start"],
            "end": data["end"] if lasting else None,
            "passed": None if lasting else {"": None, "1": True, "0": False}[data["passed"]],
            "reference": data["reference"].strip(), "note": data["note"],
        }


class ParameterForm(forms.Form):
    """One property of a point from an instant on."""

    since = MomentField(label=gettext_lazy("起"))
    ends = forms.BooleanField(label=gettext_lazy("自此不再适用（终止该参数）"), required=False)
    document = forms.CharField(
        label=gettext_lazy("依据文件"), max_length=200,
        help_text=gettext_lazy("排污许可证、验收报告、比对报告等的名称与文号"))
    note = forms.CharField(label=gettext_lazy("说明"), required=False, max_length=400)

    def __init__(self, name: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = known = parameters.of(name)
        if known is None:
            raise LookupError(name)
        label = gettext_lazy("取值")
        if known.words:
            value: forms.Field = forms.ChoiceField(
                label=label, required=False, choices=[("", "—"), *_words(known.words)])
        elif known.yes:
            value = forms.ChoiceField(label=label, required=False, choices=[
                ("", "—"), ("true", _("是")), ("false", _("否"))])
        else:
            value = forms.FloatField(label=label, required=False,
                                     widget=forms.NumberInput(attrs={"step": "any"}))
        self.fields = {"value": value, **self.fields}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("ends"):
            data["value"] = None
        elif data.get("value") in (None, "") and "value" not in self.errors:
            self.add_error("value", _("请填写取值；不再适用时勾选“终止”"))
        elif self.known is not None and self.known.yes:
            data["value"] = data.get("value") == "true"
        return data

    @classmethod
    def of(cls, row: PointParameter | None) -> dict[str, Any]:
        """The value in force as initial values, so that only what changes is typed."""
        if row is None:
            return {}
        value = row.value
        return {"value": str(value).lower() if isinstance(value, bool) else value}


def _words(words: Sequence[str]) -> list[tuple[str, Any]]:
    return [(word, WORDS.get(word, word)) for word in words]


class WithdrawForm(forms.Form):
    """Why a fact is taken back."""

    why = forms.CharField(label=gettext_lazy("撤回原因"), max_length=400,
                          widget=forms.Textarea(attrs={"rows": 2}))


def _local(epoch: int | None) -> datetime | None:
    return None if epoch is None else datetime.fromtimestamp(epoch, CST)
