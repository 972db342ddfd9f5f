"""Who is on duty. Instants are epoch milliseconds."""

from qingyuan.areas.organisations.models import Organisation, User

from .models import DutyShift, ShiftKind


def on_duty(organisation: Organisation, at: int, area: str = "") -> list[User]:
    """Who is on duty at an instant for an area (code of a prefecture): the shifts of its office,
    else those of the whole unit. Standbys count only where nobody else is on duty. Nobody: []."""
    rows = list(
        DutyShift.objects.filter(organisation=organisation, since__lte=at, until__gt=at,
                                 person__is_active=True)
        .select_related("person", "office").order_by("since", "id"))
    near = [row for row in rows if row.office and area and row.office.area == area]
    called = near or [row for row in rows if row.office is None]
    first = [row for row in called if row.kind != ShiftKind.STANDBY] or called
    return list(dict.fromkeys(row.person for row in first))
