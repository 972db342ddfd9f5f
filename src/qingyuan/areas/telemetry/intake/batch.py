"""What a stretch of frames amounts to, collected in memory before one short transaction."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..models import Interval

# (point, time, shape, packed, flags, frame, source)
PackedRow = tuple[int, int, int, bytes, str, int, int]
# (point, time, factor, avg, min, max, zs_avg, zs_min, zs_max, cou, flag, more, frame, source)
ReportedRow = tuple[Any, ...]
# (frame, mn, point or None, st, cn, time, at, pairs)
MessageRow = tuple[int, str, int | None, str, str, int, int, list[list[str]]]


class HitKey(NamedTuple):
    """Reason of a quarantine row."""

    kind: str
    mn: str
    detail: str


@dataclass(slots=True)
class Hit:
    """The frames of one reason: (sequence, arrival ms) in order, and the last one's sample."""

    seen: list[tuple[int, int]] = field(default_factory=list)
    sample: str = ""
    organisation: int | None = None


@dataclass(slots=True)
class Heard:
    """A point's newest packet: arrival ms, frame, and the newest time of each interval."""

    at: int
    frame: int
    times: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Batch:
    """Rows by table, in the order of their frames."""

    packed: dict[str, list[PackedRow]] = field(
        default_factory=lambda: {Interval.REALTIME: [], Interval.MINUTE: []})
    reported: dict[str, list[ReportedRow]] = field(
        default_factory=lambda: {Interval.HOUR: [], Interval.DAY: []})
    messages: list[MessageRow] = field(default_factory=list)
    hits: dict[HitKey, Hit] = field(default_factory=dict)
    heard: dict[int, Heard] = field(default_factory=dict)
    dirty: set[tuple[int, int]] = field(default_factory=set)
    packets: int = 0  # readings found, of whatever interval

    def hit(self, kind: str, mn: str, detail: str, seq: int, at: int, sample: str = "",
            organisation: int | None = None) -> None:
        """Note one frame under a reason."""
        key = HitKey(kind, plain(mn, 64), plain(detail, 64))
        found = self.hits.get(key)
        if found is None:
            found = self.hits[key] = Hit(organisation=organisation)
        if not found.seen or found.seen[-1][0] != seq:
            found.seen.append((seq, at))
            found.sample = plain(sample, 200)


def plain(text: str, limit: int) -> str:
    """Wire text as both databases can hold it: no NUL, no lone surrogate, bounded.

    >>> plain("A\\x00B" + chr(0xDC80), 64)
    'A\\ufffdB?'
    """
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode()
    return text.replace("\x00", "\ufffd")[:limit]
