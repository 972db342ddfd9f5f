"""What the worker does for the laboratory: whoever took a sample hears once when it becomes too
late."""

import time

from qingyuan.areas.notices.actions import tell
from qingyuan.areas.organisations.jobs import Periodic
from qingyuan.areas.organisations.models import Membership, Role

from . import queries
from .models import Sample


def warn(now: int | None = None) -> str:
    """Tell the taker and the unit's analysts of a sample whose warning is new."""
    moment = round(time.time() * 1000) if now is None else now
    count = 0
    for row in Sample.objects.filter(state__in=queries.OPEN).select_related(
            "organisation", "point", "taker").iterator(chunk_size=500):
        found = queries.warnings(row, moment)
        code = found[0].code if found else ""
        if code == row.told:
            continue
        Sample.objects.filter(pk=row.pk).update(told=code)
        if not found:
            continue
        analysts = [one.user for one in Membership.objects.filter(
            organisation=row.organisation_id, active=True, role=Role.ANALYST,
        ).select_related("user")]
        tell(row.organisation, [*analysts, *([row.taker] if row.taker else [])], kind="expiry",
             title=f"样品 {row.number}（{row.point.name}）：{found[0].sentence}",
             link=f"/samples/{row.pk}/", ref=f"sample:{row.pk}",
             urgent=found[0].code == "hold_soon")
        count += 1
    return f"{count} samples" if count else ""


JOBS = (Periodic("sample_warnings", 600, warn),)
