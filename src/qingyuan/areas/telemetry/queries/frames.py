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
from .windows import FOREVER, inside, windows

_ST = re.compile(rb"[;#0-9]ST=([^;,&]{1,8})[;,]")
# Answers (ST=91) and frames without ST belong to the logger, not to one of its points.
_ANY_POINT = frozenset({"", "91"})


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
        for mn, start, stop, codes in windows(LoggerAssignment.objects.filter(point=point)):
            found += _of_link(
                spool, mn, codes | _ANY_POINT, before, max(start, since_at or 0),
                min(stop, FOREVER if until_at is None else until_at), limit,
            )
    # A logger linked in several windows can bring a frame twice.
    return sorted({f.seq: f for f in found}.values(), key=lambda f: -f.seq)[:limit]


def frame(scope: Scope, point: MonitoringPoint, seq: int) -> Frame | None:
    """One frame of a visible point, None when it is not the point's."""
    found = frames(scope, point, before=seq + 1, limit=1)
    return found[0] if found and found[0].seq == seq else None


def _of_link(
    spool: SpoolReader, mn: str, codes: frozenset[str], before: int | None, start: int, stop: int,
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


def messages(
    scope: Scope, point: MonitoringPoint, *, cn: str = "", before: int | None = None
) -> QuerySet[StationMessage]:
    """Packets without readings of a visible point (answers, states, logs), newest first; of those
    that name no point, what its loggers sent while they stood there."""
    require(scope, "see_frames")
    points_of(scope).get(pk=point.pk)
    own = Q(point=point)
    for mn, start, stop, _codes in windows(LoggerAssignment.objects.filter(point=point)):
        own |= Q(point=None, mn=mn, at__gte=start, at__lt=stop)
    rows = StationMessage.objects.filter(own).order_by("-frame")
    if cn:
        rows = rows.filter(cn=cn)
    return rows if before is None else rows.filter(frame__lt=before)


def quarantined_frames(scope: Scope, pk: int, *, limit: int = 50) -> tuple[Quarantine, list[Frame]]:
    """A visible quarantine row and the newest frames of its MN within its span.

    They are the candidates, not only the culprits: a reason such as one unknown factor is found
    again by reading the frame. Frames that came while the logger stood at other points only are
    for those who see these.
    """
    row = quarantine_row(scope, pk)
    links = LoggerAssignment.objects.filter(logger__mn=row.mn)
    mine = links.filter(point__in=points_of(scope).values("pk"))
    seen, foreign = windows(mine), windows(links.exclude(pk__in=mine.values("pk")))
    with SpoolReader(settings.PLACES.spool) as spool:
        some = spool.of_station(row.mn, before=row.last_seq + 1, limit=limit)
    return row, [
        f for f in some
        if f.seq >= row.first_seq and (inside(seen, f.at) or not inside(foreign, f.at))
    ]
