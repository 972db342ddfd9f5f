"""The facts that ``risk.weigh`` weighs, gathered from the tables for one record."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.crypto import salted_hmac

from qingyuan.areas.assets.sites_queries import distance, place_of
from qingyuan.areas.files.models import MediaKind
from qingyuan.areas.telemetry.models import EventKind, LatestReading
from qingyuan.areas.telemetry.queries.charts import NORMAL
from qingyuan.areas.telemetry.queries.verdicts import same_codes
from qingyuan.areas.telemetry.readings import Reading, load
from qingyuan.forms import Form

from ..keeping.queries import previous_of
from ..models import Approval, Presence, PresenceKind, Record, RecordFile, RecordState
from ..presence.rules import VAGUE, within
from . import answers as reading
from .forms import form_of
from .risk import HOUR, MINUTE, Facts, Photo, Telemetry, Visit
from .settings import settings_of

ON_SITE = frozenset({"inspection", "calibration", "verification", "check", "comparison", "repair",
                     "replacement", "upkeep", "parameters", "acceptance"})
"""Kinds of forms that are filled in at the point."""
TOUCHING = {
    EventKind.CALIBRATION: "校准", EventKind.FULL_CALIBRATION: "全系统校准",
    EventKind.STANDARD_CHECK: "标样核查",
}
"""Events that must show in minute data: gas or standard goes through the analyser."""
LONGEST = 24 * HOUR  # a longer span of work is a typing error and asks no telemetry
BEFORE = 2 * HOUR  # minute data before the work, to compare with
STAY = 16 * HOUR  # a check-in further back belongs to another visit
SHIFT = 0.05  # of the level before: so much has to move to be called a change


def facts_of(record: Record) -> Facts:
    """About ten queries. The record need not be saved as submitted yet, but its author, times,
    answers, outcome and digest are those of the submission."""
    form, setting = form_of(record), reading.setting_of(record.setting)
    outcome: Mapping[str, Any] = record.outcome or {}
    counts = reading.tally(form, setting, record.answers) if form else reading.Tally(0, 0, 0)
    same, compared, day = _against_previous(record, form)
    on_site = form is not None and form.kind in ON_SITE and not _at_the_desk(record)
    touched = [one for one in outcome.get("events", ()) if one.get("kind") in TOUCHING]
    begun, finished = hours_of_work(record)
    return Facts(
        author=record.who, title=record.title, earlier=_earlier(record), version=record.version,
        reason=record.reason, begun_at=begun, finished_at=finished,
        submitted_at=record.submitted_at, answered=counts.answered, items=counts.items,
        skipped=counts.skipped,
        results=[(one.get("label", ""), one.get("result", ""))
                 for one in outcome.get("results", ())],
        failed=[one.get("label", "") for one in outcome.get("failed", ())],
        expects_visit=on_site, visits=visits_of(record) if on_site else (),
        photos=photos_of(record), same=same, compared=compared, previous_day=day,
        intervention="、".join(dict.fromkeys(TOUCHING[EventKind(one["kind"])] for one in touched)),
        telemetry=_telemetry(record, touched) if on_site else None, drawn=is_drawn(record))


def hours_of_work(record: Record) -> tuple[int | None, int | None]:
    """When the work began and ended. Of a record whose end lies before its beginning (a day alone
    was known) nothing is known."""
    begun, finished = record.begun_at, record.finished_at
    if begun is not None and finished is not None and finished < begun:
        return None, None
    return begun, finished


def is_drawn(record: Record, percent: int | None = None) -> bool:
    """Whether the record is drawn to be read singly: by its digest under the installation's secret,
    so that neither author nor reviewer can choose. ``percent``: the unit's, where it is known."""
    if percent is None:
        percent = settings_of(record.organisation).sample_percent
    name = record.digest or f"{record.pk}"
    return int(salted_hmac("records.sample", name).hexdigest()[:8], 16) % 100 < percent


def visits_of(record: Record) -> list[Visit]:
    """The author's stays at the point about the time of the work. One query."""
    rows = presences_about(record)
    found = []
    for row in rows:
        if row.kind != PresenceKind.IN:
            continue
        left = next((one.phone_at for one in rows if one.kind == PresenceKind.OUT
                     and one.person_id == row.person_id and one.phone_at >= row.phone_at), None)
        vague = row.distance is None or (row.accuracy or VAGUE + 1) > VAGUE
        found.append(Visit(
            row.phone_at, left, row.distance, row.off_site, vague, row.late,
            row.approved_why if row.approval == Approval.REFUSED else None))
    return found


