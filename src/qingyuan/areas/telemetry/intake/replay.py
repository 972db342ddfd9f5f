"""Reading the frames of a quarantine row once more, with today's registry and dictionary."""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from qingyuan.spool import Frame, SpoolReader

from ..models import Quarantine
from .batch import Batch, HitKey
from .latest import write_latest
from .plans import Plans
from .reader import Reader
from .routes import Routes
from .store import write

STEP = 500


@dataclass(slots=True)
class Replayed:
    """Frames read again, readings found in them, frames that meet the same reason again."""

    frames: int = 0
    readings: int = 0
    failing: int = 0


def replay(spool: Path, row: Quarantine) -> Replayed:
    """Take the frames of the row's MN between its first and last sequence in order, in short
    transactions. Idempotent; may be interrupted and run again."""
    done = Replayed()
    routes = Routes()
    routes.refresh()
    reader = Reader(routes, Plans())
    reason = HitKey(row.kind, row.mn, row.detail)
    with SpoolReader(spool) as frames:
        for some in _stretches(frames, row):
            batch = reader.read(some)
            done.frames += len(some)
            done.readings += batch.packets
            done.failing += _failing(batch, reason)
            with transaction.atomic():
                write(batch, again=True)
                write_latest(batch.heard)
    return done


def _stretches(spool: SpoolReader, row: Quarantine) -> list[list[Frame]]:
    """Frames of the span, oldest first, in lists of STEP. They are held in memory once: a row's
    span is what one logger sent, some kB a minute."""
    found: list[Frame] = []
    before = row.last_seq + 1
    while True:
        some = spool.of_station(row.mn, before=before, since_at=row.first_at, limit=STEP)
        found += [frame for frame in some if frame.seq >= row.first_seq]
        if len(some) < STEP or some[-1].seq <= row.first_seq:
            break
        before = some[-1].seq
    found.reverse()
    return [found[start:start + STEP] for start in range(0, len(found), STEP)]


def _failing(batch: Batch, reason: HitKey) -> int:
    hit = batch.hits.get(reason)
    return len(hit.seen) if hit else 0
