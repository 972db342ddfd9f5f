"""Quarantine rows: one a reason, counted up exactly once per frame."""

from functools import reduce
from operator import or_

from django.db.models import Q

from ..models import Quarantine, QuarantineState
from .batch import Hit, HitKey

# A scanner that invents an MN per packet must not fill the table: beyond this many rows, reasons
# without an owner are summed up under one.
MOST_OWNERLESS = 10_000
_REST = "…"


def write_hits(hits: dict[HitKey, Hit]) -> None:
    """Add a batch's hits to their rows. Frames up to a row's last one were counted before, since
    every reader goes through the spool in order."""
    if not hits:
        return
    rows = _rows(list(hits))
    room = _room() if any(key not in rows and hit.organisation is None
                          for key, hit in hits.items()) else 0
    new: list[Quarantine] = []
    for key, hit in hits.items():
        row = rows.get(key)
        if row is not None:
            _add(row, hit)
        elif hit.organisation is not None or room > 0:
            room -= hit.organisation is None
            new.append(_row(key, hit))
        else:
            _rest(key, hit)
    Quarantine.objects.bulk_create(new)
    Quarantine.objects.bulk_update(
        rows.values(), ["last_seq", "last_at", "count", "sample", "state", "first_seq", "first_at"],
        batch_size=200,
    )


def _rows(keys: list[HitKey]) -> dict[HitKey, Quarantine]:
    found: dict[HitKey, Quarantine] = {}
    for start in range(0, len(keys), 200):
        asked = [Q(kind=k.kind, mn=k.mn, detail=k.detail) for k in keys[start:start + 200]]
        for row in Quarantine.objects.filter(reduce(or_, asked)):
            found[HitKey(row.kind, row.mn, row.detail)] = row
    return found


def _room() -> int:
    return MOST_OWNERLESS - Quarantine.objects.filter(organisation=None).count()


def _row(key: HitKey, hit: Hit) -> Quarantine:
    (first, first_at), (last, last_at) = hit.seen[0], hit.seen[-1]
    return Quarantine(
        kind=key.kind, mn=key.mn, detail=key.detail, organisation_id=hit.organisation,
        first_seq=first, first_at=first_at, last_seq=last, last_at=last_at, count=len(hit.seen),
        sample=hit.sample,
    )


def _add(row: Quarantine, hit: Hit) -> None:
    later = [one for one in hit.seen if one[0] > row.last_seq]
    if not later:
        return
    if row.state == QuarantineState.REPLAYED:
        # Mended once and here again: what was replayed is not part of it.
        row.state, row.count = QuarantineState.OPEN, 0
        row.first_seq, row.first_at = later[0]
    row.count += len(later)
    row.last_seq, row.last_at = later[-1]
    row.sample = hit.sample or row.sample


def _rest(key: HitKey, hit: Hit) -> None:
    """Sum up under the kind's rest row."""
    rest = HitKey(key.kind, _REST, "")
    row = _rows([rest]).get(rest)
    if row is None:
        _row(rest, hit).save()
    else:
        _add(row, hit)
        row.save()
