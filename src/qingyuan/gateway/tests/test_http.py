"""The page for machines, and the registry's reload as it shows there."""

import socket
import urllib.error

import pytest

from qingyuan.spool.registry import Station

MN, NEW = "010000A8900016F000169DC0", "010000A8900016F000169DC9"


def test_health_and_links(house, minute):
    with house.running():
        house.logger().ask(minute(1))
        health, (link,) = house.page("/healthz"), house.links()["links"]
    assert health == "ok\n"
    assert link["peer"].startswith("127.0.0.1:")
    assert (link["frames"], link["bad"], link["in_flight"], link["reading"]) == (1, 0, 0, True)
    (station,) = link["stations"]
    assert (station["mn"], station["verdict"], station["frames"]) == (MN, "", 1)


def test_metrics_are_prometheus_text(house, minute):
    with house.running():
        logger = house.logger()
        logger.ask(minute(1))
        logger.ask(minute(1)[:-6] + b"0000\r\n" + minute(2))
        page = house.page("/metrics")
    lines = [line for line in page.splitlines() if not line.startswith("#")]
    samples = {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}
    assert samples['qingyuan_gateway_frames_total{verdict="ok"}'] == 2
    assert samples['qingyuan_gateway_frames_total{verdict="crc"}'] == 1
    assert samples["qingyuan_gateway_answer_seconds_count"] == 2
    assert samples['qingyuan_gateway_commit_seconds_bucket{le="+Inf"}'] >= 2
    assert samples["qingyuan_gateway_links"] == 1
    named = {line.split(" ")[2] for line in page.splitlines() if line.startswith("# TYPE")}
    assert all(name.startswith("qingyuan_gateway_") for name in named)


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /nothing HTTP/1.1\r\n\r\n", b"404"),
        (b"POST /healthz HTTP/1.1\r\n\r\n", b"405"),
        (b"hello\r\n\r\n", b"400"),
        (b"HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"200"),
    ],
)
def test_odd_requests_have_plain_answers(house, request_, status):
    with (
        house.running() as gateway,
        socket.create_connection(("127.0.0.1", gateway.http_port), timeout=5) as link,
    ):
        link.sendall(request_)
        assert link.recv(4096).split(b" ")[1] == status


def test_an_endless_request_is_not_listened_to(house):
    with (
        house.running() as gateway,
        socket.create_connection(("127.0.0.1", gateway.http_port), timeout=5) as link,
    ):
        link.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000)
        try:
            said = link.recv(4096)
        except ConnectionResetError:
            said = b""
    assert said == b""


def test_a_rewritten_registry_is_in_force_within_seconds(house, minute, eventually):
    with house.running():
        logger = house.logger()
        logger.ask(minute(1, mn=NEW))
        house.register(Station(MN, "123456"), Station(NEW, "123456"))
        eventually(lambda: "qingyuan_gateway_stations 2" in house.page("/metrics")
                   and NEW in house.gateway.roster.stations)
        logger.ask(minute(2, mn=NEW))
    assert house.verdicts() == ["unknown", ""]


def test_a_broken_registry_leaves_the_one_before_in_force_and_is_seen(house, minute, eventually):
    with house.running():
        house.places.registry.write_text("{ broken")
        eventually(lambda: house.metric("registry_ok") == 0)
        assert b";CN=9014;" in house.logger().ask(minute(1))
        assert "no JSON" in house.links()["registry_error"]
        house.places.registry.unlink()
        eventually(lambda: "gone" in house.links()["registry_error"])
        house.logger().ask(minute(2))
        errors = house.metric("registry_errors_total")
    assert house.verdicts() == ["", ""]
    assert errors == 2


def test_before_the_first_registry_every_station_is_unknown(house, minute):
    house.places.registry.unlink()
    with house.running():
        assert b";CN=9014;" in house.logger().ask(minute(1))
    assert house.verdicts() == ["unknown"]


def test_a_page_that_does_not_exist_is_an_error_for_clients_too(house):
    with house.running(), pytest.raises(urllib.error.HTTPError, match="404"):
        house.page("/admin")
