"""One worker at a point; nothing lost when marks come while it computes or when it is killed."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from qingyuan.areas.telemetry import pipeline
from qingyuan.areas.telemetry.models import DirtyWindow, Event, HourValue, JudgedPoint
from qingyuan.areas.telemetry.pipeline import claim, dirty
from qingyuan.areas.telemetry.pipeline.chunk import Work, judge_chunk
from qingyuan.areas.telemetry.pipeline.subject import subject_of
from qingyuan.kernel import windows

HOUR, DAY = 3600, 86_400
START = windows.start("2026-10-05")
NOW = START + 10 * DAY


@pytest.mark.django_db
def test_a_mark_that_comes_while_the_hour_is_judged_is_kept(gas, sent, judge, rows):
    sent(gas.point, START, 3)
    marks = dirty.take(gas.point.pk, NOW, DAY)
    assert claim.claim(gas.point.pk, "one")
    work = Work(subject_of(gas.point), "one", NOW)
    pipeline.mark_hours(gas.point.pk, [START + HOUR])  # between reading the marks and storing
    assert judge_chunk(work, marks, last=True).hours == 3
    assert list(DirtyWindow.objects.values_list("hour", flat=True)) == [START + HOUR]
    claim.release(gas.point.pk, "one")
    assert judge(NOW).hours == 1
    assert not DirtyWindow.objects.exists()


@pytest.mark.django_db
def test_a_fact_entered_while_gaps_are_filled_is_not_lost(gas, sent, judge, cast, monkeypatch):
    """Its mark must not be read, and taken away, by who read the facts before it was there."""
    from qingyuan.areas.telemetry import facts
    from qingyuan.areas.telemetry.pipeline import loop

    sent(gas.point, START, 3)
    judge(NOW)
    sent(gas.point, START + 6 * HOUR, 1)  # three hours of silence before it

    def filling(subject, marks, fill=loop.fill_gaps):
        if not Event.objects.exists():
            facts.record_event(cast.manager, gas.point, kind="stop", start=START,
                               end=START + 3 * HOUR, now=NOW)
        return fill(subject, marks)

    monkeypatch.setattr(loop, "fill_gaps", filling)
    judge(NOW)
    judge(NOW)
    hours = HourValue.objects.filter(point=gas.point, time__lt=START + 3 * HOUR)
    assert set(hours.values_list("verdict", flat=True)) == {"stopped"}


@pytest.mark.django_db
def test_of_two_workers_one_has_the_point(gas, sent, judge):
    sent(gas.point, START, 3)
    assert claim.claim(gas.point.pk, "one")
    assert not claim.claim(gas.point.pk, "two")
    assert claim.claim(gas.point.pk, "one")
    assert judge(NOW, worker="two").hours == 0
    assert DirtyWindow.objects.count() == 3
    claim.release(gas.point.pk, "one")
    assert judge(NOW, worker="two").hours == 3


@pytest.mark.django_db
def test_who_lost_the_point_stores_nothing_more(gas, sent, judge):
    sent(gas.point, START, 3)
    assert claim.claim(gas.point.pk, "slow")
    marks, subject = dirty.take(gas.point.pk, NOW, DAY), subject_of(gas.point)
    JudgedPoint.objects.update(claimed_until=claim.now_ms() - 1)  # the lease has run out
    assert claim.claim(gas.point.pk, "quick")
    with pytest.raises(claim.Lost):
        judge_chunk(Work(subject, "slow", NOW), marks, last=True)
    assert not HourValue.objects.exists()
    assert DirtyWindow.objects.count() == 3
    claim.release(gas.point.pk, "quick")
    assert judge(NOW, worker="quick").hours == 3


@pytest.mark.django_db
def test_what_cannot_be_judged_says_so_and_holds_up_no_other_point(gas, sent, station, judge):
    from qingyuan.areas.telemetry.models import PointParameter

    other = station(mn="010000A8900016F000169D09", name="2 号炉排口")
    for one in (gas, other):
        sent(one.point, START, 2)
    PointParameter.objects.create(  # what no action would let in
        point=gas.point, organisation=gas.point.organisation, name="duct_area_m2", since=1,
        value=[1, 2])
    pipeline.run(now=NOW)
    assert HourValue.objects.filter(point=other.point).exists()
    state = JudgedPoint.objects.get(pk=gas.point.pk)
    assert state.error != ""
    assert state.claimed_until > claim.now_ms()  # it rests before it is tried again
    PointParameter.objects.filter(since=1).delete()
    JudgedPoint.objects.update(claimed_until=0)
    judge(NOW)
    assert JudgedPoint.objects.get(pk=gas.point.pk).error == ""


@pytest.mark.crash
@pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="looks into the SQLite file")
def test_killed_in_the_middle_and_run_again_it_ends_the_same(tmp_path, settled):
    killed, calm = tmp_path / "killed", tmp_path / "calm"
    python(settled(calm), BUILD)
    shutil.copytree(calm, killed)
    python(calm, RUN)
    process = subprocess.Popen([sys.executable, "-c", RUN], env=environment(killed))
    until = time.monotonic() + 60
    while not 0 < hours(killed) < HOURS * 7 and process.poll() is None:
        assert time.monotonic() < until, "no row within a minute"
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    stored = hours(killed)
    assert 0 < stored < HOURS * 7, f"killed too late: {stored} rows"
    assert ask(killed, "SELECT count(*) FROM telemetry_dirtywindow") == [(HOURS,)]
    ask(killed, "UPDATE telemetry_judgedpoint SET claimed_until = 0")  # its lease runs out
    python(killed, RUN)
    assert ask(killed, "SELECT count(*) FROM telemetry_dirtywindow") == [(0,)]
    for level in ("hour", "day", "month", "quarter", "year"):
        table = f"telemetry_{level}value"
        columns = [row[1] for row in ask(calm, f"PRAGMA table_info({table})") if row[1] != "at"]
        everything = f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1, 2, 3"
        everything = everything.replace("count", '"count"')
        assert ask(killed, everything) == ask(calm, everything)
    assert ask(killed, "SELECT count(*) FROM telemetry_supersededvalue") == [(0,)]


HOURS = 150 * 24
BUILD = f"""
from pathlib import Path; import os
from qingyuan.project.setup import prepare
prepare(Path(os.environ["QINGYUAN_DATA"]))
from qingyuan.areas.assets.actions import register_station
from qingyuan.areas.organisations.actions import found_unit
from qingyuan.areas.telemetry.backfill import store
from qingyuan.areas.telemetry.sources import simulated
_logger, point = register_station(found_unit("示例运维公司"), mn="KILL01", password="123456",
    kind="gas", name="示例排口", discharger="示例企业", minute_minutes=20)
