"""One TCP link: bytes to the session, its effects to the committer, answers back in order."""

import asyncio
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from qingyuan import hj212
from qingyuan.gateway.session import Close, Effect, Keep, Session
from qingyuan.spool import NewFrame

if TYPE_CHECKING:
    from qingyuan.gateway.server import Gateway

_STRANGERS = 256  # MNs of nobody we know that one link may have in links.json
_READ_BUFFER = bytearray(65_536)


@dataclass(slots=True)
class Heard:
    """What one MN has sent on one link: epoch seconds and counts."""

    since: float
    last: float
    frames: int = 0
    verdict: str = ""


class Link(asyncio.Protocol):
    """Reads only while few of its frames wait for their commit, so no link can crowd out others."""

    __slots__ = (
        "_connection", "_dropped", "_gateway", "_gone", "_held", "_session", "_transport", "bad",
        "choked", "duplicates", "ended", "heard", "in_flight", "last", "last_error", "paused",
        "peer", "since", "sound", "stirred", "unfinished_since",
    )

    def __init__(self, gateway: "Gateway") -> None:
        self._gateway = gateway
        self._gone = False  # nothing can be written any more
        self._dropped = False  # nothing more is wanted of this peer
        self._held = False  # a stranger who must wait for a moment
        self.ended = False  # the peer has said all it will say
        self.paused = False  # not read: its own frames or all frames wait for the disk
        self.choked = False  # not read: it does not read its answers
        self.in_flight = 0
        self.sound = self.bad = self.duplicates = 0
        self.last_error = ""
        self.heard: dict[str, Heard] = {}
        self.since = self.last = time.time()
        self.stirred = self.since  # the last byte, or when we began to read again
        self.unfinished_since = 0.0  # when the frame in hand began, 0.0 for none

    # -- what asyncio calls -----------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.peer = _address(transport.get_extra_info("peername"))
        limits = self._gateway.limits
        self._session = Session(self.peer, limits)
        self._connection = hj212.Connection(
            sm4_key=self._gateway.roster.sm4_key, max_length=limits.max_length,
            max_stretch=2 * limits.max_length,
        )
        self._transport.set_write_buffer_limits(high=limits.unsent_answers)
        if not self._gateway.enter(self):
            self._gone = self._dropped = True
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._dropped:
            return
        self.last = self.stirred = now = time.time()
        self._gateway.metrics.bytes_in += len(data)
        self._connection.receive_data(data)
        self._pump(now)

    def eof_received(self) -> bool:
        """True: the link stays open for the answers that are still due."""
        self.ended = True
        self._connection.receive_eof()
        self._pump(time.time())
        return not self._gone

    def pause_writing(self) -> None:
        self.choked = True
        self._transport.pause_reading()

    def resume_writing(self) -> None:
        self.choked = False
        self._resume()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._gone:
            self._gone = True
            self._gateway.metrics.closed["peer"] += 1
        if not self.ended:
            # What stood behind an unfinished frame is still worth keeping.
            self.ended = True
            self._connection.receive_eof()
            self._pump(time.time())
        self._gateway.leave(self)

    # -- what the gateway calls -------------------------------------------------------------

    def committed(self, answer: bytes, seq: int) -> None:
        """A frame of this link is durable (seq > 0), a duplicate (< 0) or unkeepable (0)."""
        self.in_flight -= 1
        if seq < 0:
            self.duplicates += 1
        if not seq:
            self.last_error = "a frame that the spool cannot take"
        elif answer and not self._gone:
            self._transport.write(answer)
        if self.paused and self.in_flight * 2 <= self._gateway.limits.link_in_flight:
            self._pump(time.time())
        elif self.ended and not self.in_flight:
            self._hang_up()

    def send(self, frame: bytes) -> bool:
        """Write a frame of our own; False when the link is no longer there."""
        if self._gone:
            return False
        self._transport.write(frame)
        return True

    def watch(self, now: float) -> None:
        """Mind the times at epoch second ``now``; a link that we do not read is given its time."""
        limits, quiet = self._gateway.limits, now - self.stirred
        if self.paused:
            return
        if quiet > limits.idle:
            self.close("idle")
        elif not self.unfinished_since:
            return
        elif now - self.unfinished_since > limits.unfinished:
            self._release(now)
            self.close("slow")
        elif quiet > limits.silence:
            self._release(now)
        elif quiet > limits.pause:
            # Some loggers send no line end and would wait for their answer until the next frame.
            self._connection.receive_pause()
            self._pump(now)

    def resume(self) -> None:
        """The common queue has room again."""
        if self.paused:
            self._pump(time.time())

    def close(self, reason: str) -> None:
        """End the link from our side and count why."""
        self._dropped = True
        if self._gone:
            return
        self._gone = True
        self.last_error = reason
        self._gateway.metrics.closed[reason] += 1
        self._transport.close()

    def cut(self) -> None:
        """End the link now, whatever is still unsent."""
        self._transport.abort()

    def silence(self) -> None:
        """Read nothing more; what is in hand is still kept and answered (clean stop)."""
        if not self._gone:
            self._transport.pause_reading()

    def document(self) -> dict[str, object]:
        """What ``/links.json`` shows of this link; times in epoch seconds."""
        return {
            "peer": self.peer, "since": self.since, "last": self.last, "frames": self.sound,
            "bad": self.bad, "duplicates": self.duplicates, "in_flight": self.in_flight,
            "reading": not (self.paused or self.choked), "last_error": self.last_error,
            "stations": [
                {"mn": mn, "verdict": h.verdict, "since": h.since, "last": h.last,
                 "frames": h.frames}
                for mn, h in self.heard.items()
            ],
        }

    # -- inside -----------------------------------------------------------------------------

    def _pump(self, now: float) -> None:
        gateway, next_event = self._gateway, self._connection.next_event
        committer, most, at = gateway.committer, gateway.limits.link_in_flight, int(now * 1000)
        while self.in_flight < most and not (committer.full or self._dropped or self._held):
            event = next_event()
            if isinstance(event, hj212.PacketReceived):
                self._take(event.packet, at, now)
            elif event is hj212.NEED_DATA:
                self._all_read(now)
                return
            else:
                self._suffer(event, at)
            self.unfinished_since = 0.0
        if not self.paused and not self._dropped:
            self.paused = True
            gateway.waiting[self] = None
            if not self._gone:
                self._transport.pause_reading()

    def _take(self, packet: hj212.Packet, at: int, now: float) -> None:
        gateway = self._gateway
        frame, answer = self._session.packet(packet, at, gateway.roster.stations)
        _, _, mn, verdict, _ = frame
        self.sound += 1
        self.in_flight += 1
        gateway.metrics.frames[verdict] += 1
        gateway.committer.submit(frame, answer, self)
        heard = self.heard.get(mn) or self._first_heard(frame, now)
        heard.last = now
        heard.frames += 1
        heard.verdict = verdict
        if not verdict:
            gateway.hear(self, mn, packet)
        elif not gateway.strange.take(len(frame.raw), now):
            self._held = True
            gateway.later(gateway.limits.stranger_wait, self._go_on)

    def _suffer(self, event: hj212.BadFrame, at: int) -> None:
        self.bad += 1
        self.last_error = f"{event.error}, {len(event.raw)} bytes"
        for effect in self._session.bad(event, at, self._gateway.kept_garbage):
            self._do(effect)

    def _do(self, effect: Effect) -> None:
        metrics = self._gateway.metrics
        if isinstance(effect, Keep):
            self.in_flight += 1
            metrics.frames[effect.frame.verdict] += 1
            self._gateway.committer.submit(effect.frame, effect.answer, self)
        elif isinstance(effect, Close):
            self.close(effect.reason)
        else:
            metrics.count(effect.name)

    def _first_heard(self, frame: NewFrame, now: float) -> Heard:
        heard = Heard(now, now)
        if not frame.verdict or len(self.heard) < _STRANGERS:
            self.heard[frame.mn] = heard
        return heard

    def _go_on(self) -> None:
        self._held = False
        self.resume()

    def _release(self, now: float) -> None:
        """Give up the unfinished frame and take what stands behind it."""
        self._connection.release()
        self._pump(now)

    def _all_read(self, now: float) -> None:
        if self._connection.buffered:
            self.unfinished_since = self.unfinished_since or now
        else:
            self.unfinished_since = 0.0
        if self.paused:
            self.paused = False
            self._gateway.waiting.pop(self, None)
            self._resume()
        if self.ended and not self.in_flight:
            self._hang_up()

    def _resume(self) -> None:
        if self.paused or self.choked or self._gone or self._gateway.stopping:
            return
        self._transport.resume_reading()
        self.stirred = now = time.time()
        if self.unfinished_since:
            self.unfinished_since = now

    def _hang_up(self) -> None:
        if not self._gone:
            self._gone = True
            self._gateway.metrics.closed["peer"] += 1
            self._transport.close()


class BufferedLink(Link, asyncio.BufferedProtocol):
    """For plain asyncio, whose ``recv`` would allocate 256 KiB a message.

    One buffer serves all links: the loop fills it and hands it over before it reads the next one.
    """

    __slots__ = ()

    def get_buffer(self, sizehint: int) -> bytearray:
        return _READ_BUFFER

    def buffer_updated(self, nbytes: int) -> None:
        self.data_received(bytes(memoryview(_READ_BUFFER)[:nbytes]))


def _address(peername: Any) -> str:
    if not peername:
        return ""
    host, port = peername[0], peername[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
