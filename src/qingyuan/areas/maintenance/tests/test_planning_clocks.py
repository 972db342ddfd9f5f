"""Clocks: which duties run, counted from the real finish, set back by a voided record."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qingyuan.areas.assets.models import ServiceContract
from qingyuan.areas.maintenance import duty_sets
from qingyuan.areas.maintenance.models import DutyClock, DutyFinish
from qingyuan.areas.maintenance.planning import clocks
from qingyuan.areas.maintenance.planning.clocks import day_instant
from qingyuan.areas.rules.actions import override_rule
from qingyuan.areas.telemetry.models import DayReading, Factor, Source
from qingyuan.kernel.clock import CST
from qingyuan.standards.duties import load_duties

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 2)
CALIBRATION, FULL, ROUND = (
    "hj75.calibration.extractive", "hj75.calibration.full", "hj75.house.power")


def at(text: str) -> int:
    return round(datetime.fromisoformat(f"{text}+08:00").timestamp() * 1000)


def clock(one, duty: str) -> DutyClock:
    return DutyClock.objects.get(system=one.system, duty=duty)


def refreshed(one, today: date = TODAY) -> int:
    return clocks.refresh(one.unit, today=today)


def test_every_duty_of_the_sets_that_are_on_has_its_clock(served):
    one = served()
    made = refreshed(one)
    asked = {d.key for month in (1, 7) for d in load_duties().for_system(
        "gas", "extractive", sets=load_duties().default_sets(), auto_calibration=False,
        month=month)}
    rows = DutyClock.objects.filter(system=one.system, active=True)
    assert {row.duty for row in rows} == asked
    assert made == len(asked)
    assert refreshed(one) == 0


def test_a_duty_never_done_counts_from_the_day_it_was_first_asked(served):
    one = served(since=date(2024, 1, 1))
    refreshed(one)
    row = clock(one, ROUND)
    assert (row.since, row.due, row.done_at) == (TODAY, TODAY + timedelta(days=7), None)
    refreshed(one, TODAY + timedelta(days=3))
    assert clock(one, ROUND).since == TODAY


def test_a_contract_to_come_has_its_clocks_from_its_first_day(served):
    one = served(since=date(2026, 12, 1))
    refreshed(one)
    assert clock(one, ROUND).since == date(2026, 12, 1)


@pytest.mark.parametrize("facts", [
    {"equipment": ["pm_optical"]}, {"auto_calibration": True}, {"technique": "in_situ"}])
def test_parts_technique_and_automatic_calibration_choose_the_duties(served, facts):
    one = served(**facts)
    refreshed(one)
    asked = {d.key for d in load_duties().for_system(
        "gas", one.system.technique, sets=load_duties().default_sets(), month=7,
        auto_calibration=one.system.auto_calibration, equipment=one.system.equipment)}
    assert {row.duty for row in DutyClock.objects.filter(active=True)} == asked


def test_what_is_no_longer_asked_is_switched_off_and_kept(served, cast):
    one = served()
    duty_sets.choose_set(cast.manager, "winter", True)
    refreshed(one)
    winter = DutyClock.objects.filter(duty__startswith="winter.", active=True)
    count = winter.count()
    assert count > 0
    duty_sets.choose_set(cast.manager, "winter", False)
    assert refreshed(one) == count
    assert not winter.exists()
    assert DutyClock.objects.filter(duty__startswith="winter.").count() == count


def test_the_end_of_a_contract_switches_all_off(served):
    one = served(until=TODAY)
    refreshed(one)
    assert DutyClock.objects.filter(active=True).exists()
    refreshed(one, TODAY + timedelta(days=1))
    assert not DutyClock.objects.filter(active=True).exists()


def test_a_winters_duty_asked_in_summer_is_due_in_winter(served, cast):
    one = served()
    duty_sets.choose_set(cast.manager, "winter", True)
    refreshed(one, date(2026, 7, 1))
    row = clock(one, "winter.gas.ladder")
    assert (row.opens, row.due) == (date(2026, 11, 1), date(2026, 11, 7))


def test_cold_air_calls_for_it_before_its_months(served, cast):
    one = served()
    duty_sets.choose_set(cast.manager, "winter", True)
    refreshed(one, date(2026, 9, 20))
    assert clock(one, "winter.gas.ladder").due == date(2026, 11, 7)
    cold(one, date(2026, 9, 19), 2.5)
    refreshed(one, date(2026, 9, 20))
    assert clock(one, "winter.gas.ladder").due == date(2026, 9, 27)
    refreshed(one, date(2026, 9, 28))
    assert clock(one, "winter.gas.ladder").due == date(2026, 11, 7)


def cold(one, day: date, lowest: float) -> None:
    """The station's report of a day with that lowest temperature of the air."""
    source, _made = Source.objects.get_or_create(kind="wire", name="示例")
    DayReading.objects.create(
        point=one.point, time=day_instant(day) // 1000, min=lowest, avg=lowest + 5, frame=1,
        factor=Factor.objects.get(code="a01001"), source=source)


def test_the_next_due_instant_counts_from_the_real_finish(served):
    one = served()
    refreshed(one)
    moved = clocks.finish(one.unit, one.system, [CALIBRATION, ROUND], at("2026-11-03T10:20"),
                          "record:1")
    row = clock(one, CALIBRATION)
    assert moved == 2
    assert row.due_at == at("2026-11-10T10:20")  # data are invalid to the second
    assert row.source.startswith("HJ 75-2017 11.2")
    assert clock(one, ROUND).due == date(2026, 11, 10)
    assert clock(one, ROUND).due_at == at("2026-11-11T00:00")


