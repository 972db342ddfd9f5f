"""The staff as facts of ``qingyuan capability``."""

from collections import defaultdict
from datetime import date, timedelta

from qingyuan.areas.organisations.models import Organisation
from qingyuan.assess.capability import facts

from .models import Certificate, Staff


def people(unit: Organisation, day: date) -> tuple[facts.Person, ...] | None:
    """Everybody who ever worked for the unit, with every certificate that was ever issued: what
    somebody held on a day of work is asked of the past. None where no staff was ever entered.
    ``day`` is not looked at: rows are dated."""
    staff = list(Staff.objects.filter(organisation=unit).order_by("pk"))
    if not staff:
        return None
    held: dict[int, list[facts.Certificate]] = defaultdict(list)
    for row in Certificate.objects.filter(staff__organisation=unit).order_by("issued", "pk"):
        ends = row.expires
        if row.withdrawn is not None:
            last = row.withdrawn - timedelta(days=1)
            if last < row.issued:
                continue
            ends = last if ends is None else min(ends, last)
        held[row.staff_id].append(facts.Certificate(
            row.kind, row.issuer_level, row.issued, ends))
    return tuple(facts.Person(
        f"staff:{one.pk}", one.name, frozenset(one.posts), one.hired, one.left,
        certificates=tuple(held[one.pk])) for one in staff)
