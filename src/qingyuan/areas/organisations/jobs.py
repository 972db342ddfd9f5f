"""Periodic work: claimed by a conditional update, so that of two workers one does it."""

import os
import socket
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from .audit import seal
from .models import Job, JobRun

LEASE = 3600  # seconds after which a worker of another machine that died may be replaced
RETRY = 60
PATIENCE = 10  # what failed after an hour's work is not tried again every minute


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job: every so many seconds ``work`` runs and says what it did ("" for nothing)."""

    name: str
    every: int
    work: Callable[[], str]


def worker_name() -> str:
    return f"{socket.gethostname()[:48]}:{os.getpid()}"


def claim(job: Periodic, worker: str, now: int) -> bool:
    """Whether this worker has the job now; the row count of the update decides."""
    Job.objects.get_or_create(name=job.name)
    return Job.objects.filter(
        name=job.name, due_at__lte=now, claimed_until__lte=now
    ).update(due_at=now + job.every, claimed_until=now + LEASE, claimed_by=worker) == 1


def bury(worker: str, now: int) -> int:
    """Free the claims of workers of this machine that have died, to be tried again after a minute;
    how many. Of other machines nothing is known: there the lease has to run out."""
    freed = 0
    for row in Job.objects.filter(claimed_until__gt=now):
        if _gone(row.claimed_by, worker):
            freed += Job.objects.filter(
                name=row.name, claimed_by=row.claimed_by, claimed_until=row.claimed_until,
            ).update(claimed_until=0, due_at=min(row.due_at, now + RETRY))
    return freed


def _gone(claimed_by: str, worker: str) -> bool:
    """Whether whoever claimed works no more. A process does one job at a time: a claim in its own
    name, met while it looks for work, is of one before it that had the same number."""
    host, _colon, number = claimed_by.rpartition(":")
    if claimed_by == worker or host != worker.rpartition(":")[0] or not number.isdecimal():
        return claimed_by == worker
    try:
        os.kill(int(number), 0)  # asks only; sends nothing
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def run_due(jobs: tuple[Periodic, ...], *, now: float | None = None) -> list[JobRun]:
    """Run what is due and free. A job that fails is tried again after a minute, or ten
    times as long as it took, and is logged."""
    worker = worker_name()
    bury(worker, int(time.time() if now is None else now))
    runs = []
    for job in jobs:
        moment = int(time.time() if now is None else now)
        if claim(job, worker, moment):
            runs.append(_run(job, worker, moment))
    return runs


def _run(job: Periodic, worker: str, moment: int) -> JobRun:
    began = time.monotonic()
    run = JobRun(name=job.name, started_at=moment, ok=True)
    mine = Job.objects.filter(name=job.name, claimed_by=worker)
    try:
        run.result = job.work()
    except Exception:  # whatever a job raises, the others must go on; the log row says it
        run.ok, run.result = False, traceback.format_exc()[-4000:]
        took = time.monotonic() - began
        again = int(took) + max(RETRY, int(PATIENCE * took))
        mine.update(claimed_until=0, due_at=moment + min(again, job.every))
    else:
        mine.update(claimed_until=0)
    run.seconds = round(time.monotonic() - began, 3)
    if run.result:
        run.save()
    return run


def seal_audit() -> str:
    """Append the new audit lines to their chains."""
    sealed = seal()
    return f"{sealed} lines" if sealed else ""


def trim_runs(days: int = 90) -> str:
    """Drop log rows older than ``days``."""
    gone, _by = JobRun.objects.filter(started_at__lt=time.time() - days * 86_400).delete()
    return f"{gone} rows" if gone else ""


JOBS = (Periodic("seal_audit", 60, seal_audit), Periodic("trim_job_log", 86_400, trim_runs))
