"""Consequences of records on hours: from the answers of a form through events and dirty windows to
the verdict, and back when the record is returned, corrected or voided."""

from collections import Counter
from datetime import date, datetime

import pytest

from qingyuan.areas.assets import facilities
from qingyuan.areas.assets.queries import midnight
from qingyuan.areas.organisations.references import shown
from qingyuan.areas.records.keeping import actions, events
from qingyuan.areas.records.keeping.consequences import touched
from qingyuan.areas.records.models import Record
from qingyuan.areas.records.review import actions as review
from qingyuan.areas.telemetry import facts
from qingyuan.areas.telemetry.backfill import store
from qingyuan.areas.telemetry.models import Event, HourValue
from qingyuan.areas.telemetry.pipeline import run
from qingyuan.areas.telemetry.sources import simulated
from qingyuan.forms import Happened, load_forms
from qingyuan.forms.sampling import sample
from qingyuan.kernel.clock import CST
from qingyuan.kernel.windows import HOUR

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 5)
MIDNIGHT = int(midnight(DAY).timestamp())
NOW = MIDNIGHT + 27 * HOUR
FORMS = load_forms()
GAS = ("a21026", "a19001", "a01011", "a01012", "a01013", "a01014")
PARAMETERS = {"technique": "extractive", "auto_calibration": False, "o2_reference": 6.0,
              "duct_area_m2": 10.0, "velocity_field_factor": 0.95,
              "atmospheric_pressure_kpa": 95.0}


def at(hour: float) -> int:
    return MIDNIGHT + int(hour * HOUR)


@pytest.fixture
def clock(monkeypatch):
    """``clock(hour)``: the present is that hour of the day; 27 to begin with."""

    def turn(hour: float) -> None:
        monkeypatch.setattr("time.time", lambda: float(at(hour)))
        monkeypatch.setattr("django.utils.timezone.now",
                            lambda: datetime.fromtimestamp(at(hour), CST))

    turn(27)
    return turn


@pytest.fixture
def boiler(cast, station, clock):
    """A gas point that ran all day, its SO2 calibrated by hand the day before at noon."""
    one = station(contract_since=date(2026, 1, 1))
    for name, value in PARAMETERS.items():
        facts.set_parameter(cast.manager, one.point, name, value, since=at(-24 * 30))
    one.system = facilities.add_system(
        cast.manager, one.point, kind="gas", technique="extractive", auto_calibration=False,
        name="示例烟气系统", since=date(2025, 1, 1))
    analyser = facilities.add_instrument(
        cast.manager, one.system, name="SO2 分析仪", since=date(2025, 1, 1), factors=["a21026"])
    facilities.set_range(cast.manager, analyser, "a21026", low=0.0, high=200.0,
                         since=datetime(2025, 1, 1, tzinfo=CST))
    store(one.point.pk, "min", [(code, "Avg") for code in GAS], [
        (at(0) + 600 * slot, [30.0, 8.0, 12.0, 60.0, -0.5, 10.0], ["N"] * 6)
        for slot in range(144)], simulated())
    facts.record_event(cast.engineer, one.point, kind="calibration", start=at(-12), passed=True)
    run(now=NOW)
    return one


