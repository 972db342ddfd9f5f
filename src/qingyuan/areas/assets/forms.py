"""Forms of the station registry: they check what was typed, the actions know the trade's rules."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import DataLogger, Edition, Feed, Medium

_DAY = {"type": "date"}
_MOMENT = {"type": "datetime-local", "step": "60"}


class AddressList(forms.CharField):
    """One ``host:port`` a line; the value is a list."""

    widget = forms.Textarea(
        attrs={"rows": 2, "spellcheck": "false", "placeholder": "example.org:9003"}
    )

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]


class LoggerForm(forms.Form):
    """Fields of one data logger."""

    mn = forms.CharField(
        label="MN",
        max_length=64,
        widget=forms.TextInput(
            attrs={"class": "mono", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=gettext_lazy("访问密码"),
        max_length=64,
        widget=forms.PasswordInput(render_value=True, attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("与数采仪 PW 一致，标准规定 6 位"),
    )
    edition = forms.ChoiceField(
        label=gettext_lazy("协议版本"), choices=Edition.choices, initial=Edition.E2017
    )
    feed = forms.ChoiceField(
        label=gettext_lazy("数据来源"), choices=Feed.choices, initial=Feed.DIRECT
    )
    realtime_seconds = forms.IntegerField(
        label=gettext_lazy("实时数据间隔"), min_value=1, max_value=3600, initial=30
    )
    minute_minutes = forms.IntegerField(
        label=gettext_lazy("分钟数据间隔"), min_value=1, max_value=60, initial=10
    )
    maker = forms.CharField(label=gettext_lazy("厂商"), max_length=64, required=False)
    model = forms.CharField(label=gettext_lazy("型号"), max_length=64, required=False)
    serial = forms.CharField(label=gettext_lazy("出厂编号"), max_length=64, required=False)
    firmware = forms.CharField(label=gettext_lazy("固件版本"), max_length=64, required=False)
    sim_iccid = forms.RegexField(
        r"^[0-9A-Fa-f]{15,22}$",
        label="SIM ICCID",
        required=False,
        error_messages={"invalid": gettext_lazy("ICCID 印在卡面上，为 19 或 20 位")},
    )
    sim_carrier = forms.CharField(
        label=gettext_lazy("运营商"),
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"list": "carriers"}),
    )
    sim_plan_until = forms.DateField(
        label=gettext_lazy("流量套餐到期"),
        required=False,
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
    )
    uploads = AddressList(
        label=gettext_lazy("数采仪上报地址"),
        required=False,
        help_text=gettext_lazy("数采仪自身设置的各上位机，每行一个 主机:端口"),
    )
    relays = AddressList(
        label=gettext_lazy("由本平台转发至"),
        required=False,
        help_text=gettext_lazy("收到的报文原样转发到这些地址，每行一个 主机:端口"),
    )
    relay_required = forms.BooleanField(
        label=gettext_lazy("转发对方应答后才应答数采仪"), required=False
    )
    sm4_key = forms.CharField(
        label=gettext_lazy("SM4 密钥"),
        required=False,
        max_length=32,
        widget=forms.PasswordInput(
            render_value=True, attrs={"autocomplete": "off", "class": "mono"}
        ),
        help_text=gettext_lazy("32 位十六进制，仅 HJ 212-2025 使用"),
    )
    sm4_key_date = forms.DateField(
        label=gettext_lazy("密钥更新日期"),
        required=False,
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        help_text=gettext_lazy("HJ 212-2025 第 6.4.3 条：每 90 天更换"),
    )
    active = forms.BooleanField(label=gettext_lazy("在用"), required=False, initial=True)

    SECTIONS = (
        (
            gettext_lazy("通讯"),
            ("mn", "password", "edition", "feed", "realtime_seconds", "minute_minutes"),
        ),
        (gettext_lazy("SIM 卡"), ("sim_iccid", "sim_carrier", "sim_plan_until")),
        (gettext_lazy("上报与转发"), ("uploads", "relays", "relay_required")),
        (gettext_lazy("加密（HJ 212-2025）"), ("sm4_key", "sm4_key_date")),
        (gettext_lazy("设备"), ("maker", "model", "serial", "firmware", "active")),
    )
    UNITS: Mapping[str, str] = {"realtime_seconds": "秒", "minute_minutes": "分钟"}

    def sections(self) -> list[tuple[str, list[tuple[Any, str]]]]:
        """(heading, [(field, unit)]) in the order of the page."""
        return [
            (title, [(self[name], self.UNITS.get(name, "")) for name in names])
            for title, names in self.SECTIONS
        ]

    @classmethod
    def of(cls, logger: DataLogger, data: Any = None) -> "LoggerForm":
        """The form filled with what is stored."""
        return cls(data, initial={name: getattr(logger, name) for name in cls.base_fields})


class NewStationForm(LoggerForm):
    """A logger together with the point it serves."""

    discharger = forms.CharField(
        label=gettext_lazy("排污单位"),
        max_length=128,
        widget=forms.TextInput(attrs={"list": "dischargers"}),
    )
    outlet = forms.CharField(
        label=gettext_lazy("排放口"),
        max_length=64,
        required=False,
        help_text=gettext_lazy("不填则与点位同名"),
    )
    name = forms.CharField(label=gettext_lazy("点位名称"), max_length=64)
    kind = forms.ChoiceField(label=gettext_lazy("类型"), choices=Medium.choices)
    since = forms.DateTimeField(
        label=gettext_lazy("关联起始时间"),
        required=False,
        widget=forms.DateTimeInput(attrs=_MOMENT, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("此时刻起的数据归入该点位；不填则包括全部历史数据"),
    )

    SECTIONS = (
        (gettext_lazy("点位"), ("discharger", "outlet", "name", "kind", "since")),
        *LoggerForm.SECTIONS,
    )


class PointForm(forms.Form):
    """Name and code of a point and its outlet."""

    name = forms.CharField(label=gettext_lazy("点位名称"), max_length=64)
    code = forms.CharField(label=gettext_lazy("点位编号"), max_length=32, required=False)
    outlet_name = forms.CharField(label=gettext_lazy("排放口名称"), max_length=64)
    outlet_code = forms.CharField(label=gettext_lazy("排放口编号"), max_length=32, required=False)
    active = forms.BooleanField(label=gettext_lazy("在用"), required=False)


class LinkForm(forms.Form):
    """From when to when a logger's frames belong to a point."""

    point = forms.ModelChoiceField(
        queryset=None, label=gettext_lazy("点位"), empty_label=gettext_lazy("请选择")
    )
    st = forms.ChoiceField(label=gettext_lazy("系统编码 ST"), required=False)
    since = forms.DateTimeField(
        label=gettext_lazy("起"), widget=forms.DateTimeInput(attrs=_MOMENT, format="%Y-%m-%dT%H:%M")
    )
    until = forms.DateTimeField(
        label=gettext_lazy("止"),
        required=False,
        widget=forms.DateTimeInput(attrs=_MOMENT, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("不填为至今"),
    )

    def __init__(self, points: Any, systems: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["point"].queryset = points
        self.fields["point"].label_from_instance = lambda p: (
            f"{p.full_name}（{p.get_kind_display()}）"
        )
        self.fields["st"].choices = [("", _("该介质的全部编码"))] + [
            (code, f"{code} {name}") for code, name in systems.items()
        ]


class EndLinkForm(forms.Form):
    until = forms.DateTimeField(
        label=gettext_lazy("结束时间"),
        initial=timezone.now,
        widget=forms.DateTimeInput(attrs=_MOMENT, format="%Y-%m-%dT%H:%M"),
    )


class ConsentForm(forms.Form):
    """The discharger's written consent to one kind of remote command."""

    cn = forms.ChoiceField(label=gettext_lazy("同意的命令"))
    since = forms.DateField(
        label=gettext_lazy("起"), widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=gettext_lazy("止"),
        required=False,
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        help_text=gettext_lazy("不填为长期"),
    )
    document = forms.CharField(label=gettext_lazy("同意书文号"), max_length=128)
    given_by = forms.CharField(label=gettext_lazy("签署人"), max_length=64)
    text = forms.CharField(
        label=gettext_lazy("同意书内容"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, commands: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cn"].choices = [("", _("请选择"))] + [
            (cn, f"{cn} {name}") for cn, name in commands.items()
        ]


class SheetForm(forms.Form):
    """An uploaded workbook of stations."""

    file = forms.FileField(
        label=gettext_lazy("XLSX 文件"),
        widget=forms.FileInput(
            attrs={
                "accept": ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
        ),
    )


def refuse(form: forms.Form, error: ValidationError) -> None:
    """Put an action's refusal beside the fields it names; what the form has not goes on top."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        place = name if name in form.fields and name != NON_FIELD_ERRORS else None
        for single in errors:
            form.add_error(place, single if place else _named(name, single))


def _named(name: str, error: ValidationError) -> str:
    text = "；".join(error.messages)
    return text if name == NON_FIELD_ERRORS else f"{name}：{text}"


def days_left(until: Any, today: Any) -> int | None:
    """Whole days to a date, negative when past, None without one."""
    if until is None:
        return None
    day = until.date() if isinstance(until, datetime) else until
    return (day - today).days
