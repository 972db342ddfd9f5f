"""A load of 12-factor minute packets that costs little itself: raw epoll, packets made by splicing.

``python -m qingyuan.cli.load HOST:PORT --stations 200`` or :func:`run_load`. The far side needs the
stations of :func:`fleet` in its registry, otherwise it keeps the packets as of unknown origin.
"""

import argparse
import gc
import json
import multiprocessing
import resource
import select
import socket
import sys
import time
from array import array
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from qingyuan.hj212.crc import crc16
from qingyuan.kernel.clock import qn, stamp

Station = tuple[str, str]  # MN, password
# The sum keeps 8 bits of state: of the 65,536 texts a load needs 256.
_PRINTED = [b"%04X\r\n" % crc for crc in range(65_536)]
GAS = ("a21026", "a21002", "a34013", "a19001", "a01011", "a01012", "a01013", "a01014", "a00000",
       "a21005", "a24087", "a21024")
_STEP_SECONDS = 60  # DataTime moves on by a minute a packet
_HISTORY_SECONDS = 30 * 86_400
_CONNECT_SECONDS = 30.0
_LAST_ANSWERS_SECONDS = 5.0


def fleet(count: int) -> list[Station]:
    """MN (24 characters) and password of ``count`` invented stations.

    >>> fleet(2)[1]
    ('010000A8900016F000000001', '123456')
    """
    return [(f"010000A8900016F0{number:08d}", "123456") for number in range(count)]


