"""``qingyuan hj212 send`` and ``replay``: the packets of a file over TCP, as a station would."""

import argparse
import select
import socket
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import orjson

from qingyuan import hj212
from qingyuan.cli import BadInput
from qingyuan.cli.hj212_lint import read_file
from qingyuan.cli.hj212_pace import schedule
from qingyuan.hj212.answers import kind_of
from qingyuan.hj212.conversation import Conversation, Ended, Send
from qingyuan.kernel.clock import CST

_RECEIVE = 1 << 16
_LONGEST_WAIT = 86_400.0  # seconds; beyond some weeks select and sleep refuse
_SLOWEST = 0.0001  # packets a second, and times real time
_MOST_RESENDS = 1000


class Link:
    """One TCP connection to a centre; what comes back is read as packets."""

    def __init__(self, address: str, patience: float) -> None:
        host, port = _host_port(address)
        try:
            self._socket = socket.create_connection((host, port), timeout=max(patience, 1.0))
        except OSError as error:
            reason = error.strerror or str(error) or "no answer"
            raise BadInput(
                f"cannot reach {address}: {reason}; is a gateway listening there?"
            ) from None
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._incoming = hj212.Connection()
        self.open = True

    def send(self, data: bytes) -> None:
        """Write all of it; a broken link closes, it does not raise."""
        try:
            self._socket.sendall(data)
        except OSError:
            self.open = False

    def packets(self, until: float) -> Iterator[hj212.Packet]:
        """Packets that arrive before the monotonic moment ``until``; at least one look is taken."""
        while self.open:
            yield from self._decoded()
            left = max(until - time.monotonic(), 0.0)
            if not select.select([self._socket], [], [], left)[0]:
                return
            self._read()

    def close(self) -> None:
        self._socket.close()

    def _decoded(self) -> Iterator[hj212.Packet]:
        while (event := self._incoming.next_event()) is not hj212.NEED_DATA:
            if isinstance(event, hj212.PacketReceived):
                yield event.packet

    def _read(self) -> None:
        try:
            data = self._socket.recv(_RECEIVE)
        except OSError:
            data = b""
        self.open = bool(data)
        self._incoming.receive_data(data)


