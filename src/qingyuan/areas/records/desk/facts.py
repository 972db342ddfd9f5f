"""What telemetry says of the points of a desk: the day before, and the day so far.

Everything is grouped by the database, for all points at once. Instants are epoch milliseconds where
they end in ``_ms``, else epoch seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import midnight, open_links
from qingyuan.areas.maintenance.models import OrderState, WorkOrder
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.telemetry.models import (
    Event,
    EventKind,
    Factor,
    HourReading,
    HourValue,
    LatestReading,
    Mark,
    MarkState,
    MinuteReading,
    PointParameter,
)

DAY = 86_400
CONTROLS = (EventKind.CALIBRATION, EventKind.FULL_CALIBRATION, EventKind.STANDARD_CHECK)
BACK = 40  # days that controls are looked for; clocks know of older ones
ALARMS = ("D", "B", "P", "T", "2")
"""Flags that say something is wrong (HJ 212-2017 table 5; 2 of HJ/T 212-2005)."""
SILENT = ("valid", "exempt")
TRACING, HOUSE = "i33001", "i33101"
"""Temperature of the heated line and of the station house, HJ 212-2017 table B.10."""
NMHC = frozenset({"a24088", "a24087", "a05002"})
Points = QuerySet[MonitoringPoint]


@dataclass(frozen=True, slots=True)
class Span:
    """The day before, [before, start), and the day up to now, [start, now); epoch seconds."""

    before: int
    start: int
    now: int
    present: bool  # the day is today: silence can be told by the clock

    @classmethod
    def of(cls, day: date, now_ms: int) -> "Span":
        start = int(midnight(day).timestamp())
        over = int(midnight(day + timedelta(days=1)).timestamp())
        now = now_ms // 1000
        return cls(int(midnight(day - timedelta(days=1)).timestamp()), start,
                   min(now, over), now < over)


@dataclass(frozen=True, slots=True)
class Bad:
    """Hours of a factor that do not count: verdict, reason codes, how many in either part."""

    factor: str
    verdict: str
    reason: str
    before: int
    today: int


@dataclass(frozen=True, slots=True)
class Control:
    """The last calibration or check of a kind, a factor and a result."""

    kind: str
    factor: str
    passed: bool | None
    at: int


@dataclass(slots=True)
class PointFacts:
    """Of one point. ``flags``: factor and flag → hour values; ``minutes_due`` a day's packets;
    ``temperatures``: code → lowest of the hours; ``orders``: numbers of open work orders."""

    heard_ms: int | None = None
    hours_before: int = 0
    hours_today: int = 0
    minutes: int = 0
    minutes_due: int = 0
    flags: dict[tuple[str, str], int] = field(default_factory=dict)
    bad: list[Bad] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    marks: int = 0
    temperatures: dict[str, float] = field(default_factory=dict)
    orders: list[str] = field(default_factory=list)


def gather(organisation: Organisation, points: Points, span: Span) -> dict[int, PointFacts]:
    """Facts by point; the same number of queries for one point and for thousands."""
    found = {pk: PointFacts() for pk in points.order_by().values_list("pk", flat=True)}
    keys = points.order_by().values("pk")
    codes = dict(Factor.objects.values_list("pk", "code"))
    _heard(found, keys)
    _hours(found, keys, span)
    _flags(found, keys, span, codes)
    _minutes(found, keys, span)
    _verdicts(found, keys, span, codes)
    _controls(found, keys, span)
    _entered(found, keys, span)
    _temperatures(found, keys, span, {v: k for k, v in codes.items()})
    orders = WorkOrder.objects.filter(organisation=organisation, point__in=keys).exclude(
        state__in=(OrderState.CLOSED, OrderState.CANCELLED)).order_by("found_at")
    for point, number in orders.values_list("point_id", "number"):
        found[point].orders.append(number)
    return found


Found = Mapping[int, PointFacts]
Keys = QuerySet[MonitoringPoint, dict[str, int]]


def _heard(found: Found, keys: Keys) -> None:
    for point, at in LatestReading.objects.filter(point__in=keys).values_list("point_id", "at"):
        found[point].heard_ms = at or None
    for point, minutes in open_links().filter(point__in=keys).order_by("since").values_list(
            "point_id", "logger__minute_minutes"):
        found[point].minutes_due = 1440 // max(minutes, 1)


def _hours(found: Found, keys: Keys, span: Span) -> None:
    rows = HourReading.objects.filter(
        point__in=keys, time__gte=span.before, time__lt=span.now).order_by().values("point_id")
    early = Q(time__lt=span.start)
    for row in rows.annotate(before=Count("time", distinct=True, filter=early),
                             today=Count("time", distinct=True, filter=~early)):
        one = found[row["point_id"]]
        one.hours_before, one.hours_today = row["before"], row["today"]


def _flags(found: Found, keys: Keys, span: Span, codes: Mapping[int, str]) -> None:
    rows = HourReading.objects.filter(
        point__in=keys, time__gte=span.before, time__lt=span.now, flag__in=ALARMS).order_by()
    for row in rows.values("point_id", "factor_id", "flag").annotate(n=Count("time")):
        factor = codes.get(row["factor_id"], "")
        found[row["point_id"]].flags[factor, row["flag"]] = row["n"]


def _minutes(found: Found, keys: Keys, span: Span) -> None:
    """Minutes of the day before; and of what was heard after the span, which nobody could know
    then, only what came within it."""
    rows = MinuteReading.objects.filter(
        point__in=keys, time__gte=span.before, time__lt=span.now).order_by().values("point_id")
    within: dict[int, int] = {}
    for row in rows.annotate(n=Count("time", distinct=True, filter=Q(time__lt=span.start)),
                             last=Max("time")):
        found[row["point_id"]].minutes = row["n"]
        within[row["point_id"]] = row["last"] * 1000
    for point, facts in found.items():
        if facts.heard_ms is not None and facts.heard_ms > span.now * 1000:
            facts.heard_ms = within.get(point)


def _verdicts(found: Found, keys: Keys, span: Span, codes: Mapping[int, str]) -> None:
    rows = HourValue.objects.filter(
        point__in=keys, time__gte=span.before, time__lt=span.now).exclude(verdict__in=SILENT)
    early = Q(time__lt=span.start)
    for row in rows.order_by().values("point_id", "factor_id", "verdict", "reason").annotate(
            before=Count("time", filter=early), today=Count("time", filter=~early)):
        found[row["point_id"]].bad.append(Bad(
            codes.get(row["factor_id"], ""), row["verdict"], row["reason"], row["before"],
            row["today"]))


def _controls(found: Found, keys: Keys, span: Span) -> None:
    rows = Event.objects.filter(
        point__in=keys, kind__in=CONTROLS, start__gte=span.start - BACK * DAY,
        start__lt=span.now, replaced_by=None, withdrawn_at=None).order_by()
    for row in rows.values("point_id", "kind", "factor", "passed").annotate(at=Max("start")):
        found[row["point_id"]].controls.append(
            Control(row["kind"], row["factor"], row["passed"], row["at"]))


def _entered(found: Found, keys: Keys, span: Span) -> None:
    """Parameters that a person changed since the day before, and marks still to be declared. What
    was entered for the first time is no change."""
    standing = Q(point__in=keys, replaced_by=None, withdrawn_at=None)
    earlier = PointParameter.objects.filter(
        point=OuterRef("point"), name=OuterRef("name"), id__lt=OuterRef("id"))
    rows = PointParameter.objects.filter(
        standing, Exists(earlier), at__gte=span.before * 1000, at__lte=span.now * 1000,
    ).order_by("at")
    for point, name in rows.values_list("point_id", "name"):
        if name not in found[point].changed:
            found[point].changed.append(name)
    marks = Mark.objects.filter(
        standing, state=MarkState.PREPARED, start__lt=span.now).order_by()
    for row in marks.values("point_id").annotate(n=Count("pk")):
        found[row["point_id"]].marks = row["n"]


def _temperatures(found: Found, keys: Keys, span: Span, ids: Mapping[str, int]) -> None:
    wanted = {ids[code]: code for code in (TRACING, HOUSE) if code in ids}
    rows = HourReading.objects.filter(
        point__in=keys, factor__in=wanted, time__gte=span.before, time__lt=span.now).order_by()
    lowest = Coalesce(Min("min"), Min("avg"))
    for row in rows.values("point_id", "factor_id").annotate(low=lowest):
        if row["low"] is not None:
            found[row["point_id"]].temperatures[wanted[row["factor_id"]]] = row["low"]
