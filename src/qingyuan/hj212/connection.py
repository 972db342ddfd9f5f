"""Framing: bytes in, events out, whatever TCP did to the stream (HJ 212-2017 clause 6.3.1).

    frame = "##" + 4 digits + data segment of that many bytes + 4 hex digits + CR LF

A candidate is ``##``, four digits of at most the cap, and a header name with ``=``. Framing goes
by the length alone, since an encrypted CP may hold any byte. A candidate that fails becomes a bad
frame, which ends where the next event begins, and the search goes on one byte after its first
``#``. Bytes that began no candidate are noise. Every byte belongs to exactly one event, and the
events do not depend on how the stream was cut.

    seeking ──candidate found──▶ waiting ──end there, sound──▶ PacketReceived ──▶ seeking
                                    └────end there, unsound──▶ seeking, inside the bad frame
"""

import re
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Final, Literal, NamedTuple

from .crc import printed_crc, variant
from .header import cut, read_header
from .packet import NoPacket, Packet
from .sm4 import KEY_BYTES, decrypt_segment

MAX_LENGTH: Final = 4096
MAX_STRETCH: Final = 1 << 16

_CANDIDATE = re.compile(rb"##([0-9]{4})(?:QN|ST|CN|PW|MN|Flag|PNUM|PNO|RF)=")
_MAYBE = re.compile(
    rb"#(?:#(?:[0-9]{0,3}|[0-9]{4}(?:QN?|ST?|CN?|PW|P|PNU?|PNUM|PNO|MN?|F|Fl|Fla|Flag|RF?)?))?\Z"
)
_LONGEST_MAYBE = 10
_HEX4 = re.compile(rb"[0-9A-Fa-f]{4}")

Key = bytes | Callable[[str], bytes | None] | None
Kind = Literal["crc", "length", "segment", "noise"]


class NeedData(Enum):
    """The type of ``NEED_DATA``."""

    NEED_DATA = "more bytes are needed"

    def __repr__(self) -> str:
        return self.name


NEED_DATA: Final = NeedData.NEED_DATA


class PacketReceived:
    """A sound frame."""

    __slots__ = ("packet",)

    def __init__(self, packet: Packet) -> None:
        self.packet: Final = packet

    def __repr__(self) -> str:
        return f"PacketReceived({self.packet!r})"


class WrongCrc(NamedTuple):
    """Why a frame is ``crc``. Which sum was used instead is computed only when asked for."""

    segment: bytes
    declared: bytes
    addition: str

    def __str__(self) -> str:
        said = self.declared.decode().upper()
        named = variant(self.segment, int(said, 16))
        known = f", which is {named}" if named else ""
        right = printed_crc(self.segment).decode()
        return f"CRC is {right}, the frame says {said}{known}{self.addition}"


class BadFrame:
    """A stretch of the stream that is no sound frame; ``raw`` is all of it.

    ``error``: "crc" when four hex digits stand at the declared end but not the CRC, "length" for
    anything else that began as a frame, "segment" when the CRC is right but CN or CP is missing,
    "noise" for bytes that never began a frame.
    """

    __slots__ = ("_detail", "error", "offset", "raw")

    def __init__(self, error: Kind, detail: str | WrongCrc, raw: bytes, offset: int) -> None:
        self.error: Final = error
        self.raw: Final = raw
        self.offset: Final = offset
        self._detail = detail

    @property
    def detail(self) -> str:
        """One sentence for a person."""
        return str(self._detail)

    def __repr__(self) -> str:
        return f"BadFrame({self.error!r}, {len(self.raw)} bytes at {self.offset})"


Event = PacketReceived | BadFrame | NeedData


