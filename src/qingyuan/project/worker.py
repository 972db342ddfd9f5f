"""The worker: a ticking library, and jobs that are claimed rows."""

import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections, connections

from qingyuan.areas.analysis import jobs as analysis
from qingyuan.areas.assets import jobs as assets
from qingyuan.areas.bundles import jobs as bundles
from qingyuan.areas.capability import jobs as capability
from qingyuan.areas.conduct import jobs as conduct
from qingyuan.areas.documents import jobs as documents
from qingyuan.areas.findings import jobs as findings
from qingyuan.areas.laboratory import jobs as laboratory
from qingyuan.areas.maintenance import jobs as maintenance
from qingyuan.areas.materials import jobs as materials
from qingyuan.areas.means import jobs as means
from qingyuan.areas.notices import jobs as notices
from qingyuan.areas.organisations import jobs as organisations
from qingyuan.areas.organisations.jobs import run_due
from qingyuan.areas.overview import jobs as overview
from qingyuan.areas.parameters import jobs as parameters
from qingyuan.areas.people import jobs as people
from qingyuan.areas.periodic import jobs as periodic
from qingyuan.areas.records import jobs as records
from qingyuan.areas.reports import jobs as reports
from qingyuan.areas.search import jobs as search
from qingyuan.areas.summaries import jobs as summaries
from qingyuan.areas.supervision import jobs as supervision
from qingyuan.areas.supplies import jobs as supplies
from qingyuan.areas.telemetry import jobs as telemetry
from qingyuan.areas.waste import jobs as waste
from qingyuan.areas.watch import jobs as watch

TICK = 5  # seconds
JOBS = (*organisations.JOBS, *assets.JOBS, *telemetry.JOBS, *maintenance.JOBS, *reports.JOBS,
        *records.JOBS, *findings.JOBS, *notices.JOBS, *parameters.JOBS, *watch.JOBS,
        *supervision.JOBS,
        *people.JOBS, *conduct.JOBS, *documents.JOBS, *means.JOBS, *laboratory.JOBS,
        *supplies.JOBS, *materials.JOBS, *search.JOBS, *capability.JOBS, *overview.JOBS,
        *periodic.JOBS, *waste.JOBS, *summaries.JOBS, *bundles.JOBS, *analysis.JOBS)
log = logging.getLogger("qingyuan.work")


def tick() -> None:
    """Run what is due; a database that is away is tried again at the next tick."""
    close_old_connections()
    for run in run_due(JOBS):
        if not run.ok:
            log.error("%s failed: %s", run.name, run.result)
        elif run.result:
            log.info("%s: %s in %.1f s", run.name, run.result, run.seconds)


def judge(stopping: Callable[[], bool] = lambda: False) -> None:
    """Judge what waits. Beside the jobs, which one worker does at a time: points are claimed one by
    one, so that several workers share them, and a year of hours holds up no other work."""
    close_old_connections()
    done = telemetry.judge(stopping)
    if done:
        log.info("judged %s", done)


def send(sending: notices.Dispatcher) -> None:
    """Send what is due, beside the jobs: an endpoint that answers slowly holds up none of them."""
    close_old_connections()
    done = sending.tick()
    if done:
        log.info("messages: %s", done)


def run(stop: threading.Event) -> None:
    """Tick until told to stop; a job under way is finished first."""
    from apscheduler.schedulers.background import BackgroundScheduler

    clock = BackgroundScheduler(timezone="Asia/Shanghai")
    clock.add_job(tick, "interval", seconds=TICK, max_instances=1, coalesce=True)
    clock.add_job(judge, "interval", seconds=telemetry.JUDGE_EVERY, max_instances=1, coalesce=True,
                  args=[stop.is_set])
    sending = notices.Dispatcher()
    clock.add_job(send, "interval", seconds=notices.SEND_EVERY, max_instances=1, coalesce=True,
                  args=[sending])
    clock.start()
    try:
        stop.wait()
    finally:
        clock.shutdown(wait=True)
        sending.close()
        connections.close_all()
