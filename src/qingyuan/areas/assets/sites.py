"""Writes on places: where points lie, and the houses they stand in. One function a verb; each
checks the role, works in one transaction and leaves an audit line. Wrong input raises
ValidationError with a message per field; a thing out of sight its DoesNotExist.

Keepers, entry, offices and permits have modules of their own and can be called from here as well.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit, changes
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, require

from . import queries, sites_queries
from .checks import area_code, check_position, known, own_discharger, refuse_foreign
from .entry import add_entry_condition, edit_entry_condition, end_entry_condition
from .keepers import assign_keeper, end_keeping, keep_point
from .labels import close_ledger, label_of, open_ledger, print_labels
from .models import MonitoringPoint, PointPlace, StationHouse
from .offices import add_office, close_office, edit_office, set_office_of
from .permits import add_permit, edit_permit, end_permit

__all__ = [
    "add_entry_condition", "add_house", "add_office", "add_permit", "assign_keeper",
    "close_ledger", "close_office", "edit_entry_condition", "edit_house", "edit_office",
    "edit_permit",
    "end_entry_condition", "end_keeping", "end_permit", "keep_point", "label_of", "open_ledger",
    "print_labels", "set_office_of", "set_place",
]  # fmt: skip
PLACE_FIELDS = frozenset({"house", "area", "latitude", "longitude", "fence", "directions"})
HOUSE_FIELDS = frozenset({"name", "floor_area", "latitude", "longitude", "note"})
FENCE = (20, 5000)  # m


@transaction.atomic
def set_place(scope: Scope, point: MonitoringPoint, **facts: Any) -> PointPlace:
    """Say where a point lies: ``house``, ``area`` (code or name), ``latitude`` and ``longitude``
    (degrees, WGS 84), ``fence`` (m), ``directions``; what is left out stays as it is."""
    require(scope, "edit_sites")
    known(facts, PLACE_FIELDS)
    held = queries.points_of(scope).get(pk=point.pk)
    row = PointPlace.objects.select_for_update().filter(point=held).first()
    place = row or PointPlace(point=held)
    if facts.get("area"):
        facts["area"] = area_code(facts["area"])
    if facts.get("house") is not None:
        facts["house"] = _house_at(scope, held, facts["house"])
    before, after = changes(place, facts)
    if row is not None and not after:
        return row
    for name, value in after.items():
        setattr(place, name, value)
    place.clean_fields(exclude=["point", "house"])
    check_position(place.latitude, place.longitude)
    if not FENCE[0] <= place.fence <= FENCE[1]:
        raise ValidationError({"fence": _("签到半径应为 %d 到 %d 米") % FENCE})
    place.save()
    audit(scope, "set_place", place, _told(before) if row else None,
          {"point": held.name, **_told(after)})
    return place


@transaction.atomic
def add_house(scope: Scope, discharger: Organisation, *, name: str, **facts: Any) -> StationHouse:
    """Enter a station house of a discharger: ``floor_area`` (m²), ``latitude``, ``longitude``,
    ``note``."""
    require(scope, "edit_sites")
    known(facts, HOUSE_FIELDS)
    row = StationHouse(discharger=own_discharger(scope, discharger), name=name.strip(), **facts)
    _check_house(row)
    row.save()
    audit(scope, "add_house", row, None, {
        "discharger": row.discharger.name, "name": row.name, **facts})
    return row


@transaction.atomic
def edit_house(scope: Scope, house: StationHouse, **facts: Any) -> StationHouse:
    """Correct a house. One in which points of another unit stand is left to who sees them all."""
    require(scope, "edit_sites")
    known(facts, HOUSE_FIELDS)
    row = sites_queries.houses_of(scope).select_for_update(of=("self",)).get(pk=house.pk)
    before, after = changes(row, facts)
    if not after:
        return row
    refuse_foreign(scope, MonitoringPoint.objects.filter(place__house=row))
    for name, value in after.items():
        setattr(row, name, value)
    _check_house(row)
    row.save()
    audit(scope, "edit_house", row, before, after)
    return row


def _house_at(scope: Scope, point: MonitoringPoint, house: StationHouse) -> StationHouse:
    held = sites_queries.houses_of(scope).filter(
        pk=house.pk, discharger=point.organisation_id).first()
    if held is None:
        raise ValidationError({"house": _("请选择该排污单位的站房")})
    return held


def _check_house(row: StationHouse) -> None:
    row.full_clean()
    check_position(row.latitude, row.longitude)
    if row.floor_area is not None and not 0 < row.floor_area < 10_000:
        raise ValidationError({"floor_area": _("面积应为正数")})


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    house = facts.get("house")
    return facts | {"house": house.name} if house is not None else facts
