"""What the spool keeps: one frame a row, and the chain that makes every later change visible.

``link = SHA-256(previous link + head + SHA-256(raw))``. The head is the row's other columns with
lengths first, so that no two rows share one byte string. The raw bytes enter by their own SHA-256:
they are hashed once for the chain and for finding twins, and a chain can be shown to an outsider
without showing the frames.
"""

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from qingyuan.kernel.clock import CST, day_of

GENESIS = bytes(32)
DAY_MS = 86_400_000
# Verdicts of frames whose header could be read; bad ones are all kept, noise repeats by chance.
COMPARED = frozenset({"", "unknown", "password"})


class NewFrame(NamedTuple):
    """A frame on its way into the spool; ``at`` in epoch milliseconds UTC."""

    at: int
    peer: str
    mn: str
    verdict: str
    raw: bytes


class Frame(NamedTuple):
    """A kept frame; ``seq`` counts 1, 2, 3 … over all days, the rest as in :class:`NewFrame`."""

    seq: int
    at: int
    peer: str
    mn: str
    verdict: str
    raw: bytes
    link: bytes


def chain(
    previous: bytes, seq: int, at: int, peer: str, mn: str, verdict: str, raw_sha256: bytes
) -> bytes:
    """The link (32 bytes) of a row that follows the link ``previous``.

    >>> one = chain(GENESIS, 1, 0, "10.0.0.1:9", "MN", "", sha256(b"##").digest())
    >>> one == chain(GENESIS, 1, 0, "10.0.0.1:", "9MN", "", sha256(b"##").digest())
    False
    """
    head = f"{seq} {at} {len(peer)} {len(mn)} {peer}{mn}{verdict}"
    return sha256(previous + head.encode() + raw_sha256).digest()


def link_of(previous: bytes, frame: Frame) -> bytes:
    """The link that a kept frame must carry behind ``previous``."""
    seq, at, peer, mn, verdict, raw, _ = frame
    return chain(previous, seq, at, peer, mn, verdict, sha256(raw).digest())


def day_of_ms(at: int) -> str:
    """China day of an arrival, ISO form.

    >>> day_of_ms(1470013137223)
    '2016-08-01'
    """
    return day_of(at // 1000)


def end_of_day_ms(day: str) -> int:
    """First millisecond after a China day.

    >>> day_of_ms(end_of_day_ms("2016-08-01")), day_of_ms(end_of_day_ms("2016-08-01") - 1)
    ('2016-08-02', '2016-08-01')
    """
    return int(datetime.fromisoformat(day).replace(tzinfo=CST).timestamp()) * 1000 + DAY_MS


def storable(text: str) -> str:
    """Text as a database can hold it: lone surrogates of a badly decoded header are spelled out.

    >>> storable("A" + chr(0xDC80))
    'A\\\\udc80'
    """
    return text.encode("utf-8", "backslashreplace").decode()
