"""Reading the frames of a quarantine row once more, with today's registry and dictionary."""

from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from qingyuan import hj212
from qingyuan.spool import Frame, SpoolReader

from ..models import Quarantine, QuarantineKind
from .batch import Batch, HitKey
from .latest import write_latest
from .parts import TIMEOUT_MS, Parts
from .plans import Plans
from .reader import Reader
from .routes import Routes
from .store import write

STEP = 500
# Reasons that keep a frame from being read at all. Under the others a part that stayed alone has
# been stored as far as it goes, and is no failure of theirs.
_UNREAD = frozenset({QuarantineKind.STATION, QuarantineKind.PASSWORD, QuarantineKind.FRAME})


@dataclass(slots=True)
class Replayed:
    """Frames read again, readings found in them, frames that meet the same reason again or are
    parts of a packet whose other parts the spool does not hold."""

    frames: int = 0
    readings: int = 0
    failing: int = 0


def replay(spool: Path, row: Quarantine) -> Replayed:
    """Take the frames of the row's MN between its first and last sequence in order, in short
    transactions, and with them the parts around that belong to a split packet among them.
    Idempotent; may be interrupted and run again."""
    routes = Routes()
    routes.refresh()
    with SpoolReader(spool) as kept:
        frames = _with_partners(_around(kept, row), row, routes)
    reader, done = Reader(routes, Plans()), Replayed()
    failing: set[int] = set()
    for start in range(0, len(frames), STEP):
        failing |= _store(reader.read(frames[start:start + STEP]), row, done)
    failing |= _store(reader.rest(), row, done)
    done.frames, done.failing = len(frames), len(failing)
    return done


def _store(batch: Batch, row: Quarantine, done: Replayed) -> set[int]:
    """Store a batch; the sequences that still fail."""
    with transaction.atomic():
        write(batch, again=True)
        write_latest(batch.heard)
    done.readings += batch.packets
    reason = HitKey(row.kind, row.mn, row.detail)
    return {
        seq for key, hit in batch.hits.items() for seq, _at in hit.seen
        if key == reason or (key.kind == QuarantineKind.PART and row.kind in _UNREAD)
    }


def _around(spool: SpoolReader, row: Quarantine) -> list[Frame]:
    """Frames of the MN from as long before the span as parts wait for each other until as long
    after it, oldest first. They are held in memory once: a span is what one logger sent, some kB
    a minute."""
    found: list[Frame] = []
    before = None
    while True:
        some = spool.of_station(
            row.mn, before=before, since_at=row.first_at - TIMEOUT_MS,
            until_at=row.last_at + TIMEOUT_MS + 1, limit=STEP,
        )
        found += some
        if len(some) < STEP:
            break
        before = some[-1].seq
    found.reverse()
    return found


def _with_partners(around: list[Frame], row: Quarantine, routes: Routes) -> list[Frame]:
    """The frames of the span, and those outside it that make a packet whole with one of them."""
    span = {frame.seq for frame in around if row.first_seq <= frame.seq <= row.last_seq}
    pairing = _Pairing()
    Reader(routes, Plans(), pairing).read(frame for frame in around if b"PNUM=" in frame.raw)
    wanted = span.union(*(group for group in pairing.groups if group & span))
    return [frame for frame in around if frame.seq in wanted]


class _Pairing(Parts):
    """Parts that remembers which frames became one packet."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: list[set[int]] = []

    def receive(self, packet: hj212.Packet, seq: int, at: int) -> hj212.Packet | None:
        before = set(self._waiting)
        whole = super().receive(packet, seq, at)
        if whole is not None:
            self.groups.append({seq} | before - set(self._waiting))
        return whole
