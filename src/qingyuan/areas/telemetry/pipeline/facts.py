"""What people and records said about a point, as judging reads it: only what is in force."""

from typing import Any, NamedTuple

from django.db.models import Model, QuerySet

from qingyuan.calc.spans import union
from qingyuan.calc.types import Dated, Event, Mark

from .. import models
from ..models import EventKind, MarkState
from .ranges import ranges_of

SPANS = frozenset({EventKind.FAULT, EventKind.MAINTENANCE, EventKind.STOP})
"""Kinds of events that last; the others are done at an instant."""
_OPEN = 2**62  # the end of what has none yet
COUNTED = (MarkState.DECLARED, MarkState.MATCHED)
"""States in which a mark counts (公告2022年第21号: what the discharger has declared)."""


class Facts(NamedTuple):
    """Everything that is in force for a point, over its whole time: an hour's verdict may rest on a
    calibration of any earlier day, or on a failed check of a later one."""

    events: tuple[Event, ...]
    marks: tuple[Mark, ...]
    parameters: dict[str, Dated]
    manual: dict[str, tuple[tuple[int, float], ...]]
    # measured by hand: factor → ((epoch second, mg/L), …) in order of time


def in_force(rows: type[Model], point: int) -> QuerySet[Any]:
    """Facts of a point that nobody replaced or withdrew."""
    return rows._default_manager.filter(point=point, replaced_by=None, withdrawn_at=None)


def facts_of(point: int) -> Facts:
    """Five queries. A range comes from the instruments where no parameter was set for it."""
    parameters = {**ranges_of(point), **_parameters(point)}
    return Facts(told(in_force(models.Event, point)), _marks(point), parameters, _manual(point))


def told(events: QuerySet[models.Event]) -> tuple[Event, ...]:
    """Events as judging reads them: what lasts as a start and an end. One query."""
    rows = events.order_by("start", "id").values_list("kind", "factor", "start", "end", "passed")
    found: list[Event] = []
    lasting: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for kind, factor, start, end, passed in rows:
        if kind in SPANS:
            lasting.setdefault((kind, factor), []).append((start, _OPEN if end is None else end))
        else:
            found.append(Event(start, kind, factor, passed))
    # Rows may overlap: as starts and ends in a line the first end would close them all.
    for (kind, factor), spans in lasting.items():
        for start, end in union(spans):
            found.append(Event(start, f"{kind}_start", factor))
            if end < _OPEN:
                found.append(Event(end, f"{kind}_end", factor))
    return tuple(sorted(found, key=lambda event: event.time))


def _marks(point: int) -> tuple[Mark, ...]:
    rows = in_force(models.Mark, point).filter(state__in=COUNTED).order_by("start", "id")
    return tuple(Mark(*row) for row in rows.values_list("start", "end", "kind", "factor"))


def _parameters(point: int) -> dict[str, Dated]:
    rows = in_force(models.PointParameter, point).order_by("since", "id").values_list(
        "name", "since", "value")
    # Of two entries for one instant the later one holds.
    by_name: dict[str, dict[int, float | str | bool | None]] = {}
    for name, since, value in rows:
        by_name.setdefault(name, {})[since] = value
    return {name: Dated(tuple(known), tuple(known.values())) for name, known in by_name.items()}


def _manual(point: int) -> dict[str, tuple[tuple[int, float], ...]]:
    rows = in_force(models.ManualValue, point).order_by("time", "id").values_list(
        "factor", "time", "value")
    found: dict[str, list[tuple[int, float]]] = {}
    for factor, time, value in rows:
        found.setdefault(factor, []).append((time, value))
    return {factor: tuple(own) for factor, own in found.items()}
