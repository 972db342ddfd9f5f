"""Commands to stations and their traces, read from the mailbox through a scope."""

from collections.abc import Iterable

from django.conf import settings

from qingyuan.areas.assets.models import DataLogger, LoggerAssignment, MonitoringPoint
from qingyuan.areas.assets.queries import loggers_of, points_of
from qingyuan.areas.organisations.scope import Scope
from qingyuan.spool.commands import Command, CommandBox

# What never left the house touched no hour.
TOUCHED = frozenset({"sent", "accepted", "done", "failed", "timeout"})


def commands(scope: Scope, logger: DataLogger | None = None, *, limit: int = 100) -> list[Command]:
    """Commands to a visible logger, or to all of them, newest first."""
    seen = loggers_of(scope)
    mns = seen.filter(pk=logger.pk) if logger else seen
    return _of(mns.values_list("mn", flat=True), limit)


def command(scope: Scope, pk: int) -> Command:
    """One command with its trace; DataLogger.DoesNotExist when its station is not visible,
    CommandError when there is none."""
    with CommandBox(settings.PLACES.commands) as box:
        found = box.get(pk)
    loggers_of(scope).get(mn=found.mn)
    return found


def commands_of_point(scope: Scope, point: MonitoringPoint, *, limit: int = 100) -> list[Command]:
    """Commands to the loggers of a visible point, newest first."""
    points_of(scope).get(pk=point.pk)
    links = LoggerAssignment.objects.filter(point=point)
    return _of(set(links.values_list("logger__mn", flat=True)), limit)


def commands_touching(
    scope: Scope, point: MonitoringPoint, since: int, until: int, *, limit: int = 200
) -> list[Command]:
    """Commands that reached, or may have reached, a visible point's loggers between two instants
    (epoch seconds): they are shown on the hours they touched."""
    return [
        found for found in commands_of_point(scope, point, limit=limit)
        if found.state in TOUCHED
        and any(since * 1000 <= step.at < until * 1000 for step in found.steps)
    ]


def _of(mns: Iterable[str], limit: int) -> list[Command]:
    if not settings.PLACES.commands.exists():
        return []
    with CommandBox(settings.PLACES.commands) as box:
        found = [one for mn in mns for one in box.of_station(mn, limit)]
    return sorted(found, key=lambda one: -one.id)[:limit]
