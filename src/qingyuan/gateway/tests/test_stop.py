"""Start and stop of the process itself: clean, killed, in the way of another."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from qingyuan.spool import SpoolReader, verify


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def process(house):
    """Starts ``qingyuan gateway`` on the house's data directory; whatever still runs is killed."""
    started = []

    def start(port: int, *more: str) -> subprocess.Popen:
        words = [sys.executable, "-m", "qingyuan", "gateway", "--data", str(house.places.root),
                 "--host", "127.0.0.1", "--port", str(port), "--metrics-port", "0", *more]
        started.append(subprocess.Popen(words, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for each in started:
        each.kill()
        each.wait()
        each.stderr.close()


def connected(port: int) -> socket.socket:
    end = time.monotonic() + 15
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=10)
        except ConnectionRefusedError:
            assert time.monotonic() < end, "the gateway does not listen"
            time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_status_0_and_what_was_acknowledged_is_kept(
    house, process, minute, number
):
    port = free_port()
    gateway = process(port)
    link = connected(port)
    link.sendall(b"".join(minute(n) for n in range(50)))
    acknowledged = link.recv(64).startswith(b"##")
    gateway.send_signal(number)
    begun = time.monotonic()
    status = gateway.wait(10)
    received = b""
    while data := link.recv(65536):
        received += data
    link.close()
    assert acknowledged
    assert status == 0
    assert time.monotonic() - begun < 6
    assert len(house.frames()) >= received.count(b"\r\n")
    assert verify(house.places.spool).ok


@pytest.mark.crash
def test_what_was_acknowledged_before_kill_9_is_in_the_spool(house, process, minute):
    acknowledged: set[bytes] = set()
    for turn in range(3):
        port = free_port()
        gateway = process(port)
        link = connected(port)
        stream = b"".join(minute(turn * 20_000 + n) for n in range(20_000))
        sender = threading.Thread(target=_send, args=(link, stream))
        sender.start()
        threading.Timer(0.7, os.kill, (gateway.pid, signal.SIGKILL)).start()
        acknowledged |= _acknowledged(link)
        sender.join()
        link.close()
    kept = [frame.raw[9:26] for frame in _all_frames(house)]
    assert len(acknowledged) > 100
    assert acknowledged <= set(kept)
    assert len(kept) == len(set(kept))
    assert verify(house.places.spool).ok


def test_a_taken_port_is_named_and_ends_with_status_2(house, process):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        gateway = process(port)
        status = gateway.wait(15)
        said = gateway.stderr.read()
    assert status == 2
    assert f"127.0.0.1:{port}" in said
    assert "Traceback" not in said


def test_a_second_gateway_on_the_same_spool_ends_with_status_2(house, process):
    port = free_port()
    process(port)
    connected(port).close()
    second = process(free_port())
    status = second.wait(15)
    assert status == 2
    assert "another process" in second.stderr.read()


def test_without_django(house):
    code = ("import sys; from qingyuan.gateway import process; "
            "sys.exit(any(name.split('.')[0] == 'django' for name in sys.modules))")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _send(link: socket.socket, stream: bytes) -> None:
    try:
        link.sendall(stream)
    except OSError:
        return  # the gateway was killed, which is the point of the test


def _acknowledged(link: socket.socket) -> set[bytes]:
    received = b""
    try:
        while data := link.recv(65536):
            received += data
    except ConnectionError:
        received += b""
    return {line[9:26] for line in received.split(b"\r\n")[:-1]}


def _all_frames(house):
    reader, seq = SpoolReader(house.places.spool), 0
    while frames := reader.after(seq, 5000):
        yield from frames
        seq = frames[-1].seq
    reader.close()
