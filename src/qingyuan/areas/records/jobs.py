"""What the worker does for records: uploads of the set-up that are too long for a request, and each
unit's desk, filled in the morning and kept fresh; records looked at beside everything else that is
known of their visits."""

import logging
from datetime import datetime, time

from django.utils import timezone

from qingyuan.areas.assets.models import ServiceContract
from qingyuan.areas.assets.queries import in_force
from qingyuan.areas.organisations.jobs import Periodic
from qingyuan.areas.organisations.models import Organisation
from qingyuan.kernel.clock import CST

from . import indexing
from .crosscheck import due
from .desk.actions import fill
from .models import DeskDay
from .setup import work

FROM, UNTIL = time(6), time(20)
"""China time: not before the night's data have come, not when nobody signs any more."""
EVERY = 1800  # seconds
log = logging.getLogger(__name__)


def fill_desks(now: datetime | None = None) -> str:
    """Fill today's desk of every unit that serves a point, or bring it up to date; one unit's
    trouble keeps no other from its desk. "" outside of the hours."""
    moment = (timezone.now() if now is None else now).astimezone(CST)
    if not FROM <= moment.time() < UNTIL:
        return ""
    serving = ServiceContract.objects.filter(in_force(moment.date())).values("om_unit")
    filled = lines = 0
    failed: list[str] = []
    for unit in Organisation.objects.filter(pk__in=serving, active=True).order_by("pk"):
        try:
            desk = fill(unit, moment.date(), now=round(moment.timestamp() * 1000))
        except Exception:  # the other units' desks must be filled all the same; it is logged
            log.exception("the desk of %s was not filled", unit)
            failed.append(str(unit.pk))
            continue
        filled += 1
        lines += desk.lines.count()
    DeskDay.objects.filter(lines=None, signed=[], day=moment.date()).delete()
    if failed:
        raise RuntimeError(f"desks not filled: {', '.join(failed)}")
    return f"{filled} desks, {lines} lines" if lines else ""


JOBS = (
    Periodic("set_up", 5, work.due), Periodic("fill_desks", EVERY, fill_desks),
    Periodic("cross_check", 60, due.run_due), Periodic("cross_check_again", EVERY, due.look_again),
    Periodic("marks_without_record", 3600, due.look_at_marks),
    Periodic("index_records", 30, indexing.run),
)
