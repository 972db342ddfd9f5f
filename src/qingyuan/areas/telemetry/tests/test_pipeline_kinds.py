"""Waste water with hourly analysers, and stations that speak the codes of 2005."""

import pytest

from qingyuan.areas.telemetry import facts
from qingyuan.kernel import windows

pytestmark = pytest.mark.django_db
HOUR, DAY = 3600, 86_400
START = windows.start("2026-10-05")
NOW = START + 60 * DAY


def test_analysers_are_read_from_reported_hours_and_meet_the_flow(outlet, judge, rows):
    outlet.send(START, 24, flow=lambda hour: 10.0 + hour)
    judge(NOW)
    hours = rows(outlet.point)
    one = hours[START + 3 * HOUR, "w01018"]
    assert (one.verdict, one.value, one.count) == ("valid", 40.0, 1)
    assert hours[START + 3 * HOUR, "w00000"].converted == pytest.approx(13 * 3.6)  # m3
    assert one.mass == pytest.approx(40.0 * 13 * 3.6 / 1000)  # kg
    assert hours[START, "w01001"].count == 6
    day = rows(outlet.point, "day")[START, "w01018"]
    assert (day.verdict, day.count) == ("valid", 24)
    assert day.mass == pytest.approx(sum(hours[START + HOUR * n, "w01018"].mass for n in range(24)))


def test_without_flow_an_analyser_says_nothing(outlet, judge, rows):
    outlet.send(START, 6, flow=lambda hour: 0.0 if hour == 2 else 10.0)
    judge(NOW)
    row = rows(outlet.point)[START + 2 * HOUR, "w01018"]
    assert (row.verdict, row.reason.partition(";")[0]) == ("invalid", "flow_zero")


def test_a_value_stamped_later_meets_the_flow_of_its_sampling_hour(cast, outlet, judge, rows):
    """And a late minute of flow changes the mass of the value that was drawn in its hour."""
    facts.set_parameter(cast.manager, outlet.point, "sampling_offset_hours", 1, since=0)
    outlet.send(START, 6, flow=lambda hour: 10.0 * (hour + 1))
    judge(NOW)
    assert rows(outlet.point)[START + 3 * HOUR, "w01018"].mass == pytest.approx(
        40.0 * 30 * 3.6 / 1000)
    before = rows(outlet.point)
    from qingyuan.areas.telemetry.models import MinuteReading
    from qingyuan.areas.telemetry.packing import pack
    from qingyuan.areas.telemetry.pipeline import mark_hours

    at = START + 2 * HOUR + 600
    MinuteReading.objects.filter(time=at).update(packed=pack([60.0, 7.5, 20.0]))
    mark_hours(outlet.point.pk, [START + 2 * HOUR])
    judge(NOW)
    after = rows(outlet.point)
    changed = {key for key in after if after[key].version != before[key].version}
    # the flow's own hour, whose value met the hour before, and the hour of the value drawn in it
    assert changed == {(START + 2 * HOUR, "w00000"), (START + 2 * HOUR, "w01018"),
                       (START + 3 * HOUR, "w01018")}
    assert after[START + 3 * HOUR, "w01018"].mass == pytest.approx(40.0 * 35 * 3.6 / 1000)


def test_a_day_without_valid_mean_takes_the_largest_of_the_last_loads(outlet, judge, rows):
    outlet.send(START, 24 * 34, cod=lambda hour: None if hour >= 33 * 24 else 20.0 + hour // 24)
    judge(NOW)
    days = rows(outlet.point, "day")
    last = days[START + 33 * DAY, "w01018"]
    assert (last.verdict, last.mass) == ("missing", None)
    assert last.substituted == pytest.approx(days[START + 32 * DAY, "w01018"].mass)
    november = rows(outlet.point, "month")[windows.start("2026-11"), "w01018"]
    assert november.substituted == pytest.approx(sum(
        days[START + DAY * n, "w01018"].substituted for n in range(27, 34)))


def test_a_failed_check_reaches_back_to_the_last_that_passed(cast, outlet, judge, rows):
    outlet.send(START, 48)
    judge(NOW)
    for hour, passed in ((6, True), (30, False), (31, True)):
        facts.record_event(cast.engineer, outlet.point, kind="standard_check", factor="w01018",
                           start=START + hour * HOUR, passed=passed)
        judge(NOW)
    states = [rows(outlet.point)[START + HOUR * n, "w01018"].verdict for n in range(48)]
    assert (set(states[:6]), set(states[7:30]), set(states[31:])) == (
        {"valid"}, {"invalid"}, {"valid"})
    assert {rows(outlet.point)[START + HOUR * n, "w01001"].verdict for n in range(48)} == {"valid"}


def test_codes_of_2005_are_judged_under_those_of_2017_in_their_units(station, judge, rows, sent):
    one = station(minute_minutes=10, edition="2005")
    usual = {"02": 20.0, "S01": 6.0, "S02": 12.0, "S03": 120.0, "S08": -0.0004, "S05": 9.0}
    sent(one.point, START, 2, usual=usual)
    judge(NOW)
    hours = rows(one.point)
    assert {code for _time, code in hours} == {
        "a21026", "a19001", "a01011", "a01012", "a01013", "a01014"}
    assert hours[START, "a01013"].value == pytest.approx(-0.4)  # kPa
    sent(one.point, START + 2 * HOUR, 1)  # the logger was set to the new edition
    judge(NOW)
    assert {code for _time, code in rows(one.point)} == {code for _time, code in hours}
