"""What a detector is, and how it is run over points in pieces."""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import InterfaceError, OperationalError, transaction

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.findings import register
from qingyuan.areas.findings.register import Raise
from qingyuan.areas.findings.settings import RuleSet
from qingyuan.areas.organisations.models import Organisation

from .models import Watched

log = logging.getLogger(__name__)
PIECE = 50  # points looked at in one go
SOME = 5000  # points a query of one column asks for


@dataclass(slots=True)
class Sight:
    """What a detector saw at some points: to be raised, keys that are over (key → epoch ms), how
    far it has looked and what it remembers, by point."""

    raised: list[Raise] = field(default_factory=list)
    over: dict[str, int] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)
    memory: dict[int, dict[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """The unit, its rules, how far the detector has looked (by point; absent: never) and what it
    remembers, and this instant (epoch ms)."""

    organisation: Organisation
    rules: RuleSet
    seen: dict[int, int]
    memory: dict[int, dict[str, Any]]
    now: int


Look = Callable[[Context, Sequence[MonitoringPoint]], Sight]
Waiting = Callable[[Sequence[MonitoringPoint], dict[int, int]], Sequence[MonitoringPoint]]


@dataclass(frozen=True, slots=True)
class Detector:
    """``waiting`` chooses the points that have something new since ``seen``; ``look`` looks at
    them. Looking again at the same finds the same keys, so that a crash costs nothing."""

    code: str
    waiting: Waiting
    look: Look
    piece: int = PIECE


def run(
    detector: Detector, organisation: Organisation, points: Sequence[MonitoringPoint], now: int
) -> int:
    """Let a detector look at a unit's points; how many findings it raised. A piece that fails is
    looked at by halves, until the point that cannot be looked at is alone and logged."""
    seen, rules, count = _seen(detector, points), RuleSet(organisation), 0
    for piece in _pieces(detector.waiting(points, seen), detector.piece):
        memory = dict(Watched.objects.filter(
            detector=detector.code, point__in=[point.pk for point in piece],
        ).values_list("point_id", "memory"))
        context = Context(organisation, rules, seen, memory, now)
        count += _looked(detector, context, piece)
    return count


def _seen(detector: Detector, points: Sequence[MonitoringPoint]) -> dict[int, int]:
    """How far each point was looked at; without the memory, which only points with news need."""
    found: dict[int, int] = {}
    for some in _pieces(points, SOME):
        found.update(Watched.objects.filter(
            detector=detector.code, point__in=[point.pk for point in some],
        ).values_list("point_id", "seen"))
    return found


def _looked(detector: Detector, context: Context, piece: Sequence[MonitoringPoint]) -> int:
    try:
        return _keep(detector, context.organisation, detector.look(context, piece))
    except (OperationalError, InterfaceError):
        log.exception("%s cannot look, the database is away or locked", detector.code)
        return 0  # no point is to blame; what was not looked at is new the next time too
    except Exception:  # one point's data must not blind the watch over all others
        half = len(piece) // 2
        if half:
            return sum(_looked(detector, context, part) for part in (piece[:half], piece[half:]))
        log.exception("%s cannot look at point %s", detector.code, piece[0].pk)
        return 0


def _pieces(
    points: Sequence[MonitoringPoint], size: int
) -> Iterator[Sequence[MonitoringPoint]]:
    for first in range(0, len(points), size):
        yield points[first:first + size]


@transaction.atomic
def _keep(detector: Detector, organisation: Organisation, sight: Sight) -> int:
    raised = register.raise_many(organisation, sight.raised)
    by_time: dict[int, list[str]] = {}
    for key, at in sight.over.items():
        by_time.setdefault(at, []).append(key)
    for at, keys in by_time.items():
        register.ended(organisation, keys, at)
    Watched.objects.bulk_create(
        (Watched(detector=detector.code, point_id=pk, seen=seen,
                 memory=sight.memory.get(pk, {})) for pk, seen in sight.seen.items()),
        update_conflicts=True, unique_fields=["detector", "point"],
        update_fields=["seen", "memory"])
    return len(raised)
