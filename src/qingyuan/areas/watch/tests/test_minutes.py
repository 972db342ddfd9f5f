"""Minutes of a running source become findings, and stop being some."""

from datetime import UTC, datetime

import pytest

from qingyuan.areas.findings.models import Finding
from qingyuan.areas.telemetry.models import Mark, PointParameter

WATCHED = ("zero", "constant", "over_range", "over_limit_minute", "device_alarm")
FAULT = {"a21026": "D", "a19001": "D"}


def test_usual_minutes_are_no_finding(watched):
    watched.send(0, 30)
    assert not Finding.objects.exists()


def test_zero_is_raised_at_two_hours_and_once(watched, findings, hour):
    watched.send(0, 11, a21026=0.0)
    assert findings("zero") == []
    watched.send(11, 12, a21026=0.0)
    watched.send(12, 14, a21026=0.0)
    found, = findings("zero")
    assert (found.factor, found.count, found.ended_at) == ("a21026", 1, None)
    assert found.first_at == hour * 1000
    assert "二氧化硫" in found.title
    assert "120 分钟" in found.title


def test_zero_ends_with_the_first_value_and_a_person_still_answers(watched, findings, hour):
    watched.send(0, 12, a21026=0.0)
    watched.send(12, 13)
    found, = findings("zero")
    assert (found.ended_at, found.open) == ((hour + 12 * 600) * 1000, True)


def test_zero_goes_on_across_looks_of_single_packets(watched, findings):
    for packet in range(13):
        watched.send(packet, packet + 1, a21026=0.0)
    assert [row.count for row in findings("zero")] == [1]


def test_zero_again_next_time_is_the_same_matter_while_open(watched, findings):
    watched.send(0, 12, a21026=0.0)
    watched.send(12, 14)
    watched.send(14, 26, a21026=0.0)
    assert [row.count for row in findings("zero")] == [2]
    Finding.objects.update(open=False, state="closed")
    watched.send(26, 27)
    watched.send(27, 39, a21026=0.0)
    assert len(findings("zero")) == 2


def test_long_matter_is_said_again_each_hour_but_not_when_somebody_closed_it(watched, findings):
    watched.send(0, 18, a21026=0.0)
    watched.send(18, 24, a21026=0.0)
    assert findings("zero")[0].count == 2
    Finding.objects.update(open=False, state="closed")
    watched.send(24, 36, a21026=0.0)
    assert len(findings("zero")) == 1


@pytest.mark.parametrize("standing", [{"a19001": 20.5}, {"a19001": 0.0, "a01011": 1.2},
                                      {"a19001": None, "a01011": None}])
def test_zero_of_a_source_not_seen_to_run_is_none(watched, standing):
    watched.send(0, 30, a21026=0.0, **standing)
    assert not Finding.objects.filter(kind="zero").exists()


def test_declared_stop_silences_zero_and_still_values(watched, event):
    event("stop", 0)
    watched.send(0, 30, a21026=0.0, a01012=101.3)
    assert not Finding.objects.exists()


def test_declared_stop_silences_every_kind(cast, watched, event):
    PointParameter.objects.create(point=watched.point, organisation=cast.houses.plant, value=100,
                                  name="range.a21026", since=0)
    event("stop", 0, 30)
    watched.send(0, 30, {"a01011": "D"}, a21026=500.0, i33001=20.0)
    assert not Finding.objects.exists()


def test_kind_switched_off_later_ends_what_goes_on(watched, findings, rule):
    watched.send(0, 12, a21026=0.0)
    rule("zero", on=False)
    watched.send(12, 13, a21026=0.0)
    assert findings("zero")[0].ended_at is not None


def test_stop_entered_afterwards_ends_what_goes_on(watched, event, findings):
    watched.send(0, 12, a21026=0.0)
    event("maintenance", 12, 20)
    watched.send(12, 13, a21026=0.0)
    assert findings("zero")[0].ended_at is not None


