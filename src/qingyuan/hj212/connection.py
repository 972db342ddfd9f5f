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
from typing import Final

from .crc import printed_crc
from .events import NEED_DATA, BadFrame, Event, Kind, PacketReceived, WrongCrc
from .keyring import Key, Keyring
from .packet import NoPacket, Packet

__all__ = ["MAX_LENGTH", "NEED_DATA", "BadFrame", "Connection", "Event", "PacketReceived"]

MAX_LENGTH: Final = 4096
MAX_STRETCH: Final = 1 << 16

_CANDIDATE = re.compile(rb"##([0-9]{4})(?:QN|ST|CN|PW|MN|Flag|PNUM|PNO|RF)=")
_MAYBE = re.compile(
    rb"#(?:#(?:[0-9]{0,3}|[0-9]{4}(?:QN?|ST?|CN?|PW|P|PNU?|PNUM|PNO|MN?|F|Fl|Fla|Flag|RF?)?))?\Z"
)
_LONGEST_MAYBE = 10
_HEX4 = re.compile(rb"[0-9A-Fa-f]{4}")


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
        self._keyring = Keyring(sm4_key)
        self._max_length = max_length
        self._max_stretch = max_stretch
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

    def receive_pause(self) -> None:
        """The peer has paused for a moment: a frame that lacks nothing but its line end is given
        out now. Some loggers send none, and would wait for their answer until the next frame."""
        events: list[PacketReceived | BadFrame] = []
        while (event := self.next_event()) is not NEED_DATA:
            events.append(event)
        if 0 <= self._declared <= len(self._buffer) - self._at - 10:
            last = self._judge(final=True)
            if isinstance(last, PacketReceived):
                events.append(last)
        self._ready.extend(events)

    def next_event(self) -> Event:
        """The next event in stream order, or NEED_DATA."""
        if self._ready:
            return self._ready.popleft()
        if self._chunks:
            self._join()
        elif self._at == len(self._buffer) and not self._stretch:
            return NEED_DATA
        return self._usual_frame() or self._step(final=False)

    @property
    def buffered(self) -> int:
        """Bytes kept, for whoever watches memory."""
        kept = len(self._buffer) - self._at + len(self._stretch)
        return kept + sum(map(len, self._chunks)) if self._chunks else kept

    def _join(self) -> None:
        self._base += self._at
        if self._at == len(self._buffer) and len(self._chunks) == 1:
            self._buffer = self._chunks.pop()
        else:
            self._buffer = b"".join((self._buffer[self._at:], *self._chunks))
            self._chunks.clear()
        self._at = 0

    def _usual_frame(self) -> PacketReceived | None:
        """The short way for what nearly every frame is: next in the buffer, whole, CRC right and
        in upper case, CR LF. None for all else; ``_step`` then decides from the same state."""
        buffer, start = self._buffer, self._at
        found = _CANDIDATE.match(buffer, start)
        if found is None or self._stretch:
            return None
        declared = int(found[1])
        end = start + 6 + declared
        if declared > self._max_length or buffer[end + 4 : end + 6] != b"\r\n":
            return None
        segment = buffer[start + 6 : end]
        if printed_crc(segment) != buffer[end : end + 4] or not segment.isascii():
            return None
        try:
            packet = Packet(segment, buffer[start : end + 6], self._base + start)
        except NoPacket:
            return None
        self._at, self._declared = end + 6, -1
        return PacketReceived(packet)

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
        declared = buffer[end:after]
        if not _HEX4.fullmatch(declared):
            return self._bad("length", f"{_shown(declared)} stands where the CRC should")
        sent = buffer[start + 6 : end]
        segment, reason = self._plain(sent, declared.upper())
        if segment is None:
            return self._bad("crc", WrongCrc(sent, declared, reason))
        after += 2 if line_end == b"\r\n" else 1 if line_end[:1] == b"\n" else 0
        remarks = _frame_remarks(declared, line_end)
        whole, offset = buffer[start:after], self._base + start
        try:
            packet = Packet(segment, whole, offset, remarks, encrypted=segment is not sent)
        except NoPacket as missing:
            return self._bad("segment", str(missing))
        self._at, self._declared = after, -1
        return PacketReceived(packet)

    def _plain(self, segment: bytes, declared: bytes) -> tuple[bytes | None, str]:
        """The plain segment whose CRC is ``declared``; the segment as sent is tried first."""
        fits = printed_crc(segment) == declared
        if fits and not self._keyring.doubts(segment):
            return segment, ""
        plain, reason = self._keyring.open(segment, declared)
        return (segment, "") if fits and plain is None else (plain, reason)

    def _bad(self, kind: Kind, detail: str | WrongCrc) -> Event | None:
        self._kind, self._detail = kind, detail
        self._stretch += self._buffer[self._at : self._at + 1]
        self._at += 1
        self._declared = -1
        return None


def _shown(raw: bytes) -> str:
    return repr(raw)[1:]


def _frame_remarks(declared: bytes, line_end: bytes) -> tuple[str, ...]:
    remarks = []
    if declared != declared.upper():
        remarks.append("CRC in lower-case hex")
    if line_end != b"\r\n":
        remarks.append("frame ends with LF alone" if line_end[:1] == b"\n" else "no CR LF")
    return tuple(remarks)
