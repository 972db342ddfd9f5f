"""What should be marked and is not yet: runs of flagged readings, missing hours, and events that
last. A suggestion is only a span with a reason; a person accepts it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from qingyuan.areas.assets.models import LoggerAssignment, MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.calc.roles import medium, under_2017
from qingyuan.kernel.windows import HOUR

from ..models import Event, EventKind, Factor, HourValue, Mark, MinuteReading, Origin
from ..readings import read
from .actions import prepare_mark
from .runs import LETTERS, Run, runs, spans
from .tables import family

OF_EVENT = {EventKind.FAULT: "fault", EventKind.MAINTENANCE: "device_maintenance",
            EventKind.STOP: "stopped"}
LETTER_WORDS = {"device_maintenance": "M（维护）", "calibration": "C（校准）", "fault": "D（故障）",
                "communication": "B（通讯异常）"}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A span [start, end) that asks for a mark; ``why`` becomes the mark's reason, ``origin`` says
    where it was read from."""

    point: MonitoringPoint
    kind: str
    factor: str
    start: int
    end: int
    why: str
    origin: str


def suggestions(
    scope: Scope, points: Sequence[MonitoringPoint], since: int, until: int
) -> list[Suggestion]:
    """What these visible points should have marked in [since, until) (epoch seconds) and have not,
    by point and time. A fixed number of queries."""
    require(scope, "prepare_mark")
    seen = list(points_of(scope).filter(pk__in=[p.pk for p in points]))
    keys = [point.pk for point in seen]
    flagged = _flagged(keys, since, until)
    steps = _steps(keys)
    missing = _missing(keys, since, until)
    events = _events(keys, since, until)
    marks = _marks(keys, since, until)
    found: list[Suggestion] = []
    for point in seen:
        own = [*_of_flags(point, flagged.get(point.pk, []), steps.get(point.pk, 60)),
               *_of_missing(point, missing.get(point.pk, [])),
               *_of_events(point, events.get(point.pk, []), since, until)]
        held = marks.get(point.pk, [])
        kept: list[Suggestion] = []
        for one in sorted(own, key=lambda s: (s.start, -s.end, s.kind, s.factor)):
            if not any(_covers(mark, one) for mark in (*held, *kept)):
                kept.append(one)
        found += kept
    return found


def accept(
    scope: Scope, chosen: Iterable[dict[str, Any]], *, now: float | None = None
) -> tuple[list[Mark], list[str]]:
    """Prepare a mark for each factor of each chosen suggestion ({point, kind, factors, start, end,
    why, origin}); the marks, and what was refused and why."""
    require(scope, "prepare_mark")
    wanted = list(chosen)
    points = points_of(scope).in_bulk([one["point"] for one in wanted])
    made, refused = [], []
    for one in wanted:
        if one["point"] not in points:
            raise MonitoringPoint.DoesNotExist
        for factor in one["factors"]:
            try:
                made.append(prepare_mark(
                    scope, points[one["point"]], kind=one["kind"], factor=factor,
                    start=one["start"], end=one["end"], note=one["why"], origin=one["origin"],
                    now=now))
            except ValidationError as error:
                refused.append(f"{points[one['point']].name}：{'；'.join(error.messages)}")
    return made, refused


def together(found: Iterable[Suggestion]) -> list[tuple[Suggestion, list[str]]]:
    """Suggestions that differ only in their factor as one, with those factors, in order."""
    groups: dict[tuple[Any, ...], tuple[Suggestion, list[str]]] = {}
    for one in found:
        key = (one.point.pk, one.kind, one.start, one.end, one.why)
        groups.setdefault(key, (one, []))[1].append(one.factor)
    return list(groups.values())


