"""The unit's parts, what they fit, the least an office wants, and its stores.

Scope first, one transaction, one audit line; ValidationError by field, another unit's row does not
exist.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import Office, SystemKind, Technique
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.audit import audit, changes
from qingyuan.areas.organisations.models import Membership
from qingyuan.areas.organisations.scope import Scope, require

from .models import Fit, Minimum, Part, PartKind, Store, StoreKind

PART_FIELDS = ("code", "name", "kind", "maker", "model", "unit", "per_set", "lead_days", "active",
               "note")
FIT_FIELDS = ("maker", "model", "kind", "technique", "full_replacement")
STORE_FIELDS = ("name", "kind", "office", "keeper", "own", "shared", "since", "until")


@transaction.atomic
def add_part(scope: Scope, **facts: Any) -> Part:
    """A new line of the catalogue; ``facts`` as in PART_FIELDS."""
    require(scope, "edit_supplies")
    row = Part(organisation=scope.organisation, **_clean(facts, PART_FIELDS))
    _checked(row)
    _saved(row, "code", _("编码已有"))
    audit(scope, "add_part", row, after={"code": row.code, "name": row.name, "kind": row.kind})
    return row


@transaction.atomic
def edit_part(scope: Scope, part: Part, **facts: Any) -> Part:
    """Change facts of a part. Its kind and unit of measure stay once it has moved."""
    require(scope, "edit_supplies")
    row = Part.objects.select_for_update().get(pk=part.pk, organisation=scope.organisation)
    before, after = changes(row, _clean(facts, PART_FIELDS))
    if {"kind", "unit"} & after.keys() and row.moves.exists():
        raise ValidationError({next(iter({"kind", "unit"} & after.keys())): _(
            "已有出入库，不能改类别和计量单位")})
    for name, value in after.items():
        setattr(row, name, value)
    _checked(row)
    if after:
        _saved(row, "code", _("编码已有"))
        audit(scope, "edit_part", row, before, after)
    return row


@transaction.atomic
def set_fits(scope: Scope, part: Part, fits: Sequence[Mapping[str, Any]]) -> list[Fit]:
    """All that a part fits, in place of what was said; each with FIT_FIELDS."""
    require(scope, "edit_supplies")
    row = Part.objects.select_for_update().get(pk=part.pk, organisation=scope.organisation)
    before = [str(one) for one in row.fits.all()]
    made = []
    for facts in fits:
        one = Fit(part=row, **_clean(facts, FIT_FIELDS))
        if one.kind and one.kind not in SystemKind.values or (
                one.technique and one.technique not in Technique.values):
            raise ValidationError({"fits": _("请选择设施类型和采样方式")})
        if not str(one):
            raise ValidationError({"fits": _("适用须写明仪器型号或设施类型")})
        made.append(one)
    if len({(one.maker, one.model, one.kind, one.technique) for one in made}) < len(made):
        raise ValidationError({"fits": _("适用有重复")})
    row.fits.all().delete()
    Fit.objects.bulk_create(made)
    audit(scope, "edit_fits", row, {"fits": before}, {"fits": [str(one) for one in made]})
    return made


@transaction.atomic
def set_minimum(scope: Scope, part: Part, office: Office, quantity: int) -> None:
    """The least of a part that an office's stores shall hold; 0 asks nothing."""
    require(scope, "edit_supplies")
    row = Part.objects.select_for_update().get(pk=part.pk, organisation=scope.organisation)
    place = Office.objects.get(pk=office.pk, organisation=scope.organisation)
    if not 0 <= quantity <= 1_000_000:
        raise ValidationError({"quantity": _("数量须为 0 至 1000000 的整数")})
    old = row.minimums.filter(office=place).values_list("quantity", flat=True).first() or 0
    if quantity:
        Minimum.objects.update_or_create(
            part=row, office=place, defaults={"quantity": quantity})
    else:
        row.minimums.filter(office=place).delete()
    audit(scope, "set_minimum", row, {"office": place.name, "quantity": old},
          {"office": place.name, "quantity": quantity})


@transaction.atomic
def add_store(scope: Scope, **facts: Any) -> Store:
    """A store or a van; ``facts`` as in STORE_FIELDS."""
    require(scope, "edit_supplies")
    row = Store(organisation=scope.organisation,
                **{"since": today(), **_clean(facts, STORE_FIELDS)})
    _placed(scope, row)
    _saved(row, "name", _("名称已有"))
    audit(scope, "add_store", row, after={"name": row.name, "kind": row.kind})
    return row


@transaction.atomic
def edit_store(scope: Scope, store: Store, **facts: Any) -> Store:
    """Change facts of a store. One in which something lies is not closed."""
    require(scope, "edit_supplies")
    row = Store.objects.select_for_update().get(pk=store.pk, organisation=scope.organisation)
    before, after = changes(row, _clean(facts, STORE_FIELDS))
    for name, value in after.items():
        setattr(row, name, value)
    _placed(scope, row)
    if row.until and row.balances.filter(quantity__gt=0).exists():
        raise ValidationError({"until": _("库内还有物料，请先调拨或盘点清空")})
    if after:
        _saved(row, "name", _("名称已有"))
        audit(scope, "edit_store", row, {k: _said(v) for k, v in before.items()},
              {k: _said(v) for k, v in after.items()})
    return row


def _clean(facts: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    unknown = facts.keys() - set(names)
    if unknown:
        raise TypeError(f"no such facts: {', '.join(sorted(unknown))}")
    return {name: value.strip() if isinstance(value, str) else value
            for name, value in facts.items()}


def _checked(row: Part) -> None:
    wrong: dict[str, Any] = {}
    for name in ("code", "name", "unit"):
        if not getattr(row, name):
            wrong[name] = _("必填")
    if row.kind not in PartKind.values:
        wrong["kind"] = _("请选择类别")
    if not 0 < row.per_set <= 1000:
        wrong["per_set"] = _("须为 1 至 1000")
    if not 0 <= row.lead_days <= 730:
        wrong["lead_days"] = _("须为 0 至 730")
    for name in ("code", "name", "maker", "model", "unit", "note"):
        most = Part._meta.get_field(name).max_length
        if len(getattr(row, name)) > most:
            wrong[name] = _("至多 %d 个字") % most
    if wrong:
        raise ValidationError(wrong)


def _placed(scope: Scope, row: Store) -> None:
    if not row.name or len(row.name) > 64:
        raise ValidationError({"name": _("请填写名称，至多 64 个字")})
    if row.kind not in StoreKind.values:
        raise ValidationError({"kind": _("请选择类型")})
    if row.office is not None and row.office.organisation_id != scope.organisation.pk:
        raise Office.DoesNotExist
    if row.keeper is not None and not Membership.objects.filter(
            organisation=scope.organisation, user=row.keeper).exists():
        raise ValidationError({"keeper": _("请选择本单位的人员")})
    if row.until and row.until < row.since:
        raise ValidationError({"until": _("停用日期不能早于启用日期")})


def _saved(row: Part | Store, field: str, taken: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        raise ValidationError({field: taken}) from None


def _said(value: Any) -> Any:
    return value if isinstance(value, bool | int | str | None) else str(value)
