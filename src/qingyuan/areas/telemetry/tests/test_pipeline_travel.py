"""Late data, facts, parameters and rules travel the same way; a row says why it gave way."""

from datetime import date

import pytest

from qingyuan.areas.rules.actions import override_rule, withdraw_override
from qingyuan.areas.telemetry import facts, jobs, pipeline
from qingyuan.areas.telemetry.models import (
    DirtyWindow,
    HourValue,
    JudgedPoint,
    RuleSet,
    SupersededValue,
)
from qingyuan.areas.telemetry.queries import judged
from qingyuan.kernel import windows

pytestmark = pytest.mark.django_db
HOUR, DAY = 3600, 86_400
START = windows.start("2026-10-05")
NOW = START + 10 * DAY


def verdicts(rows, point, count, code="a21026") -> list[str]:
    found = rows(point)
    return [found[START + HOUR * n, code].verdict for n in range(count)]


def test_a_declared_mark_exempts_hours_and_its_withdrawal_brings_them_back(
    cast, gas, sent, judge, rows
):
    sent(gas.point, START, 6)
    judge(NOW)
    mark = facts.add_mark(cast.engineer, gas.point, kind="start_up", state="declared",
                          start=START + HOUR, end=START + 3 * HOUR)
    assert DirtyWindow.objects.count() == 2
    judge(NOW)
    assert verdicts(rows, gas.point, 4) == ["valid", "exempt", "exempt", "valid"]
    facts.withdraw_mark(cast.engineer, mark, "标错时段")
    judge(NOW)
    assert set(verdicts(rows, gas.point, 6)) == {"valid"}
    history = judged.versions_of(cast.manager, gas.point, "hour", START + HOUR, "a21026")
    assert [(one.version, one.row["verdict"], one.cause) for one in history] == [
        (3, "valid", ""), (2, "exempt", "facts"), (1, "valid", "facts")]
    assert history[0].provisions["gas.hour.min_valid_minutes"][0] == 45
    assert [one.version for one in judged.versions_of(
        cast.manager, gas.point, "hour", START, "a21026")] == [1]


def test_a_mark_that_is_only_prepared_changes_nothing(cast, gas, sent, judge):
    sent(gas.point, START, 4)
    judge(NOW)
    facts.add_mark(cast.engineer, gas.point, kind="start_up", start=START, end=START + 3 * HOUR)
    assert not DirtyWindow.objects.exists()


def test_a_parameter_changes_the_hours_from_its_day_on(cast, gas, sent, judge, rows):
    sent(gas.point, START, 48)
    judge(NOW)
    facts.set_parameter(cast.manager, gas.point, "o2_reference", 9.0, since=START + DAY)
    judge(NOW)
    hours = rows(gas.point)
    assert {hours[START + HOUR * n, "a21026"].version for n in range(24)} == {1}
    assert {hours[START + HOUR * n, "a21026"].version for n in range(24, 48)} == {2}
    assert hours[START + DAY, "a21026"].converted == pytest.approx(20.0 * 12 / 15, rel=1e-12)
    assert hours[START + DAY, "a19001"].version == 1
    assert set(SupersededValue.objects.filter(level="hour").values_list("cause", flat=True)) == {
        "facts"}
    facts.set_parameter(cast.manager, gas.point, "o2_reference", 9.0, since=START + DAY)
    assert not DirtyWindow.objects.exists()  # the same once more says nothing


def test_an_event_entered_afterwards_reaches_to_its_neighbours(cast, gas, sent, judge, rows):
    sent(gas.point, START, 72)
    for day in (0, 2):
        facts.record_event(cast.engineer, gas.point, kind="calibration", passed=True,
                           start=START + day * DAY)
    judge(NOW)
    failed = facts.record_event(cast.engineer, gas.point, kind="calibration", passed=False,
                                start=START + 30 * HOUR)
    assert DirtyWindow.objects.count() == 49
    judge(NOW)
    states = verdicts(rows, gas.point, 72)
    assert (states[29], set(states[30:48]), states[48]) == ("valid", {"out_of_control"}, "valid")
    facts.replace_event(cast.engineer, failed, passed=True)
    judge(NOW)
    assert set(verdicts(rows, gas.point, 72)) == {"valid"}


def test_a_fault_takes_the_hours_it_lasted(cast, gas, sent, judge, rows):
    sent(gas.point, START, 8)
    fault = facts.record_event(cast.engineer, gas.point, kind="fault", start=START + 2 * HOUR)
    judge(NOW)
    assert verdicts(rows, gas.point, 8) == ["valid"] * 2 + ["invalid"] * 6
    facts.replace_event(cast.engineer, fault, end=START + 4 * HOUR)
    judge(NOW)
    assert verdicts(rows, gas.point, 8) == ["valid"] * 2 + ["invalid"] * 2 + ["valid"] * 4
    assert rows(gas.point)[START + 5 * HOUR, "a21026"].version == 2