def _host_port(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise BadInput(f"{address!r} is not HOST:PORT, such as 127.0.0.1:9212")
    return host.strip("[]"), int(port)


def run_send(argv: list[str]) -> int:
    """Send the frames of a file one after the other, waiting for each acknowledgement asked for.

    One JSON line a packet: ``qn``, ``cn``, ``mn``, ``sent`` (China time), ``acked`` (null when
    none was asked for), ``answer`` (the CN that came), ``ms``. 0, or BadInput.
    """
    parser = _parser("send", "send the frames of a file, wait for the acknowledgements")
    parser.add_argument("--rate", type=_rate, metavar="N", help="at most N packets a second")
    parser.add_argument("--wait", type=_seconds, default=10.0, metavar="S",
                        help="seconds to wait for an acknowledgement, default 10")  # fmt: skip
    parser.add_argument("--resends", type=_resends, default=0, metavar="N",
                        help="send again N times without one, default 0")  # fmt: skip
    parser.add_argument("--all", action="store_true", help="send bad stretches too")
    options = parser.parse_args(argv)
    subjects = [*_to_send(options.file, options.sm4_key, bad_too=options.all)]
    link = Link(options.address, options.wait)
    next_at = time.monotonic()
    try:
        for number, subject in enumerate(subjects):
            if not link.open:
                raise BadInput(f"the other side closed the link after {number} packets")
            time.sleep(max(next_at - time.monotonic(), 0.0))
            next_at = time.monotonic() + (1 / options.rate if options.rate else 0.0)
            _print(_send_one(link, subject, options.wait, options.resends))
    finally:
        link.close()
    return 0


def _to_send(
    name: str, key: str | None, *, bad_too: bool
) -> Iterator[hj212.Packet | hj212.BadFrame]:
    for subject in read_file(name, key):
        if bad_too or isinstance(subject, hj212.Packet):
            yield subject
        else:
            print(f"left out at {subject.offset}: {subject.error}: {subject.detail}",
                  file=sys.stderr)  # fmt: skip


def _send_one(
    link: Link, subject: hj212.Packet | hj212.BadFrame, wait: float, resends: int
) -> dict[str, object]:
    sent, begun = datetime.now(UTC), time.monotonic()
    row: dict[str, object] = {"qn": None, "cn": None, "mn": None}
    row["sent"] = sent.astimezone(CST).isoformat(timespec="milliseconds")
    row |= {"acked": None, "answer": None}
    if isinstance(subject, hj212.BadFrame):
        link.send(subject.raw)
    else:
        row |= {"qn": subject.qn, "cn": subject.cn, "mn": subject.mn}
        if subject.ack:
            row["acked"], row["answer"] = _converse(link, subject, wait, resends)
        else:
            link.send(subject.raw)
    row["ms"] = round((time.monotonic() - begun) * 1000, 3)
    return row


def _converse(
    link: Link, packet: hj212.Packet, wait: float, resends: int
) -> tuple[bool, str | None]:
    conversation = Conversation(packet, wait, resends, kind=kind_of(packet))
    while conversation.outcome is None:
        for effect in conversation.tick(time.monotonic()):
            if isinstance(effect, Send):
                link.send(effect.data)
        for answer in link.packets(time.monotonic() + wait):
            ends = conversation.receive(answer, time.monotonic())
            if any(isinstance(effect, Ended) for effect in ends):
                return conversation.state == "done", answer.cn
        if not link.open:
            conversation.lost()
    return False, None


def _print(row: dict[str, object]) -> None:
    sys.stdout.write(orjson.dumps(row).decode() + "\n")
    sys.stdout.flush()


def run_replay(argv: list[str]) -> int:
    """Send the frames of a file in the rhythm in which they once came.

    Prints one JSON line at the end: ``packets``, ``asked`` (acknowledgements asked for),
    ``acked``, ``seconds``. 0, or BadInput.
    """
    parser = _parser("replay", "send the frames of a file at the pace of their QN or DataTime")
    parser.add_argument("--speed", default="1", metavar="X", help="times as fast, or max")
    parser.add_argument("--shift-time", action="store_true",
                        help="move QN and DataTime up to now")  # fmt: skip
    parser.add_argument("--wait", type=_seconds, default=10.0, metavar="S",
                        help="seconds to wait for the last answers, default 10")  # fmt: skip
    options = parser.parse_args(argv)
    packets = [
        subject
        for subject in _to_send(options.file, options.sm4_key, bad_too=False)
        if isinstance(subject, hj212.Packet)
    ]
    plan = schedule(
        packets, _speed(options.speed), now=time.time() if options.shift_time else None,
        sm4_key=options.sm4_key,
    )  # fmt: skip
    link = Link(options.address, options.wait)
    try:
        _print(_replay(link, plan, options.wait))
    finally:
        link.close()
    return 0


def _replay(
    link: Link, plan: list[tuple[float, hj212.Packet]], wait: float
) -> dict[str, object]:
    begun = time.monotonic()
    waiting: list[Conversation] = []
    acked = asked = 0
    for number, (seconds, packet) in enumerate(plan):
        acked += _collect(link, waiting, begun + seconds)
        if not link.open:
            raise BadInput(f"the other side closed the link after {number} packets")
        if packet.ack:
            asked += 1
            waiting.append(Conversation(packet, wait, 0, kind=kind_of(packet)))
            waiting[-1].tick(time.monotonic())
        link.send(packet.raw)
    deadline = time.monotonic() + wait
    while waiting and link.open and time.monotonic() < deadline:
        acked += _collect(link, waiting, min(deadline, time.monotonic() + 0.2))
    seconds = round(time.monotonic() - begun, 3)
    return {"packets": len(plan), "asked": asked, "acked": acked, "seconds": seconds}


def _collect(link: Link, waiting: list[Conversation], until: float) -> int:
    acked = 0
    for answer in link.packets(until):
        for index, conversation in enumerate(waiting):
            if conversation.receive(answer, time.monotonic()) and conversation.outcome:
                acked += conversation.state == "done"
                del waiting[index]
                break
    return acked


def _speed(text: str) -> float:
    return float("inf") if text == "max" else _within(text, "--speed", _SLOWEST, float("inf"))


def _seconds(text: str) -> float:
    return _within(text, "--wait", 0.0, _LONGEST_WAIT)


def _rate(text: str) -> float:
    return _within(text, "--rate", _SLOWEST, float("inf"))


def _resends(text: str) -> int:
    return int(_within(text, "--resends", 0, _MOST_RESENDS))


def _within(text: str, option: str, least: float, most: float) -> float:
    """The number, BadInput for any other text; "nan" lies within no bounds."""
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        bounds = f"from {least:g}" if most == float("inf") else f"from {least:g} to {most:g}"
        raise BadInput(f"{option} {text}: give a number {bounds}"
                       f"{', or max' if option == '--speed' else ''}")  # fmt: skip
    return number


def _parser(verb: str, purpose: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"qingyuan hj212 {verb}", description=purpose)
    parser.add_argument("address", metavar="HOST:PORT", help="where the centre listens")
    parser.add_argument("file", nargs="?", default="-", help="a file, or - for standard input")
    parser.add_argument("--sm4-key", metavar="HEX", help="key of encrypted packets")
    return parser
