"""The form for samples of waste water measured by hand: one day, one factor, several samples."""

import time
from collections.abc import Sequence
from datetime import date, datetime
from datetime import time as clock
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.kernel.clock import CST

from .models import MonitorType
from .queries.verdicts import Quantity

ROWS = 8  # a sample each three hours


class ManualValuesForm(forms.Form):
    """Samples of one factor on one China day; rows without anything in them are left out."""

    day = forms.DateField(label=gettext_lazy("日期"),
                          widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    factor = forms.ChoiceField(label=gettext_lazy("因子"))
    monitor_type = forms.ChoiceField(label=gettext_lazy("监测类型"), choices=MonitorType.choices)
    method = forms.CharField(label=gettext_lazy("监测方法"), required=False, max_length=80)
    instrument = forms.CharField(label=gettext_lazy("仪器或实验室"), required=False,
                                 max_length=120)
    reference = forms.CharField(label=gettext_lazy("报告编号"), required=False, max_length=120)
    note = forms.CharField(label=gettext_lazy("说明"), required=False, max_length=400)

    def __init__(self, known: Sequence[Quantity], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["factor"].choices = [  # type: ignore[attr-defined]
            (one.code, one.name) for one in known]
        for number in range(1, ROWS + 1):
            self.fields[f"time_{number}"] = forms.TimeField(
                label=_("采样时间 %d") % number, required=False, input_formats=["%H:%M"],
                widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
            self.fields[f"value_{number}"] = forms.FloatField(
                label=_("测量值 %d") % number, required=False, min_value=0,
                widget=forms.NumberInput(attrs={"step": "any", "min": "0"}))

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        """The pairs of boxes of the samples."""
        return [(self[f"time_{n}"], self[f"value_{n}"]) for n in range(1, ROWS + 1)]

    @property
    def head(self) -> list[Any]:
        """The boxes that hold for all samples."""
        return [bound for bound in self if not bound.name.startswith(("time_", "value_"))]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        seen: set[clock] = set()
        for number in range(1, ROWS + 1):
            names = f"time_{number}", f"value_{number}"
            if any(name in self.errors for name in names):
                continue
            at, value = (data.get(name) for name in names)
            if (at is None) != (value is None):
                self.add_error(names[at is not None], _("采样时间与测量值应成对填写"))
            elif at is not None and at in seen:
                self.add_error(names[0], _("同一时刻已填写过"))
            elif at is not None:
                seen.add(at)
        if not seen and not self.errors:
            raise forms.ValidationError(_("请至少填写一个采样时间与测量值"))
        return data

    def facts(self) -> dict[str, Any]:
        """What was typed as the action's arguments."""
        data = self.cleaned_data
        pairs = ((data[f"time_{n}"], data[f"value_{n}"]) for n in range(1, ROWS + 1))
        return {
            **{name: data[name] for name in
               ("factor", "monitor_type", "method", "instrument", "reference", "note")},
            "values": sorted((_instant(data["day"], at), value)
                             for at, value in pairs if at is not None),
        }

    def day_asked(self) -> int:
        """An instant of the day that was typed, of today before that."""
        day = getattr(self, "cleaned_data", {}).get("day")
        return int(time.time()) if day is None else _instant(day, clock(0))


def _instant(day: date, at: clock) -> int:
    return int(datetime.combine(day, at, CST).timestamp())
