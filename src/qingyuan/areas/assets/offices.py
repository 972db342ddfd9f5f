"""Writes on offices: where they are, and who works from which."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit, changes
from qingyuan.areas.organisations.models import User
from qingyuan.areas.organisations.scope import Scope, require

from . import sites_queries
from .checks import area_code, check_position, known
from .models import Office, OfficeMember

OFFICE_FIELDS = frozenset({"name", "area", "address", "phone", "latitude", "longitude", "since"})


@transaction.atomic
def add_office(scope: Scope, *, name: str, area: str, since: date, **facts: Any) -> Office:
    """Enter an office of the scope's unit in a prefecture or 兵团 city (``area``: code or name).
    ``facts``: address, phone, latitude and longitude (degrees, WGS 84)."""
    require(scope, "edit_offices")
    known(facts, OFFICE_FIELDS)
    row = Office(organisation=scope.organisation, name=name.strip(), area=area_code(area),
                 since=since, **facts)
    _check(row)
    row.save()
    audit(scope, "add_office", row, None, {
        "name": row.name, "area": row.area, "since": since, **facts})
    return row


@transaction.atomic
def edit_office(scope: Scope, office: Office, **facts: Any) -> Office:
    """Correct an office; the same facts change nothing."""
    require(scope, "edit_offices")
    known(facts, OFFICE_FIELDS)
    row = _held(scope, office)
    if facts.get("area"):
        facts["area"] = area_code(facts["area"])
    before, after = changes(row, facts)
    if not after:
        return row
    for name, value in after.items():
        setattr(row, name, value)
    _check(row)
    row.save()
    audit(scope, "edit_office", row, before, after)
    return row


@transaction.atomic
def close_office(scope: Scope, office: Office, until: date) -> Office:
    """The last day of an office; who still worked from it does so until then."""
    require(scope, "edit_offices")
    row = _held(scope, office)
    if until < row.since:
        raise ValidationError({"until": _("结束日期不能早于开始日期")})
    for member in row.members.select_related("person").filter(
            Q(until=None) | Q(until__gt=until)):
        _end(scope, member, until)
    before = {"until": row.until}
    row.until = until
    row.save(update_fields=["until"])
    audit(scope, "close_office", row, before, {"until": until})
    return row


@transaction.atomic
def set_office_of(
    scope: Scope, person: User, office: Office | None, since: date
) -> OfficeMember | None:
    """The office that a colleague works from beginning with a day, or none. The former one ends
    the day before. None where nothing was to be entered."""
    require(scope, "edit_offices")
    who = sites_queries.colleagues(scope).filter(pk=person.pk).first()
    if who is None:
        raise ValidationError({"person": _("请选择本单位的在职人员")})
    home = _held(scope, office) if office is not None else None
    if home is not None and (home.since > since or (home.until and home.until < since)):
        raise ValidationError({"since": _("办事处 %s 在这一天没有启用") % home.name})
    rows = list(OfficeMember.objects.select_for_update(of=("self",)).filter(
        Q(until=None) | Q(until__gte=since), person=who,
        office__organisation=scope.organisation).select_related("office", "person"))
    now = [row for row in rows if row.since <= since]
    if home is not None and any(row.office_id == home.pk for row in now):
        return None
    for row in now:
        _end(scope, row, since - timedelta(days=1))
    if home is None:
        return None
    later = [row.since for row in rows if row.since > since]
    made = OfficeMember.objects.create(
        office=home, person=who, since=since,
        until=min(later) - timedelta(days=1) if later else home.until)
    audit(scope, "set_office_of", home, None, {
        "person": str(who), "since": since, "until": made.until})
    return made


def _held(scope: Scope, office: Office) -> Office:
    return sites_queries.offices_of(scope).select_for_update(of=("self",)).get(pk=office.pk)


def _end(scope: Scope, row: OfficeMember, until: date) -> None:
    """End a membership; one that would end before it began never held and goes."""
    audit(scope, "leave_office", row.office, None, {"person": str(row.person), "until": until})
    if until < row.since:
        row.delete()
        return
    row.until = until
    row.save(update_fields=["until"])


def _check(row: Office) -> None:
    row.full_clean()
    check_position(row.latitude, row.longitude)
    if row.until is not None and row.until < row.since:
        raise ValidationError({"until": _("结束日期不能早于开始日期")})
