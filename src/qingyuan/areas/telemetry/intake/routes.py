"""Whose frame it is: (MN, ST, DataTime) to point by dated links, cached until they change."""

from dataclasses import dataclass

from qingyuan.areas.assets.models import DataLogger, Feed, RoutingVersion
from qingyuan.areas.assets.queries import routes

from ..sources import mirror, wire

FOREVER = 2**62


@dataclass(frozen=True, slots=True)
class Sender:
    """What intake must know of a logger. ``source`` is the id that its values are filed under."""

    mn: str
    password: str
    organisation: int
    source: int
    sm4_key: bytes | None


class Routes:
    """Loggers and links in memory."""

    def __init__(self) -> None:
        self._version = -1
        self.senders: dict[str, Sender] = {}
        self._links: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
        self._points: dict[str, tuple[int, ...]] = {}

    def refresh(self) -> bool:
        """Load anew if stations changed; whether they did. One small query when nothing did."""
        now = RoutingVersion.objects.filter(pk=1).values_list("version", flat=True).first() or 0
        if now == self._version:
            return False
        self._load()
        self._version = now
        return True

    def _load(self) -> None:
        sources = {Feed.DIRECT: wire().pk, Feed.MIRROR: mirror().pk}
        self.senders = {
            row.mn: Sender(row.mn, row.password, row.organisation_id, sources[Feed(row.feed)],
                           bytes.fromhex(row.sm4_key) if row.sm4_key else None)
            for row in DataLogger.objects.filter(active=True)
        }
        links: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
        points: dict[str, set[int]] = {}
        for mn, st, point, since, until in routes():
            stop = FOREVER if until is None else int(until.timestamp())
            links.setdefault((mn, st), []).append((int(since.timestamp()), stop, point))
            if until is None:
                points.setdefault(mn, set()).add(point)
        self._links = links
        self._points = {mn: tuple(sorted(found)) for mn, found in points.items()}

    def point(self, mn: str, st: str, time: int) -> int | None:
        """The point that frames of (MN, ST) belonged to at an instant (epoch second)."""
        for since, until, point in self._links.get((mn, st), ()):
            if since <= time < until:
                return point
        return None

    def points(self, mn: str) -> tuple[int, ...]:
        """Every point that an MN serves now."""
        return self._points.get(mn, ())
