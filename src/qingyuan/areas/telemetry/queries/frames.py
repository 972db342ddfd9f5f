"""Raw frames and messages of a point: the spool seen through a scope."""

import re

from django.conf import settings
from django.db.models import Q, QuerySet

from qingyuan.areas.assets.models import LoggerAssignment, MonitoringPoint
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.spool import Frame, SpoolReader

from ..models import Quarantine, StationMessage
from .quarantine import quarantine_row

_ST = re.compile(rb"[;#0-9]ST=([^;,&]{1,8})[;,]")
_DIALOGUE = "91"  # answers belong to the logger, not to one of its points


def frames(
    scope: Scope, point: MonitoringPoint, *, before: int | None = None,
    since_at: int | None = None, until_at: int | None = None, limit: int = 50,
) -> list[Frame]:
    """Frames that arrived for a visible point, newest first: those of its loggers, of the ST that
    are linked to it, while they were. ``before`` is a sequence, the instants epoch milliseconds."""
    require(scope, "see_frames")
    points_of(scope).get(pk=point.pk)
    found: list[Frame] = []
    with SpoolReader(settings.PLACES.spool) as spool:
        for mn, codes, start, stop in _windows(point):
            found += _of_link(
                spool, mn, codes, before, max(start, since_at or 0),
                min(stop, 2**62 if until_at is None else until_at), limit,
            )
    # A logger linked in several windows can bring a frame twice.
    return sorted({f.seq: f for f in found}.values(), key=lambda f: -f.seq)[:limit]


def frame(scope: Scope, point: MonitoringPoint, seq: int) -> Frame | None:
    """One frame of a visible point, None when it is not the point's."""
    found = frames(scope, point, before=seq + 1, limit=1)
    return found[0] if found and found[0].seq == seq else None


def _of_link(
    spool: SpoolReader, mn: str, codes: set[str], before: int | None, start: int, stop: int,
    limit: int,
) -> list[Frame]:
    found: list[Frame] = []
    while len(found) < limit:
        some = spool.of_station(mn, before=before, since_at=start, until_at=stop, limit=limit)
        found += [f for f in some if st_of(f.raw) in codes]
        if len(some) < limit:
            break
        before = some[-1].seq
    return found


def st_of(raw: bytes) -> str:
    """The ST of a frame's header, "" when it has none.

    >>> st_of(b"##0101QN=20160801085857223;ST=32;CN=1062;")
    '32'
    """
    found = _ST.search(raw, 0, 200)
    return found[1].decode("ascii", "replace") if found else ""


def _windows(point: MonitoringPoint) -> list[tuple[str, set[str], int, int]]:
    """(mn, STs, first, last arrival in ms) of a point's loggers, links of one span as one."""
    spans: dict[tuple[str, int, int], set[str]] = {}
    links = LoggerAssignment.objects.filter(point=point).select_related("logger")
    for link in links:
        start = int(link.since.timestamp() * 1000)
        stop = 2**62 if link.until is None else int(link.until.timestamp() * 1000)
        spans.setdefault((link.logger.mn, start, stop), {"", _DIALOGUE}).add(link.st)
    return [(mn, codes, start, stop) for (mn, start, stop), codes in spans.items()]


def messages(
    scope: Scope, point: MonitoringPoint, *, cn: str = "", before: int | None = None
) -> QuerySet[StationMessage]:
    """Packets without readings of a visible point (answers, states, logs), newest first."""
    require(scope, "see_frames")
    points_of(scope).get(pk=point.pk)
    mns = LoggerAssignment.objects.filter(point=point).values("logger__mn")
    rows = StationMessage.objects.filter(
        Q(point=point) | Q(point=None, mn__in=mns)
    ).order_by("-frame")
    if cn:
        rows = rows.filter(cn=cn)
    return rows if before is None else rows.filter(frame__lt=before)


def quarantined_frames(scope: Scope, pk: int, *, limit: int = 50) -> tuple[Quarantine, list[Frame]]:
    """A visible quarantine row and the newest frames of its MN within its span.

    They are the candidates, not only the culprits: a reason such as one unknown factor is found
    again by reading the frame.
    """
    row = quarantine_row(scope, pk)
    with SpoolReader(settings.PLACES.spool) as spool:
        some = spool.of_station(row.mn, before=row.last_seq + 1, limit=limit)
    return row, [f for f in some if f.seq >= row.first_seq]