def test_prepared_mark_of_the_factor_silences_that_factor(cast, watched, findings, hour):
    Mark.objects.create(point=watched.point, organisation=cast.houses.unit, kind="stopped",
                        factor="a21026", start=hour, end=hour + 36_000)
    watched.send(0, 12, a21026=0.0, a01012=0.0)
    assert [row.factor for row in findings("zero")] == ["a01012"]


def test_flagged_minutes_are_no_zero(watched):
    watched.send(0, 30, {"a21026": "M"}, a21026=0.0)
    assert not Finding.objects.filter(kind="zero").exists()


def test_still_value_is_raised_at_four_hours(watched, findings):
    watched.send(0, 23, a21026=17.3)
    assert findings("constant") == []
    watched.send(23, 24, a21026=17.3)
    found, = findings("constant")
    assert "恒为 17.3 mg/m³，已 240 分钟" in found.title


def test_still_value_ends_when_it_moves_and_begins_anew(watched, findings, hour):
    watched.send(0, 24, a21026=17.3)
    watched.send(24, 25, a21026=17.4)
    assert findings("constant")[0].ended_at == (hour + 24 * 600) * 1000
    watched.send(25, 48, a21026=17.4)
    assert [row.count for row in findings("constant")] == [2]


@pytest.mark.parametrize("still", [{"a21026": 0.3}, {"a01015": 4.0}, {"a01016": 12.5},
                                   {"a21026": 17.3, "a19001": 20.9}])
def test_what_may_stand_still_is_left_alone(watched, still):
    watched.send(0, 30, **still)
    assert not Finding.objects.filter(kind="constant").exists()


def test_spread_of_a_rule_is_in_units_of_the_last_digit(watched, findings, rule):
    rule("constant", spread=2.0)
    watched.send(0, 24, a01012=lambda n: 101.0 + 0.1 * (n % 3), a19001=lambda n: 6 + 0.5 * (n % 2),
                 a01011=lambda n: 12 + 0.5 * (n % 2))
    assert [row.factor for row in findings("constant")] == ["a01012"]


def test_gap_breaks_a_stretch(watched, findings):
    watched.send(0, 11, a21026=0.0)
    watched.send(14, 15, a21026=0.0)
    assert findings("zero") == []


def test_above_range_for_half_an_hour(cast, watched, findings, hour):
    PointParameter.objects.create(point=watched.point, organisation=cast.houses.plant, value=100,
                                  name="range.a21026", since=0)
    watched.send(0, 2, a21026=100.0)
    watched.send(2, 6, a21026=99.9)
    assert findings("over_range") == []
    watched.send(6, 9, a21026=lambda n: 100.0 + n)
    found, = findings("over_range")
    assert found.detail["range"] == 100
    watched.send(9, 10)
    found.refresh_from_db()
    assert found.ended_at == (hour + 9 * 600) * 1000


def test_range_of_the_instrument_holds_and_without_one_nothing_is_above(cast, watched, findings):
    watched.send(0, 6, a21026=9000.0)
    assert findings("over_range") == []
    instrument(cast, watched.point, 200.0)
    watched.send(6, 9, a21026=200.0)
    assert [row.factor for row in findings("over_range")] == ["a21026"]


def instrument(cast, point, high):
    from qingyuan.areas.assets.models import Instrument, InstrumentRange, MonitoringSystem

    system = MonitoringSystem.objects.create(point=point, kind="gas", since="2020-01-01")
    made = Instrument.objects.create(system=system, name="SO2", factors=["a21026"],
                                     since="2020-01-01")
    InstrumentRange.objects.create(instrument=made, factor="a21026", low=0, high=high,
                                   unit="mg/m3", since=datetime(2020, 1, 1, tzinfo=UTC))


def test_logger_says_above_range_itself(watched, findings):
    watched.send(0, 3, {"a21026": "T"}, a21026=500.0)
    assert "标识为超测量上限" in findings("over_range")[0].title


