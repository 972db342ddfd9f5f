"""The registry file: what the gateway must know of the stations, written after every change."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Prefetch

from qingyuan.kernel.clock import CST
from qingyuan.spool import registry

from .models import CommandConsent, DataLogger, LoggerAssignment
from .queries import valid_consents


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a file's lock; other processes wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_registry() -> bool:
    """Bring ``registry.json`` up to date; whether it had to be written.

    Read and written under one lock: of two changes at once the later export holds both.
    """
    path = settings.PLACES.registry
    with exclusive(path.with_name("registry.lock")):
        wanted = {station.mn: station for station in stations()}
        if path.exists() and _readable(path) == wanted:
            return False
        registry.save(path, wanted)
    return True


def _readable(path: Path) -> dict[str, registry.Station] | None:
    try:
        return registry.load(path)
    except registry.RegistryError:
        return None


def stations() -> Iterator[registry.Station]:
    """Every active logger as the gateway needs it."""
    loggers = DataLogger.objects.filter(active=True).prefetch_related(
        Prefetch("assignments", LoggerAssignment.objects.select_related("point")),
        Prefetch("consents", valid_consents()),
    )
    for logger in loggers:
        link = max(logger.assignments.all(), key=lambda a: (a.since, -a.pk), default=None)
        yield registry.Station(
            mn=logger.mn,
            password=logger.password,
            edition=logger.edition,
            kind=link.point.kind if link else "gas",
            name=link.point.name if link else "",
            sm4_key=logger.sm4_key or None,
            consents=tuple(consent(c) for c in logger.consents.all()),
            relays=tuple(logger.relays),
            relay_required=logger.relay_required,
        )


def consent(row: CommandConsent) -> registry.Consent:
    """Days of the paper as instants of the gateway: from the first midnight to the last."""
    until = None if row.until is None else midnight(row.until + timedelta(days=1))
    return registry.Consent(row.cn, midnight(row.since), until)


def midnight(day: date) -> int:
    """Epoch second at which a China day begins.

    >>> midnight(date(2016, 8, 1))
    1469980800
    """
    return int(datetime(day.year, day.month, day.day, tzinfo=CST).timestamp())