codes = ["a21026", "a21002", "a34013", "a19001", "a01011", "a01012", "a01013"]
rows = [({START} + 1200 * n, [float(n % 97 + k) for k in range(7)], ["N"] * 7)
        for n in range(3 * {HOURS})]
store(point.pk, "min", [(code, "Avg") for code in codes], rows, simulated())
"""
RUN = f"""
import os
from pathlib import Path
from qingyuan.project.setup import configure
configure(Path(os.environ["QINGYUAN_DATA"]))
from qingyuan.areas.telemetry import pipeline
pipeline.run(now={START + HOURS * HOUR + DAY})
"""


def environment(place) -> dict[str, str]:
    return {**os.environ, "QINGYUAN_DATA": str(place),
            "DJANGO_SETTINGS_MODULE": "qingyuan.project.settings"}


def python(place, code: str) -> None:
    done = subprocess.run([sys.executable, "-c", code], env=environment(place), text=True,
                          capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def hours(place) -> int:
    return ask(place, "SELECT count(*) FROM telemetry_hourvalue")[0][0]


def ask(place, query: str) -> list[tuple]:
    database = sqlite3.connect(place / "qingyuan.sqlite", timeout=30, isolation_level=None)
    try:
        return database.execute(query).fetchall()
    finally:
        database.close()
