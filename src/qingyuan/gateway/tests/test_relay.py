"""Forwarding to a further address: in order, remembered over outages and restarts."""

import socket
import threading

import pytest

from qingyuan import hj212
from qingyuan.gateway import relay
from qingyuan.spool.registry import Station

MN, OTHER = "010000A8900016F000169DC0", "010000A8900016F000169DC1"


class FarPlatform:
    """The further address: reads frames, and acknowledges unless told not to."""

    def __init__(self, port: int = 0, *, answers: bool = True) -> None:
        self._server = socket.create_server(("127.0.0.1", port))
        self.port = self._server.getsockname()[1]
        self.answers = answers
        self.received: list[bytes] = []
        self._links: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        if self._server.fileno() < 0:
            return
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for link in list(self._links):
            link.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        while True:
            try:
                link, _ = self._server.accept()
            except OSError:
                return  # closed by the test
            self._links.append(link)
            self._threads.append(threading.Thread(target=self._serve, args=(link,)))
            self._threads[-1].start()

    def _serve(self, link: socket.socket) -> None:
        connection = hj212.Connection()
        with link:
            while data := link.recv(65536):
                connection.receive_data(data)
                while isinstance(event := connection.next_event(), hj212.PacketReceived):
                    self.received.append(event.packet.raw)
                    if self.answers:
                        link.sendall(hj212.frame(
                            f"QN={event.packet.qn};ST=91;CN=9014;PW=123456;"
                            f"MN={event.packet.mn};Flag=4;CP=&&&&".encode()
                        ))
            self._links.remove(link)


@pytest.fixture
def far():
    """Opens far platforms; all are closed at the end."""
    opened = []

    def open_one(port: int = 0, **more) -> FarPlatform:
        opened.append(FarPlatform(port, **more))
        return opened[-1]

    yield open_one
    for platform in opened:
        platform.close()


@pytest.fixture
def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(relay, "_BACKOFF", (0.1,))
    monkeypatch.setattr(relay, "PATIENCE", 0.5)


def relaying(house, port: int, required: bool = False) -> None:
    target = (f"127.0.0.1:{port}",)
    house.register(
        Station(MN, "123456", relays=target, relay_required=required), Station(OTHER, "123456")
    )


def test_frames_go_on_in_order_and_the_far_acknowledgements_are_kept(
    house, minute, far, eventually
):
    platform = far()
    relaying(house, platform.port)
    with house.running():
        logger = house.logger()
        for number in range(20):
            logger.ask(minute(number))
        eventually(lambda: house.verdicts().count("relay") == 20)
        (leg,) = house.links()["relays"]
        target = f"127.0.0.1:{platform.port}"
        counted = house.metric(
            f'relayed_total{{target="{target}",outcome="acknowledged"}}'
        )
    assert platform.received == [minute(n) for n in range(20)]
    assert (leg["mn"], leg["target"], leg["connected"], leg["lag"]) == (MN, target, True, 0)
    assert counted == 20
    facts = [f for f in house.frames() if f.verdict == "relay"]
    assert {f.peer for f in facts} == {f"relay {target}"}
    assert {f.mn for f in facts} == {MN}
    assert b"QN=20160801085000000;ST=91;CN=9014" in facts[0].raw


def test_only_the_stations_own_sound_frames_go_on(house, minute, far, eventually):
    platform = far()
    relaying(house, platform.port)
    with house.running():
        logger = house.logger()
        logger.ask(minute(1, mn=OTHER))
        logger.ask(minute(2, pw="000000"))
        logger.ask(b"noise" + minute(3))
        logger.ask(minute(3))
        logger.ask(minute(4))
        eventually(lambda: len(platform.received) == 2)
    assert platform.received == [minute(3), minute(4)]


def test_the_logger_is_answered_while_the_far_side_is_away_and_nothing_is_lost(
    house, minute, far, closed_port, eventually
):
    relaying(house, closed_port)
    with house.running():
        logger = house.logger()
        answers = [logger.ask(minute(n)) for n in range(30)]
        assert house.metric(f'relay_lag_frames{{target="127.0.0.1:{closed_port}"}}') == 30
        platform = far(closed_port)
        eventually(lambda: len(platform.received) == 30)
    assert all(b";CN=9014;" in answer for answer in answers)
    assert platform.received == [minute(n) for n in range(30)]


def test_a_restart_goes_on_where_the_relay_stood(house, minute, far, closed_port, eventually):
    relaying(house, closed_port)
    first = far(closed_port)
    with house.running():
        logger = house.logger()
        for number in range(5):
            logger.ask(minute(number))
        eventually(lambda: len(first.received) == 5)
        eventually(lambda: house.links()["relays"][0]["lag"] == 0)
        first.close()
        for number in range(5, 12):
            logger.ask(minute(number))
    second = far(closed_port)
    with house.running():
        house.logger().ask(minute(12))
        eventually(lambda: len(second.received) == 8)
    assert second.received == [minute(n) for n in range(5, 13)]


def test_a_relay_that_fell_far_behind_reads_the_spool_again(
    house, minute, far, closed_port, eventually, monkeypatch
):
    monkeypatch.setattr("qingyuan.gateway.relay.PENDING", 10)
    monkeypatch.setattr("qingyuan.gateway.relays.PENDING", 10)
    relaying(house, closed_port)
    with house.running():
        logger = house.logger()
        for number in range(35):
            logger.ask(minute(number))
        platform = far(closed_port)
        eventually(lambda: len(platform.received) >= 20)
        for number in range(35, 40):
            logger.ask(minute(number))
        eventually(lambda: len(platform.received) == 40)
    assert platform.received == [minute(n) for n in range(40)]


def test_a_far_side_that_never_acknowledges_does_not_hold_up_the_stream(
    house, minute, far, eventually
):
    platform = far(answers=False)
    relaying(house, platform.port)
    target = f"127.0.0.1:{platform.port}"
    with house.running():
        logger = house.logger()
        for number in range(3):
            logger.ask(minute(number))
        eventually(lambda: house.metric(
            f'relayed_total{{target="{target}",outcome="unanswered"}}') == 3)
    assert platform.received == [minute(0)] * 3 + [minute(1), minute(2)]


def test_a_required_relay_tries_until_it_is_acknowledged(house, minute, far, eventually):
    platform = far(answers=False)
    relaying(house, platform.port, required=True)
    with house.running():
        house.logger().ask(minute(1))
        eventually(lambda: len(platform.received) > 4)
        platform.answers = True
        eventually(lambda: house.links()["relays"][0]["lag"] == 0)
        position = house.links()["relays"][0]["position"]
    assert position == 1


def test_a_relay_added_and_taken_away_while_running(house, minute, far, eventually):
    platform = far()
    with house.running():
        logger = house.logger()
        logger.ask(minute(1))
        relaying(house, platform.port)
        eventually(lambda: len(house.links()["relays"]) == 1)
        logger.ask(minute(2))
        eventually(lambda: len(platform.received) == 1)
        house.register(Station(MN, "123456"))
        eventually(lambda: house.links()["relays"] == [])
        logger.ask(minute(3))
    assert platform.received == [minute(2)]
