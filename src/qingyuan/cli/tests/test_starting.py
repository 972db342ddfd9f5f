"""What stops a start, or a command of the machine's keeper, ends at once with 2 and a sentence."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from qingyuan.cli import BadInput, main, up


@pytest.fixture
def environment():
    return {k: v for k, v in os.environ.items()
            if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "QINGYUAN_DATA")}


@pytest.fixture
def qingyuan(environment):
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "qingyuan", *words], env=environment,
                              text=True, capture_output=True, timeout=60, check=False)

    return run


@pytest.fixture
def busy():
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def free_ports(count):
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [str(one.getsockname()[1]) for one in held]
    for one in held:
        one.close()
    return ports


def options(data):
    http, gateway, metrics = free_ports(3)
    return ["--data", str(data), "--http-port", http, "--gateway-host", "127.0.0.1",
            "--gateway-port", gateway, "--metrics-port", metrics]


@pytest.mark.parametrize("verb", ["up", "demo"])
def test_a_second_up_on_the_same_directory_is_refused_at_once(qingyuan, tmp_path, verb):
    with (tmp_path / "up.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = qingyuan(verb, *options(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert str(tmp_path) in done.stderr
    assert "another qingyuan up or demo is running" in done.stderr


def test_a_running_up_holds_its_directory_and_gives_it_back(environment, tmp_path):
    running = subprocess.Popen([sys.executable, "-m", "qingyuan", "up", *options(tmp_path)],
                               env=environment, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        # Its children run, so that it is not the start alone that holds the lock.
        wait_until(lambda: (tmp_path / "run" / "web.json").exists())
        with pytest.raises(BadInput, match="another qingyuan up"):
            up.claim(tmp_path)
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait(10)
    up.claim(tmp_path).close()


def wait_until(holds):
    end = time.monotonic() + 50
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_web_on_a_busy_port_says_so(qingyuan, tmp_path, busy):
    done = qingyuan("web", "--data", str(tmp_path), "--http-port", str(busy))
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{busy}" in done.stderr
    assert "--http-port" in done.stderr


@pytest.mark.parametrize("port", ["0", "-1", "65536", "99999", "x"])
def test_simulate_refuses_a_port_that_cannot_be(port, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["simulate", "--port", port, "--duration", "0.1"])
    assert ended.value.code == 2
    assert "--port" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "status", "said"), [
    (("nope",), 2, "there is no management command 'nope'"),
    (("migrate", "nowhere"), 2, "nowhere"),
    (("migrate", "nowhere", "--traceback"), 2, "nowhere"),
    (("check",), 0, "no issues"),
    (("help",), 0, "Available subcommands"),
    (("migrate", "--check"), 1, ""),
])
def test_manage_ends_with_2_for_bad_input_only(qingyuan, tmp_path, words, status, said):
    done = qingyuan("manage", "--data", str(tmp_path), *words)
    assert done.returncode == status, done.stderr
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_backfill_fills_registered_stations_of_the_fleet(qingyuan, tmp_path, settled):
    data = ["--data", str(settled(tmp_path))]
    fleet = ["simulate", "--stations", "3", "--seed", "7"]
    refused = qingyuan(*fleet, "--backfill", "2", *data)
    assert refused.returncode == 2
    assert "none of the 3 stations is registered" in refused.stderr
    row = qingyuan(*fleet, "--list").stdout.splitlines()[2].split()
    _number, mn, password, edition, kind = row[:5]
    added = qingyuan("station", "add", mn, "--password", password, "--kind", kind,
                     "--edition", edition, "--name", "示例排口", *data)
    assert added.returncode == 0, added.stderr
    first = qingyuan(*fleet, "--backfill", "2", *data)
    assert first.returncode == 0, first.stderr
    report = json.loads(first.stdout)
    assert (report["stations"], report["days"]) == (1, 2)
    assert report["readings"] > 24 * 6
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 8 * 3600 - 86400))
    shown = qingyuan("readings", mn, "--interval", "hour", "--from", f"{day}T00:00:00+08:00",
                     "--to", f"{day}T23:59:59+08:00", "--json", *data)
    assert len(json.loads(shown.stdout)["readings"]) == 24


@pytest.mark.parametrize("words", [("--backfill", "2"), ("--data", "x")])
def test_backfill_and_its_directory_go_together(words, capsys):
    assert main(["simulate", *words]) == 2
    assert "go together" in capsys.readouterr().err


@pytest.mark.parametrize("days", ["0", "-1", "9999999", "many"])
def test_days_of_a_backfill_have_bounds(days, tmp_path):
    with pytest.raises(SystemExit) as ended:
        main(["simulate", "--backfill", days, "--data", str(tmp_path)])
    assert ended.value.code == 2