def _flagged(points: list[int], since: int, until: int) -> dict[int, list[tuple[int, Any]]]:
    """(instant, {factor: letter or ""}) of minutes with a letter of the device, by point."""
    lettered = Q()
    for letter in sorted(LETTERS):
        lettered |= Q(flags__contains=letter)
    rows = MinuteReading.objects.filter(
        lettered, point__in=points, time__gte=since, time__lt=until)
    found: dict[int, list[tuple[int, Any]]] = defaultdict(list)
    for reading in read("min", rows):
        letters = {under_2017(code)[0]: str(values.get("Flag", ""))
                   for code, values in reading.factors.items()}
        judged = {code: letter for code, letter in letters.items() if medium(code)}
        if judged:
            found[reading.point].append((reading.time, judged))
    return found


def _steps(points: list[int]) -> dict[int, int]:
    links = LoggerAssignment.objects.filter(point__in=points, until=None)
    return {pk: 60 * max(1, minutes)
            for pk, minutes in links.values_list("point", "logger__minute_minutes")}


def _of_flags(point: MonitoringPoint, found: list[tuple[int, Any]], step: int
              ) -> Iterable[Suggestion]:
    factors = {code for _time, letters in found for code in letters}
    flagged = [(time, code, letter) for time, letters in found for code, letter in letters.items()]
    for run in runs(flagged, step, len(factors)):
        yield _suggest(point, run, _("数据标识 %s") % LETTER_WORDS[run.kind], Origin.FLAG)


def _missing(points: list[int], since: int, until: int) -> dict[int, list[int]]:
    """Hours in which nothing at all arrived, by point."""
    hours = HourValue.objects.filter(point__in=points, time__gte=since, time__lt=until)
    some = set(hours.exclude(verdict="missing").values_list("point", "time"))
    found: dict[int, list[int]] = defaultdict(list)
    for pk, time in hours.filter(verdict="missing").values_list("point", "time").distinct():
        if (pk, time) not in some:
            found[pk].append(time)
    return found


def _of_missing(point: MonitoringPoint, hours: list[int]) -> Iterable[Suggestion]:
    for start, end in spans(hours, HOUR):
        yield _suggest(point, Run("communication", "", start, end), _("没有收到任何数据"),
                       Origin.FLAG)


def _events(points: list[int], since: int, until: int) -> dict[int, list[Event]]:
    rows = Event.objects.filter(
        point__in=points, replaced_by=None, withdrawn_at=None, kind__in=list(OF_EVENT),
        start__lt=until).filter(Q(end__gt=since) | Q(end=None))
    found: dict[int, list[Event]] = defaultdict(list)
    for row in rows.order_by("start"):
        found[row.point_id].append(row)
    return found


def _of_events(point: MonitoringPoint, events: list[Event], since: int, until: int
               ) -> Iterable[Suggestion]:
    for event in events:
        kind = OF_EVENT[EventKind(event.kind)]
        end = until if event.end is None else event.end
        start = event.start if event.end is not None else max(event.start, since)
        factor = event.factor if family(kind) == "device" else ""
        why = _("登记的%s") % event.get_kind_display()
        why = f"{why}：{event.note}" if event.note else why
        yield _suggest(point, Run(kind, factor, start, end), why, Origin.RECORD)


def _marks(points: list[int], since: int, until: int) -> dict[int, list[Mark]]:
    rows = Mark.objects.filter(point__in=points, replaced_by=None, withdrawn_at=None,
                               start__lt=until, end__gt=since)
    found: dict[int, list[Mark]] = defaultdict(list)
    for row in rows:
        found[row.point_id].append(row)
    return found


def _suggest(point: MonitoringPoint, run: Run, why: str, origin: str) -> Suggestion:
    return Suggestion(point, run.kind, run.factor, run.start, run.end, why, origin)


def _covers(mark: Mark | Suggestion, one: Suggestion) -> bool:
    return (family(mark.kind) == family(one.kind) and mark.start <= one.start
            and one.end <= mark.end and mark.factor in ("", one.factor))


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Chinese names of factors by code. One query."""
    return dict(Factor.objects.filter(code__in=set(codes)).values_list("code", "name"))

