"""Documents as capability counts them (C11)."""

from datetime import date, datetime, time

from qingyuan.areas.organisations.models import Organisation
from qingyuan.assess.capability import facts
from qingyuan.kernel.clock import CST

from .models import Document, State, Version
from .systems import systems


def documents(unit: Organisation, day: date) -> tuple[facts.Document, ...] | None:
    """One fact a version ever approved and system of clause 4.4 that its document answers; a
    document without one stands with neither date. None where no document had been entered by the
    end of ``day``, () where none answers a system of the clause."""
    end = round(datetime.combine(day, time.max, CST).timestamp() * 1000)
    rows = list(Document.objects.filter(organisation=unit, created_at__lte=end))
    if not rows:
        return None
    versions: dict[int, list[Version]] = {}
    for one in Version.objects.filter(
            document__in=[row.pk for row in rows], approved_on__isnull=False,
            state__in=(State.APPROVED, State.WITHDRAWN)).defer("text"):
        versions.setdefault(one.document_id, []).append(one)
    found = []
    for row in rows:
        keys = {systems()[key].capability for key in row.systems if key in systems()} - {""}
        for key in sorted(keys):
            found += [facts.Document(key, one.approved_on, one.effective, one.until)
                      for one in versions.get(row.pk, ())] or [facts.Document(key)]
    return tuple(found)
