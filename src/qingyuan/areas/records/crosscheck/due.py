"""What the worker does: look at what is due, at what has changed since, and at marks that no record
explains. Pieces are small, so that a day's worth of records never holds up the other jobs."""

import logging
import time
from collections.abc import Iterable

from django.db.models import Q, QuerySet

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.findings import register
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.findings.register import Raise
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.rules.queries import book_for
from qingyuan.areas.telemetry.models import Mark, MarkState
from qingyuan.crosscheck import examine, limits_of
from qingyuan.crosscheck.checks.kinds import DEVICE_MARKS
from qingyuan.crosscheck.types import Span

from ..keeping.queries import STANDING
from ..models import CrossCheck, Record, RecordState
from . import running
from .gather import counted, marked
from .mapping import DESK
from .raising import MARK_WITHOUT_RECORD
from .works import day_of

log = logging.getLogger(__name__)
BUDGET = 20.0  # s that one call may take
PIECE = 50
DAY = 86_400_000  # ms
LATE = 10 * DAY  # how long after a visit late data are looked for
MARKS_SETTLE = DAY  # ms after a mark's end in which its record may still come
RETRY = 3_600_000  # ms


def run_due(now: int | None = None) -> str:
    """Look at records that are due, the newest first. What cannot be read is logged and tried again
    in an hour; "" for nothing due."""
    at = round(time.time() * 1000) if now is None else now
    began, done, flagged = time.monotonic(), 0, 0
    tried: set[int] = set()
    while time.monotonic() - began < BUDGET:
        rows = list(_due(at).exclude(pk__in=tried)[:PIECE])
        for check in rows:
            tried.add(check.pk)
            try:
                running.run(check.record, at)
            except Exception:  # one record that cannot be read must not hold up all others
                log.exception("record %s was not cross-checked", check.record_id)
                CrossCheck.objects.filter(pk=check.pk).update(due_at=at + RETRY)
                continue
            done += 1
            if time.monotonic() - began > BUDGET:
                break
        if len(rows) < PIECE:
            break
    if done:
        flagged = CrossCheck.objects.filter(pk__in=tried, flagged=True).count()
    return f"{done} records, {flagged} flagged" if done else ""


def _due(at: int) -> QuerySet[CrossCheck]:
    return CrossCheck.objects.filter(due_at__lte=at).select_related(
        "record__organisation", "record__author", "record__point__place",
        "record__point__organisation", "record__system").order_by("-due_at", "-pk")


def look_again(now: int | None = None) -> str:
    """Records whose data, marks or neighbours have come or changed since the last run become due:
    back-filled minutes, a late check-out, a mark that was declared."""
    at = round(time.time() * 1000) if now is None else now
    rows = CrossCheck.objects.filter(
        due_at=None, run_at__isnull=False, until__gte=at - LATE,
        record__state__in=(RecordState.SUBMITTED, RecordState.ACCEPTED),
    ).select_related("record__point").order_by("-until")
    changed = [one.pk for one in rows.iterator(chunk_size=200) if _changed(one)]
    CrossCheck.objects.filter(pk__in=changed).update(due_at=at)
    return f"{len(changed)} records" if changed else ""


def ask_again(points: Iterable[int], since: int, until: int, now: int | None = None) -> int:
    """Have records of points looked at again whose visits touch [since, until) (epoch s), however
    long ago: for whoever has just filled or replaced data in bulk. How many."""
    at = round(time.time() * 1000) if now is None else now
    return CrossCheck.objects.filter(
        record__point__in=list(points), record__state__in=STANDING, run_at__isnull=False,
        since__lt=until * 1000, until__gt=since * 1000).update(due_at=at)


def _changed(check: CrossCheck) -> bool:
    if check.since is None or check.until is None:
        return True
    return counted(check.record, (check.since // 1000, check.until // 1000)) != check.seen


def look_at_marks(now: int | None = None) -> str:
    """Marks of maintenance, calibration and check that ended some time ago and that no record
    explains become findings; those that a record explains by now, or that were withdrawn, end."""
    at = round(time.time() * 1000) if now is None else now
    asked = Q(pk__in=_marks(at).values("organisation")) | Q(
        pk__in=_open().values("organisation"))
    raised = sum(_marks_of(unit, at) for unit in Organisation.objects.filter(
        asked, active=True).order_by("pk"))
    return f"{raised} marks without a record" if raised else ""


def _marks(at: int) -> QuerySet[Mark]:
    return _standing().filter(
        kind__in=DEVICE_MARKS, start__gte=(at - LATE) // 1000, end__lt=(at - MARKS_SETTLE) // 1000)


def _standing() -> QuerySet[Mark]:
    return Mark.objects.filter(replaced_by=None, withdrawn_at=None).exclude(
        state=MarkState.WITHDRAWN)


def _open() -> QuerySet[Finding]:
    return Finding.objects.filter(kind=MARK_WITHOUT_RECORD, open=True)


def _marks_of(unit: Organisation, at: int) -> int:
    raised, over = [], []
    for mark in _marks(at).filter(organisation=unit).select_related(
            "point__organisation", "point__place"):
        sentence = _unexplained(unit, mark)
        if sentence is None:
            over.append(_key(mark.pk))
            continue
        raised.append(Raise(
            MARK_WITHOUT_RECORD, _key(mark.pk), sentence, mark.end * 1000, point=mark.point,
            factor=mark.factor, since=mark.start * 1000, ref=f"mark:{mark.pk}",
            detail={"sentences": [sentence], "since": mark.start * 1000,
                    "until": mark.end * 1000}))
    register.raise_many(unit, raised)
    register.ended(unit, over + _withdrawn(unit), at)
    return len(raised)


def _key(mark: int) -> str:
    return f"{MARK_WITHOUT_RECORD}:{mark}"


def _withdrawn(unit: Organisation) -> list[str]:
    """Keys of open findings whose mark stands no longer."""
    keys = {key: int(key.rpartition(":")[2]) for key in _open().filter(
        organisation=unit, ended_at=None).values_list("key", flat=True)}
    still = set(_standing().filter(pk__in=keys.values()).values_list("pk", flat=True))
    return [key for key, mark in keys.items() if mark not in still]


def _unexplained(unit: Organisation, mark: Mark) -> str | None:
    """The sentence about a mark that no record explains, None for one that is."""
    span = mark.start, mark.end
    known = spans_about(unit, mark.point, span)
    book = book_for(mark.point)
    visit = marked(mark.point, unit.pk, span, known)
    found = examine(visit, limits_of(book.book, day_of(mark.start), book.chain))
    ref = f"mark:{mark.pk}"
    return next((one.sentence for one in found.signals if one.code == MARK_WITHOUT_RECORD
                 and any(fact.ref == ref for fact in one.evidence)), None)


def spans_about(unit: Organisation, point: MonitoringPoint, span: Span) -> list[Span]:
    """The times of the unit's standing records at a point about a span, epoch s. One query."""
    rows = Record.objects.filter(
        organisation=unit, point=point, state__in=STANDING,
        begun_at__lt=(span[1] + 6 * 3600) * 1000, finished_at__gt=(span[0] - 6 * 3600) * 1000,
    ).exclude(form__startswith=DESK).values_list("begun_at", "finished_at")
    return [(begun // 1000, ended // 1000) for begun, ended in rows if begun <= ended]
