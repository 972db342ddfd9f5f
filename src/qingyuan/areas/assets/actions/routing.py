"""What every write on a station ends with: the registry file follows after the commit."""

from django.db import transaction
from django.db.models import F

from qingyuan.areas.organisations.scope import Scope

from .. import queries
from ..export import write_registry
from ..models import DataLogger, RoutingVersion


def announce() -> None:
    """Count the routing version up, and export the registry once the transaction is through."""
    RoutingVersion.objects.get_or_create(pk=1)
    RoutingVersion.objects.filter(pk=1).update(version=F("version") + 1)
    version = _routing_version()

    def export() -> None:
        # Of a thousand stations entered in one transaction only the last one exports.
        if _routing_version() == version:
            write_registry()

    # robust: a full disk must not undo what is committed; the worker exports again each minute.
    transaction.on_commit(export, robust=True)


def _routing_version() -> int:
    return RoutingVersion.objects.values_list("version", flat=True).get(pk=1)


def held_logger(scope: Scope, logger: DataLogger) -> DataLogger:
    """The logger, standing at a point of the scope and locked until the transaction ends."""
    # Locked first: whoever waits for a colleague who is just moving it must find it moved.
    held = DataLogger.objects.select_for_update().get(pk=logger.pk)
    if not queries.loggers_of(scope).filter(pk=held.pk).exists():
        raise DataLogger.DoesNotExist(held.mn)
    return held