class Connection:
    """The receiving half of one HJ 212 link, without socket and clock.

    ``sm4_key``: 16 bytes, or a function from MN to key (or None), for encrypted packets.
    ``max_length``: longest declared length that counts as a frame (1..9999).
    ``max_stretch``: noise and bad frames longer than this come as several events, so that an
    endless one needs no endless memory.
    """

    def __init__(
        self,
        sm4_key: Key = None,
        max_length: int = MAX_LENGTH,
        max_stretch: int = MAX_STRETCH,
    ) -> None:
        if isinstance(sm4_key, bytes) and len(sm4_key) != KEY_BYTES:
            raise ValueError(f"an SM4 key has {KEY_BYTES} bytes")
        self._sm4_key = sm4_key
        self._max_length = max_length
        self._max_stretch = max(max_stretch, 16)
        self._chunks: list[bytes] = []
        self._ready: deque[PacketReceived | BadFrame] = deque()
        self._buffer = b""
        self._at = 0  # first byte of the buffer that belongs to no event and no stretch yet
        self._base = 0  # offset of the buffer's first byte in the stream
        self._declared = -1  # length of the candidate at _at, -1 while seeking
        self._stretch = bytearray()
        self._kind: Kind = "noise"
        self._detail: str | WrongCrc = ""

    def receive_data(self, data: bytes | bytearray | memoryview) -> None:
        """Bytes as they come, cut anywhere."""
        if data:
            self._chunks.append(bytes(data))

    def receive_eof(self) -> None:
        """The stream ends, or the link has been silent for 10 s: an unfinished frame is bad, and
        what stands behind it is released. Data may follow; they begin afresh."""
        self._join()
        while (event := self._step(final=True)) is not NEED_DATA:
            self._ready.append(event)

    release = receive_eof

    def next_event(self) -> Event:
        """The next event in stream order, or NEED_DATA."""
        if self._ready:
            return self._ready.popleft()
        if self._chunks:
            self._join()
        return self._step(final=False)

    @property
    def buffered(self) -> int:
        """Bytes kept, for whoever watches memory."""
        kept = len(self._buffer) - self._at + len(self._stretch)
        return kept + sum(map(len, self._chunks))

    def _join(self) -> None:
        self._base += self._at
        self._buffer = b"".join((self._buffer[self._at:], *self._chunks))
        self._at = 0
        self._chunks.clear()

    def _step(self, final: bool) -> Event:
        while True:
            if self._declared < 0 and not self._seek(final):
                if len(self._stretch) > self._max_stretch or (final and self._stretch):
                    return self._close_stretch()
                return NEED_DATA
            if self._stretch:
                return self._close_stretch()
            event = self._judge(final)
            if event is not None:
                return event

    def _seek(self, final: bool) -> bool:
        """Move what cannot begin a frame into the stretch; True with a candidate at ``_at``."""
        buffer, at = self._buffer, self._at
        while found := _CANDIDATE.search(buffer, at):
            at = found.start()
            if int(found[1]) <= self._max_length:
                self._declared = int(found[1])
                break
            at += 1
        else:
            at = max(at, len(buffer) - _LONGEST_MAYBE)
            maybe = None if final else _MAYBE.search(buffer, at)
            at = maybe.start() if maybe else len(buffer)
        self._stretch += buffer[self._at : at]
        self._at = at
        return self._declared >= 0

    def _close_stretch(self) -> BadFrame:
        size = min(len(self._stretch), self._max_stretch)
        raw = bytes(self._stretch[:size])
        offset = self._base + self._at - len(self._stretch)
        del self._stretch[:size]
        noise = self._kind == "noise"
        detail = f"{size} bytes that begin no frame" if noise else self._detail
        event = BadFrame(self._kind, detail, raw, offset)
        self._kind, self._detail = "noise", ""
        return event

    def _judge(self, final: bool) -> Event | None:
        """Judge the candidate at ``_at``; None when it turned out bad and the search goes on."""
        buffer, start = self._buffer, self._at
        end = start + 6 + self._declared
        after = end + 4
        if len(buffer) < after:
            if not final:
                return NEED_DATA
            return self._bad("length", f"ends {after - len(buffer)} bytes before its declared end")
        line_end = buffer[after : after + 2]
        if not final and line_end in (b"", b"\r"):
            return NEED_DATA
        segment, declared = buffer[start + 6 : end], buffer[end:after]
        encrypted = False
        if printed_crc(segment) != declared:
            if not _HEX4.fullmatch(declared):
                return self._bad("length", f"{declared!r} stands where the CRC should")
            if printed_crc(segment) != declared.upper():
                plain, addition = self._decrypt(segment, declared.upper())
                if plain is None:
                    return self._bad("crc", WrongCrc(segment, declared, addition))
                segment, encrypted = plain, True
        after += 2 if line_end == b"\r\n" else 1 if line_end[:1] == b"\n" else 0
        remarks = _frame_remarks(declared, line_end)
        try:
            packet = Packet(
                segment, buffer[start:after], self._base + start, remarks, encrypted
            )
        except NoPacket as missing:
            return self._bad("segment", str(missing))
        self._at, self._declared = after, -1
        return PacketReceived(packet)

    def _bad(self, kind: Kind, detail: str | WrongCrc) -> Event | None:
        self._kind, self._detail = kind, detail
        self._stretch += self._buffer[self._at : self._at + 1]
        self._at += 1
        self._declared = -1
        return None

    def _decrypt(self, segment: bytes, declared: bytes) -> tuple[bytes | None, str]:
        """The plain segment if a key opens it, else why not, as an addition to the detail."""
        found = cut(segment)
        header = read_header(found.head)[0] if found else None
        if header is None or header.flag not in (8, 9, 10, 11):
            return None, ""
        key = self._key_of(header.mn or "")
        if key is None:
            return None, " (Flag says 2025: encrypted, perhaps, and there is no key)"
        plain = decrypt_segment(segment, key)
        if plain is not None and printed_crc(plain) == declared:
            return plain, ""
        return None, " (not right after decryption either)"

    def _key_of(self, mn: str) -> bytes | None:
        if self._sm4_key is None or isinstance(self._sm4_key, bytes):
            return self._sm4_key
        key = self._sm4_key(mn)
        return key if key is not None and len(key) == KEY_BYTES else None


_SOUND: Final = ()


def _frame_remarks(declared: bytes, line_end: bytes) -> tuple[str, ...]:
    if line_end == b"\r\n" and not declared.islower() and declared == declared.upper():
        return _SOUND
    remarks = []
    if declared != declared.upper():
        remarks.append("CRC in lower-case hex")
    if line_end != b"\r\n":
        remarks.append("frame ends with LF alone" if line_end[:1] == b"\n" else "no CR LF")
    return tuple(remarks)
