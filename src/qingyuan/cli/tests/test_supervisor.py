"""Several processes as one: what dies comes back, and nothing stops the gateway but itself."""

import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

RUNNER = """
import asyncio, sys
from qingyuan.cli.supervisor import Child, Supervisor
children = [Child(name, [sys.executable, "-u", "-c", code], once=once)
            for name, code, once in {children!r}]
sys.exit(asyncio.run(Supervisor(children).run()))
"""
STEADY = "import time; print('here'); time.sleep(600)"


@pytest.fixture
def start(tmp_path):
    """Start a supervisor over children given as (name, Python code, once); its log is a file."""
    running = []

    def begin(*children):
        log = tmp_path / "log"
        with log.open("wb") as out:
            code = textwrap.dedent(RUNNER.format(children=list(children)))
            process = subprocess.Popen([sys.executable, "-c", code], stdout=out, stderr=out)
        running.append(process)
        return process, log

    yield begin
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait(10)


def wait_for(log, text, count=1):
    end = time.monotonic() + 30
    while log.read_text().count(text) < count:
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)


def test_a_child_that_dies_is_started_again(start, tmp_path):
    marker = tmp_path / "once"
    dies_once = (f"import os, time; p = {str(marker)!r}; new = not os.path.exists(p); "
                 "open(p, 'w').close(); print('begun'); os._exit(3) if new else time.sleep(600)")
    process, log = start(("gateway", dies_once, False))
    wait_for(log, "begun", 2)
    assert "gateway │ ended with status 3; starting it again in 0.4 s" in log.read_text()
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_a_gateway_that_cannot_run_stops_everything(start):
    process, log = start(("gateway", "raise SystemExit(7)", False), ("web", STEADY, False))
    assert process.wait(60) == 1
    assert "gateway ended 5 times in a row" in log.read_text()


def test_siblings_that_die_again_and_again_leave_the_gateway_running(start):
    gateway = "import os, time; print('pid', os.getpid()); time.sleep(600)"
    process, log = start(("gateway", gateway, False), ("intake", "raise SystemExit(7)", False),
                         ("web", "raise SystemExit(1)", False))
    wait_for(log, "intake  │ ended with status 7", 5)
    wait_for(log, "web     │ ended with status 1", 5)
    assert process.poll() is None
    assert log.read_text().count("gateway │ pid") == 1
    assert alive(int(log.read_text().split("pid ")[1].split()[0]))
    assert [line.split("again in ")[1] for line in log.read_text().splitlines()
            if "intake  │ ended" in line]== ["0.4 s", "0.8 s", "1.6 s", "3.2 s", "6.4 s"]
    # A sibling that waits for its next start does not hold up the stop.
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert time.monotonic() - begun < 5


def test_what_cannot_be_started_at_all_is_given_up_at_once(start):
    dies = "raise SystemExit(4)"
    process, log = start(*[(name, dies, False) for name in ("gateway", "intake", "web")])
    assert process.wait(20) == 1
    assert "none of gateway, intake, web can be started" in log.read_text()


def test_a_job_may_end_by_itself(start):
    process, log = start(("web", STEADY, False), ("history", "print('filled')", True))
    wait_for(log, "history │ finished")
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0


def test_children_do_not_outlive_a_killed_supervisor(start):
    process, log = start(("web", "import os, time; print('pid', os.getpid()); time.sleep(600)",
                          False))
    wait_for(log, "pid ")
    child = int(log.read_text().split("pid ")[1].split()[0])
    process.kill()
    process.wait(10)
    end = time.monotonic() + 10
    while alive(child):
        assert time.monotonic() < end, "the child lives on"
        time.sleep(0.05)


def test_a_childs_own_time_stamp_is_not_shown_twice(start):
    process, log = start(("work", "print('2026-11-23 08:00:00 INFO sealed'); "
                          "import time; time.sleep(600)", False))
    wait_for(log, "sealed")
    assert "work │ sealed" in log.read_text()
    process.terminate()
    assert process.wait(20) == 0


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
