"""Forms of the pages on orders and letters: they read what was typed, the actions judge it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.maintenance.models import LetterKind, OrderKind, WorkOrder
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.telemetry.forms import ImportForm

from . import clocks
from .people import workers

MOMENT = "%Y-%m-%dT%H:%M"
PICTURES = "image/jpeg,image/png,image/webp"
SCANS = f"{PICTURES},application/pdf"


class Instant(forms.DateTimeField):
    """A China time in minutes; the value is epoch milliseconds, None where nothing was typed: the
    present instant."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
            widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT), **more)

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        return None if found is None else round(found.timestamp() * 1000)


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


def _when(label: Any = None) -> Instant:
    return Instant(label=label or _("时间"), required=False,
                   help_text=_("北京时间，不填为现在"))


def _lines(label: Any, most: int, *, required: bool = False, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required,
                           widget=forms.Textarea(attrs={"rows": 2}), **more)


class Traits(forms.MultipleChoiceField):
    """What one says of a fault."""

    def __init__(self) -> None:
        super().__init__(
            label=_("故障特征"), required=False,
            widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
            choices=list(clocks.TRAITS.items()), help_text=_("特征决定适用哪些时限，可随时更改"))


class NewOrder(forms.Form):
    """An order by hand."""

    point = forms.CharField(label=_("点位或 MN"), max_length=64,
                            widget=forms.TextInput(attrs={"list": "points", "autocomplete": "off"}))
    kind = forms.ChoiceField(label=_("类型"), choices=OrderKind.choices)
    found_at = _when(_("发现时间"))
    person = forms.ModelChoiceField(
        queryset=None, label=_("派给"), required=False, empty_label=_("点位运维责任人"))
    symptom = _lines(_("故障现象"), 400, required=True)
    urgent = forms.BooleanField(label=_("紧急"), required=False)
    traits = Traits()

    def __init__(self, scope: Scope, may_assign: bool, *args: Any,
                 point: MonitoringPoint | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope, self.fixed = scope, point
        if point is not None:
            del self.fields["point"]
        if may_assign:
            self.fields["person"].queryset = workers(scope.organisation)
        else:
            del self.fields["person"]

    clean_point = ImportForm.clean_point

    def facts(self) -> dict[str, Any]:
        """What the action takes."""
        typed = dict(self.cleaned_data)
        return {"person": None, **typed, "point": self.fixed or typed["point"]}


class Act(forms.Form):
    """Base of the forms that belong to one order."""

    def __init__(self, order: WorkOrder, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order = order
        if "person" in self.fields:
            people = workers(order.organisation)
            self.fields["person"].queryset = people.exclude(pk=order.person_id or 0)
        for name in ("cause", "handling"):
            if name in self.fields:
                self.fields[name].initial = getattr(order, name)
        if "traits" in self.fields:
            self.fields["traits"].initial = order.traits


class At(Act):
    """An act that has only its time."""

    at = _when()


class Restored(At):
    text = forms.CharField(label=_("说明"), max_length=400, required=False)


class Repaired(At):
    cause = forms.CharField(label=_("原因"), max_length=400, required=False)
    handling = _lines(_("处理情况"), 800)


class Report(At):
    to = forms.CharField(label=_("报告对象"), max_length=128, help_text=_("监督检查机构或排污单位"))
    text = forms.CharField(label=_("方式与内容"), max_length=400, required=False,
                           help_text=_("电话、平台、书面等"))


class Check(At):
    passed = forms.ChoiceField(
        label=_("核查结果"), choices=[("yes", _("合格")), ("no", _("不合格"))])
    text = forms.CharField(label=_("说明"), max_length=400, required=False)

    def clean_passed(self) -> bool:
        return bool(self.cleaned_data["passed"] == "yes")


class Sample(At):
    text = forms.CharField(label=_("采样说明"), max_length=400, required=False)
    files = ManyFiles(label=_("照片或报告"))


class Note(Act):
    text = _lines(_("内容"), 800, required=True)
    files = ManyFiles(label=_("附件"))


class Pause(At):
    reason = forms.CharField(label=_("暂停原因"), max_length=200)


class Resume(At):
    reason = forms.CharField(label=_("说明"), max_length=200, required=False)


class ChangeTraits(Act):
    traits = Traits()
    at = Instant(label=_("新增时限自何时起"), required=False, help_text=_("不填为发现时间"))


class Person(Act):
    person = forms.ModelChoiceField(queryset=None, label=_("人员"), empty_label=_("请选择"))


class Transfer(Person):
    reason = forms.CharField(label=_("转派原因"), max_length=200)


class Close(Act):
    cause = forms.CharField(label=_("原因"), max_length=400, required=False)
    handling = _lines(_("处理情况"), 800)
    without = forms.CharField(label=_("未完成时限的说明"), max_length=200, required=False,
                              help_text=_("仍有未完成的时限时填写为何不再适用"))


class Cancel(Act):
    reason = forms.CharField(label=_("取消原因"), max_length=200)


FORMS: Mapping[str, type[Act]] = {
    "accept": At, "arrive": At, "report": Report, "repaired": Repaired, "restored": Restored,
    "check": Check, "sample": Sample, "note": Note, "pause": Pause, "resume": Resume,
    "traits": ChangeTraits, "assign": Person, "transfer": Transfer, "help": Person,
    "close": Close, "cancel": Cancel,
}


class NewLetter(forms.Form):
    """A letter without an order."""

    point = forms.CharField(label=_("点位或 MN"), max_length=64,
                            widget=forms.TextInput(attrs={"list": "points", "autocomplete": "off"}))
    kind = forms.ChoiceField(label=_("函件类型"), choices=LetterKind.choices)

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope = scope

    clean_point = ImportForm.clean_point


class EditLetter(forms.Form):
    to = forms.CharField(label=_("报送单位"), max_length=128)
    subject = forms.CharField(label=_("标题"), max_length=128)
    body = forms.CharField(label=_("正文"), max_length=20_000,
                           widget=forms.Textarea(attrs={"rows": 14}),
                           help_text=_("每行一段；横线处请补充"))


class SendLetter(forms.Form):
    at = _when(_("发出时间"))
    number = forms.CharField(label=_("文号"), max_length=64, required=False)
    scan = forms.FileField(label=_("盖章件"), required=False,
                           widget=forms.FileInput(attrs={"accept": SCANS}),
                           help_text=_("排污单位盖章后的扫描件，图片或 PDF"))


class AddScan(forms.Form):
    scan = forms.FileField(label=_("盖章件"), widget=forms.FileInput(attrs={"accept": SCANS}))


class ReceiveLetter(forms.Form):
    at = _when(_("收到时间"))
    receipt = forms.FileField(label=_("回执"), required=False,
                              widget=forms.FileInput(attrs={"accept": SCANS}))


class DecideLetter(forms.Form):
    agreed = forms.ChoiceField(label=_("答复"), choices=[("yes", _("同意")), ("no", _("不同意"))])
    at = _when(_("答复时间"))
    text = _lines(_("答复内容"), 400)

    def clean_agreed(self) -> bool:
        return bool(self.cleaned_data["agreed"] == "yes")


LETTER_FORMS: Mapping[str, type[forms.Form]] = {
    "edit": EditLetter, "send": SendLetter, "scan": AddScan, "receive": ReceiveLetter,
    "decide": DecideLetter,
}
FIRST: Sequence[str] = ("accept", "arrive", "report", "check", "repaired", "restored", "sample",
                        "close")
"""Acts in the order in which a page offers them; the others stand behind."""