def hours(one, factor="a21026") -> dict[int, str]:
    rows = HourValue.objects.filter(point=one.point, factor__code=factor).order_by("time")
    return {(row.time - MIDNIGHT) // HOUR: row.verdict for row in rows}


def lost(one, factor="a21026") -> list[int]:
    return [hour for hour, verdict in hours(one, factor).items()
            if hour < 24 and verdict != "valid"]


def stamp(hour: float) -> str:
    return datetime.fromtimestamp(at(hour), CST).strftime("%Y-%m-%dT%H:%M")


@pytest.fixture
def calibrate(cast, boiler):
    """``calibrate(begin, end, before, after)``: a submitted record of SO2's span at 160 of 200,
    which read ``before`` and was left at ``after``; the hours are judged anew."""

    def fill(begin, end, before=160.0, after=160.0, of=None) -> Record:
        draft = of or actions.start(cast.engineer, boiler.point, "hj75.g4", system=boiler.system,
                                    day=DAY)
        answers = sample(FORMS["hj75.g4"], 1, technique="extractive", day=DAY)
        answers["header"] |= {"begin": stamp(begin), "end": stamp(end)}
        answers["velocity"] = {}
        answers["analysers"] = {"so2": answers["analysers"]["so2"] | {
            "unit": "mg/m3", "range_low": 0, "range_high": 200, "zero_gas": 0, "zero_last": 0,
            "zero_before": 0, "zero_after": 0, "new_gas": False, "span_gas": 160,
            "span_last": 160, "span_before": before, "span_after": after}}
        record = actions.submit(cast.engineer, draft, answers, finished_at=at(end) * 1000)
        run(now=NOW)
        return record

    return fill


def test_a_drift_puts_hours_out_of_control_until_the_repair_calibration(boiler, calibrate, cast):
    failed = calibrate(8, 8.5, 184, 184)  # 24 of 200 is 12 % F.S., beyond 10
    assert lost(boiler) == list(range(8, 24))
    told = touched(cast.manager, failed)
    assert (told.provisional, told.undone) == (True, False)
    assert [(one.start, one.end, one.code, one.hours) for one in told.lines] == [
        (at(8), at(24), "calibration_failed", 16)]
    assert [(c.change.before, c.change.after, c.change.hours) for c in told.changes] == [
        ("valid", "out_of_control", 16)]

    mended = calibrate(14, 14.5)
    assert lost(boiler) == list(range(8, 15))  # 14:30 leaves 30 min of its hour
    assert [(one.freed, one.start, one.hours) for one in touched(cast.manager, mended).lines] == [
        (True, at(14.5), 9)]
    assert touched(cast.manager, failed).lines[0].hours == 7


def test_the_drawer_and_the_api_name_the_record(boiler, calibrate, cast, browser_of, budget):
    record = calibrate(8, 8.5, 184, 184)
    asked = f"/api/v1/points/{boiler.point.pk}/touching?time={at(12)}&factor=a21026"
    told = browser_of("manager").get(asked).json()
    assert [(one["start"], one["end"], one["code"]) for one in told["spans"]] == [
        (at(8), at(24), "calibration_failed"), (at(8.5), at(24), "calibration_failed")]
    [reference] = told["references"]
    assert reference["link"] == f"/records/{record.pk}/"
    assert (reference["state"], reference["provisional"]) == ("submitted", True)
    assert any("量程漂移 12.00 %F.S." in line and "11.6 表4" in line
               for line in reference["failing"])
    address = f"/points/{boiler.point.pk}/why/?level=hour&time={at(12)}&factor=a21026"
    client = browser_of("manager")
    with budget("why of an hour by a record"):
        page = client.get(address).content.decode()
    assert page.count("校准未通过，至下一次通过前为失控时段。") == 2  # the verdict, one span
    assert "示例engineer" in page
    with budget("record and its hours"):
        page = client.get(f"/records/{record.pk}/").content.decode()
    assert "审核通过后确认" in page
    assert f'href="/points/{boiler.point.pk}/hours/?day={DAY}&amp;factor=a21026">16</a>' in page
    for level in ("day", "month"):
        seen = browser_of("discharger").get(address.replace("hour", level)).content.decode()
        assert f'href="/records/{record.pk}/"' in seen
    assert browser_of("outsider").get(asked).status_code == 404


def test_who_may_not_read_a_record_sees_its_name_without_a_link(boiler, calibrate, cast):
    record = calibrate(8, 8.5, 184, 184)
    seen = shown(cast.inspector, f"record:{record.pk}", "a21026")
    assert seen.link == f"/records/{record.pk}/"
    hidden = shown(cast.outsider, f"record:{record.pk}", "a21026")
    assert (hidden.label, hidden.link) == (f"{record.title} {DAY}", "")
    assert (hidden.provisional, hidden.failing, hidden.state_word) == (True, (), "待审核")
    assert shown(cast.manager, "示例报告 2026-018") is None
    assert shown(cast.manager, "record:999999") is None


def test_a_drift_that_adjusting_mends_costs_only_its_own_time(boiler, calibrate):
    calibrate(8, 8.25, 184, 160)
    assert lost(boiler) == []  # 15 min of the hour: 45 are left
    calibrate(10, 10.5, 184, 160)
    assert lost(boiler) == [10]


def test_accepted_is_confirmed_and_a_return_takes_the_hours_back(boiler, calibrate, cast):
    first = calibrate(8, 8.5, 184, 184)
    accepted = review.accept(cast.reviewer, first)
    assert touched(cast.manager, accepted).provisional is False
    assert lost(boiler) == list(range(8, 24))

    other = calibrate(3, 3.5, 184, 184)
    assert lost(boiler) == list(range(3, 24))
    back = review.send_back(cast.reviewer, other, "时间写错")
    run(now=NOW)
    assert lost(boiler) == list(range(8, 24))
    told = touched(cast.manager, back)
    assert (told.undone, told.waiting, [one.start for one in told.lines]) == (
        True, 0, [at(3)])
    assert told.changes == []

    draft = actions.correct(cast.engineer, back, "时间更正")
    calibrate(6, 6.5, 184, 184, of=draft)
    assert lost(boiler) == list(range(6, 24))


def test_a_correction_replaces_and_voiding_undoes(boiler, calibrate, cast):
    wrong = calibrate(8, 8.5, 184, 184)
    right = calibrate(8, 8.25, 161, 160, of=actions.correct(cast.engineer, wrong, "读数写错"))
    assert lost(boiler) == []
    told = touched(cast.manager, Record.objects.get(pk=wrong.pk))
    assert (told.undone, told.provisional, told.changes) == (True, False, [])
    assert told.lines[0].code == "calibration_failed"
    actions.void(cast.manager, calibrate(12, 12.5, 184, 184), "并未校准")
    run(now=NOW)
    assert lost(boiler) == []
    assert Event.objects.filter(reference=f"record:{right.pk}", withdrawn_at=None).count() == 1


def test_a_voided_overdue_calibration_lets_the_deadline_run_again(boiler, calibrate, cast):
    facts.withdraw_event(cast.engineer, Event.objects.get(start=at(-12)), "登记错误")
    facts.record_event(cast.engineer, boiler.point, kind="calibration", start=at(-168 + 6),
                       passed=True)
    run(now=NOW)
    assert lost(boiler) == list(range(6, 24))  # 7 d of HJ 75-2017 11.2 are over at six
    done = calibrate(9, 9.25)
    assert lost(boiler) == [6, 7, 8]
    [line] = touched(cast.manager, done).lines
    assert (line.freed, line.code, line.hours) == (True, "calibration_overdue", 15)
    actions.void(cast.manager, done, "并未校准")
    run(now=NOW)
    assert lost(boiler) == list(range(6, 24))


def test_a_repair_takes_its_hours_and_no_more(boiler, cast):
    draft = actions.start(cast.engineer, boiler.point, "hj75.g6", system=boiler.system, day=DAY)
    answers = sample(FORMS["hj75.g6"], 1, technique="extractive", day=DAY)
    for section in answers.values():
        for name, hour in (("fault_time", 4), ("begin", 5), ("end", 6.5), ("restored", 6.5)):
            if name in section:
                section[name] = stamp(hour)
    record = actions.submit(cast.engineer, draft, answers, finished_at=at(6.5) * 1000)
    run(now=NOW)
    assert [hours(boiler)[hour] for hour in (3, 4, 5, 6, 7)] == [
        "valid", "invalid", "invalid", "invalid", "valid"]
    told = touched(cast.manager, record)
    assert {(one.code, one.start, one.end) for one in told.lines if one.factor == "a21026"} == {
        ("fault", at(4), at(6.5)), ("maintenance", at(5), at(6.5))}
    assert [line.hours for line in told.lines if line.factor == "a21026"
            and line.code == "fault"] == [3]
    actions.void(cast.manager, record, "重复填写")
    run(now=NOW)
    assert lost(boiler) == []


def stop(cast, one, begin, end=None) -> Record:
    """A record that the analysers stood still for repair, as far as it is known when."""
    draft = actions.start(cast.engineer, one.point, "om.stop", system=one.system, day=DAY)
    answers = sample(FORMS["om.stop"], 1, technique="extractive", day=DAY)
    row = answers["stops"]["rows"][0] | {"what": "监测设备停机检修", "begin": stamp(begin)}
    row.pop("end", None)
    answers["stops"]["rows"] = [row if end is None else row | {"end": stamp(end)}]
    record = actions.submit(cast.engineer, draft, answers, finished_at=at(20) * 1000)
    run(now=NOW)
    return record


@pytest.mark.parametrize(("again", "until"), [(False, 24), (True, 8)])
def test_what_one_record_began_goes_with_it_whoever_ended_it(boiler, cast, again, until):
    began = stop(cast, boiler, 4)
    assert lost(boiler) == list(range(4, 24))
    [event] = Event.objects.filter(reference=f"record:{began.pk}")
    ending = stop(cast, boiler, 5, 7)
    events.enter(cast.engineer, ending, [Happened("maintenance_end", "", None, at(8), "x")])
    event.refresh_from_db()
    assert event.replaced_by.end == at(8)
    actions.void(cast.manager, ending, "时间写错")
    run(now=NOW)
    assert lost(boiler) == list(range(4, 24))  # ended by nobody any more
    if again:
        events.enter(cast.engineer, ending, [Happened("maintenance_end", "", None, at(8), "x")])
        run(now=NOW)
    assert lost(boiler) == list(range(4, until))
    actions.void(cast.manager, began, "并未停机")
    run(now=NOW)
    assert lost(boiler) == []


@pytest.fixture
def outlet(cast, station, clock):
    """A water point with COD every hour, checked with a standard at two in the morning."""
    one = station(kind="water", contract_since=date(2026, 1, 1))
    one.system = facilities.add_system(
        cast.manager, one.point, kind="water", name="示例水质系统", since=date(2025, 1, 1))
    analyser = facilities.add_instrument(
        cast.manager, one.system, name="COD 分析仪", since=date(2025, 1, 1), factors=["w01018"])
    facilities.set_range(cast.manager, analyser, "w01018", low=0.0, high=100.0,
                         since=datetime(2025, 1, 1, tzinfo=CST))
    store(one.point.pk, "min", [("w00000", "Avg")], [
        (at(0) + 600 * slot, [20.0], ["N"]) for slot in range(144)], simulated())
    store(one.point.pk, "hour", [("w01018", "Avg")], [
        (at(hour), [40.0], ["N"]) for hour in range(24)], simulated())
    facts.record_event(cast.engineer, one.point, kind="standard_check", factor="w01018",
                       start=at(2), passed=True)
    run(now=NOW)
    return one


def test_a_failed_standard_check_of_water_reaches_back_and_forth(outlet, cast, browser_of):
    assert lost(outlet, "w01018") == []
    draft = actions.start(cast.engineer, outlet.point, "hj355.d1", system=outlet.system, day=DAY)
    answers = sample(FORMS["hj355.d1"], 1, technique="water", day=DAY)
    block = answers["analysers"]["cod"]
    check = block["checks"][0] | {"nominal": 50.0}
    answers["analysers"] = {"cod": block | {"range_high": 100.0, "checks": [
        check | {"done": stamp(12), "measured": 56.0, "calibrated": stamp(12.5)},
        check | {"done": stamp(13), "measured": 51.0}]}}
    record = actions.submit(cast.engineer, draft, answers, finished_at=at(13) * 1000)
    run(now=NOW)
    assert Counter(hours(outlet, "w01018")[hour] for hour in range(2, 13)) == {
        "invalid": 10, "out_of_control": 1}
    assert lost(outlet, "w01018") == list(range(2, 13))
    told = touched(cast.manager, record)
    assert {(one.start, one.end, one.code, one.hours) for one in told.lines} == {
        (at(2), at(12), "check_failed_backward", 10), (at(12), at(13), "check_failed", 1)}
    why = f"/points/{outlet.point.pk}/why/?level=hour&time={at(6)}&factor=w01018"
    page = browser_of("manager").get(why).content.decode()
    assert f'href="/records/{record.pk}/"' in page
    assert "相对误差 12.0 %" in page
    assert "暂定" in page
