"""Enter the story of the demonstration: parameters, events and marks of its points."""

import time
from datetime import datetime
from typing import Any

from qingyuan.kernel.clock import CST

from . import story

SINCE = 400  # days before the anchor since when the parameters hold


def enter(unit: Any, number: int, spec: Any, point: Any, today: int) -> None:
    """All facts of one station, once, when it is registered; ``today`` is the anchor's midnight in
    China (epoch seconds). Nothing of it lies in the future."""
    from qingyuan.areas.telemetry.facts import set_parameter

    for name, value in story.parameters(number, spec).items():
        set_parameter(unit, point, name, value, since=today - SINCE * 86_400,
                      document="示例：排污许可证与验收报告")
    _events(unit, number, spec, point, today)
    _marks(unit, number, spec, point, today)


def _events(unit: Any, number: int, spec: Any, point: Any, today: int) -> None:
    from qingyuan.areas.telemetry.models import Event, Origin

    now = time.time()
    Event.objects.bulk_create([
        Event(point=point, organisation=unit.organisation, by=unit.who, at=int(now * 1000),
              kind=one.kind, factor=one.factor, start=one.start, end=one.end, passed=one.passed,
              origin=Origin.SIMULATED, note=one.note)
        for one in story.happenings(number, spec, today) if one.start < now
    ])


def _marks(unit: Any, number: int, spec: Any, point: Any, today: int) -> None:
    from qingyuan.areas.telemetry.models import Mark, MarkState, Origin

    now = time.time()
    marks = []
    for turn, one in enumerate(story.declared(number, spec, today)):
        if one.end > now:
            continue
        told = one.state != MarkState.PREPARED
        marks.append(Mark(
            point=point, organisation=unit.organisation, by=unit.who, at=int(now * 1000),
            kind=one.kind, factor=one.factor, start=one.start, end=one.end, state=one.state,
            origin=Origin.SIMULATED, note=one.note,
            declared_id=f"DEMO-{number + 1:02d}-{turn + 1:03d}" if told else "",
            declared_by="示例·环保负责人" if told else "",
            declared_at=one.end + 7200 if told else None,
        ))
    Mark.objects.bulk_create(marks)


def midnight(now: float) -> int:
    """The China midnight with which the day of an instant begins (epoch seconds).

    >>> midnight(1_795_413_600)  # 2026-11-23T14:00+08:00
    1795363200
    """
    day = datetime.fromtimestamp(now, CST).replace(hour=0, minute=0, second=0, microsecond=0)
    return int(day.timestamp())
