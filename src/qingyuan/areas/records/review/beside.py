"""What lies beside a record on its review page: photos with their stamps, and what the point's data
say about the time of the work. Scope first where rows of others could be met."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from qingyuan.areas.assets.models import LoggerAssignment, MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.assets.sites_queries import distance
from qingyuan.areas.files.models import Attachment, MediaKind
from qingyuan.areas.maintenance.models import WorkOrder
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.telemetry.models import Event, Factor, Mark
from qingyuan.areas.telemetry.queries.charts import Band, bands, thin
from qingyuan.areas.telemetry.queries.columns import pollutants_first
from qingyuan.areas.telemetry.queries.judged import Judged, events_of, hours_of, marks_of
from qingyuan.areas.telemetry.queries.series import Dot, with_gaps
from qingyuan.areas.telemetry.queries.verdicts import Quantity, quantities
from qingyuan.areas.telemetry.readings import Reading, load
from qingyuan.kernel import windows
from qingyuan.kernel.windows import HOUR

from ..models import Record, Review
from ..presence.rules import within
from .risk import AROUND

MARGIN = 2 * HOUR  # s before and after the work
LONGEST = 3 * 24 * HOUR  # s: of a longer span the end is shown
MOST_DOTS = 800
SHORT = 600  # s: how long an event without an end is drawn


@dataclass(frozen=True, slots=True)
class Shown:
    """A file of the record. ``apart`` m from the point, None unknown; ``outside`` the time of the
    work, ``away`` beyond the fence."""

    file: Attachment
    path: str
    apart: float | None
    outside: bool
    away: bool


def files_of(record: Record) -> tuple[list[Shown], list[Shown]]:
    """(photos, other files) of the record, each once; signatures are shown where they were given.
    One query; ``record.point`` should be loaded with its place."""
    place = getattr(record.point, "place", None)
    photos, others, seen = [], [], set()
    for row in record.files.exclude(
            attachment__kind=MediaKind.SIGNATURE).select_related("attachment"):
        file = row.attachment
        if file.pk in seen:
            continue
        seen.add(file.pk)
        apart, away = None, False
        if place is not None and None not in (
                file.latitude, file.longitude, place.latitude, place.longitude):
            apart = distance(file.latitude, file.longitude, place.latitude, place.longitude)
            away = not within(apart, file.accuracy or 0.0, place.fence)
        shown = Shown(file, row.path, apart, _outside(record, file.taken_at), away)
        (photos if file.kind == MediaKind.PHOTO else others).append(shown)
    return photos, others


def _outside(record: Record, taken_at: int | None) -> bool:
    if taken_at is None or record.begun_at is None or record.finished_at is None:
        return False
    return not record.begun_at - AROUND <= taken_at <= record.finished_at + AROUND


def orders_of(record: Record) -> list[WorkOrder]:
    """Work orders that the record opened. One query."""
    return list(WorkOrder.objects.filter(
        organisation=record.organisation_id, source_ref=f"record:{record.pk}"))


def reviews_of(record: Record) -> list[Review]:
    """The readings of the record and of the versions next to it, oldest first. One query."""
    near = [record.pk, record.replaces_id, getattr(getattr(record, "replaced_by", None), "pk", 0)]
    return list(Review.objects.filter(record__in=[pk for pk in near if pk]).order_by("at", "id"))


def span_of(record: Record) -> tuple[int, int]:
    """[since, until) about the work, epoch seconds; the record's day where no time is known."""
    begun, finished = record.begun_at or record.finished_at, record.finished_at or record.begun_at
    if begun is None or finished is None or finished < begun:
        start = windows.start(record.day.isoformat())
        return start, start + 24 * HOUR
    until = finished // 1000 + MARGIN
    return max(begun // 1000 - MARGIN, until - LONGEST), until


@dataclass(frozen=True, slots=True)
class Curve:
    """One factor's minute data: measured and, where sent, converted; stretches of flags."""

    code: str
    name: str
    unit: str
    values: list[Dot]
    converted: list[Dot]
    bands: list[Band]
    total: int


def curves(scope: Scope, point: MonitoringPoint, since: int, until: int) -> list[Curve]:
    """Minute data of a visible point, factor by factor, pollutants first. Five queries;
    MonitoringPoint.DoesNotExist for a point out of sight."""
    points_of(scope).get(pk=point.pk)
    rows = load("min", [point.pk], since, until)
    codes = pollutants_first(dict.fromkeys(code for row in rows for code in row.factors))
    known = {one.code: one for one in Factor.objects.filter(code__in=codes)}
    minutes = LoggerAssignment.objects.filter(point=point).order_by("-since").values_list(
        "logger__minute_minutes", flat=True).first() or 10
    found = []
    for code in codes:
        every = _dots(rows, code, "Avg")
        if not every:
            continue
        found.append(Curve(
            code, known[code].name if code in known else code,
            known[code].unit if code in known else "", _line(every, minutes),
            _line(_dots(rows, code, "ZsAvg"), minutes), bands(every), len(every)))
    return found


def _dots(rows: Sequence[Reading], code: str, suffix: str) -> list[Dot]:
    found: list[Dot] = []
    for row in rows:
        held = row.factors.get(code, {})
        value = held.get(suffix)
        if isinstance(value, float):
            found.append((row.time, value, str(held.get("Flag", ""))))
    return found


def _line(dots: list[Dot], minutes: int) -> list[Dot]:
    return thin(with_gaps(dots, dots, 90 * minutes), MOST_DOTS)


@dataclass(frozen=True, slots=True)
class Around:
    """The point's judged hours about the work, ``rows`` by hour with a cell a factor, and the facts
    that judging stood on."""

    factors: list[Quantity]
    rows: list[tuple[int, list[Judged | None]]]
    events: list[Event]
    marks: list[Mark]


def around(scope: Scope, point: MonitoringPoint, since: int, until: int) -> Around:
    """Judged hours of pollutants, events and marks over [since, until) of a visible point. Eight
    queries; MonitoringPoint.DoesNotExist for a point out of sight."""
    first, last = windows.start_of("hour", since), windows.end_of("hour", until - 1)
    judged = hours_of(scope, point, first, last)
    factors = [one for one in quantities({row.factor for row in judged}) if one.pollutant]
    held: dict[tuple[int, str], Judged] = {(row.time, row.factor): row for row in judged}
    rows = [(hour, [held.get((hour, one.code)) for one in factors])
            for hour in range(first, last, HOUR)] if factors else []
    return Around(factors, rows, list(events_of(scope, point, since, until)),
                  list(marks_of(scope, point, since, until)))


def _runs(events: Iterable[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Events of one word that touch as one: a calibration of five factors is named once.

    >>> _runs([("校准", 0, 600), ("比对", 100, 200), ("校准", 900, 1500), ("校准", 9000, 9600)])
    [('校准', 0, 1500), ('比对', 100, 200), ('校准', 9000, 9600)]
    """
    found: list[tuple[str, int, int]] = []
    last: dict[str, int] = {}
    for word, begin, end in sorted(events, key=lambda one: one[1]):
        place = last.get(word)
        if place is not None and begin <= found[place][2] + SHORT:
            found[place] = (word, found[place][1], max(end, found[place][2]))
        else:
            last[word] = len(found)
            found.append((word, begin, end))
    return found


def document(record: Record, span: tuple[int, int], found: Sequence[Curve],
             events: Sequence[Event]) -> dict[str, Any]:
    """The curves as ``ui/charts.js`` takes them, with the work and the events as named spans."""
    spans = []
    if record.begun_at and record.finished_at and record.finished_at >= record.begun_at:
        spans.append({"from": record.begun_at // 1000, "to": record.finished_at // 1000,
                      "label": "作业", "tone": "slate"})
    spans += [{"from": begin, "to": end, "tone": "blue", "label": word}
              for word, begin, end in _runs(
                  (str(one.get_kind_display()), one.start, one.end or one.start + SHORT)
                  for one in events)]
    return {
        "interval": "min", "from": span[0], "to": span[1], "spans": spans,
        "decimated": any(one.total > len(one.values) for one in found),
        "factors": [{
            "code": one.code, "name": one.name, "unit": one.unit,
            "lines": [{"label": "实测", "points": one.values}] + (
                [{"label": "折算", "points": one.converted}] if one.converted else []),
            "bands": [{"from": b.since, "to": b.until, "flag": b.flag} for b in one.bands],
        } for one in found],
    }
