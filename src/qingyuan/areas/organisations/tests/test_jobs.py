"""Of two workers one does the job; a failure is logged and tried again."""

import os
import socket
import subprocess
import sys

import pytest

from qingyuan.areas.organisations.jobs import Periodic, claim, run_due
from qingyuan.areas.organisations.models import Job, JobRun

pytestmark = pytest.mark.django_db


def test_a_job_is_claimed_once_until_it_is_due_again():
    job = Periodic("tidy", 60, lambda: "done")
    assert claim(job, "a", 1000)
    assert not claim(job, "b", 1001)
    Job.objects.update(claimed_until=0)
    assert not claim(job, "b", 1059)
    assert claim(job, "b", 1060)


def test_a_dead_workers_claim_ends():
    job = Periodic("tidy", 60, lambda: "done")
    assert claim(job, "a", 1000)
    assert not claim(job, "b", 1000 + 3599)
    assert claim(job, "b", 1000 + 3600)


def test_a_worker_that_was_killed_on_this_machine_is_replaced_after_a_minute():
    with subprocess.Popen([sys.executable, "-c", ""]) as died:
        died.wait()
    host = socket.gethostname()[:48]
    job = Periodic("plan", 6 * 3600, lambda: "planned")
    assert claim(job, f"{host}:{died.pid}", 1000)
    assert run_due((job,), now=1001) == []
    assert [run.result for run in run_due((job,), now=1061)] == ["planned"]
    for alive in (f"{host}:{os.getppid()}", f"elsewhere:{died.pid}"):
        Job.objects.all().delete()
        assert claim(job, alive, 1000)
        assert run_due((job,), now=1061) == run_due((job,), now=1122) == []


def test_a_failing_job_is_logged_and_does_not_stop_the_others():
    def fail() -> str:
        raise ValueError("no room")

    runs = run_due((Periodic("fails", 3600, fail), Periodic("tidy", 60, lambda: "2 rows"),
                    Periodic("idle", 60, lambda: "")), now=1000)
    assert [(run.name, run.ok) for run in runs] == [
        ("fails", False), ("tidy", True), ("idle", True)]
    assert list(JobRun.objects.order_by("name").values_list("name", "ok")) == [
        ("fails", False), ("tidy", True)]
    assert "no room" in JobRun.objects.get(name="fails").result
    assert Job.objects.get(name="fails").due_at == 1060


def test_a_long_job_that_fails_is_not_tried_again_at_once(monkeypatch):
    clock = iter((0.0, 300.0, 300.0))
    monkeypatch.setattr("qingyuan.areas.organisations.jobs.time.monotonic", lambda: next(clock))

    def fail() -> str:
        raise ValueError("one unit's data")

    run_due((Periodic("plan", 6 * 3600, fail),), now=1000)
    assert Job.objects.get().due_at == 1000 + 300 + 3000
