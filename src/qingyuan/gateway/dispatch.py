"""Commands of the office: sent over a station's live link and followed to their end.

A station is receive-and-acknowledge only. Whatever is sent to it needs a consent of the discharger
that covers this command on this day; the registry carries them, and without one the command is
refused here, whatever a page has allowed.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from qingyuan import hj212
from qingyuan.gateway.mailbox import Mailbox
from qingyuan.gateway.metrics import Metrics
from qingyuan.gateway.roster import Roster
from qingyuan.hj212 import build
from qingyuan.hj212.conversation import (
    WORKING,
    Conversation,
    Data,
    Effect,
    Ended,
    Send,
    first_contact,
)
from qingyuan.kernel import clock
from qingyuan.spool.commands import Command
from qingyuan.spool.registry import Station

log = logging.getLogger(__name__)
TIMEOUT, RESENDS = 10.0, 3  # HJ 212-2017 table 1
# After the 9011 "the time may be set by the kind of task" (6.2.2): a calibration takes its time.
RESULT_TIMEOUT, CONTROL_TIMEOUT = 60.0, 1800.0
_ANSWERS = frozenset({"9011", "9012", "9013"})
_CLAIMED_AT_ONCE = 100
_DATA_TRACED = 20  # data packets in a command's trace; all of them are in the spool
_LATE = 1000  # commands whose late answer is still recognised
_ENDS = {
    "done": "done", "refused": "refused", "failed": "failed", "timeout": "timeout",
    "link_lost": "timeout",
}


class Line(Protocol):
    """What the dispatcher asks of a link."""

    peer: str

    def send(self, frame: bytes) -> bool: ...


@dataclass(slots=True)
class _Talk:
    command: Command
    conversation: Conversation
    line: Line
    qn: str
    state: str = "sent"
    data: int = 0


class Dispatcher:
    """At most one command at a time for each station; lives on the event loop."""

    def __init__(
        self, box: Mailbox, roster: Roster, metrics: Metrics, *, first_contact: bool = False
    ) -> None:
        self._box, self._roster, self._metrics = box, roster, metrics
        self._talks: dict[str, _Talk] = {}
        self._late: OrderedDict[tuple[str, str], tuple[int, str]] = OrderedDict()
        self._last_qn = 0
        self._first_contact = first_contact
        self._greeted: set[str] = set()
        self.lines: dict[str, Line] = {}  # MN → the link it was last heard on

    async def start(self) -> None:
        """Open the box; what a predecessor left behind is given back or its end unknown."""
        await self._box.open()
        for command in await self._box.in_flight():
            if command.qn is None:
                self._box.progress(command.id, "waiting", "网关重启前尚未发送")
            else:
                self._end(command, command.qn, "timeout", "网关重启，结果未知", None)

    async def stop(self) -> None:
        """Commands under way stay as they are; the next start finds them."""
        await self._box.close()

    async def poll(self) -> None:
        """Claim for the stations that can be reached and are not busy; mind the time-outs."""
        free = self.lines.keys() - self._talks.keys()
        for command in await self._box.claim(_CLAIMED_AT_ONCE, free):
            self._begin(command)
        now = time.monotonic()
        for talk in list(self._talks.values()):
            self._follow(talk, talk.conversation.tick(now), None)

    def hear(self, line: Line, mn: str, packet: hj212.Packet) -> None:
        """A sound packet of a known station: it can be reached here, and may have answered."""
        self.lines[mn] = line
        if self._first_contact and mn not in self._greeted:
            self._greet(mn, packet.st or "")
        talk = self._talks.get(mn)
        if talk is not None:
            self._follow(talk, talk.conversation.receive(packet, time.monotonic()), packet)
        elif packet.cn in _ANSWERS and self._late:
            self._hear_late(mn, packet)

    def lost(self, line: Line, mns: Iterable[str]) -> None:
        """A link has ended: its stations cannot be reached until they are heard again."""
        for mn in mns:
            if self.lines.get(mn) is line:
                del self.lines[mn]
                if talk := self._talks.get(mn):
                    self._follow(talk, talk.conversation.lost(), None)

    # -- inside -----------------------------------------------------------------------------

    def _greet(self, mn: str, st: str) -> None:
        """Ask for the settings of 2017 6.7 that the discharger has agreed to."""
        now, station = time.time(), self._roster.stations[mn]
        self._greeted.add(mn)
        for step in first_contact(station.edition, system_time=clock.stamp(now)):
            if station.consent(step.cn, now):
                self._box.enqueue(mn, step.cn, step.fields, st=st, reason=step.clause)

    def _begin(self, command: Command) -> None:
        station, line = self._roster.stations.get(command.mn), self.lines.get(command.mn)
        if station is None or not station.consent(command.cn, time.time()):
            note = f"没有覆盖命令 {command.cn} 的有效书面同意" if station else "站点不在登记册中"
            self._settle(command, "refused", f"{note}，未发送", None)
        elif line is None or command.mn in self._talks:
            self._box.progress(command.id, "waiting", "发送前链路已断开，等待站点上线")
        else:
            self._open(command, station, line)

    def _open(self, command: Command, station: Station, line: Line) -> None:
        qn = self._new_qn()
        try:
            packet = request_of(command, station, qn)
        except build.BuildError as error:
            self._settle(command, "failed", f"无法组包：{error}", None)
            return
        control = command.cn.startswith("3")
        self._talks[command.mn] = _Talk(command, Conversation(
            packet, TIMEOUT, RESENDS,
            result_timeout_s=CONTROL_TIMEOUT if control else RESULT_TIMEOUT,
        ), line, qn)
        log.info("command %d: CN=%s to %s, asked for by %s", command.id, command.cn, command.mn,
                 command.by)

    def _follow(
        self, talk: _Talk, effects: Sequence[Effect], packet: hj212.Packet | None
    ) -> None:
        raw = packet.raw if packet else None
        for effect in effects:
            if isinstance(effect, Send):
                self._send(talk, effect.data)
            elif isinstance(effect, Data):
                self._data(talk, effect.packet)
            elif isinstance(effect, Ended):
                del self._talks[talk.command.mn]
                self._end(talk.command, talk.qn, *_verdict(talk, effect), raw)
        if talk.state == "sent" and talk.conversation.state == WORKING:
            talk.state = "accepted"
            self._box.progress(talk.command.id, "accepted", "站点准备执行（9011）", answer=raw)

    def _send(self, talk: _Talk, data: bytes) -> None:
        count = talk.conversation.sent
        talk.line.send(data)
        note = f"第 {count} 次发送到 {talk.line.peer}"
        self._box.progress(talk.command.id, "sent", note, qn=talk.qn)

    def _data(self, talk: _Talk, packet: hj212.Packet) -> None:
        talk.data += 1
        if talk.data <= _DATA_TRACED:
            note = f"收到数据 CN={packet.cn}"
            self._box.progress(talk.command.id, talk.state, note, answer=packet.raw)

    def _end(
        self, command: Command, qn: str, state: str, note: str, answer: bytes | None
    ) -> None:
        if state == "timeout":
            self._late[command.mn, qn] = (command.id, state)
            if len(self._late) > _LATE:
                self._late.popitem(last=False)
        self._settle(command, state, note, answer)

    def _settle(self, command: Command, state: str, note: str, answer: bytes | None) -> None:
        self._metrics.commands[state] += 1
        self._box.progress(command.id, state, note, answer=answer)
        log.info("command %d: %s", command.id, state)

    def _hear_late(self, mn: str, packet: hj212.Packet) -> None:
        qn = packet.qn if packet.qn and (mn, packet.qn) in self._late else packet.fields.get("QN")
        if qn is None or (mn, qn) not in self._late:
            return
        command, state = self._late[mn, qn]
        reached = _late_state(packet)
        if reached == state:
            return
        self._box.progress(command, reached, "超时后收到的应答", answer=packet.raw)
        if reached == "accepted":
            self._late[mn, qn] = (command, reached)
        else:
            del self._late[mn, qn]
            self._metrics.commands[reached] += 1

    def _new_qn(self) -> str:
        self._last_qn = max(self._last_qn + 1, int(time.time() * 1000))
        return clock.qn(self._last_qn)


def request_of(command: Command, station: Station, qn: str) -> hj212.Packet:
    """The packet that carries a command; BuildError when the edition does not know it so."""
    key = bytes.fromhex(station.sm4_key) if station.sm4_key else None
    frame = build.request(
        command.cn, edition=station.edition, st=command.st, mn=station.mn, pw=station.password,
        qn=qn, fields=command.cp, sm4_key=key if station.edition == "2025" else None,
    )
    connection = hj212.Connection(sm4_key=key, max_length=9999)
    connection.receive_data(frame)
    event = connection.next_event()
    if not isinstance(event, hj212.PacketReceived):
        raise build.BuildError(f"the packet built for CN {command.cn} does not read back")
    return event.packet


def _verdict(talk: _Talk, ended: Ended) -> tuple[str, str]:
    """State and note of a conversation's end."""
    state = _ENDS[ended.state]
    if state == "refused" and talk.state == "accepted":
        state = "failed"  # the table of commands knows no refusal after an acceptance
    if ended.state == "link_lost":
        return state, "等待应答时链路断开，不知是否已执行"
    if state == "timeout":
        waited = f"发送 {talk.conversation.sent} 次无应答（HJ 212-2017 6.2.1）"
        late = "应答后未收到执行结果（HJ 212-2017 6.2.2）"
        return state, late if ended.stage == "result" else waited
    parts = [f"{ended.code} {ended.meaning}".strip(), f"数据 {talk.data} 包" if talk.data else ""]
    return state, "，".join(part for part in parts if part)


def _late_state(packet: hj212.Packet) -> str:
    if packet.cn == "9011":
        return "accepted" if packet.fields.get("QnRtn") == "1" else "refused"
    return "done" if packet.cn == "9013" or packet.fields.get("ExeRtn") == "1" else "failed"
