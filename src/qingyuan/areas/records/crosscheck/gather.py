"""A record's visit, read from the tables: everything that is known of the author's stay at the
point about the time of the work. What is not known stays out; see ``crosscheck.types``."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from django.db.models import Q

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.telemetry.models import (
    Mark,
    MinuteReading,
    PointParameter,
    RealtimeReading,
    StationMessage,
)
from qingyuan.calc.roles import under_2017
from qingyuan.crosscheck import types
from qingyuan.crosscheck.types import FactorWork, Span, Told, Visit, Work
from qingyuan.kernel import windows

from ..keeping.queries import previous_of
from ..models import Record
from ..review.forms import form_of
from . import series, traces
from .works import Known, hours, work_of

TOGETHER = 4 * 3600  # s: work of one person at a point that is no farther apart is one visit
INFORMATION = "3020"
RANGE = "i13001"
"""测量量程 (HJ 212-2017 annex B): what a device tells of itself."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A visit; what of it was counted (``CrossCheck.seen``); which records it has."""

    visit: Visit
    seen: Mapping[str, int | str]
    records: tuple[int, ...]


def gather(record: Record) -> Gathered:
    """The visit of a submitted record. Some twenty queries, four of them of telemetry, whatever
    the length of anything; ``record.point`` and ``organisation`` should be loaded."""
    span = span_of(record)
    others = traces.others_about(record, span)
    mine = _together(record, others)
    point, known = record.point, series.known_of(record.point, span[0])
    works = [_work(one, known) for one in mine]
    bottles = traces.bottles_of(record, works)
    works = [replace(one, bottles=tuple(bottles.get(one.ref, ()))) for one in works]
    here, elsewhere = traces.presences_of(record, span)
    whole = _whole(span, works, here)
    data = series.data_of(point.pk, whole, known, sorted(
        {one.code for work in works for one in work.factors if one.steps}))
    marks = series.marks_of(point.pk, series.window(whole))
    photos = traces.photos_of(mine)
    explained = [use for use in map(traces.use_of, others) if use.point == f"point:{point.pk}"]
    visit = Visit(
        point=_point(record, marks_until=series.marks_until(point.pk, record.organisation_id),
                     flags=series.shows_flags(point.pk, data, whole)),
        span=whole, person=f"user:{record.author_id}", person_name=record.who,
        works=tuple(works), presences=tuple(here),
        presence_kept=bool(here) or traces.check_ins_kept(record, span),
        elsewhere=tuple(_of_the_day(elsewhere, whole)), photos=tuple(photos),
        work_elsewhere=tuple(_elsewhere(record, others)), minutes=data.minutes,
        realtime=data.realtime, marks=tuple(marks),
        silent=tuple(series.silent_of(point.pk, marks, series.window(whole))),
        explained=tuple(_spans(explained)), told=tuple(_told(point.pk, whole, works)))
    return Gathered(visit, counted(record, whole), tuple(one.pk for one in mine))


def marked(
    point: MonitoringPoint, unit: int, span: Span, explained: Sequence[Span]
) -> Visit:
    """A stretch of marked or flagged time that no visit explains, as a visit of its own: without
    work and presence. ``explained`` are the spans of the unit's records about that time."""
    known = series.known_of(point, span[0])
    data = series.data_of(point.pk, span, known)
    return Visit(
        point=_plain_point(point, series.marks_until(point.pk, unit), None), span=span,
        presence_kept=False, minutes=data.minutes, realtime=data.realtime,
        marks=tuple(series.marks_of(point.pk, span)), explained=tuple(explained))


def span_of(record: Record) -> Span:
    """The time of the work, epoch s; of a record that says none an hour before it was finished or
    sent in, else its day."""
    begun, ended = hours(record, form_of(record))
    if begun is not None and ended is not None:
        return begun, ended
    last = ended or (record.finished_at or record.submitted_at or 0) // 1000
    if last:
        return last - 3600, last
    start = windows.start(record.day.isoformat())
    return start, start + 24 * 3600


