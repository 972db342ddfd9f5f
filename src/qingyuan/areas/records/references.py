"""Records beside the facts of telemetry that refer to them (``record:12``)."""

from collections.abc import Mapping, Sequence

from django.urls import reverse

from qingyuan.areas.organisations.references import Shown
from qingyuan.areas.organisations.scope import Scope

from .keeping.consequences import PROVISIONAL
from .keeping.failing import failing
from .keeping.queries import records_of
from .models import Record

MOST = 12  # records whose failed figures are worked out for one page


def shown(scope: Scope, keys: Sequence[int], factor: str) -> Mapping[int, Shown]:
    """Title and day of each record; a link for who may read it, with what failed of ``factor``."""
    rows = Record.objects.filter(pk__in=keys).select_related("organisation", "point").defer(
        "risks", "outcome")
    visible = set(records_of(scope).filter(pk__in=keys).values_list("pk", flat=True))
    found, told = {}, 0
    for row in rows:
        seen = row.pk in visible
        tell = bool(factor) and seen and row.passed is False and told < MOST
        told += tell
        found[row.pk] = Shown(
            f"{row.title} {row.day}", reverse("records:record", args=[row.pk]) if seen else "",
            "record", row.state, row.state in PROVISIONAL, failing(row, factor) if tell else ())
    return found
