"""A data logger without its socket: what it sends and when, given what it received and the time.

Two clocks are passed in everywhere: `now`, the simulated time (epoch seconds) that the readings
live in, and `wall`, the real seconds that time-outs are made of.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from qingyuan.hj212 import Packet, build
from qingyuan.simulator import manners, requests
from qingyuan.simulator.compose import Batch, Composer, Outgoing
from qingyuan.simulator.manners import Spell
from qingyuan.simulator.outbox import Outbox
from qingyuan.simulator.physics.noise import dice
from qingyuan.simulator.physics.signal import Signal
from qingyuan.simulator.settings import Settings, Talk
from qingyuan.simulator.stations import StationSpec
from qingyuan.simulator.timetable import Timetable

HEARTBEAT = 300
"""Seconds between two 9015 of a 2025 logger; the period is not in any text at hand."""
_SPREAD = 3.0
_FLOOD_MOST = 500
_FLOOD_STEP = 0.05


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes to write; with `pause` one byte every so many real seconds."""

    data: bytes
    pause: float = 0.0


@dataclass(frozen=True, slots=True)
class Close:
    """Give the link up; `quietly` without telling the far side."""

    reason: str
    quietly: bool = False


Act = Send | Close


class DataLogger:
    """One station's logger. `counts` may be shared by a whole fleet."""

    def __init__(
        self,
        spec: StationSpec,
        now: float,
        *,
        talk: Talk | None = None,
        spells: Sequence[Spell] = (),
        counts: Counter[str] | None = None,
    ) -> None:
        self.spec = spec
        self.talk = talk or Talk()
        self.counts: Counter[str] = Counter() if counts is None else counts
        self.signal = Signal(spec)
        self.composer = Composer(spec, self.signal)
        self.settings = Settings.of(spec, self.talk)
        self.outbox = Outbox(
            self.counts, timeout=self.talk.timeout, resends=self.talk.resends,
            limit=self.talk.queue, window=self.talk.window,
        )  # fmt: skip
        self.timetable = Timetable(now, spec.rtd_interval, spec.min_interval, _check_second(spec))
        self.connected = False
        self._spells = sorted(spells, key=lambda s: s.start)
        self._active: list[Spell] = []
        self._roll = dice(spec.seed, spec.mn, "manners")
        spread = _SPREAD if self.talk.spread is None else self.talk.spread
        self._delay = dice(spec.seed, spec.mn, "delay").random() * spread
        self._heartbeat, self._beat = now, ""
        self._flooded = 0.0
        self._left = self._restarting = False
        self._announce = spec.edition != "2005"

    # -- the link ----------------------------------------------------------------------------

    def wants_link(self, now: float) -> bool:
        """Whether the logger should be connected: not during an outage."""
        self._look_round(now)
        return self._spell("outage") is None

    def link_up(self, now: float) -> None:
        """A connection was made."""
        self.connected = True
        self.counts["connections"] += 1
        if self._announce:
            self._announce = False
            self.outbox.answer(Batch("2081", partial(self._restarted, now)))

    def link_down(self) -> None:
        """The connection is gone; whatever was not acknowledged will be sent again."""
        self.connected = self._restarting = False
        self.outbox.link_lost()

    def key_of(self, mn: str) -> bytes | None:
        """The SM4 key for what comes from the centre."""
        return self.composer.sm4_key

    # -- time --------------------------------------------------------------------------------

    def wake(self, now: float, wall: float) -> tuple[float, float | None]:
        """When to call `step` next: at this simulated time or this real time."""
        due = self.timetable.next + self._delay
        for spell in self._spells:
            due = min(due, spell.start if now < spell.start else max(spell.end, now))
        if not self.connected:
            return due, None
        if self._spell("flood"):
            return due, wall + _FLOOD_STEP
        return due, self.outbox.deadline()

    def step(self, now: float, wall: float) -> list[Act]:
        """Do what is due. Call it at the times `wake` names, and after everything received."""
        self._look_round(now)
        for at, cn, start, length in self.timetable.due(now - self._delay):
            self.outbox.put(self._batch(at, cn, start, length))
        if not self.connected:
            return []
        if self._spell("outage"):
            return [Close("outage")]
        if self._restarting:
            return [Close("restart")]
        if self._spell("half_open") and not self._left:
            self._left = True
            return [self._count("half_open", Close("half open", quietly=True))]
        return self._talk(now, wall)

    def receive(self, packet: Packet, now: float, wall: float) -> list[Act]:
        """A packet from the centre: an acknowledgement, or something to do."""
        self.counts["received"] += 1
        if packet.cn == "9014":
            self._acknowledged(packet)
        elif packet.cn == "9013":
            if packet.qn == self._beat:
                self.counts["heartbeats answered"] += 1
            else:
                self.outbox.acknowledged(packet.qn)
        elif packet.cn not in ("9011", "9012"):
            if self._spell("deaf"):
                self.counts["manner deaf"] += 1
            else:
                requests.handle(self, packet, now)
        return self._talk(now, wall) if self.connected else []

    # -- inside ------------------------------------------------------------------------------

    def _talk(self, now: float, wall: float) -> list[Act]:
        acts: list[Act] = []
        late = self.outbox.overdue(wall)
        if late is None:
            self.counts["links given up"] += 1
            return [Close("no acknowledgement")]
        acts += [self._out(f.raw) for f in late]
        for frame in self.outbox.ready(wall):
            acts += self._transmit(frame, wall)
        acts += self._flood(now, wall)
        if self.spec.edition == "2025" and now - self._heartbeat >= HEARTBEAT:
            self._heartbeat = now
            self.counts["sent"] += 1
            self.counts["sent 9015"] += 1
            beat = self.composer.heartbeat(now)
            self._beat = beat.qn
            acts.append(self._out(beat.raw))
        return acts

    def _batch(self, at: int, cn: str, start: int, length: int) -> Batch:
        if cn == "2011":
            make = partial(self.composer.realtime, at)
        elif cn == "2021":
            make = partial(self.composer.states, at)
        elif cn == "2062":
            make = partial(self.composer.check, at)
        else:
            make = partial(self.composer.period, cn, start, length)
        return Batch(cn, make, late=not self.connected)

    def _restarted(self, now: float, late: bool) -> list[Outgoing]:
        stamp = self.composer.stamp(now)
        fields = {"DataTime": stamp, "RestartTime": self.composer.stamp(now - 60)}
        return [self.composer.plain("2081", self.composer.qn(now), fields, ack=self.spec.ack)]

    def _acknowledged(self, packet: Packet) -> None:
        fields = packet.fields
        if "QN" in fields:
            self.outbox.acknowledged(fields["QN"], fields.get("CN"), fields.get("PNO"))
        else:
            self.outbox.acknowledged(packet.qn)

    # -- manners -----------------------------------------------------------------------------

    def _look_round(self, now: float) -> None:
        """Take up the spells that have begun and drop those that are over."""
        if not self._spells and not self._active:
            return
        active = [s for s in self._spells if s.start <= now < s.end]
        if active == self._active:
            return
        begun = [s for s in active if s not in self._active]
        self._active = active
        self._spells = [s for s in self._spells if s.end > now]
        self._left = self._left and self._spell("half_open") is not None
        self.adopt()
        if any(s.kind == "restart" for s in begun):
            self.counts["manner restart"] += 1
            self.settings = Settings.of(self.spec, self.talk)
            self._announce = self.spec.edition != "2005"
            self._restarting = True

    def adopt(self) -> None:
        """Write packets as the settings and the present manners want them: PW, MN and clock."""
        spec, composer = self.spec, self.composer
        wrong_pw, wrong_mn = self._spell("wrong_password"), self._spell("unknown_mn")
        clock = self._spell("clock_wrong")
        composer.pw = self.settings.password[::-1] if wrong_pw else self.settings.password
        if wrong_pw and composer.pw == self.settings.password:
            composer.pw = "000000"
        composer.mn = spec.mn[:-4] + "FFFF" if wrong_mn else spec.mn
        composer.clock = clock.get("hours") * 3600 if clock else self.settings.clock
        for spell in (wrong_pw, wrong_mn, clock):
            if spell is not None:
                self.counts[f"manner {spell.kind}"] += 1

    def _spell(self, kind: str) -> Spell | None:
        return next((s for s in self._active if s.kind == kind), None)

    def _transmit(self, frame: Outgoing, wall: float) -> list[Act]:
        """A frame's first transmission, spoilt when a manner says so."""
        for spell in self._active:
            if manners.MANNERS[spell.kind].layer != "frame":
                continue
            if self._roll.random() >= spell.get("share"):
                continue
            return self._spoilt(spell.kind, frame, wall)
        return [self._out(frame.raw)]

    def _spoilt(self, kind: str, frame: Outgoing, wall: float) -> list[Act]:
        if kind == "glued":
            more = next(self.outbox.ready(wall, room=1), None)
            if more is None:
                return [self._out(frame.raw)]
            data = frame.raw.removesuffix(b"\r\n") + more.raw
        elif kind == "gbk_text":
            if self.spec.edition == "2005" or self.composer.sm4_key:
                return [self._out(frame.raw)]
            data = manners.in_gbk(self._log_line(frame.qn)) + frame.raw
        else:
            data = manners.spoil(kind, frame.raw, self._roll)
        return [self._count(kind, self._out(data))]

    def _log_line(self, qn: str) -> bytes:
        log = {"i21001": {"Info": "//数采仪时钟已核对，采样管路反吹完成//"}}
        fields = {"DataTime": qn[:14]}
        return self.composer.plain("3020", build.next_qn(qn), fields, log).raw

    def _flood(self, now: float, wall: float) -> list[Act]:
        spell = self._spell("flood")
        if spell is None:
            return []
        passed = wall - self._flooded
        if passed > 1.0:
            passed = _FLOOD_STEP
        number = min(_FLOOD_MOST, int(spell.get("rate") * passed))
        if not number:
            return []
        self._flooded = wall
        tick = int(now) // 30 * 30
        raw = self.composer.realtime(tick)[0].raw
        self.counts["manner flood"] += number
        qns = [self.composer.qn(now) for _ in range(number)]
        return [Send(b"".join(manners.renumbered(raw, qn) for qn in qns))]

    def _out(self, data: bytes) -> Send:
        loris = self._spell("slow_loris")
        if loris is None:
            return Send(data)
        self.counts["manner slow_loris"] += 1
        return Send(data, loris.get("pause"))

    def _count(self, kind: str, act: Act) -> Act:
        self.counts[f"manner {kind}"] += 1
        return act


def _check_second(spec: StationSpec) -> int | None:
    """When the day's standard check is over; only water loggers of 2025 report it."""
    if spec.edition != "2025" or spec.kind != "water":
        return None
    return dice(spec.seed, spec.mn, "check").randrange(24) * 3600 + 40 * 60


def backoff(failures: int, roll: random.Random) -> float:
    """Real seconds until the next attempt to connect: 1 s to 60 s, half of it by chance."""
    longest = min(60.0, 2.0**failures)
    return longest * (0.5 + 0.5 * roll.random())
