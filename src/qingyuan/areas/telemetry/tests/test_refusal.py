"""The database goes away, the disk is full: intake waits, then goes on; nothing is lost."""

import errno
import sqlite3
import time

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection

from qingyuan.areas.telemetry.intake import run as running
from qingyuan.areas.telemetry.intake.run import RIVAL, Intake, Overtaken
from qingyuan.areas.telemetry.models import LatestReading, MinuteReading, Position, Quarantine
from qingyuan.areas.telemetry.queries import readings_of_mn

pytestmark = pytest.mark.django_db(transaction=True)
ERRORS = (
    OperationalError("server closed the connection unexpectedly"),
    InterfaceError("connection already closed"),
    sqlite3.OperationalError("database or disk is full"),
    psycopg.OperationalError("consuming input failed: server closed the connection"),
    OSError(errno.ENOSPC, "No space left on device"),
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(running, "RETRY_FIRST", 0.01)


@pytest.fixture
def opened(places):
    """Intakes of a test; each stops after its frames, and ``run.trouble`` is noted meanwhile."""
    made = []

    def start(batch=500):
        made.append(Intake(places.spool, batch=batch))
        return made[-1]

    yield start
    for run in made:
        run.close()


def follow(run, last, also=lambda: None):
    """Run until frame ``last`` is stored; every trouble that showed on the way."""
    seen = []
    end = time.monotonic() + 30

    def stopping():
        if run.trouble and run.trouble not in seen:
            seen.append(run.trouble)
        also()
        assert time.monotonic() < end, f"still {run.trouble}"
        return run._read >= last and not run.trouble

    run.run(stopping)
    return seen


def minutes(one, segment, count):
    """A minute packet, then both parts of a split one, and so on; with an unknown factor."""
    made = []
    for n in range(count):
        head = ("Flag=5", "Flag=7;PNUM=2;PNO=1", "Flag=7;PNUM=2;PNO=2")[n % 3]
        items = (f"a21026-Avg={n}", f"a21002-Avg={n}", f"a21003-Avg={n},zz9999-Avg=1")[n % 3]
        hour = f"{n // 3:02d}"
        made.append(segment(one, "2051", f"20261123{hour}0000", items, head=head,
                            qn=f"20261123140000{n:03d}"))
    return made


def refuse(patch, step, turn, error, *, after):
    """Let the n-th call of a step fail, before it has done its work or after."""
    calls = {"n": 0}
    owner = running if step == "write" else Intake
    original = getattr(owner, step)

    def refusing(*args, **kwargs):
        calls["n"] += 1
        if calls["n"] == turn and not after:
            raise error
        result = original(*args, **kwargs)
        if calls["n"] == turn:
            raise error
        return result

    patch.setattr(owner, step, refusing)


@pytest.mark.parametrize("error", ERRORS, ids=lambda e: f"{type(e).__module__}.{type(e).__name__}")
@pytest.mark.parametrize(("step", "turn", "after"), [
    ("write", 1, False), ("write", 3, True), ("_advance", 2, True), ("_commit", 2, True),
    ("_commit", 4, False),
])
def test_a_refusal_at_any_step_is_waited_out(
    cast, station, segment, spooled, opened, monkeypatch, error, step, turn, after
):
    one = station()
    spooled(minutes(one, segment, 30))
    refuse(monkeypatch, step, turn, error, after=after)
    assert follow(opened(batch=4), 30) == [str(error)]
    assert [r.factors for r in readings_of_mn(cast.manager, one.mn, "min", 0, 2**40)] == [
        {"a21026": {"Avg": n}, "a21002": {"Avg": n + 1}, "a21003": {"Avg": n + 2}}
        for n in range(0, 30, 3)]
    assert MinuteReading.objects.count() == 20
    assert {(q.kind, q.count) for q in Quarantine.objects.all()} == {("factor", 10)}
    assert Position.objects.get().seq == 30
    assert LatestReading.objects.get().frame == 30


@pytest.fixture
def outage(transactional_db):
    """A real refusal: SQLite gets no page more, or PostgreSQL ends the session."""
    if connection.vendor == "sqlite":
        def begin():
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA max_page_count = 1")  # no more than there are

        def end():
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA max_page_count = 1073741823")
    else:
        def begin():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                [pid] = cursor.fetchone()
            with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
                other.execute("SELECT pg_terminate_backend(%s)", [pid])

        def end():
            """The server takes new sessions all the time."""
    yield begin, end
    end()


def test_a_database_that_refuses_in_earnest(cast, station, segment, spooled, opened, outage):
    begin, end = outage
    one = station()
    items = ";".join(f"a2100{n}-Avg={n},a2100{n}-Min={n},a2100{n}-Max={n}" for n in range(1, 10))
    spooled([segment(one, "2051", f"2026112{day}{hour:02d}{minute:02d}00", items)
             for day in (1, 2, 3) for hour in range(10) for minute in range(60)])
    run = opened(batch=100)
    run.step()
    begin()
    attempts = {"n": 0}

    def mend():
        attempts["n"] += bool(run.trouble)
        if attempts["n"] == 2:
            end()

    assert len(follow(run, 1800, mend)) == 1
    assert MinuteReading.objects.count() == 1800
    assert Position.objects.get().settled == 1800


def test_an_outage_does_not_hide_a_second_intake(
    station, segment, spooled, opened, monkeypatch
):
    spooled(minutes(station(), segment, 30))
    first = opened(batch=3)
    first.step()
    refuse(monkeypatch, "write", 1, ERRORS[0], after=False)
    rival = {"run": None}

    def overtake():
        if first.trouble and rival["run"] is None:
            rival["run"] = opened()
            rival["run"].drain()

    with pytest.raises(Overtaken, match=RIVAL):
        follow(first, 30, overtake)


def test_a_stop_during_an_outage_is_a_stop(station, segment, spooled, opened, monkeypatch):
    spooled(minutes(station(), segment, 3))
    run = opened()

    def refusing(*_args):
        raise ERRORS[0]

    monkeypatch.setattr(running, "write", refusing)
    begun = time.monotonic()
    run.run(lambda: bool(run.trouble))
    assert time.monotonic() - begun < 5
    assert Position.objects.get().seq == 0


def test_the_gateways_mark_may_fail(station, segment, spooled, opened, places):
    spooled(minutes(station(), segment, 3))
    (places.root / ".intake.seq").mkdir()  # a file cannot be written there
    opened().drain()
    assert Position.objects.get().seq == 3
