"""An hour of waste water is judged when its analysers have spoken, or when they had their time."""

import pytest

from qingyuan.areas.telemetry import backfill, facts, pipeline
from qingyuan.areas.telemetry.models import DirtyWindow, JudgedPoint, SupersededValue
from qingyuan.areas.telemetry.pipeline import arrived, claim, loop, recompute
from qingyuan.areas.telemetry.sources import simulated
from qingyuan.kernel import windows

pytestmark = pytest.mark.django_db
HOUR = 3600
START = windows.start("2026-10-05")
TEN = START + 10 * HOUR
SOON, LATE = TEN + HOUR + 120, TEN + HOUR + 5400  # the first instants at which it may be judged


@pytest.fixture
def running(outlet, judge):
    """An outlet that is judged up to ten o'clock and has sent the minutes of that hour."""
    outlet.send(START, 10)
    judge(START + 10 * HOUR + 600)
    outlet.grab(TEN, 1)
    return outlet


def waiting(one) -> list[int]:
    marks = DirtyWindow.objects.filter(point=one.point).order_by("hour")
    return list(marks.values_list("hour", flat=True))


def test_an_hour_waits_for_its_analysers_and_is_judged_once(running, judge, rows):
    for now in (SOON, SOON + 1800):
        assert judge(now).hours == 0
    assert waiting(running) == [TEN]
    running.report(TEN, 1)
    assert judge(SOON + 1860).hours == 1
    row = rows(running.point)[TEN, "w01018"]
    assert (row.verdict, row.version) == ("valid", 1)
    assert not SupersededValue.objects.filter(level="hour").exists()
    assert waiting(running) == []


def test_what_has_arrived_is_judged_after_the_usual_grace(running, judge):
    running.report(TEN, 1)
    assert judge(SOON - 1).hours == 0
    assert judge(SOON).hours == 1


def test_what_has_not_come_in_time_is_missing(running, judge, rows):
    assert judge(LATE - 1).hours == 0
    assert judge(LATE).hours == 1
    assert rows(running.point)[TEN, "w01018"].verdict == "missing"
    assert rows(running.point)[TEN, "w01001"].verdict == "valid"


def test_one_of_two_analysers_is_not_all(running, judge, rows):
    def ammonia(start):
        backfill.store(running.point.pk, "hour", [("w21003", "Avg")], [(start, [1.0], ["N"])],
                       simulated())

    ammonia(TEN - HOUR)
    judge(SOON - 60)
    assert (TEN - HOUR, "w21003") in rows(running.point)
    running.report(TEN, 1)
    assert judge(SOON).hours == 0
    ammonia(TEN)
    assert judge(SOON).hours == 1


def test_a_value_absent_by_its_flag_has_arrived(running, judge):
    backfill.store(running.point.pk, "hour", [("w01018", "Avg")], [(TEN, [None], ["D"])],
                   simulated())
    assert judge(SOON).hours == 1


def test_hours_after_the_waiting_one_wait_with_it(running, judge, rows):
    running.send(TEN + HOUR, 1)
    assert judge(SOON + HOUR).hours == 0
    assert waiting(running) == [TEN, TEN + HOUR]
    assert judge(LATE).hours == 2
    verdicts = [rows(running.point)[hour, "w01018"].verdict for hour in (TEN, TEN + HOUR)]
    assert verdicts == ["missing", "valid"]


def test_silence_before_an_hour_that_arrived_has_its_time_too(outlet, judge, rows):
    outlet.send(START, 10)
    judge(START + 10 * HOUR + 600)
    outlet.send(TEN + HOUR, 1)  # of ten o'clock nothing has come yet
    assert judge(SOON + HOUR).hours == 0
    outlet.send(TEN, 1)
    assert judge(SOON + HOUR).hours == 2
    assert rows(outlet.point)[TEN, "w01018"].version == 1


def test_earlier_hours_are_judged_again_meanwhile(cast, running, judge, rows):
    facts.record_event(cast.manager, running.point, kind="fault", factor="w01018",
                       start=START + HOUR, end=START + 2 * HOUR, now=SOON)
    assert judge(SOON).hours == 1
    assert rows(running.point)[START + HOUR, "w01018"].verdict == "invalid"
    assert waiting(running) == [TEN]


def test_who_merely_waits_is_not_claimed(running, judge, monkeypatch):
    claimed = []
    monkeypatch.setattr(loop, "claim", lambda point, worker: claimed.append(point))
    before, patient = arrived.ended(SOON), arrived.waited(SOON)
    assert list(claim.waiting(before, patient=patient)) == []
    assert arrived.stops([running.point], SOON) == {}
    pipeline.run(now=SOON)
    assert claimed == []
    assert [p.pk for p in claim.waiting(arrived.ended(LATE), patient=arrived.waited(LATE))] == [
        running.point.pk]


def test_a_mark_set_while_it_waits_is_kept(running, judge):
    judge(SOON)
    generation = DirtyWindow.objects.get().generation
    pipeline.mark_hours(running.point.pk, [TEN])
    judge(SOON)
    assert DirtyWindow.objects.get().generation == generation + 1
    assert judge(LATE).hours == 1


def test_an_outlet_without_analysers_does_not_wait(outlet, judge):
    outlet.grab(START, 2)
    assert judge(START + 2 * HOUR + 120).hours == 2
    assert "w01018" not in JudgedPoint.objects.get().factors


def test_an_analyser_that_was_taken_away_is_not_waited_for(cast, running, judge):
    backfill.store(running.point.pk, "hour", [("w00000", "Avg")], [(TEN, [10.0], ["N"])],
                   simulated())
    assert judge(SOON).hours == 0
    facts.set_parameter(cast.manager, running.point, "judged.w01018", False, since=TEN)
    assert judge(SOON).hours == 1


def test_recompute_does_not_wait_for_values(running, judge, monkeypatch):
    monkeypatch.setattr(recompute, "now_ms", lambda: SOON * 1000)
    assert recompute.left([running.point.pk]) == ([], {})
    monkeypatch.setattr(recompute, "now_ms", lambda: LATE * 1000)
    assert recompute.left([running.point.pk]) == ([running.point.pk], {})


def test_gas_is_judged_as_ever(gas, sent, judge):
    sent(gas.point, START, 11)
    assert judge(SOON).hours == 11


def test_without_patience_water_is_judged_as_gas_is(running, judge, settings):
    settings.JUDGE_GRACE_WATER = 0
    assert judge(SOON).hours == 1