def test_mean_of_the_running_hour_near_the_limit(watched, findings, hour):
    watched.send(0, 1, a21026=31.4, a19001=6.0)
    assert findings("over_limit_minute") == []
    watched.send(1, 2, a21026=31.7, a19001=6.0)  # the mean is now 31.55, nine tenths are 31.5
    found, = findings("over_limit_minute")
    assert (found.severity, found.first_at) == ("warning", (hour + 600) * 1000)
    assert "31.55 mg/m³，限值 35" in found.title


def test_mean_is_converted_by_the_mean_oxygen(watched, findings):
    watched.send(0, 1, a21026=20.9, a19001=11.0)
    assert findings("over_limit_minute") == []
    watched.send(6, 7, a21026=21.1, a19001=11.0)  # times 15/10
    assert findings("over_limit_minute")[0].detail["high"] == pytest.approx(31.65)


def test_prewarning_closes_by_itself_in_a_better_hour(watched, findings):
    watched.send(0, 3, a21026=40.0, a19001=6.0)
    watched.send(3, 6, a21026=34.0, a19001=6.0)
    assert findings("over_limit_minute")[0].open
    watched.send(6, 7)
    found, = findings("over_limit_minute")
    assert (found.open, found.state) == (False, "closed")


@pytest.mark.parametrize(("name", "value"), [("unit.a21026", "ppm"),
                                             ("basis.a21026", "wet_actual")])
def test_minutes_that_no_limit_speaks_of_warn_of_nothing(cast, watched, findings, name, value):
    PointParameter.objects.create(point=watched.point, organisation=cast.houses.plant, name=name,
                                  value=value, since=0)
    watched.send(0, 6, a21026=90.0)
    assert findings("over_limit_minute") == []


def test_flag_of_a_fault_is_one_matter_for_all_factors(watched, findings):
    watched.send(0, 1, FAULT)
    assert findings("device_alarm") == []
    watched.send(1, 2, FAULT)
    found, = findings("device_alarm")
    assert found.detail["factors"] == ["a19001", "a21026"]
    watched.send(2, 3)
    found.refresh_from_db()
    assert found.ended_at is not None


def test_fault_on_record_is_no_news(watched, event, findings):
    event("fault", 0)
    watched.send(0, 6, FAULT)
    assert findings("device_alarm") == []


def test_cold_line_is_raised_after_half_an_hour_and_closes_itself(watched, findings):
    watched.send(0, 2, i33001=119.0)
    watched.send(2, 4, i33001=120.0)
    assert findings("device_parameter") == []
    watched.send(4, 7, i33001=96.0)
    found, = findings("device_parameter")
    assert "伴热管温度" in found.title
    assert "120～200 ℃" in found.title
    watched.send(7, 8, i33001=130.0)
    found.refresh_from_db()
    assert found.open is False


def test_bound_of_the_point_goes_before_the_usual_one(watched, findings, rule):
    rule("device_parameter", point=watched.point, line_low=90.0, cooler_high=4.0)
    watched.send(0, 6, i33001=96.0, a01015=lambda n: 4.5 + 0.1 * (n % 2))
    assert [row.factor for row in findings("device_parameter")] == ["a01015"]


@pytest.mark.parametrize("kind", WATCHED)
def test_kind_switched_off_is_not_looked_for(cast, watched, findings, rule, kind):
    PointParameter.objects.create(point=watched.point, organisation=cast.houses.plant, value=10,
                                  name="range.a21026", since=0)
    rule(kind, on=False)
    watched.send(0, 12, {"a01011": "D"}, a21026=0.0, a01012=0.0)
    watched.send(12, 36, a21026=99.5, a19001=6.0)
    raised = set(Finding.objects.values_list("kind", flat=True))
    assert raised == set(WATCHED) - {kind}


def test_threshold_of_the_unit_counts(watched, findings, rule):
    rule("zero", minutes=30)
    watched.send(0, 3, a21026=0.0)
    assert len(findings("zero")) == 1
