"""What becomes of each hour due: did it come, in time, is it valid. Counted by the month for the
statistics (``count``), listed one by one for whoever asks what a rate is made of (``hours_of``)."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db import transaction
from django.db.models import F, Min, Q
from numpy.typing import NDArray

from qingyuan.areas.assets.models import LoggerAssignment, MonitoringPoint
from qingyuan.areas.rules.queries import books_for
from qingyuan.areas.telemetry.models import (
    DirtyWindow,
    Event,
    Factor,
    HourReading,
    HourValue,
    Interval,
    JudgedPoint,
    Mark,
    MinuteReading,
    ReadingChange,
    Source,
    SourceKind,
)
from qingyuan.areas.telemetry.readings import layouts
from qingyuan.calc import rates
from qingyuan.calc.roles import is_pollutant, under_2017
from qingyuan.calc.types import EXEMPT, MISSING, STOPPED, VALID, VERDICTS
from qingyuan.kernel import windows
from qingyuan.kernel.clock import day_of
from qingyuan.kernel.windows import DAY, HOUR

from .arrivals import GRACE, came_in_time, lines_of
from .models import MonthTally

UNJUDGED = len(VERDICTS)  # place of an hour without a row, behind the closed list
_VERDICT = {word: place for place, word in enumerate(VERDICTS)}
_EAST = 8 * HOUR
_COUNTED = ("declared", "matched")  # states of marks that judging counts

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class FactorHours:
    """The hours of one factor from ``start`` on; all arrays have the shape (hours,). ``soon``: came
    in time. ``freed`` and ``freed_soon``: left out for the daily standard check. ``reasons`` as the
    judged rows have them."""

    code: str
    start: int
    verdict: NDArray[np.uint8]
    reasons: Sequence[str]
    due: Mask
    received: Mask
    soon: Mask
    valid: Mask
    freed: Mask
    freed_soon: Mask
    late: rates.Rates  # whatever came by now
    prompt: rates.Rates  # what came in time


def hours_of(
    point: MonitoringPoint, start: int, end: int, *, now: float | None = None
) -> list[FactorHours]:
    """Each pollutant's hours of [start, end) as far as they are over, from stored facts. Some
    fourteen queries."""
    moment = int(time.time() if now is None else now)
    row = JudgedPoint.objects.filter(pk=point.pk).first()
    count = max(0, (min(end, moment - moment % HOUR) - start) // HOUR)
    codes = [] if row is None else sorted(code for code in row.factors if is_pollutant(code))
    if row is None or not count or not codes:
        return []
    factors = dict(Factor.objects.values_list("id", "code"))
    judged = _judged(point, start, count, factors, codes)
    times = windows.hours(start, count)
    linked, waiting = _linked(point, times), _waiting(point, times)
    soon = _soon(point, start, count, factors, codes)
    free = _free_hours(point, start)
    checks = _checks(point, times, codes) if free else {}
    over = times + HOUR + GRACE <= moment
    found = []
    for code in codes:
        verdict, reasons = judged[code]
        there = verdict != UNJUDGED
        due = linked & (times >= row.factors[code]) & (verdict != STOPPED) & (
            there | (over & ~waiting))
        received = due & there & (verdict != MISSING)
        check = checks.get(code, np.zeros(count, bool)) | np.array(
            ["standard_check" in reason for reason in reasons], bool)
        found.append(_factor(code, start, times, verdict, reasons, due, received,
                             received & soon[code], check, free))
    return found


def _factor(
    code: str, start: int, times: NDArray[np.int64], verdict: NDArray[np.uint8],
    reasons: Sequence[str], due: Mask, received: Mask, soon: Mask, check: Mask, free: int,
) -> FactorHours:
    valid = received & ((verdict == VALID) | (verdict == EXEMPT))
    day = ((times + _EAST) // DAY).astype(np.intp)
    late = rates.tally(received.astype(int), valid, due, check, day, free_hours=free)
    prompt = rates.tally(soon.astype(int), valid & soon, due, check, day, free_hours=free)
    return FactorHours(
        code, start, verdict, reasons, due, received, soon, valid,
        rates.freed(valid, due, check, day, free_hours=free),
        rates.freed(valid & soon, due, check, day, free_hours=free), late, prompt)


def _judged(
    point: MonitoringPoint, start: int, count: int, factors: Mapping[int, str],
    codes: Sequence[str],
) -> dict[str, tuple[NDArray[np.uint8], list[str]]]:
    found = {code: (np.full(count, UNJUDGED, np.uint8), [""] * count) for code in codes}
    rows = HourValue.objects.filter(point=point.pk, time__gte=start,
                                    time__lt=start + HOUR * count)
    for moment, factor, verdict, reason in rows.values_list(
            "time", "factor_id", "verdict", "reason"):
        if (held := found.get(factors[factor])) is not None:
            place = (moment - start) // HOUR
            held[0][place], held[1][place] = _VERDICT[verdict], reason
    return found


def _linked(point: MonitoringPoint, times: NDArray[np.int64]) -> Mask:
    """Hours at whose start a logger stood at the point."""
    found = np.zeros(times.size, bool)
    rows = LoggerAssignment.objects.filter(point=point.pk).values_list("since", "until")
    for since, until in rows:
        after = times >= since.timestamp() - HOUR + 1
        found |= after if until is None else after & (times < until.timestamp())
    return found


def _waiting(point: MonitoringPoint, times: NDArray[np.int64]) -> Mask:
    """Hours that judging has yet to come to: nothing can be said of them."""
    rows = DirtyWindow.objects.filter(point=point.pk, hour__gte=int(times[0]),
                                      hour__lte=int(times[-1]))
    return np.isin(times, np.array(list(rows.values_list("hour", flat=True)), np.int64))


def _soon(
    point: MonitoringPoint, start: int, count: int, factors: Mapping[int, str],
    codes: Sequence[str],
) -> dict[str, Mask]:
    """Hours of which a reading came in time. A value that a later frame replaced came with the
    first. Simulated history has no frames and counts as in time, an import never does."""
    end = start + HOUR * count
    simulated = set(Source.objects.filter(kind=SourceKind.SIMULATED).values_list("id", flat=True))
    lines = lines_of(start, end)
    found = {code: np.zeros(count, bool) for code in codes}

    def note(hour: int, code: str, frame: int, source: int) -> None:
        held = found.get(under_2017(code)[0])
        if held is not None and (source in simulated and frame == 0
                                 or came_in_time(frame, hour, lines)):
            held[(hour - start) // HOUR] = True

    within = Q(point=point.pk, time__gte=start, time__lt=end)
    for hour, factor, frame, source in HourReading.objects.filter(within).values_list(
            "time", "factor_id", "frame", "source_id"):
        note(hour - hour % HOUR, factors[factor], frame, source)
    for hour, code, frame, source in ReadingChange.objects.filter(
            within, interval=Interval.HOUR).values_list("time", "factor", "frame", "source_id"):
        note(hour - hour % HOUR, code, frame, source)
    if not all(held.all() for held in found.values()):
        minutes = list(MinuteReading.objects.filter(within).order_by().values_list(
            F("time") - F("time") % HOUR, "shape_id", "source_id").annotate(Min("frame")))
        shapes = layouts({shape for _hour, shape, _source, _frame in minutes})
        for hour, shape, source, frame in minutes:
            for code in shapes[shape].factors:
                note(hour, code, frame, source)
    return found


def _free_hours(point: MonitoringPoint, start: int) -> int:
    """Hours of a day freed for the standard check; the exemption is one of waste water."""
    if point.kind != "water":
        return 0
    one = books_for([point])[point.pk].find("rates.standard_check_free_hours",
                                            date.fromisoformat(day_of(start)))
    return int(one.value) if one is not None else 0


def _checks(
    point: MonitoringPoint, times: NDArray[np.int64], codes: Sequence[str]
) -> dict[str, Mask]:
    """Hours in which a standard check was made or is marked."""
    start, end = int(times[0]), int(times[-1]) + HOUR
    standing = Q(point=point.pk, replaced_by=None, withdrawn_at=None, kind="standard_check")
    spans = [(factor, since, since + 1) for factor, since in Event.objects.filter(
        standing, start__gte=start, start__lt=end).values_list("factor", "start")]
    spans += Mark.objects.filter(
        standing, state__in=_COUNTED, start__lt=end, end__gt=start,
    ).values_list("factor", "start", "end")
    found = {code: np.zeros(times.size, bool) for code in codes}
    for factor, since, until in spans:
        touched = (times + HOUR > since) & (times < until)
        for code in codes if not factor else [one for one in codes if one == factor]:
            found[code] |= touched
    return found


def count(point: MonitoringPoint, month: int, *, now: float | None = None) -> int:
    """Count one month (by its start) of a point anew; rows written."""
    moment = time.time() if now is None else now
    end = windows.end_of("month", month)
    ids = dict(Factor.objects.values_list("code", "id"))
    until = min(end, int(moment) - int(moment) % HOUR)
    rows = [_row(point.pk, month, ids[one.code], until, int(moment * 1000), one)
            for one in hours_of(point, month, end, now=moment)]
    with transaction.atomic():
        MonthTally.objects.filter(point=point.pk, time=month).delete()
        MonthTally.objects.bulk_create(rows)
    return len(rows)


def _row(
    point: int, month: int, factor: int, until: int, at: int, one: FactorHours
) -> MonthTally:
    late, prompt = one.late, one.prompt
    return MonthTally(
        point_id=point, time=month, factor_id=factor, until=until, at=at,
        due=late.raw.due, received=late.raw.received, valid=late.raw.valid,
        left_out=late.exempted.left_out, silent=late.raw.due - late.exempted.due,
        soon_received=prompt.raw.received, soon_valid=prompt.raw.valid,
        soon_left_out=prompt.exempted.left_out, soon_silent=prompt.raw.due - prompt.exempted.due,
        exempt=_count(one.received & (one.verdict == EXEMPT)),
        bad=_count(one.received & ~one.valid), stopped=_count(one.verdict == STOPPED))


def _count(mask: Mask) -> int:
    return int(np.count_nonzero(mask))
