"""What a set of events does to the verdicts of hours: judged with them and without them, and the
difference looked up in what is stored. For the page of what brought the events (a record)."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from django.db.models import F, Q

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope
from qingyuan.calc import control, spans
from qingyuan.calc.control import Lost
from qingyuan.calc.types import Event as Happened
from qingyuan.kernel.windows import HOUR

from ..models import DirtyWindow, Event, EventKind, HourValue, JudgedPoint, SupersededValue
from ..pipeline.facts import SPANS, told
from ..pipeline.subject import Subject, subject_of
from .verdicts import Quantity, quantities

LOST, FREED = "lost", "freed"
MOST = 30_000  # rows of hours that one page counts
LASTING = {EventKind.FAULT: ("fault",), EventKind.MAINTENANCE: ("maintenance",),
           EventKind.STOP: ("stopped", "stopped_part")}


class Stretch(NamedTuple):
    """A span [start, end) of one factor that the events make unusable (``lost``) or end
    (``freed``), the reason's code and clause, and how many judged hours of it are so: lost ones for
    this very reason, freed ones that are valid again; of events taken back all they reached."""

    factor: str
    effect: str
    start: int
    end: int
    code: str
    clause: str
    hours: int


class Change(NamedTuple):
    """Judged hours of a factor whose verdict was another before."""

    factor: str
    before: str
    after: str
    hours: int
    first: int
    last: int


class Consequences(NamedTuple):
    """``stretches`` by factor and time; ``changes`` since the given instant; ``waiting`` hours that
    are still to be judged anew; ``more``: not all hours were counted; ``names`` of the factors."""

    stretches: list[Stretch]
    changes: list[Change]
    waiting: int
    more: bool
    names: dict[str, Quantity]


NOTHING = Consequences([], [], 0, False, {})


def consequences(
    scope: Scope, point: MonitoringPoint, events: Collection[Event], since_ms: int
) -> Consequences:
    """What these events of a visible point do, or, withdrawn, did; and what their hours were judged
    before ``since_ms``. Some sixteen queries whatever the span; nothing for a point that was never
    judged."""
    held = points_of(scope).get(pk=point.pk)
    if not events or not JudgedPoint.objects.filter(pk=held.pk, first__isnull=False).exists():
        return NOTHING
    subject = subject_of(held)
    own = {one.pk for one in events}
    standing = Q(replaced_by=None, withdrawn_at=None)
    gone = all(one.withdrawn_at is not None or one.replaced_by_id is not None for one in events)
    rows = Event.objects.filter(point=held.pk)
    without = told(rows.filter(standing).exclude(pk__in=own))
    full = told(rows.filter(standing | Q(pk__in=own)))
    found = [piece for code in _concerned(subject, events)
             for piece in _pieces(subject, code, without, full, events)]
    if not found:
        return NOTHING
    hours, more = _rows(held.pk, subject, found)
    counted = [piece._replace(hours=_count(piece, hours, gone)) for piece in found]
    first, last = min(p.start for p in found), max(p.end for p in found)
    waiting = DirtyWindow.objects.filter(
        point=held.pk, hour__gte=first - HOUR, hour__lt=last).count()
    names = {one.code: one for one in quantities({piece.factor for piece in found})}
    return Consequences(sorted(counted, key=lambda p: (p.factor, p.start, p.effect)),
                        _changes(held.pk, subject, found, hours, since_ms), waiting, more, names)


def _concerned(subject: Subject, events: Iterable[Event]) -> Sequence[str]:
    said = {one.factor for one in events}
    return [code for code in subject.codes if "" in said or code in said]


def _pieces(
    subject: Subject, code: str, without: tuple[Happened, ...], full: tuple[Happened, ...],
    events: Collection[Event],
) -> list[Stretch]:
    """Where the factor is out of control with the events and not without them, the other way round
    from one of them on, and where a fault, maintenance or stop of theirs lies."""
    assert subject.first is not None
    assert subject.last is not None
    start, count = subject.first, (subject.last - subject.first) // HOUR + 1
    end = start + count * HOUR
    case = subject.case(start, count, subject.codes)
    ruling = subject.ruling(start, count)
    before, after = ((*held.out, *held.backward) for held in (
        control.of_factor(replace(case, events=every), ruling, code) for every in (without, full)))
    edges = {one.start for one in events}
    found = _less(code, LOST, after, before, start, end)
    found += [one for one in _less(code, FREED, before, after, start, end) if one.start in edges]
    for one in events:
        if one.kind in SPANS and one.factor in ("", code):
            begin, until = max(one.start, start), min(end, one.end or end)
            if begin < until:
                found.append(Stretch(code, LOST, begin, until, LASTING[EventKind(one.kind)][0], "",
                                     0))
    return _joined(found)


def _joined(pieces: Iterable[Stretch]) -> list[Stretch]:
    """Pieces of one reason that overlap as one: a calibration failed before and after adjusting."""
    found: list[Stretch] = []
    for piece in sorted(pieces, key=lambda one: (one.effect, one.code, one.start)):
        last = found[-1] if found else None
        if last and last[:2] == piece[:2] and last.code == piece.code and piece.start <= last.end:
            found[-1] = last._replace(end=max(last.end, piece.end))
        else:
            found.append(piece)
    return found


def _less(
    code: str, effect: str, these: Iterable[Lost], without: Iterable[Lost], start: int, end: int
) -> list[Stretch]:
    """What of some spans the others do not cover, within the judged hours."""
    taken = spans.union((one.start, one.end) for one in without)
    found: dict[tuple[int, int, str], Stretch] = {}
    for one in these:
        begin, until = max(one.start, start), min(one.end, end)
        for left, right in [*taken, (until, until)]:
            if begin < min(left, until):
                piece = (begin, min(left, until), one.code)
                found[piece] = Stretch(code, effect, piece[0], piece[1], one.code, one.clause, 0)
            begin = max(begin, right)
    return list(found.values())


class _Row(NamedTuple):
    time: int
    code: str
    verdict: str
    reason: str


def _rows(
    point: int, subject: Subject, found: Sequence[Stretch]
) -> tuple[list[_Row], bool]:
    """The judged hours of the pieces. One query."""
    codes = {subject.id_of(piece.factor): piece.factor for piece in found}
    spanned = Q()
    for begin, until in spans.union((one.start - one.start % HOUR, one.end) for one in found):
        spanned |= Q(time__gte=begin, time__lt=until)
    rows = HourValue.objects.filter(spanned, point=point, factor__in=list(codes)).order_by(
        "time").values_list("time", "factor_id", "verdict", "reason")[:MOST + 1]
    every = [_Row(time, codes[key], verdict, reason) for time, key, verdict, reason in rows]
    return every[:MOST], len(every) > MOST


def _count(piece: Stretch, rows: Iterable[_Row], gone: bool) -> int:
    """Hours of the piece that are so for its reason; of what is ``gone`` all that it reached."""
    codes = next((own for own in LASTING.values() if piece.code in own), (piece.code,))
    within = [row for row in rows if row.code == piece.factor and row.time < piece.end
              and row.time + HOUR > piece.start]
    return sum(gone or (row.verdict == "valid" if piece.effect == FREED
                        else row.reason.split(";")[0] in codes) for row in within)


def _changes(
    point: int, subject: Subject, found: Sequence[Stretch], rows: Sequence[_Row], since_ms: int
) -> list[Change]:
    """Verdicts of the pieces' hours as they stood at ``since_ms`` against those of now. One query.
    """
    codes = {subject.id_of(piece.factor): piece.factor for piece in found}
    lo, hi = min(p.start for p in found) - HOUR, max(p.end for p in found)
    old = SupersededValue.objects.filter(
        point=point, level="hour", time__gt=lo, time__lt=hi, factor__in=list(codes),
        at__gte=since_ms).order_by("-version").annotate(told=F("row__verdict")).values_list(
        "time", "factor_id", "told")[:MOST]
    before = {(time, codes[key]): verdict for time, key, verdict in old}
    counts: Counter[tuple[str, str, str]] = Counter()
    ends: dict[tuple[str, str, str], tuple[int, int]] = {}
    for row in rows:
        was = before.get((row.time, row.code), row.verdict)
        if was != row.verdict:
            key = (row.code, was, row.verdict)
            counts[key] += 1
            first, last = ends.get(key, (row.time, row.time))
            ends[key] = (min(first, row.time), max(last, row.time))
    return [Change(*key, count, *ends[key]) for key, count in sorted(counts.items())]
