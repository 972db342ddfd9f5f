"""What a plan reads of the points: contracts, systems, books, stops, cold. A fixed number of
queries however many points there are, for each ``AT_ONCE`` of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import F, Max, Min, Q
from django.db.models.functions import Coalesce

from qingyuan.areas.assets.models import Medium, MonitoringPoint, MonitoringSystem, ServiceContract
from qingyuan.areas.assets.queries import midnight
from qingyuan.areas.maintenance.models import SourceStop
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.rules.queries import BookFor
from qingyuan.areas.telemetry.models import DayReading
from qingyuan.kernel.clock import CST

AT_ONCE = 500
DAY = timedelta(days=1)
LONG_STOP = "gas.stop.long"
AMBIENT = "a01001"  # air temperature, HJ 212-2017 table B.2
_SPELL, _LATEST = 30, 3  # days: a cold spell is looked for so far back, and goes on if so recent
Points = Iterable[MonitoringPoint | int]
Span = tuple[date, date | None]


@dataclass(slots=True)
class Suspension:
    """Nothing is done from ``since`` on until ``until``, the day of the restart (None: not yet)."""

    since: date
    until: date | None


@dataclass(slots=True)
class Served:
    """A point and when its unit may go there."""

    point: MonitoringPoint
    spans: list[Span] = field(default_factory=list)
    suspended: list[Suspension] = field(default_factory=list)

    def start(self, today: date) -> date | None:
        """First day of the span that holds today, or of the next one; None when all are over."""
        return next((since for since, until in self.spans if until is None or until >= today), None)

    def under_contract(self, day: date) -> bool:
        return any(since <= day and (until is None or day <= until) for since, until in self.spans)

    def is_suspended(self, day: date) -> bool:
        return any(s.since <= day and (s.until is None or day < s.until) for s in self.suspended)

    def allowed(self, day: date) -> date | None:
        """The first day from ``day`` on under contract on which nothing suspends the duties."""
        for _round in range(2 * (len(self.spans) + len(self.suspended)) + 1):
            span = next((s for s in self.spans if s[1] is None or s[1] >= day), None)
            if span is None:
                return None
            day = max(day, span[0])
            stop = next((s for s in self.suspended
                         if s.since <= day and (s.until is None or day < s.until)), None)
            if stop is None:
                return day
            if stop.until is None:
                return None
            day = stop.until
        return None

    def ended(self) -> date | None:
        """The last day of the last contract; None while one has no end."""
        return None if not self.spans else self.spans[-1][1]


def pieces(points: Points) -> Iterator[list[int]]:
    """Primary keys of points, so many at once that a query can name them."""
    keys = sorted({getattr(point, "pk", point) for point in points})
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start:start + AT_ONCE]


def points_under_contract(organisation: Organisation, today: date) -> list[int]:
    """Points that the unit serves on a day or will."""
    return list(ServiceContract.objects.filter(
        Q(until=None) | Q(until__gte=today), om_unit=organisation,
    ).order_by().values_list("point", flat=True).distinct())


def served(organisation: Organisation, keys: Sequence[int]) -> dict[int, Served]:
    """The points with the spans of the unit's contracts, joined where one follows the other."""
    found = {point.pk: Served(point) for point in MonitoringPoint.objects.filter(
        pk__in=keys).select_related("organisation")}
    rows = ServiceContract.objects.filter(om_unit=organisation, point__in=keys).order_by(
        "point_id", "since").values_list("point_id", "since", "until")
    for pk, since, until in rows:
        _join(found[pk].spans, since, until)
    return found


def _join(spans: list[Span], since: date, until: date | None) -> None:
    if spans and (spans[-1][1] is None or since <= spans[-1][1] + DAY):
        first, last = spans[-1]
        spans[-1] = (first, None if last is None or until is None else max(last, until))
    else:
        spans.append((since, until))


def suspend(
    organisation: Organisation, points: dict[int, Served], books: dict[int, BookFor], today: date
) -> None:
    """Enter the stops that suspend duties: of gas, longer than a quarter, from the day of their
    filing until the restart (HJ 75-2017 12.1.2). One that is not filed suspends nothing."""
    gas = [pk for pk, one in points.items() if one.point.kind == Medium.GAS]
    rows = SourceStop.objects.filter(
        organisation=organisation, point__in=gas, withdrawn_why="", filed_on__isnull=False)
    for row in rows.order_by("since"):
        if is_long(row, books[row.point_id], today):
            since = max(row.filed_on, row.since.astimezone(CST).date())
            until = row.restart_at.astimezone(CST).date() if row.restart_at else None
            points[row.point_id].suspended.append(Suspension(since, until))


def is_long(stop: SourceStop, book: BookFor, today: date) -> bool:
    """Whether a stop, as planned or as it turned out so far, exceeds the quarter of the book."""
    since = stop.since.astimezone(CST)
    rule = book.find(LONG_STOP, since.date())
    if rule is None:
        return False
    months = since.year * 12 + since.month - 1 + int(rule.value)
    last = _day_of(months, since.day)
    ends = [moment.astimezone(CST).date() for moment in (stop.planned_until, stop.restart_at)
            if moment is not None]
    if stop.restart_at is None:
        ends.append(today)
    return max(ends) > last


def _day_of(months: int, day: int) -> date:
    """The day in a month counted from year 0, clipped to its length."""
    first = date(months // 12, months % 12 + 1, 1)
    following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return first + min(day - 1, (following - first).days - 1) * DAY


def systems_at(
    keys: Sequence[int], today: date | None
) -> dict[int, list[MonitoringSystem]]:
    """Systems of the points that run on a day or will; all for None."""
    rows = MonitoringSystem.objects.filter(point__in=keys).order_by("point_id", "id")
    if today is not None:
        rows = rows.filter(Q(until=None) | Q(until__gte=today))
    found: dict[int, list[MonitoringSystem]] = {}
    for row in rows:
        found.setdefault(row.point_id, []).append(row)
    return found


def cold_spells(keys: Sequence[int], today: date, limit: float) -> dict[int, date]:
    """Point → first day of the cold spell that goes on, as far as the station reports the air's
    temperature by day: ``limit`` degC or less within the last days."""
    since = int(midnight(today - _SPELL * DAY).timestamp())
    rows = DayReading.objects.filter(
        point__in=keys, factor__code=AMBIENT, time__gte=since,
        time__lt=int(midnight(today + DAY).timestamp()),
    ).annotate(lowest=Coalesce(F("min"), F("avg"))).filter(lowest__lte=limit)
    found = rows.order_by().values("point_id").annotate(first=Min("time"), last=Max("time"))
    recent = int(midnight(today - _LATEST * DAY).timestamp())
    return {row["point_id"]: datetime.fromtimestamp(row["first"], CST).date()
            for row in found if row["last"] >= recent}