def run_load(
    host: str, port: int, stations: Sequence[Station], seconds: float, mode: str = "closed",
    interval_s: float = 30.0, processes: int = 1,
) -> dict[str, Any]:
    """Send for ``seconds``, a connection a station, and check each answer's QN.

    ``closed``: packet, answer, next. ``interval``: a packet every ``interval_s`` whatever comes
    back, the stations spread evenly. Latencies are in milliseconds, from send to answer.
    Raises OSError when a connection cannot be made.
    """
    if mode not in ("closed", "interval"):
        raise ValueError(f"mode is closed or interval, not {mode!r}")
    interval = interval_s if mode == "interval" else 0.0
    if processes == 1:
        return _summary([_work(host, port, stations, seconds, interval)])
    shares = [(host, port, stations[i::processes], seconds, interval) for i in range(processes)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        return _summary(pool.starmap(_work, shares))


@dataclass(slots=True)
class _Result:
    connections: int
    seconds: float
    sent: int
    cpu: float
    wrong: int = 0
    closed: int = 0
    latencies: "array[float]" = field(default_factory=lambda: array("f"))


@dataclass(slots=True)
class _Peer:
    """One station's connection and the packets it waits on: (QN, sent at)."""

    link: socket.socket
    parts: tuple[bytes, bytes, bytes]
    crc: int
    turn: int = 0
    waiting: "deque[tuple[bytes, float]]" = field(default_factory=deque)
    rest: bytes = b""


class _Turns:
    """QN, DataTime and what they change in the CRC, one entry a packet number.

    The CRC is linear over XOR: for packets of one length the change is the same for all stations.
    """

    def __init__(self, parts: tuple[bytes, bytes, bytes]) -> None:
        self._parts = parts
        self._start = int(time.time()) // 60 * 60
        self._known: list[tuple[bytes, bytes, int]] = []
        self.base = self._text(0)[2]

    def __getitem__(self, turn: int) -> tuple[bytes, bytes, int]:
        while len(self._known) <= turn:
            stamped, data_time, crc = self._text(len(self._known))
            self._known.append((stamped, data_time, crc ^ self.base))
        return self._known[turn]

    def _text(self, turn: int) -> tuple[bytes, bytes, int]:
        stamped = qn(self._start * 1000 + turn).encode()
        data_time = stamp(self._start - _HISTORY_SECONDS + turn * _STEP_SECONDS).encode()
        before, between, after = self._parts
        return stamped, data_time, crc16((before + stamped + between + data_time + after)[6:])


def _parts(mn: str, password: str) -> tuple[bytes, bytes, bytes]:
    """What stands before the QN, between QN and DataTime, and from there to the CRC."""
    values = ";".join(
        f"{factor}-Min=1{n:02d}.21,{factor}-Avg=1{n:02d}.43,{factor}-Max=1{n:02d}.87,"
        f"{factor}-Flag=N" for n, factor in enumerate(GAS)
    )
    between = f";ST=31;CN=2051;PW={password};MN={mn};Flag=5;CP=&&DataTime="
    after = f";{values}&&"
    length = len("QN=") + 17 + len(between) + 14 + len(after)
    return f"##{length:04d}QN=".encode(), between.encode(), after.encode()


def _work(
    host: str, port: int, stations: Sequence[Station], seconds: float, interval: float
) -> _Result:
    _raise_open_files()
    every = [_parts(*station) for station in stations]
    if len({tuple(map(len, parts)) for parts in every}) != 1:
        raise ValueError("stations of one load must have MNs of one length and passwords too")
    turns = _Turns(every[0])
    first, data_time, _ = turns[0]
    peers: dict[int, _Peer] = {}
    poll = select.epoll()
    for before, between, after in every:
        link = socket.create_connection((host, port), timeout=_CONNECT_SECONDS)
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.setblocking(False)
        crc = crc16((before + first + between + data_time + after)[6:])
        peers[link.fileno()] = _Peer(link, (before, between, after), crc)
        poll.register(link.fileno(), select.EPOLLIN)
    gc.disable()  # nothing here is cyclic, and a pause would be counted as the gateway's
    cpu = time.process_time()
    result = _Run(poll, peers, turns, seconds, interval).go()
    result.cpu = time.process_time() - cpu
    for peer in peers.values():
        peer.link.close()
    poll.close()
    return result


class _Run:
    """The loop itself."""

    def __init__(
        self, poll: select.epoll, peers: dict[int, _Peer], turns: _Turns, seconds: float,
        interval: float,
    ) -> None:
        self._poll, self._peers, self._turns = poll, peers, turns
        self._seconds, self._interval = seconds, interval
        self._result = _Result(len(peers), seconds, 0, 0.0)

    def go(self) -> _Result:
        begun = time.perf_counter()
        self._end = begun + self._seconds
        if self._interval:
            self._by_the_clock(begun)
        else:
            for peer in list(self._peers.values()):
                self._send(peer)
            while time.perf_counter() < self._end:
                self._answers(0.2, again=True)
        self._result.seconds = time.perf_counter() - begun
        patience = time.perf_counter() + _LAST_ANSWERS_SECONDS
        while time.perf_counter() < patience and any(p.waiting for p in self._peers.values()):
            self._answers(0.05, again=False)
        return self._result

    def _by_the_clock(self, begun: float) -> None:
        gap = self._interval / len(self._peers)
        due = deque((begun + n * gap, p) for n, p in enumerate(self._peers.values()))
        while (now := time.perf_counter()) < self._end:
            while due[0][0] <= now:
                moment, peer = due.popleft()
                if peer.link.fileno() >= 0:
                    self._send(peer)
                due.append((moment + self._interval, peer))
            self._answers(max(0.0, min(due[0][0] - time.perf_counter(), 0.2)), again=False)

    def _send(self, peer: _Peer) -> None:
        stamped, data_time, change = self._turns[peer.turn]
        before, between, after = peer.parts
        peer.turn += 1
        packet = b"".join(
            (before, stamped, between, data_time, after, _PRINTED[peer.crc ^ change])
        )
        peer.waiting.append((stamped, time.perf_counter()))
        try:
            whole = peer.link.send(packet) == len(packet)
        except OSError:
            whole = False
        if whole:
            self._result.sent += 1
        else:
            self._drop(peer)

    def _answers(self, patience: float, *, again: bool) -> None:
        result = self._result
        for number, _ in self._poll.poll(patience, 1024):
            peer = self._peers[number]
            try:
                data = peer.link.recv(4096)
            except BlockingIOError:
                continue
            except OSError:
                data = b""
            if not data:
                self._drop(peer)
                continue
            now = time.perf_counter()
            if not peer.rest and data.find(b"\r\n") == len(data) - 2:
                answers = [data]  # one whole answer, as nearly always
            else:
                *answers, peer.rest = (peer.rest + data).split(b"\r\n")
            for answer in answers:
                stamped, sent_at = peer.waiting.popleft() if peer.waiting else (b"-", now)
                if answer[9:26] == stamped and b";CN=9014;" in answer:
                    result.latencies.append((now - sent_at) * 1000)
                else:
                    result.wrong += 1
            if again and not peer.waiting:
                self._send(peer)

    def _drop(self, peer: _Peer) -> None:
        self._result.closed += 1
        peer.waiting.clear()
        self._poll.unregister(peer.link.fileno())
        peer.link.close()


def _summary(results: Sequence[_Result]) -> dict[str, Any]:
    latencies = sorted(value for result in results for value in result.latencies)
    count, seconds = len(latencies), max(result.seconds for result in results)
    sent = sum(result.sent for result in results)
    return {
        "connections": sum(result.connections for result in results),
        "seconds": round(seconds, 2),
        "sent": sent,
        "acknowledged": count,
        "acknowledged_per_s": round(count / seconds),
        "p50_ms": round(latencies[count // 2], 2) if count else None,
        "p99_ms": round(latencies[count * 99 // 100], 2) if count else None,
        "max_ms": round(latencies[-1], 2) if count else None,
        "wrong": sum(result.wrong for result in results),
        "closed": sum(result.closed for result in results),
        "load_cpu_us_per_packet": round(
            sum(result.cpu for result in results) / max(sent, 1) * 1e6, 2
        ),
    }


def _raise_open_files() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main(argv: Sequence[str] | None = None) -> int:
    """Run a load and print its result as JSON."""
    parser = argparse.ArgumentParser(prog="python -m qingyuan.cli.load", description=__doc__)
    parser.add_argument("target", metavar="HOST:PORT")
    parser.add_argument("--stations", type=int, default=200, metavar="N")
    parser.add_argument("--seconds", type=float, default=10.0, metavar="S")
    parser.add_argument("--interval", type=float, default=0.0, metavar="S",
                        help="seconds between a station's packets; without it a closed loop")
    parser.add_argument("--processes", type=int, default=1, metavar="N")
    options = parser.parse_args(argv)
    host, _, port = options.target.rpartition(":")
    mode = "interval" if options.interval else "closed"
    print(json.dumps(run_load(
        host, int(port), fleet(options.stations), options.seconds, mode, options.interval,
        options.processes,
    )))
    return 0


if __name__ == "__main__":
    sys.exit(main())
