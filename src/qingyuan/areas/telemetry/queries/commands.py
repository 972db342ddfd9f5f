"""Commands to stations and their traces, read from the mailbox through a scope.

A command is seen by those at whose points the logger stood while it lived.
"""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import QuerySet

from qingyuan.areas.assets.models import DataLogger, LoggerAssignment, MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope
from qingyuan.spool.commands import Command, CommandBox

from .windows import Window, windows

# What never left the house touched no hour.
TOUCHED = frozenset({"sent", "accepted", "done", "failed", "timeout"})


def commands(scope: Scope, logger: DataLogger | None = None, *, limit: int = 100) -> list[Command]:
    """Commands to a logger, or to all, while it stood at visible points; newest first."""
    links = _links(scope)
    return _of(windows(links.filter(logger=logger) if logger else links), limit)


def command(scope: Scope, pk: int) -> Command:
    """One command with its trace; DataLogger.DoesNotExist when its station stood at no visible
    point then, CommandError when there is none."""
    with CommandBox(settings.PLACES.commands) as box:
        found = box.get(pk)
    seen = windows(_links(scope).filter(logger__mn=found.mn))
    if not any(found.created_at < w.stop and found.changed_at >= w.start for w in seen):
        raise DataLogger.DoesNotExist(found.mn)
    return found


def commands_of_point(scope: Scope, point: MonitoringPoint, *, limit: int = 100) -> list[Command]:
    """Commands to the loggers of a visible point while they stood there, newest first."""
    return _of(_windows(scope, point), limit)


def commands_touching(
    scope: Scope, point: MonitoringPoint, since: int, until: int
) -> list[Command]:
    """Every command that reached, or may have reached, a visible point's loggers at some time
    between two instants (epoch seconds), newest first: they are shown on the hours they touched,
    from their sending to the last step of their trace."""
    spans = [
        (window.mn, max(window.start, since * 1000), min(window.stop, until * 1000))
        for window in _windows(scope, point)
    ]
    if not settings.PLACES.commands.exists():
        return []
    with CommandBox(settings.PLACES.commands) as box:
        found = {
            one.id: one for mn, start, stop in spans if start < stop
            for one in box.touching(mn, start, stop)
        }
    return [found[pk] for pk in sorted(found, reverse=True) if found[pk].state in TOUCHED]


def _windows(scope: Scope, point: MonitoringPoint) -> list[Window]:
    points_of(scope).get(pk=point.pk)
    return windows(LoggerAssignment.objects.filter(point=point))


def _links(scope: Scope) -> QuerySet[LoggerAssignment]:
    return LoggerAssignment.objects.filter(point__in=points_of(scope).values("pk"))


def _of(spans: Iterable[Window], limit: int) -> list[Command]:
    if not settings.PLACES.commands.exists():
        return []
    with CommandBox(settings.PLACES.commands) as box:
        found = {
            one.id: one for mn, start, stop, _codes in spans
            for one in box.of_station(mn, limit, since_ms=start, until_ms=stop)
        }
    return [found[pk] for pk in sorted(found, reverse=True)[:limit]]
