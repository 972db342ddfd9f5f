"""A packet that was sent and waits to be answered, followed to its end. No socket, no clock.

HJ 212-2017 6.1, 6.2, 6.5 and annex C; HJ/T 212-2005 6.1, 6.2, 6.4:

    request   sent ──9011 QnRtn=1──▶ working ──data…──▶ working ──9012──▶ done | failed
                └──9011 other──▶ refused
    notice    sent ──9013──▶ done
    upload    sent ──9014──▶ done

Without an answer the same bytes are sent again after ``timeout_s``, ``resends`` times; then the
link counts as dead (6.2.1). After a 9011 or a part nothing is sent again: silence ends the matter
(6.2.2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from qingyuan.hj212 import commands
from qingyuan.hj212.answers import kind_of

if TYPE_CHECKING:
    from qingyuan.hj212.packet import Packet

READY, SENT, WORKING = "ready", "sent", "working"
DONE, REFUSED, FAILED, TIMEOUT, LINK_LOST = "done", "refused", "failed", "timeout", "link_lost"
ENDS = frozenset((DONE, REFUSED, FAILED, TIMEOUT, LINK_LOST))

TABLE: dict[tuple[str, str], str] = {
    (READY, "send"): SENT,
    (SENT, "resend"): SENT,
    (SENT, "accepted"): WORKING,
    (SENT, "refused"): REFUSED,
    (SENT, "answered"): DONE,
    (SENT, "data"): SENT,
    (SENT, "stream"): DONE,
    # the 9011 was lost on the way, the 9012 was not
    (SENT, "executed"): DONE,
    (SENT, "not executed"): FAILED,
    (SENT, "silence"): TIMEOUT,
    # the 9011 to a re-sent request
    (WORKING, "accepted"): WORKING,
    (WORKING, "refused"): REFUSED,
    (WORKING, "data"): WORKING,
    (WORKING, "stream"): DONE,
    (WORKING, "executed"): DONE,
    (WORKING, "not executed"): FAILED,
    (WORKING, "silence"): TIMEOUT,
    (READY, "lost"): LINK_LOST,
    (SENT, "lost"): LINK_LOST,
    (WORKING, "lost"): LINK_LOST,
}


class Send(NamedTuple):
    """Write these bytes to the link."""

    data: bytes


class Data(NamedTuple):
    """A packet that belongs to the request: the data or setting asked for."""

    packet: Packet


class Ended(NamedTuple):
    """The end. ``state`` is done, refused, failed, timeout or link_lost.

    ``code`` is the QnRtn of a refusal or the ExeRtn of a result, ``meaning`` its Chinese name;
    ``stage`` says what was waited for: "answer" or "result".
    """

    state: str
    code: str
    meaning: str
    stage: str


Effect = Send | Data | Ended


class Conversation:
    """One request, notice or upload under way. Times are seconds of any one clock."""

    def __init__(
        self,
        packet: Packet,
        timeout_s: float = 10,
        resends: int = 3,
        *,
        result_timeout_s: float | None = None,
        kind: str | None = None,
    ) -> None:
        """``packet`` as built, to be sent as ``packet.raw``.

        ``kind`` is found from the table; pass "upload" for the device's side of a number that is
        both request and upload. ``result_timeout_s`` is the patience after the 9011, by default
        ``timeout_s``.
        """
        self.packet = packet
        self.kind = kind or _kind(packet)
        self.state = READY
        self.outcome: Ended | None = None
        self.sent = 0
        self._timeout = timeout_s
        self._result_timeout = timeout_s if result_timeout_s is None else result_timeout_s
        self._resends = resends
        self._deadline = float("-inf")

    def receive(self, packet: Packet, now: float) -> list[Effect]:
        """What a packet from the other side means for this conversation; [] when nothing."""
        if self.state not in (SENT, WORKING):
            return []
        event, code = self._event(packet)
        if not event:
            return []
        effects: list[Effect] = [Data(packet)] if event in ("data", "stream") else []
        return effects + self._step(event, now, code)

    def tick(self, now: float) -> list[Effect]:
        """Send at the first call; later send again or give up when the time is over."""
        if self.state in ENDS or now < self._deadline:
            return []
        if self.state == READY:
            return self._step("send", now)
        if self.state == SENT and self.sent <= self._resends:
            return self._step("resend", now)
        return self._step("silence", now)

    def lost(self) -> list[Effect]:
        """The link has closed."""
        return [] if self.state in ENDS else self._step("lost", 0.0)

    def _step(self, event: str, now: float, code: str = "") -> list[Effect]:
        stage = "result" if self.state == WORKING else "answer"
        state = TABLE[self.state, event]
        self.state = state
        if event in ("send", "resend"):
            self.sent += 1
            self._deadline = now + self._timeout
            return [Send(self.packet.raw)]
        if state not in ENDS:
            if state == WORKING:
                self._deadline = now + self._result_timeout
            return []
        self.outcome = Ended(state, code, _meaning(event, code), stage)
        return [self.outcome]

    def _event(self, packet: Packet) -> tuple[str, str]:
        wanted = _ANSWERS[self.kind]
        if packet.cn in wanted:
            if not _same_qn(self.packet, packet):
                return "", ""
            return wanted[packet.cn](packet)
        if self.kind == "request" and _belongs(self.packet, packet):
            return ("stream" if _streams(self.packet) else "data"), ""
        return "", ""


def _kind(packet: Packet) -> str:
    rows = commands.find(packet.cn or "", packet.edition or "2017", "down")
    return rows[0].kind if rows else kind_of(packet)


def _request_answer(packet: Packet) -> tuple[str, str]:
    code = packet.fields.get("QnRtn", "")
    return ("accepted" if code == "1" else "refused"), code


def _result(packet: Packet) -> tuple[str, str]:
    code = packet.fields.get("ExeRtn", "")
    return ("executed" if code == "1" else "not executed"), code


def _plain_answer(packet: Packet) -> tuple[str, str]:
    return "answered", ""


_Reader = Callable[["Packet"], tuple[str, str]]
_ANSWERS: dict[str, dict[str | None, _Reader]] = {
    "request": {"9011": _request_answer, "9012": _result},
    "notice": {"9013": _plain_answer},
    "upload": {"9014": _plain_answer},
    "answer": {},
}


def _meaning(event: str, code: str) -> str:
    if event in ("accepted", "refused"):
        return commands.meaning(commands.QN_RETURNS, code)
    if event in ("executed", "not executed"):
        return commands.meaning(commands.EXE_RETURNS, code)
    return ""


def _same_qn(request: Packet, packet: Packet) -> bool:
    if request.qn is None:
        # an upload of 2005 without QN: its 9014 names the command at least
        return packet.fields.get("CN") == request.cn
    # 2005 repeats the request's QN inside the CP of its answers
    return request.qn in (packet.qn, packet.fields.get("QN"))


def _belongs(request: Packet, packet: Packet) -> bool:
    """Whether an upload was made because of the request.

    Since 2017 it has a QN of its own, in 2005 often none: number, MN and the period asked for
    decide, since the logger's regular uploads of the same number go on meanwhile.
    """
    if packet.cn != request.cn or packet.mn not in (request.mn, None):
        return False
    if _same_qn(request, packet):
        return True
    begin, end = request.fields.get("BeginTime"), request.fields.get("EndTime")
    moment = packet.fields.get("DataTime")
    if begin is None or end is None or moment is None:
        return True
    return begin <= moment <= end


def _streams(request: Packet) -> bool:
    # annex C 4 and 5 of 2005 show no 9012: data come until a 2012 or 2022 stops them
    return request.edition == "2005" and request.cn in ("2011", "2021")


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a prescribed sequence, to be built by ``build.request``."""

    cn: str
    fields: tuple[tuple[str, str], ...]
    clause: str


def first_contact(
    edition: str,
    *,
    system_time: str,
    over_time: int = 10,
    re_count: int = 3,
    realtime_interval: int = 30,
    minute_interval: int = 10,
    realtime: bool = True,
    status: bool = True,
) -> tuple[Step, ...]:
    """The settings that a centre makes at a logger's first connection (HJ 212-2017 6.7).

    Only a proposal: nothing here is sent. Empty for 2005, which prescribes none.

    >>> [step.cn for step in first_contact("2017", system_time="20160801085857", status=False)]
    ['1012', '1000', '1062', '1064', '2011', '2022']
    """
    if edition == "2005":
        return ()
    steps: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
        ("1012", (("SystemTime", system_time),)),
        ("1000", (("OverTime", str(over_time)), ("ReCount", str(re_count)))),
        ("1062", (("RtdInterval", str(realtime_interval)),)),
        ("1064", (("MinInterval", str(minute_interval)),)),
        ("2011" if realtime else "2012", ()),
        ("2021" if status else "2022", ()),
    )
    return tuple(
        Step(cn, fields, f"HJ 212-2017 6.7 {number})")
        for number, (cn, fields) in enumerate(steps, start=1)
    )
