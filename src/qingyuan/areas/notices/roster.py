"""Who is on duty, and writes on the roster. Instants are epoch milliseconds."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import Office
from qingyuan.areas.assets.sites_queries import colleagues, offices_of
from qingyuan.areas.organisations.audit import audit
from qingyuan.areas.organisations.models import Organisation, User
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.kernel.clock import CST

from .actions import now_ms
from .models import DutyShift, ShiftKind

MOST = 400  # shifts entered at once


def on_duty(organisation: Organisation, at: int, area: str = "") -> list[User]:
    """Who is on duty at an instant for an area (code of a prefecture): the shifts of its office,
    else those of the whole unit. Standbys count only where nobody else is on duty. Nobody: []."""
    return called(_running(organisation, at), area)


def standby(organisation: Organisation, at: int, area: str = "") -> list[User]:
    """Who stands by, for when those on duty do not answer."""
    rows = [row for row in _running(organisation, at) if row.kind == ShiftKind.STANDBY]
    return called(rows, area)


def _running(organisation: Organisation, at: int) -> list[DutyShift]:
    return list(
        DutyShift.objects.filter(organisation=organisation, since__lte=at, until__gt=at,
                                 person__is_active=True)
        .select_related("person", "office").order_by("since", "id"))


def called(rows: Sequence[DutyShift], area: str) -> list[User]:
    """Who of running shifts is called for an area."""
    near = [row for row in rows if row.office and area and row.office.area == area]
    mine = near or [row for row in rows if row.office is None]
    first = [row for row in mine if row.kind != ShiftKind.STANDBY] or mine
    return list(dict.fromkeys(row.person for row in first))


def now_by_office(scope: Scope, offices: Iterable[Office], at: int) -> list[
        tuple[Office | None, list[User]]]:
    """Who is called at an instant for each office, and where no office is near (None)."""
    rows = _running(scope.organisation, at)
    return [(office, called(rows, office.area)) for office in offices] + [(None, called(rows, ""))]


def shifts_of(scope: Scope) -> QuerySet[DutyShift]:
    """The unit's roster."""
    return DutyShift.objects.filter(organisation=scope.organisation).select_related(
        "person", "office")


def days_in(shifts: Iterable[DutyShift], first: date, last: date) -> dict[date, list[DutyShift]]:
    """By the day on which they begin, those that began earlier on the first one; each day is
    there."""
    by = {first + timedelta(days=n): [] for n in range((last - first).days + 1)}
    for row in shifts:
        begun = datetime.fromtimestamp(row.since / 1000, CST).date()
        by[max(begun, first)].append(row)
    return by


def instant(day: date, clock: time) -> int:
    """A moment in China as epoch milliseconds."""
    return round(datetime.combine(day, clock, CST).timestamp() * 1000)


@transaction.atomic
def add_shifts(
    scope: Scope, *, person: User, kind: str, day: date, begins: time, ends: time,
    office: Office | None = None, days: int = 1, weeks: int = 1, note: str = "",
) -> list[DutyShift]:
    """Put a colleague on duty from ``begins`` to ``ends`` (on the next day when not later), on so
    many days in a row, repeated in so many weeks."""
    require(scope, "edit_roster")
    who = colleagues(scope).filter(pk=person.pk).first()
    if who is None:
        raise ValidationError({"person": _("请选择本单位的在职人员")})
    if office is not None and not offices_of(scope).filter(pk=office.pk).exists():
        raise ValidationError({"office": _("请选择本单位的办事处")})
    if kind not in ShiftKind.values:
        raise ValidationError({"kind": _("没有这样的班次")})
    if days < 1 or weeks < 1 or (weeks > 1 and days > 7) or days * weeks > MOST:
        raise ValidationError({"weeks": _("连续天数与重复周数不合适：每周重复时连续不超过 7 天，"
                                          "一次最多 %d 个班次") % MOST})
    begun = [day + timedelta(days=n, weeks=w) for w in range(weeks) for n in range(days)]
    longer = timedelta(days=0 if ends > begins else 1)
    rows = [DutyShift(
        organisation=scope.organisation, office=office, person=who, kind=kind, note=note.strip(),
        since=instant(one, begins), until=instant(one + longer, ends)) for one in begun]
    _refuse_overlap(scope, rows)
    made = DutyShift.objects.bulk_create(rows)
    audit(scope, "add_shifts", made[0], None, {
        "person": str(who), "shift": kind, "office": office.name if office else "",
        "begins_at": rows[0].since, "ends_at": rows[-1].until, "shifts": len(rows)})
    return made


def _refuse_overlap(scope: Scope, rows: Sequence[DutyShift]) -> None:
    """Nobody stands twice in one place at one time."""
    first = rows[0]
    # One after the other: of two who enter at once the second finds the first one's rows.
    Organisation.objects.select_for_update(no_key=True).get(pk=scope.organisation.pk)
    others = DutyShift.objects.filter(
        organisation=scope.organisation, person=first.person, office=first.office,
        since__lt=rows[-1].until, until__gt=first.since).values_list("since", "until")
    taken = list(others)
    for row in rows:
        if any(since < row.until and until > row.since for since, until in taken):
            when = datetime.fromtimestamp(row.since / 1000, CST)
            raise ValidationError({"day": _("%(who)s 在 %(day)s 已有重叠的班次") % {
                "who": first.person, "day": f"{when:%m-%d %H:%M}"}})
        taken.append((row.since, row.until))


@transaction.atomic
def remove_shifts(scope: Scope, shifts: Iterable[DutyShift], now: int | None = None) -> int:
    """Take shifts off the roster; how many. One that runs ends now, as who was on duty until then
    stays known; one that is over stays."""
    require(scope, "edit_roster")
    when = now_ms() if now is None else now
    rows = list(shifts_of(scope).select_for_update(of=("self",)).filter(
        Q(until__gt=when), pk__in=[row.pk for row in shifts]))
    for row in rows:
        audit(scope, "remove_shift", row, None, {
            "person": str(row.person), "shift": row.kind, "begins_at": row.since,
            "ends_at": row.until})
        if row.since >= when:
            row.delete()
        else:
            row.until = when
            row.save(update_fields=["until"])
    return len(rows)
