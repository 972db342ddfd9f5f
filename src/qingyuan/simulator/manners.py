"""Bad manners of loggers, as seen in the field: each has a name, a purpose and a count.

Manners of a frame spoil one transmission; the frame itself stays queued, so a good copy follows
when no acknowledgement comes. Manners of identity change what is written into packets, manners of
the link how the connection is used.
"""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from qingyuan.hj212 import frame as framed


@dataclass(frozen=True, slots=True)
class Manner:
    """A kind of bad manners: `layer` "frame", "identity" or "link", parameters and defaults."""

    layer: str
    purpose: str
    params: Mapping[str, float] = field(default_factory=dict)


_SHARE = {"share": 0.1}
MANNERS: Mapping[str, Manner] = {
    "wrong_crc": Manner("frame", "the CRC is not that of the segment", _SHARE),
    "wrong_length": Manner("frame", "the length says some bytes too many or too few", _SHARE),
    "cut": Manner("frame", "the frame ends in the middle; the next one follows", _SHARE),
    "glued": Manner("frame", "two frames in one write, no CR LF between them", _SHARE),
    "garbage": Manner("frame", "bytes that belong to no frame stand before it", _SHARE),
    "lower_crc": Manner("frame", "the CRC is written in lower-case hex", _SHARE),
    "no_crlf": Manner("frame", "CR LF is missing at the end", _SHARE),
    "duplicate": Manner("frame", "the frame is sent twice", _SHARE),
    "gbk_text": Manner("frame", "a log line in GBK instead of UTF-8 goes before it", _SHARE),
    "wrong_password": Manner("identity", "another PW than agreed", {}),
    "unknown_mn": Manner("identity", "an MN that nobody registered", {}),
    "clock_wrong": Manner("identity", "the logger's clock is `hours` fast", {"hours": 8.0}),
    "outage": Manner("link", "the link is down; data are kept and sent afterwards", {}),
    "half_open": Manner("link", "the link is left without a word and a new one is opened", {}),
    "slow_loris": Manner("link", "frames drip out, one byte every `pause` s", {"pause": 0.5}),
    "flood": Manner("link", "`rate` frames a second, acknowledgements not waited for",
                    {"rate": 50.0}),
    "deaf": Manner("link", "requests from the office are not answered", {}),
    "restart": Manner("link", "the logger starts anew and forgets what it was told", {}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which a station has bad manners: [start, end) in simulated epoch seconds."""

    kind: str
    start: float
    end: float
    params: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in MANNERS:
            raise ValueError(f"no manner {self.kind!r}; there are {', '.join(MANNERS)}")
        unknown = set(self.params) - set(MANNERS[self.kind].params)
        if unknown:
            known = ", ".join(MANNERS[self.kind].params) or "none"
            raise ValueError(
                f"manner {self.kind!r} has no parameter {', '.join(sorted(unknown))}; "
                f"known: {known}"
            )

    def get(self, name: str) -> float:
        """A parameter, or its default."""
        return self.params.get(name, MANNERS[self.kind].params[name])


def spoil(kind: str, raw: bytes, roll: random.Random) -> bytes:
    """What goes out instead of a frame; for "cut" less, for "garbage", "duplicate" more than the
    frame.

    >>> spoil("no_crlf", b"##0001x1234\\r\\n", random.Random(1))
    b'##0001x1234'
    """
    return _SPOILERS[kind](raw, roll)


def _wrong_crc(raw: bytes, roll: random.Random) -> bytes:
    """One bit of the declared CRC turned."""
    declared = int(raw[-6:-2], 16)
    return raw[:-6] + b"%04X\r\n" % (declared ^ 1 << roll.randrange(16))


def _wrong_length(raw: bytes, roll: random.Random) -> bytes:
    wrong = int(raw[2:6]) + roll.choice((-3, -2, -1, 1, 2, 3))
    return b"##%04d" % wrong + raw[6:]


def _cut(raw: bytes, roll: random.Random) -> bytes:
    return raw[: roll.randrange(30, len(raw) - 8)]


def _garbage(raw: bytes, roll: random.Random) -> bytes:
    noise = bytes(roll.choice(_NOISE) for _ in range(roll.randrange(1, 40)))
    return noise + raw


def _lower_crc(raw: bytes, roll: random.Random) -> bytes:
    return raw[:-6] + raw[-6:].lower()


def _no_crlf(raw: bytes, roll: random.Random) -> bytes:
    return raw.removesuffix(b"\r\n")


def _duplicate(raw: bytes, roll: random.Random) -> bytes:
    return raw + raw


_NOISE = bytes(b for b in range(256) if b != ord("#"))
_SPOILERS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "wrong_crc": _wrong_crc, "wrong_length": _wrong_length, "cut": _cut, "garbage": _garbage,
    "lower_crc": _lower_crc, "no_crlf": _no_crlf, "duplicate": _duplicate,
}  # fmt: skip


def in_gbk(raw: bytes) -> bytes:
    """A frame with its text in GBK instead of UTF-8, length and CRC right for the new bytes."""
    return framed(raw[6:-6].decode().encode("gbk"))


def renumbered(raw: bytes, qn: str) -> bytes:
    """The same packet under another QN, length and CRC right; the frame must begin with a QN."""
    segment = raw[6 : 6 + int(raw[2:6])]
    return framed(b"QN=" + qn.encode() + segment[20:])
