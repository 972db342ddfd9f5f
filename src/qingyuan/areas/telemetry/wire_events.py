"""Events that the loggers themselves tell of: calibrations by the flag C of real-time and minute
values, standard checks by the packets 2062 of HJ 212-2025.

A flag says that a calibration took place, not how it went: its event has no result (``passed``
None), which counts as done. Whoever records the calibration afterwards replaces the event.
"""

import time
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db import transaction

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.calc.roles import is_gaseous, is_particulate, medium, under_2017
from qingyuan.kernel.windows import HOUR

from .facts import mark_event
from .models import Event, EventKind, Interval, Origin, Position, StationMessage
from .packing import unpack_flags
from .readings import TABLES, layouts

LETTER = "C"
APART = 1800  # seconds between two flagged instants that are still one calibration
BEFORE = 6 * HOUR  # as far back as a calibration under way may have begun
NEAR = HOUR  # an event this near to an older one of the kind and factor tells of the same deed
PASSED = {"0": False, "1": True}
CHECKS = "2062"
SOME = 500
POSITION = "checks"


class Calibrated(NamedTuple):
    """One factor's calibration as the flags show it, epoch seconds of first and last flag."""

    factor: str
    first: int
    last: int


def from_flags(point: MonitoringPoint, since: int, until: int) -> int:
    """Enter the calibrations whose flags lie in [since, until); how many were new.

    The hours before are looked at too, so that one that runs over the hour is one event.
    """
    found = [one for one in _runs(_flagged(point, since - BEFORE, until)) if one.last >= since]
    if not found:
        return 0
    entered = [_event(point, EventKind.CALIBRATION, one.factor, one.first, None, Origin.FLAG,
                      f"flag {LETTER} {one.first}-{one.last}") for one in found]
    return _enter(point, entered)


def _flagged(point: MonitoringPoint, since: int, until: int) -> Iterator[tuple[str, int]]:
    """(2017 code, instant) of each value with the flag that an analyser of the point sent."""
    for interval in (Interval.MINUTE, Interval.REALTIME):
        rows = list(
            TABLES[interval].objects.filter(
                flags__contains=LETTER, point=point, time__gte=since, time__lt=until
            ).order_by("time").values_list("time", "shape_id", "flags")
        )
        shapes = layouts(row[1] for row in rows)
        for moment, shape, text in rows:
            codes = shapes[shape].factors
            for code, flag in zip(codes, unpack_flags(text, len(codes)), strict=True):
                name = under_2017(code)[0]
                if flag == LETTER and medium(name) == point.kind and _calibrated(name):
                    yield name, moment


def _calibrated(code: str) -> bool:
    return code.startswith("w") or is_gaseous(code) or is_particulate(code)


def _runs(flagged: Iterable[tuple[str, int]]) -> list[Calibrated]:
    """Instants of a factor that follow each other closely, as one calibration each.

    >>> _runs([("a21026", 0), ("a21026", 600), ("a21026", 9000), ("a34013", 600)])
    [Calibrated(factor='a21026', first=0, last=600), Calibrated(factor='a21026', first=9000, \
last=9000), Calibrated(factor='a34013', first=600, last=600)]
    """
    runs: list[Calibrated] = []
    for code, moment in sorted(set(flagged)):
        if runs and runs[-1].factor == code and moment - runs[-1].last <= APART:
            runs[-1] = runs[-1]._replace(last=moment)
        else:
            runs.append(Calibrated(code, moment, moment))
    return runs


def _event(point: MonitoringPoint, kind: str, factor: str, start: int, passed: bool | None,
           origin: str, reference: str) -> Event:
    return Event(
        point=point, organisation=point.organisation, kind=kind, factor=factor, start=start,
        passed=passed, origin=origin, reference=reference[:120], by="",
        at=int(time.time() * 1000),
    )


@transaction.atomic
def _enter(point: MonitoringPoint, events: list[Event]) -> int:
    """Those that tell something new, with the hours that may now be judged otherwise. An older
    event counts even when somebody has replaced or withdrawn it: flags must not bring it back."""
    low, high = min(e.start for e in events), max(e.start for e in events)
    known = list(
        Event.objects.filter(point=point, start__gte=low - NEAR, start__lte=high + NEAR)
        .values_list("kind", "factor", "start", "passed")
    )
    new = [event for event in events if not _told(event, known)]
    for event in new:
        event.save()
        mark_event(event)
    return len(new)


def _told(event: Event, known: Iterable[tuple[str, str, int, bool | None]]) -> bool:
    """Whether one of the known (kind, factor, start, passed) tells of the same deed. What passed
    soon after it had failed is a deed of its own, and ends what the failure began."""
    near = [(abs(start - event.start), passed) for kind, factor, start, passed in known
            if kind == event.kind and factor in ("", event.factor)
            and abs(start - event.start) <= NEAR]
    if not near or event.passed is None:
        return bool(near)
    nearest = min(apart for apart, _passed in near)
    return any(passed in (None, event.passed) for apart, passed in near if apart == nearest)


def standard_checks() -> str:
    """Enter the results of the packets 2062 that came since the last time. ``ResultType`` 1 is
    passed, 0 failed (HJ 212-2025, known at second hand)."""
    held, _made = Position.objects.get_or_create(name=POSITION)
    new, seen = 0, held.seq
    while rows := list(
        StationMessage.objects.filter(frame__gt=seen, cn=CHECKS, point__isnull=False)
        .select_related("point__organisation").order_by("frame")[:SOME]
    ):
        for row in rows:
            events = list(_checks(row))
            new += _enter(row.point, events) if events else 0
        seen = rows[-1].frame
        Position.objects.filter(name=POSITION).update(seq=seen)
    return f"{new} standard checks" if new else ""


def _checks(row: StationMessage) -> Iterator[Event]:
    for name, text in row.pairs:
        code, _hyphen, suffix = str(name).rpartition("-")
        factor = under_2017(code)[0]
        # A station may send any name; one that is no factor of the point is no check of it.
        if (suffix == "ResultType" and str(text) in PASSED and row.point is not None
                and medium(factor) == row.point.kind):
            yield _event(row.point, EventKind.STANDARD_CHECK, factor, row.time,
                         PASSED[str(text)], Origin.WIRE, f"frame {row.frame}")