def test_of_three_months_and_ninety_days_the_earlier_is_due(served):
    one = served()
    refreshed(one)
    for done, due in (("2026-11-03T09:00", "2027-02-01T09:00"),   # 90 d; 3 months: 02-03
                      ("2026-12-01T09:00", "2027-03-01T09:00")):  # both
        clocks.finish(one.unit, one.system, [FULL], at(done), f"record:{done}")
        assert clock(one, FULL).due_at == at(due)


def test_a_day_alone_counts_from_its_beginning(served):
    one = served()
    clocks.finish(one.unit, one.system, [CALIBRATION], day_instant(date(2026, 11, 2)),
                  "示例台账", day_only=True)
    row = clock(one, CALIBRATION)
    assert (row.due, row.due_at) == (date(2026, 11, 8), at("2026-11-09T00:00"))
    refreshed(one)
    assert clock(one, CALIBRATION).due == date(2026, 11, 8)


def test_an_older_finish_never_moves_a_clock_back(served):
    one = served()
    clocks.finish(one.unit, one.system, [ROUND], at("2026-11-05T10:00"), "record:2")
    assert clocks.finish(one.unit, one.system, [ROUND], at("2026-11-01T10:00"), "record:1") == 0
    assert clock(one, ROUND).done_by == "record:2"


def test_a_voided_record_sets_its_clocks_back_to_what_remains(served):
    one = served()
    refreshed(one)
    clocks.finish(one.unit, one.system, [ROUND, CALIBRATION], at("2026-11-05T10:00"), "record:2")
    clocks.finish(one.unit, one.system, [ROUND], at("2026-11-01T10:00"), "record:1")
    assert clocks.undo(one.unit, "record:2") == 2
    assert (clock(one, ROUND).done_by, clock(one, ROUND).due) == ("record:1", date(2026, 11, 8))
    row = clock(one, CALIBRATION)
    assert (row.done_at, row.done_by, row.due) == (None, "", TODAY + timedelta(days=6))
    assert clocks.undo(one.unit, "record:2") == 0


def test_the_same_source_said_again_stands_in_for_what_it_said(served):
    one = served()
    clocks.finish(one.unit, one.system, [ROUND, CALIBRATION], at("2026-11-05T10:00"), "record:2")
    clocks.finish(one.unit, one.system, [ROUND], at("2026-11-04T10:00"), "record:2")
    assert clock(one, ROUND).done_at == at("2026-11-04T10:00")
    assert clock(one, CALIBRATION).done_at is None
    assert DutyFinish.objects.count() == 1


def test_a_finish_before_the_rule_counts_from_its_first_day(served):
    one = served()
    clocks.finish(one.unit, one.system, [CALIBRATION], at("1999-05-01T10:00"), "示例旧档案")
    row = clock(one, CALIBRATION)
    assert row.done_at == at("1999-05-01T10:00")
    assert row.due >= date(1999, 5, 2)
    refreshed(one)
    assert clock(one, CALIBRATION).active


def test_a_figure_that_is_no_interval_leaves_the_printed_one(served, cast):
    one = served()
    override_rule(
        cast.manager, name="gas.inspection.interval", value="0", link="organisation",
        since=date(2026, 1, 1), clause="示例制度 2", source="示例文件", why="示例理由")
    refreshed(one)
    assert clock(one, ROUND).due == TODAY + timedelta(days=7)


def test_a_changed_figure_moves_the_clock(served, cast):
    one = served()
    refreshed(one)
    override_rule(
        cast.manager, name="gas.inspection.interval", value="5", link="organisation",
        since=date(2026, 1, 1), clause="示例制度 2", source="示例文件", why="示例理由")
    assert refreshed(one) > 0
    assert clock(one, ROUND).due == TODAY + timedelta(days=5)
    assert clock(one, ROUND).source.endswith("示例制度 2")


def test_words_that_are_no_duty_of_the_system_are_left_out(served):
    one = served()
    assert clocks.finish(one.unit, one.system, ["none", "hj355.house.power"],
                         at("2026-11-05T10:00"), "record:1") == 0
    assert not DutyClock.objects.exists()


def test_self_operation_is_a_contract_with_itself(served, cast):
    one = served()
    ServiceContract.objects.update(om_unit=cast.houses.plant)
    assert refreshed(one) == 0
    assert clocks.refresh(cast.houses.plant, today=TODAY) > 0


def test_questions_to_the_database_do_not_grow_with_the_points(
    served, django_assert_max_num_queries
):
    one = served()
    refreshed(one)
    for _more in range(3):
        served()
    with django_assert_max_num_queries(16):
        assert refreshed(one) > 100
    with django_assert_max_num_queries(14):
        assert refreshed(one) == 0


@settings(max_examples=40, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(at("2021-01-01T00:00"), at("2030-12-31T23:59")),
       st.sampled_from([d for d in load_duties() if d.holds("gas", "extractive")
                        and d.interval and not d.interval.calendar and not d.months]))
def test_no_clock_outruns_the_interval_that_the_list_prints(one_system, instant, duty):
    DutyClock.objects.all().delete()
    DutyFinish.objects.all().delete()
    clocks.finish(one_system.unit, one_system.system, [duty.key], instant, f"record:{instant}")
    row = clock(one_system, duty.key)
    days = duty.interval.days() if duty.interval.unit != "month" else 31 * duty.interval.amount
    done = datetime.fromtimestamp(instant / 1000, CST).date()
    assert row.due <= done + timedelta(days=days)
    assert row.opens <= row.due


@pytest.fixture
def one_system(served):
    return served()
