"""Where values come from. The wire, the mirror and the simulator have one row each."""

import time

from .models import Source, SourceKind


def wire() -> Source:
    """Frames that a logger sent to our gateway."""
    return _the(SourceKind.WIRE)


def mirror() -> Source:
    """Frames that reach our gateway from a second sender or another platform's relay."""
    return _the(SourceKind.MIRROR)


def simulated() -> Source:
    """History that the simulator made up."""
    return _the(SourceKind.SIMULATED)


def _the(kind: SourceKind) -> Source:
    found = Source.objects.filter(kind=kind).order_by("id").first()
    return found or Source.objects.create(kind=kind, name=kind.value, at=int(time.time() * 1000))
