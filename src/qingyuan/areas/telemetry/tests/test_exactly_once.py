"""Whatever dies between two steps, and in whatever order frames come: the same tables."""

import random

import pytest
from django.conf import settings

from qingyuan.areas.telemetry.intake import run as running
from qingyuan.areas.telemetry.intake.plans import Plans
from qingyuan.areas.telemetry.intake.reader import Reader
from qingyuan.areas.telemetry.intake.routes import Routes
from qingyuan.areas.telemetry.intake.run import Intake, Overtaken
from qingyuan.areas.telemetry.intake.store import write
from qingyuan.areas.telemetry.models import (
    DirtyWindow,
    HourReading,
    LatestReading,
    MinuteReading,
    Position,
    Quarantine,
    ReadingChange,
    RealtimeReading,
    StationMessage,
)
from qingyuan.spool import SpoolReader

CN = ("2011", "2051", "2061", "2031", "2021", "9015")
MODELS = (RealtimeReading, MinuteReading, HourReading, Quarantine, ReadingChange, StationMessage,
          LatestReading)


class Killed(BaseException):
    """The process is gone: nothing of it may go on."""


def frames(station, segment, seed: int) -> list[bytes]:
    """A stretch of traffic with all that can happen in it."""
    dice, made = random.Random(seed), []
    one = station()
    for number in range(60):
        cn = dice.choice(CN)
        suffix = "Rtd" if cn == "2011" else "Avg"
        code = dice.choice(["a21026", "a21002", "zz9999"])
        hour = dice.randrange(3)
        value = dice.choice(["1.5", "2.5", "--", ""])
        items = "SB1-RS=1" if cn in ("2021", "9015") else f"{code}-{suffix}={value},{code}-Flag=N"
        head = dice.choice(["Flag=5"] * 4 + ["Flag=7;PNUM=2;PNO=1", "Flag=7;PNUM=2;PNO=2"])
        made.append(segment(one, cn, f"202611231{hour}0000", items, head=head,
                            qn=f"20261123140000{number:03d}"))
    return made


def tables() -> list[list[tuple]]:
    skipped = {"id", "at", "by_source"}
    found = []
    for model in MODELS:
        names = [f.name for f in model._meta.concrete_fields if f.name not in skipped]
        found.append(sorted((
            tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
            for row in model.objects.values_list(*names)), key=repr))
    return found


def forget_all() -> None:
    for model in (*MODELS, DirtyWindow, Position):
        model.objects.all().delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(4))
def test_killed_between_any_two_steps(cast, station, segment, spooled, places, monkeypatch, seed):
    spooled(frames(station, segment, seed))
    whole = Intake(places.spool, batch=7)
    whole.drain()
    whole.close()
    expected = tables()
    forget_all()
    dice = random.Random(seed)
    steps = ("write", "_advance", "_say", "read")
    for _ in range(200):
        run = Intake(places.spool, batch=dice.randrange(1, 9))
        with monkeypatch.context() as patch:
            _arm(patch, run, dice.choice(steps), dice.randrange(1, 5), dice.random() < 0.5)
            try:
                run.drain()
            except Killed:
                continue
            finally:
                run.close()
        break
    last = Intake(places.spool)
    last.drain()
    last.close()
    assert Position.objects.get().seq == 60
    assert tables() == expected


def _arm(patch, run: Intake, step: str, turn: int, after: bool) -> None:
    """Die at the n-th call of a step, before or after it has done its work."""
    owner = {"write": running, "read": run._reader}.get(step, run)
    original, calls = getattr(owner, step), {"n": 0}

    def deadly(*args, **kwargs):
        calls["n"] += 1
        if calls["n"] == turn and not after:
            raise Killed
        result = original(*args, **kwargs)
        if calls["n"] == turn:
            raise Killed
        return result

    patch.setattr(owner, step, deadly)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_frames_in_any_order_leave_the_later_one(cast, station, segment, spooled, seed):
    spooled([raw for raw in frames(station, segment, seed) if b"PNUM" not in raw])
    with SpoolReader(settings.PLACES.spool) as spool:
        kept = spool.after(0, 100)
    routes = Routes()
    routes.refresh()

    def store(order):
        forget_all()
        for one in order:
            write(Reader(routes, Plans()).read([one]))
        return tables()[:3]

    expected = store(kept)
    shuffled = list(kept)
    random.Random(seed).shuffle(shuffled)
    assert store(shuffled) == expected
    assert store(kept + kept) == expected


@pytest.mark.django_db
def test_a_second_intake_stops_the_first(cast, station, segment, spooled, places):
    one = station()
    spooled([segment(one, "2051", "20261123140000", "a21026-Avg=1")])
    first, second = Intake(places.spool), Intake(places.spool)
    second.drain()
    with pytest.raises(Overtaken, match="only one"):
        first.step()
    first.close()
    second.close()


@pytest.mark.django_db
def test_a_spool_that_is_not_this_databases_is_refused(places):
    Position.objects.create(name="intake", seq=5, settled=5)
    with pytest.raises(Overtaken, match="does not belong"):
        Intake(places.spool)
