"""Frames into a batch. Reads no database but for plans of shapes never seen before."""

from collections.abc import Iterable

from django.db import Error

from qingyuan import hj212
from qingyuan.kernel.clock import parse_stamp
from qingyuan.spool import Frame

from ..models import Interval, QuarantineKind
from ..packing import unpack
from ..readings import PACKED
from ..secrets import hidden
from .batch import Batch, Heard, plain
from .latest import AHEAD
from .parts import EVER, Parts
from .plans import Plan, Plans
from .routes import Routes, Sender

READINGS = {
    "2011": Interval.REALTIME, "2051": Interval.MINUTE,
    "2061": Interval.HOUR, "2031": Interval.DAY,
}
ACCEPTED, UNKNOWN, PASSWORD, RELAY = "", "unknown", "password", "relay"
# Answers and heartbeats carry nothing to show; that they came is in the point's last arrival.
SILENT = frozenset({"9013", "9014", "9015"})
# Bits of Flag that may announce an encrypted CP (HJ 212-2025 6.4).
_ENCRYPTED = frozenset({8, 9, 10, 11})
_MOST_TIMES = 50_000


class Reader:
    """Turns frames into rows; keeps parts of split packets and what is cached between batches."""

    def __init__(self, routes: Routes, plans: Plans, parts: Parts | None = None) -> None:
        self.routes = routes
        self.plans = plans
        self.parts = Parts() if parts is None else parts
        self._times: dict[str, int | None] = {}

    def read(self, frames: Iterable[Frame]) -> Batch:
        """The batch of these frames, in order. No frame can stop it."""
        batch = Batch()
        for frame in frames:
            try:
                self._frame(frame, batch)
            except (Error, OSError):
                raise  # the database or the disk is away: the frame is as good as any
            except Exception as error:  # one frame must not stop the stream of all stations
                _unreadable(batch, frame.mn, frame.seq, frame.at, error)
            if self.parts:
                self._expire(frame.at, batch)
        return batch

    def rest(self) -> Batch:
        """The batch of the parts that still wait, for a reader that gets no more frames."""
        batch = Batch()
        self._expire(EVER, batch)
        return batch

    def _expire(self, now: int, batch: Batch) -> None:
        for seq, at, packet in self.parts.expired(now):
            try:
                self._given_up(seq, at, packet, batch)
            except (Error, OSError):
                raise
            except Exception as error:
                _unreadable(batch, packet.mn or "", seq, at, error)

    def _frame(self, frame: Frame, batch: Batch) -> None:
        seq, at, _peer, mn, verdict, raw, _link = frame
        if verdict == RELAY:
            return
        sender = self.routes.senders.get(mn)
        if verdict and verdict != UNKNOWN and verdict != PASSWORD:
            batch.hit(QuarantineKind.FRAME, mn, verdict, seq, at, _shown(raw),
                      sender.organisation if sender else None)
            return
        if sender is None:
            batch.hit(QuarantineKind.STATION, mn, "", seq, at, _shown(raw))
            return
        # The gateway has checked length and CRC; only a CP that may be encrypted is read anew.
        packet = hj212.Packet(raw[6:6 + int(raw[2:6])], raw)
        if sender.sm4_key is not None and packet.flag in _ENCRYPTED:
            opened = _decrypted(raw, sender.sm4_key)
            if opened is None:
                batch.hit(QuarantineKind.FRAME, mn, "crc", seq, at, _shown(raw),
                          sender.organisation)
                return
            packet = opened
        if verdict and packet.pw != sender.password:
            # The gateway judged by the registry of that moment; the present one decides.
            batch.hit(QuarantineKind.PASSWORD, mn, "", seq, at, _shown(raw), sender.organisation)
            return
        if packet.pnum is not None and packet.pnum > 1:
            whole = self.parts.receive(packet, seq, at)
            if whole is None:
                self._heard(batch, self.routes.points(mn), seq, at)
                return
            packet = whole
        self._packet_in(packet, sender, seq, at, batch)

    def _packet_in(
        self, packet: hj212.Packet, sender: Sender, seq: int, at: int, batch: Batch
    ) -> None:
        interval = READINGS.get(packet.cn)
        if interval is None:
            self._message(packet, sender, seq, at, batch)
            return
        shape, texts = packet.values()
        if not shape.columns:
            self._message(packet, sender, seq, at, batch)
        elif not packet.records:
            self._reading(packet.st or "", sender, interval, packet.fields.get("DataTime", ""),
                          shape, texts, seq, at, batch)
        else:
            stamps = [text for name, text in packet.pairs if name == "DataTime"]
            for stamp, (_time, one, some) in zip(stamps, packet.rows(), strict=True):
                if one.columns:
                    self._reading(packet.st or "", sender, interval, stamp, one, some, seq, at,
                                  batch)

    def _reading(
        self, st: str, sender: Sender, interval: str, stamp: str,
        shape: hj212.Shape, texts: list[str], seq: int, at: int, batch: Batch,
    ) -> None:
        mn = sender.mn
        time = self._times.get(stamp)
        if time is None:
            time = self._time(stamp)
            if time is None:
                batch.hit(QuarantineKind.TIME, mn, "DataTime" if stamp else "no DataTime", seq, at,
                          f"DataTime={stamp}", sender.organisation)
                return
        point = self.routes.point(mn, st, time)
        if point is None:
            batch.hit(QuarantineKind.ASSIGNMENT, mn, f"ST={st}", seq, at, f"DataTime={stamp}",
                      sender.organisation)
            self._heard(batch, self.routes.points(mn), seq, at)
            return
        plan = self.plans.of(shape)
        if plan.unknown or plan.strange:
            self._odd(plan, shape, texts, sender, seq, at, batch)
        if not plan.shape:
            self._heard(batch, (point,), seq, at)
            return
        try:
            packed = plan.packed(texts)
        except ValueError:
            values, bad = plan.careful(texts)
            packed = plan.pack(*values)
            for name, text in bad:
                batch.hit(QuarantineKind.VALUE, mn, name, seq, at, f"{name}={text}",
                          sender.organisation)
        if interval in PACKED:
            batch.packed[interval].append((
                point, time, plan.shape, packed, plan.packed_flags(texts), seq, sender.source,
            ))
        else:
            batch.reported[interval] += [
                (point, time, *row, seq, sender.source)
                for row in plan.reported(texts, unpack(packed))
            ]
        batch.packets += 1
        if interval != Interval.DAY:
            batch.dirty.add((point, time - time % 3600))
        heard = batch.heard.get(point)
        if heard is None:
            heard = batch.heard[point] = Heard(at, seq)
        heard.at, heard.frame = at, seq
        if time > heard.times.get(interval, -(2**62)):
            if time * 1000 <= at + AHEAD * 1000:
                heard.times[interval] = time
            else:  # stored as sent, but it must not pass for the newest until that day
                batch.hit(QuarantineKind.TIME, mn, "DataTime ahead of arrival", seq, at,
                          f"DataTime={stamp}", sender.organisation)

    def _time(self, stamp: str) -> int | None:
        moment = parse_stamp(stamp)
        if moment is None:
            return None
        if len(self._times) >= _MOST_TIMES:
            self._times.clear()
        seconds = self._times[stamp] = int(moment.timestamp())
        return seconds

    def _odd(
        self, plan: Plan, shape: hj212.Shape, texts: list[str], sender: Sender, seq: int, at: int,
        batch: Batch,
    ) -> None:
        for code in plan.unknown:
            sample = ",".join(
                f"{factor}-{suffix}={text}"
                for (factor, suffix), text in zip(shape.columns, texts, strict=True)
                if factor == code
            )
            batch.hit(QuarantineKind.FACTOR, sender.mn, code, seq, at, sample, sender.organisation)
        for name in plan.strange:
            batch.hit(QuarantineKind.SUFFIX, sender.mn, name, seq, at, name, sender.organisation)

    def _message(
        self, packet: hj212.Packet, sender: Sender, seq: int, at: int, batch: Batch
    ) -> None:
        time = self._time(packet.fields.get("DataTime", "")) if packet.cn not in SILENT else None
        moment = at // 1000 if time is None else time
        st = packet.st or ""
        point = self.routes.point(sender.mn, st, moment)
        self._heard(batch, self.routes.points(sender.mn) if point is None else (point,), seq, at)
        if packet.cn not in SILENT:
            pairs = [[plain(name, 200), hidden(name, plain(text, 4000))]
                     for name, text in packet.pairs]
            batch.messages.append((
                seq, plain(sender.mn, 64), point, plain(st, 8), plain(packet.cn, 16), moment, at,
                pairs,
            ))

    def _given_up(self, seq: int, at: int, packet: hj212.Packet, batch: Batch) -> None:
        """A part whose others never came: it is said, and what it carries by itself is stored."""
        sender = self.routes.senders.get(packet.mn or "")
        if sender is not None:
            batch.hit(QuarantineKind.PART, sender.mn, f"CN={packet.cn}", seq, at,
                      f"{packet.pno}/{packet.pnum}", sender.organisation)
            self._packet_in(packet, sender, seq, at, batch)

    def _heard(self, batch: Batch, points: Iterable[int], seq: int, at: int) -> None:
        for point in points:
            heard = batch.heard.setdefault(point, Heard(at, seq))
            heard.at, heard.frame = at, seq


def _unreadable(batch: Batch, mn: str, seq: int, at: int, error: Exception) -> None:
    batch.hit(QuarantineKind.FRAME, mn, f"unreadable: {type(error).__name__}", seq, at,
              repr(error))


def _decrypted(raw: bytes, key: bytes) -> hj212.Packet | None:
    link = hj212.Connection(sm4_key=key, max_length=9999)
    link.receive_data(raw)
    link.receive_eof()
    event = link.next_event()
    return event.packet if isinstance(event, hj212.PacketReceived) else None


def _shown(raw: bytes) -> str:
    return raw[:200].decode("utf-8", "replace")


