"""What clause 4.8 asks of a unit's laboratory, on any day."""

from collections.abc import Sequence
from datetime import date

from qingyuan.areas.assets.models import Instrument, ServiceContract
from qingyuan.areas.assets.queries import in_force as held_on
from qingyuan.areas.organisations.models import Organisation
from qingyuan.assess.capability import facts

from . import queries
from .holding import holdings
from .models import Accreditation, Laboratory


def lab(unit: Organisation, day: date) -> facts.Lab | None:
    """The laboratories that the unit works with on the day as one: the certificate that holds
    longest of those issued by then, whether the scopes together cover what the unit's points
    measure in water, whether everybody who analyses is qualified. None when the unit has never
    entered a laboratory; an empty number when none is in force. Some six queries."""
    if not Laboratory.objects.filter(organisation=unit).exists():
        return None
    rows = queries.in_force(unit, day)
    issued = [one for row in rows for one in row.accreditations.all() if one.issued <= day]
    best: Accreditation | None = max(
        issued, key=lambda one: (one.cma_expires, one.pk), default=None)
    return facts.Lab(
        cma_no=best.cma_no if best else "", cma_expires=best.cma_expires if best else None,
        scope_covers=_covers(unit, rows, day), staff_qualified=_qualified(rows, day))


def wanted(unit: Organisation, day: date) -> set[str]:
    """Codes of what the unit's points measure in water on a day and a laboratory determines."""
    codes: set[str] = set()
    for listed in Instrument.objects.filter(
            held_on(day), system__point__in=_served(unit, day)).values_list("factors", flat=True):
        codes.update(listed)
    return codes & set(holdings())


def _served(unit: Organisation, day: date) -> list[int]:
    return list(ServiceContract.objects.filter(held_on(day), om_unit=unit).values_list(
        "point", flat=True))


def _covers(unit: Organisation, rows: Sequence[Laboratory], day: date) -> bool | None:
    known = {line.code for row in rows for line in row.lines.all() if line.code}
    asked = wanted(unit, day)
    return asked <= known if known and asked else None


def _qualified(rows: Sequence[Laboratory], day: date) -> bool | None:
    people = [one for row in rows for one in row.people.all()
              if one.since <= day and (one.until is None or one.until >= day)]
    if not people:
        return None
    return all(one.number and (one.expires is None or one.expires >= day) for one in people)
