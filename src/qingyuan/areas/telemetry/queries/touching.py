"""What touched the verdict of an hour or a longer period: spans in which values may not be trusted
with the events that began them, events, marks. For the drawer and the API alike."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Q

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.references import Shown, shown_all
from qingyuan.areas.organisations.scope import Scope
from qingyuan.calc.control import Lost

from ..models import Event, Mark
from ..pipeline.facts import SPANS, in_force
from . import judged

MOST = 40  # of each kind; a month with an automatic calibration a day has more of them than help
OVERDUE = {"calibration_overdue": ("calibration", "full_calibration"),
           "full_calibration_overdue": ("full_calibration",), "check_overdue": ("standard_check",)}


class Cause(NamedTuple):
    """A span and the events it rests on: those that failed at its edge, or the last one done before
    a deadline ran out."""

    span: Lost
    events: tuple[Event, ...]


class Touching(NamedTuple):
    """What touched a period of one factor. ``shown``: what the events refer to, by reference;
    ``more``: how many events were left out."""

    lost: list[Cause]
    events: list[Event]
    marks: list[Mark]
    shown: dict[str, Shown]
    more: int


def touching(
    scope: Scope, point: MonitoringPoint, factor: str, start: int, end: int,
    away: Iterable[Lost], *, passing: bool = True
) -> Touching:
    """``away`` are the factor's spans as ``hour_inputs.lost_spans`` gives them; without ``passing``
    events that passed and touched nothing are left out. Six queries and those of what is shown."""
    spans = list(away)
    edges = _at_edges(point, factor, spans)
    causes = [Cause(span, tuple(_began(span, edges))) for span in spans]
    concerned = Q(factor__in=("", factor))
    near = judged.events_of(scope, point, start, end).filter(concerned)
    if not passing:
        near = near.filter(Q(passed=False) | Q(kind__in=SPANS))
    held = {one.pk: one for one in near[:MOST + 1]}
    more = near.count() - MOST if len(held) > MOST else 0
    events = dict(list(held.items())[:MOST])
    events |= {one.pk: one for cause in causes for one in cause.events}
    marks = list(judged.marks_of(scope, point, start, end).filter(concerned)[:MOST])
    ordered = sorted(events.values(), key=lambda one: (one.start, one.pk))
    return Touching(causes, ordered, marks,
                    shown_all(scope, {one.reference for one in ordered}, factor), more)


def _at_edges(point: MonitoringPoint, factor: str, spans: list[Lost]) -> list[Event]:
    """Controls at which a span begins or ends, and the last ones done before a deadline."""
    rows = in_force(Event, point.pk).exclude(kind__in=SPANS).filter(factor__in=("", factor))
    edges = {edge for span in spans for edge in (span.start, span.end)}
    found = list(rows.filter(start__in=edges, passed=False)) if edges else []
    for span in spans:
        if span.code in OVERDUE:
            found += rows.filter(kind__in=OVERDUE[span.code], start__lt=span.start).exclude(
                passed=False).order_by("-start")[:1]
    return found


def _began(span: Lost, edges: list[Event]) -> list[Event]:
    if span.code in OVERDUE:
        before = [one for one in edges if one.kind in OVERDUE[span.code]
                  and one.start < span.start and one.passed is not False]
        return sorted(before, key=lambda one: one.start)[-1:]
    edge = span.end if span.code.endswith("_backward") else span.start
    failed = {one.pk: one for one in edges if one.start == edge and one.passed is False}
    return list(failed.values())