def counted(record: Record, span: Span) -> dict[str, int | str]:
    """What of all that arrives late was there: the minutes by their bytes, since they may be
    replaced, of real-time data, marks, presences and records how many. Five queries on keys."""
    since, until = series.window(span)
    point = record.point_id
    digest = blake2b(digest_size=8)
    for at, packed, flags in MinuteReading.objects.filter(
            point=point, time__gte=since, time__lt=until).order_by("time", "shape").values_list(
            "time", "packed", "flags"):
        digest.update(b"%d %s %s" % (at, bytes(packed), flags.encode()))
    return {
        "minutes": digest.hexdigest(),
        "realtime": RealtimeReading.objects.filter(
            point=point, time__gte=since, time__lt=until).count(),
        "marks": Mark.objects.filter(
            point=point, start__lt=until, end__gt=since, replaced_by=None,
            withdrawn_at=None).count(),
        "presences": sum(map(len, traces.presences_of(record, span))),
        "records": traces.about(record, span).count(),
    }


def _together(record: Record, others: Iterable[Record]) -> list[Record]:
    """The record and those of the same author at the same point that lie about it."""
    begun, ended = span_of(record)
    found = [record]
    for one in others:
        if one.pk == record.pk or one.point_id != record.point_id:
            continue
        first, last = (one.begun_at or 0) // 1000, (one.finished_at or 0) // 1000
        same = record.author_id is not None and one.author_id == record.author_id
        if same and first <= ended + TOGETHER and last >= begun - TOGETHER:
            found.append(one)
    return found


def _work(record: Record, known: Known) -> Work:
    return work_of(record, form_of(record), known, previous=previous_of(record))


def _whole(span: Span, works: Sequence[Work], here: Sequence[types.Presence]) -> Span:
    """From the first sign of the visit to the last; a check-in of another visit is no sign."""
    moments = [at for one in works for at in (one.started, one.finished) if at is not None]
    first, last = min([span[0], *moments]), max([span[1], *moments])
    near = [one.phone_at for one in here if first - TOGETHER <= one.phone_at <= last + TOGETHER]
    return min([first, *near]), max([last, *near])


def _of_the_day(
    elsewhere: Sequence[types.Presence], span: Span
) -> list[types.Presence]:
    first, last = span[0] - 12 * 3600, span[1] + 12 * 3600
    return [one for one in elsewhere if first <= one.phone_at <= last]


def _elsewhere(record: Record, others: Iterable[Record]) -> list[types.Use]:
    return [traces.use_of(one) for one in others
            if one.author_id == record.author_id is not None and one.point_id != record.point_id]


def _spans(uses: Iterable[types.Use]) -> list[Span]:
    return [(one.start, one.end) for one in uses if one.start is not None and one.end is not None]


def _point(record: Record, *, marks_until: int | None, flags: bool | None) -> types.Point:
    found = _plain_point(record.point, marks_until, flags)
    system = record.system
    automatic = bool(system and system.auto_calibration) or _automatic(record)
    technique = str(record.setting.get("technique", "")) or (system.technique if system else "")
    return replace(found, technique=technique, auto_calibration=automatic)


def _automatic(record: Record) -> bool:
    return PointParameter.objects.filter(
        Q(value=True), point=record.point_id, name="auto_calibration", replaced_by=None,
        withdrawn_at=None).exists()


def _plain_point(
    point: MonitoringPoint, marks_until: int | None, flags: bool | None
) -> types.Point:
    place = getattr(point, "place", None)
    return types.Point(
        ref=f"point:{point.pk}", kind="water" if point.kind == "water" else "gas",
        name=point.name, latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        fence=float(place.fence) if place else None, flags_shown=flags, marks_until=marks_until)


def _told(point: int, span: Span, works: Sequence[Work]) -> list[Told]:
    """What the devices said of themselves about the visit. One query."""
    since, until = series.window(span)
    factors = {factor.code: factor for work in works for factor in work.factors}
    found: list[Told] = []
    for row in StationMessage.objects.filter(
            point=point, cn=INFORMATION, time__gte=since, time__lt=until).order_by("time"):
        code = ""
        for name, text in row.pairs:
            if name.lower() == "polid":
                code = under_2017(str(text).strip())[0]
            elif name == f"{RANGE}-Info" and code in factors:
                value = _figure(text)
                if value is not None:
                    found.append(Told(code, "range_high", row.time, _in_series(
                        value, factors[code]), f"message:{row.frame}"))
    return found


def _in_series(value: float, factor: FactorWork) -> float:
    """Devices tell their range without its unit: one that is the record's own figure was told in
    the record's unit."""
    if factor.range_high is not None and factor.to_series and value == factor.range_high:
        return value * factor.to_series
    return value


def _figure(text: Any) -> float | None:
    """
    >>> _figure("500"), _figure("0-500"), _figure("高")
    (500.0, None, None)
    """
    try:
        return float(str(text).strip().strip("/"))
    except ValueError:
        return None
