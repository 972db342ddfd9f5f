"""What holds for a kind at a point: the table's figures, the unit's rule, the point's rule."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.rules.queries import BookFor

from .kinds import KINDS, Kind
from .models import FindingRule

HOUR = 60


@dataclass(frozen=True, slots=True)
class Settings:
    """A kind as it holds; clocks in minutes or the name of a provision in hours."""

    kind: Kind
    on: bool
    severity: str
    respond: int | str | None
    handle: int | str | None
    thresholds: Mapping[str, float]


class RuleSet:
    """The rules of one unit, read once (one query) and asked for many points."""

    def __init__(self, organisation: Organisation, kinds: Iterable[str] | None = None) -> None:
        rows = FindingRule.objects.filter(organisation=organisation)
        if kinds is not None:
            rows = rows.filter(kind__in=list(kinds))
        self._rows = {(row.kind, row.point_id): row for row in rows}

    def at(self, code: str, point: int | None = None) -> Settings:
        """What holds for a kind (KeyError for a strange one) at a point."""
        kind = KINDS[code]
        on, severity, respond, handle = True, kind.severity, kind.respond, kind.handle
        thresholds = dict(kind.thresholds)
        for row in (self._rows.get((code, None)),
                    self._rows.get((code, point)) if point is not None else None):
            if row is None:
                continue
            on, severity = row.on, row.severity or severity
            respond = respond if row.respond_minutes is None else row.respond_minutes
            handle = handle if row.handle_minutes is None else row.handle_minutes
            thresholds.update(row.thresholds)
        return Settings(kind, on, severity, respond, handle, thresholds)


def minutes(clock: int | str | None, book: BookFor | None, day: date) -> int | None:
    """A clock in minutes; a provision (hours) is looked up in the book. Without one: None."""
    if clock is None or isinstance(clock, int):
        return clock
    found = book.find(clock, day) if book else None
    return None if found is None else round(float(found.value) * HOUR)
