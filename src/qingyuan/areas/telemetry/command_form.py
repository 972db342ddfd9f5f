"""The form of a command, made from the protocol's table of commands and fields."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from qingyuan.hj212 import commands as protocol
from qingyuan.kernel.clock import CST

REASON = 200
_MOMENT = {"type": "datetime-local", "step": "1"}


@dataclass(frozen=True, slots=True)
class Offer:
    """A command of an edition that the office can send; ``allowed``: a consent is in force."""

    cn: str
    name: str
    allowed: bool
    changes: bool
    command: protocol.Command


def offers(edition: str, allowed: Iterable[str]) -> list[Offer]:
    """Requests and notices towards the device in the standard's order, the allowed ones first."""
    held = set(allowed)
    found = [
        Offer(c.cn, c.name, c.cn in held, changes_station(c.cn), c)
        for c in protocol.of_edition(edition)
        if c.direction in ("down", "both") and c.kind in ("request", "notice")
    ]
    return sorted(found, key=lambda offer: (not offer.allowed, offer.cn))


def changes_station(cn: str) -> bool:
    """Whether a command sets or moves something on site: clock, parameters, control.

    >>> changes_station("1012"), changes_station("2061"), changes_station("3011")
    (True, False, True)
    """
    return cn in _SETTING or cn[:1] == "3" and cn not in _ASKING


_SETTING = frozenset(
    {
        "1000",
        "1001",
        "1002",
        "1012",
        "1014",
        "1022",
        "1032",
        "1042",
        "1062",
        "1064",
        "1072",
        "2012",
        "2022",
    }
)
_ASKING = frozenset({"3015", "3017", "3018", "3019", "3020"})


class CommandForm(forms.Form):
    """Fields of the chosen command, and the reason without which none is sent."""

    reason = forms.CharField(
        label="原因",
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="写明事由，如“补取 8 时至 10 时缺失的小时数据”；随命令永久保存",
    )

    def __init__(self, offer: Offer | None, edition: str, data: Any = None) -> None:
        super().__init__(data)
        self._names: list[tuple[str, protocol.Field]] = []
        if offer is None:
            return
        table = protocol.FIELDS[edition]
        made = {}
        for name in offer.command.fields(edition):
            row = table.get(name)
            if row is None:
                continue
            self._names.append((name, row))
            made[f"f_{name}"] = field_of(row, required=name in offer.command.required)
        self.fields = {**made, "reason": self.fields["reason"]}

    def pairs(self) -> list[tuple[str, str]]:
        """(name, text) as the CP carries them, what was left empty omitted."""
        found = []
        for name, row in self._names:
            value = self.cleaned_data.get(f"f_{name}")
            if value not in (None, ""):
                found.append((name, _wire(value, row.type)))
        return found

    def units(self) -> list[tuple[Any, str]]:
        """(bound field, unit) in the order of the form."""
        rows = {f"f_{name}": row.unit for name, row in self._names}
        return [(bound, _unit(rows.get(bound.name, ""))) for bound in self]


def _unit(unit: str) -> str:
    return {"s": "秒", "min": "分钟"}.get(unit, unit)


def field_of(row: protocol.Field, *, required: bool) -> forms.Field:
    """A form field that accepts what the standard's type and range allow."""
    common: dict[str, Any] = {"label": row.label, "required": required, "help_text": row.name}
    if row.type.startswith("T") and row.type == "T14":
        return forms.DateTimeField(widget=forms.DateTimeInput(attrs=_MOMENT), **common)
    if row.choices:
        return forms.TypedChoiceField(
            choices=[("", _("请选择"))] + [(str(c), str(c)) for c in row.choices], **common
        )
    if row.type.startswith("N") and "." not in row.type:
        return forms.IntegerField(
            min_value=row.low if row.low is not None else 0, max_value=row.high, **common
        )
    if row.type.startswith("C") and row.type[1:].isdigit():
        return forms.RegexField(
            r"^[^;,=&#\s]+$",
            max_length=int(row.type[1:]),
            **common,
            error_messages={"invalid": _("不能含空格或 ; , = & # 字符")},
        )
    return forms.RegexField(
        r"^[^;,=&#\s]+$",
        max_length=64,
        **common,
        error_messages={"invalid": _("不能含空格或 ; , = & # 字符")},
    )


def _wire(value: Any, kind: str) -> str:
    if isinstance(value, datetime):
        return value.astimezone(CST).strftime("%Y%m%d%H%M%S")
    return str(value)