def presences_about(record: Record) -> list[Presence]:
    """Check-ins and check-outs of the author at the point around the work, in order of time."""
    moments = [at for at in (record.begun_at, record.finished_at, record.submitted_at) if at]
    if not moments or record.author_id is None:
        return []
    last = record.finished_at or max(moments)
    return list(Presence.objects.filter(
        organisation=record.organisation_id, point=record.point_id, person=record.author_id,
        phone_at__gte=min(moments) - STAY, phone_at__lte=last + STAY,
    ).select_related("person").order_by("phone_at", "id"))


def photos_of(record: Record) -> list[Photo]:
    """What the record's photos say of themselves; reused ones are in a record of the same unit that
    is no version of this one. Two queries."""
    other = RecordFile.objects.filter(attachment=OuterRef("attachment")).exclude(
        record__in=_versions(record)).exclude(record__state=RecordState.DRAFT)
    rows = list(RecordFile.objects.filter(record=record, attachment__kind=MediaKind.PHOTO)
                .select_related("attachment").annotate(reused=Exists(other)))
    place = place_of(record.point) if rows else None
    found = []
    for row in rows:
        file, away = row.attachment, False
        placed = file.latitude is not None and file.longitude is not None
        if placed and place is not None and None not in (place.latitude, place.longitude):
            apart = distance(file.latitude, file.longitude, place.latitude, place.longitude)
            away = not within(apart, file.accuracy or 0.0, place.fence)
        found.append(Photo(file.taken_at, placed, away, row.reused))
    return found


def _versions(record: Record) -> list[int]:
    """The record and those that it replaces, back to the first."""
    found, one = [record.pk], record.replaces
    while one is not None:
        found.append(one.pk)
        one = one.replaces
    return found


def _earlier(record: Record) -> int:
    """Records that the author has submitted before."""
    if record.author_id is None:
        return 1
    return Record.objects.filter(
        organisation=record.organisation_id, author=record.author_id, submitted_at__isnull=False,
    ).exclude(pk=record.pk)[:1].count()


def _at_the_desk(record: Record) -> bool:
    return hasattr(record, "desk_line") if record.pk else False


def _against_previous(record: Record, form: Form | None) -> tuple[int, int, str]:
    """Numbers that equal the previous record's, how many both have, and that record's day."""
    if form is None:
        return 0, 0, ""
    now = reading.measured(form, reading.setting_of(record.setting), record.answers)
    before = previous_of(record) if now else None
    if before is None:
        return 0, 0, ""
    then = reading.measured(form, reading.setting_of(before.setting), before.answers)
    both = now.keys() & then.keys()
    return sum(now[path] == then[path] for path in both), len(both), before.day.isoformat()


def _telemetry(record: Record, touched: Sequence[Mapping[str, Any]]) -> Telemetry | None:
    """What minute data say of the time of the work; None for a point that never reported, or when
    the time is not known."""
    begun, finished = hours_of_work(record)
    if begun is None or finished is None or finished - begun > LONGEST:
        return None
    if not LatestReading.objects.filter(pk=record.point_id, min__isnull=False).exists():
        return None
    moments = [int(one["time"]) for one in touched if one.get("time")]
    since = min([begun // 1000, *moments])
    until = max([finished // 1000, *moments]) + 10 * MINUTE // 1000
    rows = load("min", [record.point_id], since - BEFORE // 1000, until)
    before = [row for row in rows if row.time < since]
    during = [row for row in rows if row.time >= since]
    codes = {code for one in touched if one.get("factor") for code in same_codes(one["factor"])}
    return Telemetry(bool(during), _flagged(during, codes), has_changed(before, during, codes))


def _flagged(rows: Iterable[Reading], codes: frozenset[str] | set[str]) -> bool:
    return any(values.get("Flag", "N") not in NORMAL for row in rows
               for code, values in row.factors.items() if not codes or code in codes)


def has_changed(
    before: Sequence[Reading], during: Sequence[Reading], codes: frozenset[str] | set[str]
) -> bool:
    """Whether any of the factors (none named: any at all) left the band in which it lay before by
    more than ``SHIFT`` of its level; without readings before, whether it moved at all."""
    for code in codes or {code for row in during for code in row.factors}:
        was, now = _values(before, code), _values(during, code)
        if not now:
            continue
        low, high = (min(was), max(was)) if was else (now[0], now[0])
        room = SHIFT * max(abs(low), abs(high), 1e-9)
        if min(now) < low - room or max(now) > high + room:
            return True
    return False


def _values(rows: Sequence[Reading], code: str) -> list[float]:
    found = (row.factors.get(code, {}).get("Avg") for row in rows)
    return [float(one) for one in found if isinstance(one, int | float)]
