"""Scenarios: made, changed, planned, dropped. Scope first, one transaction, one audit line."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.scope import Scope, may, require

from . import whatif
from .models import Scenario

MOST = 50  # changes of one scenario


def scenarios_of(scope: Scope) -> QuerySet[Scenario]:
    """The unit's scenarios, newest first."""
    if not may(scope, "see_capability"):
        return Scenario.objects.none()
    return Scenario.objects.filter(organisation=scope.organisation).select_related("created_by")


@transaction.atomic
def make(scope: Scope, name: str, note: str = "") -> Scenario:
    """An empty one."""
    require(scope, "edit_scenarios")
    row = Scenario.objects.create(
        organisation=scope.organisation, name=_name(scope, name), note=note.strip()[:400],
        created_by=scope.user)
    audit(scope, "make_scenario", row, after={"name": row.name})
    return row


@transaction.atomic
def edit(scope: Scope, scenario: Scenario, *, name: str, note: str = "",
         planned: bool = False) -> Scenario:
    """Its name and note, and whether it is going to happen, so that the forecast counts it."""
    require(scope, "edit_scenarios")
    row = _own(scope, scenario)
    before = {"name": row.name, "note": row.note, "planned": row.planned}
    row.name, row.note = _name(scope, name, row.pk), note.strip()[:400]
    row.planned = planned
    row.save(update_fields=["name", "note", "planned"])
    audit(scope, "edit_scenario", row, before,
          {"name": row.name, "note": row.note, "planned": row.planned})
    return row


@transaction.atomic
def add_change(scope: Scope, scenario: Scenario, change: Mapping[str, Any]) -> Scenario:
    """One change more."""
    require(scope, "edit_scenarios")
    row = _own(scope, scenario)
    if wrong := whatif.checked(change):
        raise ValidationError(wrong)
    if len(row.changes) >= MOST:
        raise ValidationError({"what": _("一个方案最多 %d 项变化") % MOST})
    row.changes = sorted([*row.changes, dict(change)], key=lambda one: one["from"])
    row.save(update_fields=["changes"])
    audit(scope, "add_change", row, after={"text": whatif.said(change), "from": change["from"]})
    return row


@transaction.atomic
def drop_change(scope: Scope, scenario: Scenario, place: int) -> Scenario:
    """One change less, by its place from 0."""
    require(scope, "edit_scenarios")
    row = _own(scope, scenario)
    if not 0 <= place < len(row.changes):
        raise ValidationError(_("该变化已不存在"))
    gone = row.changes.pop(place)
    row.save(update_fields=["changes"])
    audit(scope, "drop_change", row, before={"text": whatif.said(gone), "from": gone["from"]})
    return row


@transaction.atomic
def drop(scope: Scope, scenario: Scenario) -> None:
    """Away with it; the audit line keeps what it said."""
    require(scope, "edit_scenarios")
    row = _own(scope, scenario)
    audit(scope, "drop_scenario", row, before={
        "name": row.name, "text": "；".join(whatif.said(one) for one in row.changes)})
    row.delete()


def _own(scope: Scope, scenario: Scenario) -> Scenario:
    return Scenario.objects.select_for_update(of=("self",)).get(
        organisation=scope.organisation, pk=scenario.pk)


def _name(scope: Scope, name: str, own: int = 0) -> str:
    said = name.strip()[:64]
    if not said:
        raise ValidationError({"name": _("请填写名称")})
    if Scenario.objects.filter(organisation=scope.organisation, name=said).exclude(
            pk=own).exists():
        raise ValidationError({"name": _("已有同名方案")})
    return said