@pytest.fixture
def stricter(cast):
    """The unit asks for 55 valid minutes from the second day on."""

    def enter(name="gas.hour.min_valid_minutes", value=55, since=date(2026, 10, 6)):
        return override_rule(cast.manager, name=name, value=value, link="organisation",
                             since=since, clause="示例规程 3.1", source="示例", why="示例")

    return enter


def test_another_rule_changes_the_hours_from_its_day_on(
    cast, gas, sent, judge, rows, stricter
):
    sent(gas.point, START, 48, change={6 * 5: {"a21026": None}, 6 * 30: {"a21026": None}})
    judge(NOW)
    assert set(verdicts(rows, gas.point, 48)) == {"valid"}
    entry = stricter()
    assert jobs.mark_other_rules() == "24 hours"
    judge(NOW)
    states = verdicts(rows, gas.point, 48)
    assert (states[5], states[30], states.count("invalid")) == ("valid", "invalid", 1)
    hours = rows(gas.point)
    assert {hours[START + HOUR * n, "a21026"].version for n in range(24)} == {1}
    assert set(SupersededValue.objects.filter(level="hour").values_list("cause", flat=True)) == {
        "rules"}
    kept = RuleSet.objects.get(pk=hours[START + DAY, "a21026"].rules)
    assert kept.provisions["gas.hour.min_valid_minutes"] == [55, "示例规程 3.1"]
    assert jobs.mark_other_rules() == ""
    withdraw_override(cast.manager, entry, "示例")
    jobs.mark_other_rules()
    judge(NOW)
    assert set(verdicts(rows, gas.point, 48)) == {"valid"}


def test_a_rule_that_judging_does_not_read_touches_no_row(gas, sent, judge, stricter):
    sent(gas.point, START, 24)
    judge(NOW)
    before = JudgedPoint.objects.get().rules
    stricter("audit.working_days", 7, date(2026, 1, 1))
    assert jobs.mark_other_rules() == ""
    assert not DirtyWindow.objects.exists()
    assert JudgedPoint.objects.get().rules != before  # looked at once, not every five minutes
    assert not SupersededValue.objects.exists()


def test_a_rule_of_days_leaves_hours_as_they_are(gas, sent, judge, rows, stricter):
    sent(gas.point, START, 22)
    judge(NOW)
    assert rows(gas.point, "day")[START, "a21026"].verdict == "valid"
    stricter("gas.day.min_valid_hours", 23, date(2026, 10, 5))
    jobs.mark_other_rules()
    judge(NOW)
    assert rows(gas.point, "day")[START, "a21026"].verdict == "invalid"
    assert set(SupersededValue.objects.values_list("level", flat=True)) >= {"day"}
    assert not SupersededValue.objects.filter(level="hour").exists()


def test_the_rule_changes_before_the_job_looked(gas, sent, judge, rows, stricter):
    sent(gas.point, START, 48, change={6 * 30: {"a21026": None}})
    judge(NOW)
    stricter()
    pipeline.mark_hours(gas.point.pk, [START])  # any hour will do: the others come along
    judge(NOW)
    assert rows(gas.point)[START + 30 * HOUR, "a21026"].verdict == "invalid"


def test_silence_is_marked_while_it_lasts(gas, sent, judge, rows):
    sent(gas.point, START, 2)
    judge(START + 2 * HOUR + 600)
    assert jobs.mark_silence(now=START + 3 * HOUR) == ""
    assert jobs.mark_silence(now=START + 7 * HOUR) == "3 hours"
    judge(START + 7 * HOUR)
    assert verdicts(rows, gas.point, 5) == ["valid"] * 2 + ["missing"] * 3
    gas.point.active = False
    gas.point.save()
    assert jobs.mark_silence(now=START + 12 * HOUR) == ""


def test_a_restart_that_nobody_verified_is_looked_at_when_it_is_due(cast, gas, sent, judge, rows):
    restart = START + 5 * HOUR
    facts.record_event(cast.engineer, gas.point, kind="stop", start=START - 120 * DAY, end=restart)
    sent(gas.point, START, 24)
    judge(START + 2 * DAY)
    assert rows(gas.point)[restart, "a21026"].verdict == "valid"
    assert "verification_pending" in rows(gas.point)[restart, "a21026"].reason
    assert jobs.mark_restarts(now=START + 15 * DAY) != ""
    sent(gas.point, START + 15 * DAY, 1)
    judge(START + 16 * DAY)
    hour = rows(gas.point)[restart + HOUR, "a21026"]
    assert (hour.verdict, hour.reason.partition(";")[0]) == ("out_of_control", "restart_unverified")
    pipeline.mark_hours(gas.point.pk, [restart + 2 * HOUR])  # one hour alone is judged alike
    judge(START + 16 * DAY)
    assert HourValue.objects.get(point=gas.point, time=restart + 2 * HOUR,
                                 factor__code="a21026").verdict == "out_of_control"
