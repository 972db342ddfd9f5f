"""Of whom and of which time a report speaks."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import MonitoringPoint, ServiceContract
from qingyuan.areas.assets.queries import midnight
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope

MONTHS = {"month": 1, "quarter": 3, "half": 6}


@dataclass(frozen=True)
class Subject:
    """A unit's report on one discharger from ``first`` to ``last``, China days, both included."""

    scope: Scope
    discharger: Organisation
    first: date
    last: date

    @cached_property
    def contracts(self) -> list[ServiceContract]:
        """The unit's contracts with the discharger that were in force in the time."""
        return list(ServiceContract.objects.filter(
            om_unit=self.scope.organisation, point__organisation=self.discharger,
            since__lte=self.last).exclude(until__lt=self.first).select_related(
                "point__outlet").order_by("point__name", "since"))

    @cached_property
    def points(self) -> list[MonitoringPoint]:
        """The points under these contracts."""
        return list({row.point_id: row.point for row in self.contracts}.values())

    @property
    def keys(self) -> list[int]:
        return [point.pk for point in self.points]

    @property
    def since(self) -> int:
        """Begin, epoch seconds."""
        return round(midnight(self.first).timestamp())

    @property
    def until(self) -> int:
        """End, epoch seconds, not included."""
        return round(midnight(self.last + timedelta(days=1)).timestamp())

    @property
    def next_month(self) -> tuple[date, date]:
        """First and last day of the month that follows."""
        first = self.last + timedelta(days=1)
        return first, _month_end(first)

    @property
    def span(self) -> str:
        """The time as it is written."""
        return _("%(a)s 至 %(b)s") % {"a": self.first, "b": self.last}


def span_of(level: str, start: date) -> tuple[date, date]:
    """First and last day of the month, quarter or half year that begins in the month of a day.

    >>> span_of("quarter", date(2026, 11, 3))
    (datetime.date(2026, 10, 1), datetime.date(2026, 12, 31))
    >>> span_of("half", date(2026, 2, 3))
    (datetime.date(2026, 1, 1), datetime.date(2026, 6, 30))
    """
    months = MONTHS[level]
    month = (start.month - 1) // months * months + 1
    first = date(start.year, month, 1)
    last = date(start.year, month + months - 1, 1)
    return first, _month_end(last)


def _month_end(day: date) -> date:
    first = day.replace(day=1)
    return (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
