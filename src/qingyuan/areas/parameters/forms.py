"""Forms of filings and readings: they check what was typed, the actions know the trade's rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.measuring import factor_name
from qingyuan.areas.assets.models import MonitoringSystem
from qingyuan.kernel.clock import CST

from . import kinds
from .filing import Line
from .kinds import Key
from .models import FilingLine
from .values import LONGEST

MOMENT = "%Y-%m-%dT%H:%M"


class Instant(forms.DateTimeField):
    """A China time in minutes; the value is epoch milliseconds."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT), **more)

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if found is not None and not 1990 <= found.year < 2100:
            raise forms.ValidationError(_("年份应在 1990 至 2099 之间"))
        return None if found is None else round(found.timestamp() * 1000)


def local(at: int) -> datetime:
    """An instant as the field shows it."""
    return datetime.fromtimestamp(at / 1000, CST).replace(tzinfo=None, second=0, microsecond=0)


class ManyFiles(forms.FileField):
    """Files; the value is a list."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, widget=_Files(attrs={"multiple": True}), **more)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(ManyFiles, self).clean(one, initial) for one in data or ()]


class _Files(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name)


@dataclass(frozen=True, slots=True)
class Row:
    """One parameter of the form."""

    label: str
    factor: str
    unit: str
    now: str
    value: forms.BoundField
    tolerance: forms.BoundField


class FilingForm(forms.Form):
    """A filing: since when, why, proofs, and a field for every parameter of the point."""

    valid_from = Instant(label=_("生效时间"))
    reason = forms.CharField(label=_("变更原因"), max_length=400,
                             help_text=_("如验收后首次备案、量程按新限值调整、比对后修改系数"))
    files = ManyFiles(label=_("依据文件"),
                      help_text=_("验收或比对报告、参数界面照片，可多选"))

    def __init__(
        self, keys: Sequence[Key], systems: Sequence[MonitoringSystem],
        now: Mapping[Key, FilingLine], *args: Any, **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.keys, self.now = list(keys), now
        if systems:
            self.fields["system"] = forms.ModelChoiceField(
                MonitoringSystem.objects.filter(pk__in=[one.pk for one in systems]),
                required=False, label=_("监测系统"), empty_label=str(_("整个点位")))
            self.order_fields(["system", "valid_from", "reason", "files"])
        for kind, factor in self.keys:
            self.fields[f"v.{kind}.{factor}"] = forms.CharField(
                required=False, max_length=LONGEST, widget=forms.TextInput(attrs={
                    "autocomplete": "off", "class": "num"}))
            self.fields[f"t.{kind}.{factor}"] = forms.FloatField(
                required=False, min_value=0, max_value=1e6, widget=forms.TextInput(attrs={
                    "inputmode": "decimal", "autocomplete": "off", "class": "num"}))

    @property
    def head(self) -> list[forms.BoundField]:
        """What is no parameter."""
        return [self[name] for name in ("system", "valid_from", "reason", "files")
                if name in self.fields]

    @property
    def parts(self) -> list[list[Row]]:
        """The parameters in order: those that have a value or an error, and the others."""
        held, empty = [], []
        for row in self.rows:
            filled = row.now or row.value.value() or row.value.errors or row.tolerance.errors
            (held if filled else empty).append(row)
        return [held, empty] if held else [empty, []]

    @property
    def rows(self) -> list[Row]:
        """All parameters in order."""
        return [Row(kinds.label(kind), factor_name(factor) if factor else "",
                    kinds.unit(kind, factor),
                    self.now[kind, factor].value if (kind, factor) in self.now else "",
                    self[f"v.{kind}.{factor}"], self[f"t.{kind}.{factor}"])
                for kind, factor in self.keys]

    def lines(self) -> list[Line]:
        """What was typed; an empty value is not filed."""
        data = self.cleaned_data
        return [Line(kind, factor, text, data.get(f"t.{kind}.{factor}") or 0.0)
                for kind, factor in self.keys
                if (text := (data.get(f"v.{kind}.{factor}") or "").strip())]

    @staticmethod
    def initial_of(lines: Mapping[Key, FilingLine | str]) -> dict[str, Any]:
        """Present or suggested values as initial ones."""
        found: dict[str, Any] = {}
        for (kind, factor), line in lines.items():
            if isinstance(line, str):
                found[f"v.{kind}.{factor}"] = line
            else:
                found[f"v.{kind}.{factor}"] = line.value
                found[f"t.{kind}.{factor}"] = f"{line.tolerance:g}" if line.tolerance else ""
        return found


class ReadingForm(forms.Form):
    """What the instrument's screen shows."""

    what = forms.ChoiceField(label=_("参数"))
    value = forms.CharField(label=_("读数"), max_length=LONGEST,
                            help_text=_("按屏幕显示填写；量程填上下限，如 0-200"))
    at = Instant(label=_("查看时间"))
    photos = ManyFiles(label=_("屏幕照片"))
    note = forms.CharField(label=_("说明"), max_length=200, required=False)

    def __init__(self, keys: Sequence[Key], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            (f"{kind}.{factor}", name_of(kind, factor)) for kind, factor in keys]
        self.fields["photos"].widget.attrs.update({"accept": "image/*", "capture": "environment"})


class Decision(forms.Form):
    """A word of whoever decides."""

    text = forms.CharField(label=_("意见"), max_length=400, required=False,
                           widget=forms.Textarea(attrs={"rows": 2}),
                           help_text=_("退回时必须说明原因"))


def name_of(kind: str, factor: str) -> str:
    """A parameter with its factor and unit."""
    unit = kinds.unit(kind, factor)
    name = f"{factor_name(factor)} {kinds.label(kind)}" if factor else kinds.label(kind)
    return f"{name}（{unit}）" if unit else name
