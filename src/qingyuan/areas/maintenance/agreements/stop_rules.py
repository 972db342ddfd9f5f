"""What a stop of the source means for the duties: its state, its limit, its suspension."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from qingyuan.areas.assets.models import Medium
from qingyuan.areas.assets.queries import today as china_today
from qingyuan.areas.maintenance.models import SourceStop
from qingyuan.areas.maintenance.planning.calls import LONG_STOP, is_long
from qingyuan.areas.rules.queries import BookFor, book_for
from qingyuan.kernel.clock import CST
from qingyuan.standards import Provision

VERIFY = "gas.stop.verification_within"
READY = "gas.restart.ready_before"


@dataclass(frozen=True, slots=True)
class Standing:
    """``state``: a code of the family ``stop``. ``long``: as planned or as it turned out it
    exceeds ``limit`` (None for water, which no clause suspends). ``suspends``: days from
    ``suspended_since`` on are without duties."""

    state: str
    long: bool
    limit: Provision | None
    suspended_since: date | None

    @property
    def suspends(self) -> bool:
        return self.suspended_since is not None


def standing(
    stop: SourceStop, book: BookFor | None = None, today: date | None = None,
    now: datetime | None = None,
) -> Standing:
    """How a stop stands (HJ 75-2017 12.1.2): up to a quarter suspends nothing; a longer one does
    from the day of its filing. ``book`` is the point's."""
    day = today or china_today()
    limit, long = None, False
    if stop.point.kind == Medium.GAS:
        found = book or book_for(stop.point)
        limit = found.find(LONG_STOP, stop.since.astimezone(CST).date())
        long = is_long(stop, found, day)
    since = None
    if long and stop.filed_on is not None and not stop.withdrawn_why:
        since = max(stop.filed_on, stop.since.astimezone(CST).date())
    return Standing(_state(stop, long, since, day, now or timezone.now(), limit), long, limit,
                    since)


def outlasted(stop: SourceStop, limit: Provision | None, today: date) -> bool:
    """Whether the stop has in fact lasted longer than the limit by a day."""
    if limit is None:
        return False
    end = stop.restart_at.astimezone(CST).date() if stop.restart_at else today
    return end > last_day(stop, limit)


def last_day(stop: SourceStop, limit: Provision) -> date:
    """The last day on which the stop is no longer than the limit (months by the calendar)."""
    since = stop.since.astimezone(CST).date()
    year, month = divmod(since.year * 12 + since.month - 1 + int(limit.value), 12)
    first = date(year, month + 1, 1)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return first + timedelta(days=min(since.day - 1, (following - first).days - 1))


def _state(
    stop: SourceStop, long: bool, suspended: date | None, day: date, now: datetime,
    limit: Provision | None,
) -> str:
    if stop.withdrawn_why:
        return "withdrawn"
    if stop.restart_at is not None and stop.restart_at <= now:
        return "ended"
    if suspended is not None:
        return "suspended" if suspended <= day else "running"
    return "unfiled" if long and outlasted(stop, limit, day) else "running"
