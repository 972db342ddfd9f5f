"""Writes on what a site asks of whoever comes: permits, hours of the gate, an escort, no photos."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit, changes
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, require

from . import queries, sites_queries
from .checks import known, own_discharger, refuse_foreign
from .models import EntryCondition, EntryKind, MonitoringPoint

ENTRY_FIELDS = frozenset({"kind", "opens", "closes", "contact", "note", "since", "until"})


@transaction.atomic
def add_entry_condition(
    scope: Scope, discharger: Organisation, *, kind: str, since: date,
    point: MonitoringPoint | None = None, **facts: Any,
) -> EntryCondition:
    """What the site asks of whoever comes: at one ``point``, or at all of the discharger's.
    ``facts``: opens and closes (China time, of gate hours), contact, note, until. What concerns
    all points is entered by the discharger, or by the unit that serves all of them."""
    require(scope, "edit_entry")
    known(facts, ENTRY_FIELDS)
    owner = own_discharger(scope, discharger)
    held = queries.points_of(scope).get(pk=point.pk, organisation=owner) if point else None
    row = EntryCondition(discharger=owner, point=held, kind=kind, since=since, **facts)
    _may_condition(scope, row)
    _check_condition(row)
    row.save()
    audit(scope, "add_entry_condition", row, None, {
        "discharger": owner.name, "point": held.name if held else "", "condition": _word(kind),
        "since": since, **_times(facts)})
    return row


@transaction.atomic
def edit_entry_condition(scope: Scope, condition: EntryCondition, **facts: Any) -> EntryCondition:
    """Correct an entry condition; the same facts change nothing."""
    require(scope, "edit_entry")
    known(facts, ENTRY_FIELDS)
    row = _condition(scope, condition)
    before, after = changes(row, facts)
    if not after:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    _check_condition(row)
    row.save()
    audit(scope, "edit_entry_condition", row, _times(before), _times(after))
    return row


def end_entry_condition(scope: Scope, condition: EntryCondition, until: date) -> EntryCondition:
    """The last day on which a condition holds."""
    return edit_entry_condition(scope, condition, until=until)


def _may_condition(scope: Scope, row: EntryCondition) -> None:
    if row.point_id is None:
        refuse_foreign(scope, MonitoringPoint.objects.filter(organisation=row.discharger_id))


def _condition(scope: Scope, condition: EntryCondition) -> EntryCondition:
    row = sites_queries.conditions_of(scope).select_for_update(of=("self",)).get(pk=condition.pk)
    _may_condition(scope, row)
    return row


def _check_condition(row: EntryCondition) -> None:
    row.clean_fields(exclude=["discharger", "point"])
    if row.kind == EntryKind.GATE_HOURS and (row.opens is None or row.closes is None):
        raise ValidationError({"opens": _("入厂时段须填写开始和结束时刻")})
    if row.kind != EntryKind.GATE_HOURS and (row.opens or row.closes):
        raise ValidationError({"opens": _("只有入厂时段有时刻")})
    if row.opens is not None and row.closes is not None and row.opens >= row.closes:
        raise ValidationError({"closes": _("结束时刻应晚于开始时刻")})
    if row.until is not None and row.until < row.since:
        raise ValidationError({"until": _("结束日期不能早于开始日期")})


def _times(facts: dict[str, Any]) -> dict[str, Any]:
    told = {name: str(value) if value is not None else None for name, value in facts.items()}
    kind = told.pop("kind", None)
    return {"condition": _word(kind), **told} if kind else told


def _word(kind: str) -> str:
    return str(EntryKind(kind).label)
