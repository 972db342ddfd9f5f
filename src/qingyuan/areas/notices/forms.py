"""Forms of notices: a channel, one's own settings, shifts."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qingyuan.areas.assets.sites_queries import colleagues, offices_of
from qingyuan.areas.organisations.scope import Scope

from . import kinds
from .channels import GROUP, OWN
from .models import Channel, ChannelKind, QuietHours, ShiftKind
from .own import Wish

_CLOCK = {"type": "time"}


def _clock(label: Any, **more: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs=_CLOCK, format="%H:%M"),
                           input_formats=["%H:%M", "%H:%M:%S"], **more)


class ChannelForm(forms.Form):
    """A robot or webhook of the unit. The secret goes in and never comes out."""

    kind = forms.ChoiceField(label=gettext_lazy("方式"),
                             choices=[(one.value, one.label) for one in GROUP])
    name = forms.CharField(label=gettext_lazy("名称"), max_length=64,
                           help_text=gettext_lazy("如：示例热力运维群"))
    address = forms.CharField(
        label=gettext_lazy("地址"), max_length=400, widget=forms.TextInput(
            attrs={"class": "mono", "autocomplete": "off", "spellcheck": "false",
                   "inputmode": "url"}),
        help_text=gettext_lazy("机器人的 Webhook 地址，以 http:// 或 https:// 开头"))
    secret = forms.CharField(
        label=gettext_lazy("签名密钥"), max_length=200, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("钉钉“加签”的密钥，或 Webhook 的 HMAC-SHA256 密钥；企业微信不用"))
    unsign = forms.BooleanField(label=gettext_lazy("去掉已保存的密钥"), required=False)
    urgent_only = forms.BooleanField(label=gettext_lazy("只发有时限的消息"), required=False)
    only = forms.MultipleChoiceField(
        label=gettext_lazy("通知种类"), required=False, widget=forms.CheckboxSelectMultiple(
            attrs={"class": "form-check-input"}),
        choices=[(code, kind.label) for code, kind in kinds.KINDS.items()],
        help_text=gettext_lazy("一项都不选为全部"))

    def __init__(self, *args: Any, row: Channel | None = None, **more: Any) -> None:
        if row is not None:
            more["initial"] = {"name": row.name, "address": row.address, "only": row.kinds,
                               "urgent_only": row.urgent_only}
        super().__init__(*args, **more)
        if row is None:
            del self.fields["unsign"]
            return
        del self.fields["kind"]
        if row.secret:
            self.fields["secret"].help_text = _("已保存，不再显示；留空则不变")
        else:
            del self.fields["unsign"]

    def said(self) -> dict[str, Any]:
        """What the actions take; the secret None where it stays."""
        facts = dict(self.cleaned_data)
        unsign = facts.pop("unsign", False)
        if "kind" not in facts:
            facts["secret"] = "" if unsign else facts["secret"] or None
        return facts


class OwnForm(forms.Form):
    """One's own addresses, quiet hours, and by kind how one wants to hear of it."""

    email = forms.EmailField(label=gettext_lazy("电子邮件"), max_length=200, required=False)
    phone = forms.CharField(label=gettext_lazy("手机（短信）"), max_length=20, required=False,
                            widget=forms.TextInput(attrs={"inputmode": "tel"}))
    since = _clock(gettext_lazy("免打扰起"), required=False)
    until = _clock(gettext_lazy("免打扰止"), required=False)
    digest_at = _clock(gettext_lazy("每日汇总时间"))

    def __init__(self, wishes: dict[str, Wish], own: dict[str, str], hours: QuietHours | None,
                 *args: Any, **more: Any) -> None:
        row = hours or QuietHours()
        super().__init__(*args, initial={
            "email": own.get(ChannelKind.EMAIL, ""), "phone": own.get(ChannelKind.SMS, ""),
            "since": _time(row.since), "until": _time(row.until),
            "digest_at": _time(row.digest_at)}, **more)
        for kind, wish in wishes.items():
            for way in OWN:
                self._box(f"{way.value}-{kind}", way.value in wish.ways)
            self._box(f"digest-{kind}", wish.digest)

    def _box(self, name: str, on: bool) -> None:
        self.fields[name] = forms.BooleanField(required=False, initial=on, widget=(
            forms.CheckboxInput(attrs={"class": "form-check-input"})))

    @property
    def lines(self) -> list[tuple[Any, list[Any]]]:
        """By kind: its name and the boxes of the ways and of the digest."""
        names = [*(way.value for way in OWN), "digest"]
        return [(kind.label, [self[f"{name}-{code}"] for name in names])
                for code, kind in kinds.KINDS.items()]

    def wishes(self) -> dict[str, Wish]:
        """What was ticked."""
        said = self.cleaned_data
        return {code: Wish(tuple(way.value for way in OWN if said[f"{way.value}-{code}"]),
                           said[f"digest-{code}"]) for code in kinds.KINDS}

    def minute(self, name: str) -> int | None:
        """A time as minutes after midnight."""
        at: time | None = self.cleaned_data[name]
        return None if at is None else at.hour * 60 + at.minute


def _time(minute: int | None) -> time | None:
    return None if minute is None else time(minute // 60, minute % 60)


class ShiftForm(forms.Form):
    """Shifts of one colleague."""

    person = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("人员"), empty_label=gettext_lazy("请选择"))
    kind = forms.ChoiceField(label=gettext_lazy("班次"), choices=ShiftKind.choices,
                             initial=ShiftKind.NIGHT)
    office = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("办事处"), required=False,
        empty_label=gettext_lazy("全单位"))
    day = forms.DateField(label=gettext_lazy("开始日期"), widget=forms.DateInput(
        attrs={"type": "date"}, format="%Y-%m-%d"))
    begins = _clock(gettext_lazy("从"), initial=time(18))
    ends = _clock(gettext_lazy("到"), initial=time(9),
                  help_text=gettext_lazy("不晚于开始时间的，算到第二天"))
    days = forms.IntegerField(label=gettext_lazy("连续天数"), min_value=1, max_value=31, initial=1)
    weeks = forms.IntegerField(label=gettext_lazy("每周重复"), min_value=1, max_value=53, initial=1,
                               help_text=gettext_lazy("共几周；1 为不重复"))
    note = forms.CharField(label=gettext_lazy("备注"), max_length=200, required=False)

    def __init__(self, scope: Scope, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["person"].queryset = colleagues(scope)
        self.fields["office"].queryset = offices_of(scope).filter(until=None)
