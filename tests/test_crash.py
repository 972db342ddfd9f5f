"""Kill -9 of gateway and intake at random moments under load: what was acknowledged is stored once.

``QINGYUAN_CRASH_KILLS`` sets the number of kills (3 by default, 20 in ``make crash``).
"""

import os
import random
import signal
import socket
import sqlite3
import threading
import time

import pytest

from qingyuan.cli.load import GAS, fleet
from qingyuan.hj212.crc import crc16
from qingyuan.kernel.clock import qn, stamp

KILLS = int(os.environ.get("QINGYUAN_CRASH_KILLS", "3"))
SEED = int(os.environ.get("QINGYUAN_CRASH_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
STATIONS = 24
START = 1_763_913_600  # 2025-11-24T00:00:00+08:00
FIRST_QN_MS = 1_795_449_600_000


class Logger(threading.Thread):
    """A data logger: next packet after the answer, the same bytes again after a broken link."""

    def __init__(self, product, number: int, mn: str, password: str) -> None:
        super().__init__(daemon=True)
        self.product, self.number, self.mn, self.password = product, number, mn, password
        self.acknowledged: list[tuple[str, int]] = []  # QN, epoch second of DataTime
        self.resent = 0
        self.finish = threading.Event()

    def run(self) -> None:
        turn, link = 0, None
        while not self.finish.is_set():
            name, at, packet = self.packet(turn)
            try:
                if link is None:
                    address = ("127.0.0.1", self.product.gateway_port)
                    link = socket.create_connection(address, timeout=10)
                link.sendall(packet)
                answered = self.answer(link, name)
            except OSError:
                answered = False
            if answered:
                self.acknowledged.append((name, at))
                turn += 1
                continue
            self.resent += 1
            if link is not None:
                link.close()
            link = None
            time.sleep(0.05)
        if link is not None:
            link.close()

    def packet(self, turn: int) -> tuple[str, int, bytes]:
        name, at = qn(FIRST_QN_MS + turn), START + 60 * turn
        values = ";".join(f"{code}-Avg={turn % 997}.{n},{code}-Flag=N"
                          for n, code in enumerate(GAS))
        segment = (f"QN={name};ST=31;CN=2051;PW={self.password};MN={self.mn};Flag=5;"
                   f"CP=&&DataTime={stamp(at)};{values}&&").encode()
        return name, at, b"##%04d%s%04X\r\n" % (len(segment), segment, crc16(segment))

    def answer(self, link: socket.socket, name: str) -> bool:
        got = b""
        while b"\r\n" not in got:
            piece = link.recv(4096)
            if not piece:
                return False
            got += piece
        assert f"QN={name}".encode() in got
        return True


@pytest.mark.crash
@pytest.mark.timeout(60 + 20 * KILLS)
def test_acknowledged_means_stored_once(product):
    product.run("bench", "register", "--stations", str(STATIONS), "--data", str(product.data))
    started = {"gateway": gateway, "intake": intake}
    running = {name: start(product) for name, start in started.items()}
    product.wait_for(lambda: listens(product), "the gateway to listen", running["gateway"])
    loggers = [Logger(product, i, *pair) for i, pair in enumerate(fleet(STATIONS))]
    for logger in loggers:
        logger.start()
    dice = random.Random(SEED)
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.3, 2.0))
        name = dice.choice(["gateway", "intake"])
        running[name].send_signal(signal.SIGKILL)
        running[name].wait(10)
        time.sleep(dice.uniform(0.0, 0.5))
        running[name] = started[name](product)
    time.sleep(1.0)
    product.wait_for(lambda: listens(product), "the gateway to be back", running["gateway"])
    for logger in loggers:
        logger.finish.set()
    for logger in loggers:
        logger.join(30)
    acknowledged = {(each.mn, name, at) for each in loggers for name, at in each.acknowledged}
    assert len(acknowledged) > STATIONS * KILLS, f"hardly any load (seed {SEED})"

    kept = frames(product)
    product.wait_for(lambda: position(product) >= len(kept), "intake to catch up", seconds=120)
    names = [key for key, _seq in kept]
    missing = {(mn, name) for mn, name, _at in acknowledged} - set(names)
    assert not missing, f"acknowledged but not kept (seed {SEED}): {sorted(missing)[:3]}"
    assert len(names) == len(set(names)), f"a packet was kept twice (seed {SEED})"
    rows = readings(product)
    lost = {(mn, at) for mn, _name, at in acknowledged} - set(rows)
    assert not lost, f"acknowledged but not stored (seed {SEED}): {sorted(lost)[:3]}"
    assert len(rows) == len(set(rows)), f"a reading was stored twice (seed {SEED})"
    assert len(rows) == len(kept), f"readings and frames differ (seed {SEED})"
    product.run("spool", "verify", "--data", str(product.data))


def gateway(product):
    return product.start("gateway", "--data", str(product.data), "--host", "127.0.0.1",
                         "--port", str(product.gateway_port),
                         "--metrics-port", str(product.metrics_port))


def intake(product):
    return product.start("intake", "--data", str(product.data))


def listens(product) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", product.gateway_port)) == 0


def frames(product) -> list[tuple[tuple[str, str], int]]:
    """(MN, QN) and sequence of every frame, through the spool's own reader."""
    from qingyuan.spool import SpoolReader

    reader, found, seq = SpoolReader(product.data / "spool"), [], 0
    while batch := reader.after(seq, 5000):
        seq = batch[-1].seq
        found += [((f.mn, f.raw[9:26].decode()), f.seq) for f in batch]
    reader.close()
    return found


def position(product) -> int:
    return ask(product, "SELECT coalesce(max(seq), 0) FROM telemetry_position")[0][0]


def readings(product) -> list[tuple[str, int]]:
    return ask(product, "SELECT l.mn, r.time FROM telemetry_minutereading r"
                        " JOIN assets_loggerassignment a ON a.point_id = r.point_id"
                        " JOIN assets_datalogger l ON l.id = a.logger_id")


def ask(product, query: str) -> list[tuple]:
    database = sqlite3.connect(f"file:{product.data / 'qingyuan.sqlite'}?mode=ro", uri=True,
                               timeout=30)
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()
