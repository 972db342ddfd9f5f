"""Forms of supplies: what was typed; the actions know the trade's rules."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from qingyuan.areas.assets.models import Office, SystemKind, Technique
from qingyuan.areas.assets.queries import points_of, today
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope

from . import queries
from .models import Balance, Batch, Part, PartKind, Store, StoreKind

_DAY: dict[str, Any] = {"attrs": {"type": "date"}, "format": "%Y-%m-%d"}
_YES_NO = [("", _("未填写")), ("yes", _("是")), ("no", _("否"))]


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=forms.DateInput(**_DAY))


class PartForm(forms.Form):
    code = forms.CharField(label=_("编码"), max_length=32)
    name = forms.CharField(label=_("名称"), max_length=64)
    kind = forms.ChoiceField(label=_("类别"), choices=PartKind.choices)
    unit = forms.CharField(label=_("计量单位"), max_length=8, initial="件")
    maker = forms.CharField(label=_("厂商"), max_length=64, required=False)
    model = forms.CharField(label=_("型号"), max_length=64, required=False)
    per_set = forms.IntegerField(label=_("每套用量"), min_value=1, max_value=1000, initial=1,
                                 help_text=_("一套监测设施上同时装用的数量"))
    lead_days = forms.IntegerField(label=_("到货期（天）"), min_value=0, max_value=730, initial=0)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)
    active = forms.BooleanField(label=_("在用"), required=False, initial=True)


class FitForm(forms.Form):
    maker = forms.CharField(label=_("仪器厂商"), max_length=64, required=False)
    model = forms.CharField(label=_("仪器型号"), max_length=64, required=False)
    kind = forms.ChoiceField(label=_("设施类型"), required=False,
                             choices=[("", _("不限")), *SystemKind.choices])
    technique = forms.ChoiceField(label=_("采样方式"), required=False,
                                  choices=[("", _("不限")), *Technique.choices])
    full_replacement = forms.BooleanField(label=_("可完全替代原件"), required=False)


class MinimumForm(forms.Form):
    office = forms.ModelChoiceField(queryset=Office.objects.none(), label=_("办事处"),
                                    empty_label=_("请选择"))
    quantity = forms.IntegerField(label=_("最低库存"), min_value=0, max_value=1_000_000,
                                  help_text=_("填 0 取消"))

    def __init__(self, scope: Scope, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["office"].queryset = Office.objects.filter(  # type: ignore[attr-defined]
            organisation=scope.organisation, until=None)


class StoreForm(forms.Form):
    name = forms.CharField(label=_("名称"), max_length=64)
    kind = forms.ChoiceField(label=_("类型"), choices=StoreKind.choices)
    office = forms.ModelChoiceField(queryset=Office.objects.none(), label=_("办事处"),
                                    required=False, empty_label=_("未指定"))
    keeper = forms.ModelChoiceField(queryset=User.objects.none(), label=_("保管人"),
                                    required=False, empty_label=_("未指定"))
    own = forms.ChoiceField(label=_("本单位所有"), required=False, choices=_YES_NO)
    shared = forms.ChoiceField(label=_("与其他单位共用"), required=False, choices=_YES_NO)
    since = _day(_("启用日期"))
    until = _day(_("停用日期"), required=False)

    def __init__(self, scope: Scope, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["office"].queryset = Office.objects.filter(  # type: ignore[attr-defined]
            organisation=scope.organisation)
        self.fields["keeper"].queryset = User.objects.filter(  # type: ignore[attr-defined]
            memberships__organisation=scope.organisation, is_active=True).distinct()

    def facts(self) -> dict[str, Any]:
        """What was typed as the action takes it."""
        found = dict(self.cleaned_data)
        for name in ("own", "shared"):
            found[name] = {"yes": True, "no": False}.get(found[name])
        return found


class BatchField(forms.ModelChoiceField):
    def label_from_instance(self, row: Any) -> str:
        words = [row.serial or row.lot or _now("未编批次")]
        if row.expires:
            words.append(_now("有效期至 %s") % row.expires)
        return "，".join(words)


class Given:
    """What the move forms of one page choose from, asked once for all of them."""

    def __init__(self, scope: Scope, part: Part, refs: list[tuple[str, str]]) -> None:
        self.stores = queries.stores_of(scope).filter(until=None)
        self.store_choices = [(row.pk, row.name) for row in self.stores]
        self.batches = part.batches.all()
        self.held = list(part.batches.filter(balances__quantity__gt=0).distinct())
        self.refs = refs


class MoveForm(forms.Form):
    """One move of a part; the fields of the verb only."""

    store = forms.ModelChoiceField(queryset=Store.objects.none(), label=_("库房"), empty_label=None)
    to = forms.ModelChoiceField(queryset=Store.objects.none(), label=_("调入"), empty_label=None)
    quantity = forms.IntegerField(label=_("数量"), min_value=1, max_value=1_000_000)
    lot = forms.CharField(label=_("批号"), max_length=64, required=False)
    serial = forms.CharField(label=_("出厂编号"), max_length=64, required=False)
    expires = _day(_("有效期至"), required=False)
    supplier = forms.CharField(label=_("供应商"), max_length=64, required=False)
    price = forms.DecimalField(label=_("单价（元）"), min_value=0, max_digits=12, decimal_places=2,
                               required=False)
    batch = BatchField(queryset=Batch.objects.none(), label=_("批次"), required=False,
                       empty_label=_("先到期的先出"))
    ref = forms.ChoiceField(label=_("原用途"), required=False)
    reason = forms.CharField(label=_("原因或用途"), max_length=200, required=False)
    client_id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    FIELDS = {
        "receive": ("store", "quantity", "lot", "serial", "expires", "supplier", "price", "reason"),
        "issue": ("store", "quantity", "batch", "reason"),
        "give_back": ("store", "quantity", "ref", "reason"),
        "transfer": ("store", "to", "quantity", "batch", "reason"),
        "scrap": ("store", "quantity", "batch", "reason"),
    }

    def __init__(self, given: "Given", verb: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, auto_id=f"id_{verb}_%s",
                         initial={"client_id": uuid4().hex}, **more)
        fields: dict[str, Any] = self.fields
        for name in fields.keys() - {*self.FIELDS[verb], "client_id"}:
            del fields[name]
        for name in {"store", "to"} & fields.keys():
            fields[name].queryset = given.stores
            fields[name].choices = given.store_choices
        if "batch" in fields:
            fields["batch"].queryset = given.batches
            fields["batch"].choices = [("", fields["batch"].empty_label), *(
                (row.pk, fields["batch"].label_from_instance(row)) for row in given.held)]
        if "ref" in fields:
            fields["ref"].choices = given.refs
        self.fields["reason"].required = verb in ("issue", "scrap")


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("冲正原因"), max_length=200)


class LendForm(forms.Form):
    machine = forms.ModelChoiceField(queryset=Balance.objects.none(), label=_("备机"),
                                     empty_label=_("请选择"))
    point = forms.ModelChoiceField(queryset=None, label=_("点位"), empty_label=_("请选择"))
    due = _day(_("应还日期"))
    reason = forms.CharField(label=_("事由"), max_length=200)

    def __init__(self, scope: Scope, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        machine: Any = self.fields["machine"]
        machine.queryset = Balance.objects.filter(
            store__organisation=scope.organisation, quantity__gt=0).exclude(
                batch__serial="").select_related("part", "batch", "store")
        machine.label_from_instance = (
            lambda row: f"{row.part.name} {row.batch.serial}（{row.store.name}）")
        self.fields["point"].queryset = points_of(scope)  # type: ignore[attr-defined]
        self.fields["due"].widget.attrs["min"] = today().isoformat()
