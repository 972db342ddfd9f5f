"""The hours that a record touched: what its events did to their verdicts, or did until they were
taken back."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.telemetry.queries.consequences import (
    FREED,
    Change,
    Consequences,
    Stretch,
    consequences,
)
from qingyuan.areas.telemetry.queries.verdicts import sentences
from qingyuan.kernel import windows
from qingyuan.kernel.windows import HOUR

from ..models import Record, RecordState
from .events import reference

PROVISIONAL = (RecordState.SUBMITTED, RecordState.RETURNED)
SHOWN = 40  # stretches on the page


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch in words; ``day`` leads to the table of its hours."""

    factor: str
    name: str
    freed: bool
    start: int
    end: int
    code: str
    sentence: str
    clause: str
    hours: int
    day: str


@dataclass(frozen=True, slots=True)
class Changed:
    """Hours of a factor that were judged otherwise before the record."""

    change: Change
    name: str
    day: str


@dataclass(frozen=True, slots=True)
class Touched:
    """``provisional``: the record waits for review; ``undone``: its events were taken back, and
    ``lines`` say what they had done."""

    provisional: bool
    undone: bool
    lines: list[Line]
    left: int
    changes: list[Changed]
    waiting: int
    more: bool


def touched(scope: Scope, record: Record) -> Touched | None:
    """None for a record that brought no events. A fixed number of queries."""
    rows = [row.event for row in record.events.select_related("event")
            if row.event.reference == reference(record)]
    if not rows or not points_of(scope).filter(pk=record.point_id).exists():
        return None
    standing = [one for one in rows if one.withdrawn_at is None and one.replaced_by_id is None]
    found = consequences(scope, record.point, standing or rows, record.submitted_at or 0)
    lines = [_line(found, one) for one in found.stretches]
    return Touched(
        record.state in PROVISIONAL, not standing, lines[:SHOWN], max(0, len(lines) - SHOWN),
        [Changed(one, found.names[one.factor].name, windows.key("day", one.first))
         for one in found.changes], found.waiting, found.more)


def _line(found: Consequences, piece: Stretch) -> Line:
    freed, sentence = piece.effect == FREED, "".join(sentences(piece.code))
    return Line(
        piece.factor, found.names[piece.factor].name, freed, piece.start, piece.end, piece.code,
        _("在此之前：%s") % sentence if freed else sentence, piece.clause, piece.hours,
        windows.key("day", piece.start - piece.start % HOUR))
