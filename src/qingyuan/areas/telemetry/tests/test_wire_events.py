"""Events that the loggers tell of: calibrations by flag, standard checks by packet 2062."""

import pytest

from qingyuan.areas.telemetry import wire_events
from qingyuan.areas.telemetry.models import Event, StationMessage
from qingyuan.areas.telemetry.sources import simulated

START = 1_795_410_000  # 2026-11-23T13:00:00+08:00

pytestmark = pytest.mark.django_db


def minutes(point: int, flags: dict[int, str], code: str = "a21026") -> None:
    """Ten-minute values of one factor; ``flags`` by minute after START, N elsewhere."""
    from qingyuan.areas.telemetry.backfill import store

    rows = [(START + 60 * m, [1.0], [flags.get(m, "N")]) for m in range(-60, 120, 10)]
    store(point, "min", [(code, "Avg")], rows, simulated())


def events(point) -> list[tuple[str, str, int, bool | None]]:
    return list(Event.objects.filter(point=point).order_by("factor", "start")
                .values_list("kind", "factor", "start", "passed"))


def test_flagged_minutes_are_one_calibration_without_a_result(station):
    one = station()
    minutes(one.point.pk, {20: "C", 30: "C"})
    assert wire_events.from_flags(one.point, START, START + 3600) == 1
    assert events(one.point) == [("calibration", "a21026", START + 1200, None)]


def test_what_is_known_is_not_entered_twice_even_when_withdrawn(station):
    one = station()
    minutes(one.point.pk, {20: "C"})
    wire_events.from_flags(one.point, START, START + 3600)
    Event.objects.update(withdrawn_at=1)
    assert wire_events.from_flags(one.point, START, START + 3600) == 0
    assert Event.objects.count() == 1


def test_a_calibration_over_the_full_hour_is_one_event(station):
    one = station()
    minutes(one.point.pk, {50: "C", 60: "C", 70: "C"})
    wire_events.from_flags(one.point, START, START + 3600)
    wire_events.from_flags(one.point, START + 3600, START + 7200)
    assert events(one.point) == [("calibration", "a21026", START + 3000, None)]


def test_codes_of_2005_are_entered_under_those_of_2017(station):
    one = station()
    minutes(one.point.pk, {10: "C"}, code="02")
    wire_events.from_flags(one.point, START, START + 3600)
    assert [row[1] for row in events(one.point)] == ["a21026"]


def test_other_flags_and_sensors_tell_of_no_calibration(station):
    one = station()
    minutes(one.point.pk, {10: "D", 20: "M"})
    minutes(one.point.pk, {10: "C"}, code="a01012")
    assert wire_events.from_flags(one.point, START, START + 3600) == 0


def test_results_of_standard_checks_come_from_their_packets(station):
    one = station(kind="water")
    for frame, result in ((7, "1"), (8, "0"), (9, "x")):
        StationMessage.objects.create(
            frame=frame, mn=one.mn, point=one.point, st="32", cn="2062", time=START + 7200 * frame,
            at=0, pairs=[["w01018-SampleRd", "24.1"], ["w01018-StandardValue", "25"],
                         ["w01018-ResultType", result]])
    assert wire_events.standard_checks() == "2 standard checks"
    assert wire_events.standard_checks() == ""
    assert [row[3] for row in events(one.point)] == [True, False]


def checked(one, frame: int, after: int, result: str, name: str = "w01018") -> None:
    StationMessage.objects.create(
        frame=frame, mn=one.mn, point=one.point, st="32", cn="2062", time=START + after,
        at=0, pairs=[[f"{name}-ResultType", result]])


def test_a_check_passed_soon_after_one_that_failed_ends_its_failure(station):
    one = station(kind="water")
    for frame, (after, result) in enumerate(((0, "0"), (1800, "1"), (2400, "0"), (3000, "1")), 1):
        checked(one, frame, after, result)
    checked(one, 5, 2400, "0")  # sent again
    assert wire_events.standard_checks() == "4 standard checks"
    assert [row[3] for row in events(one.point)] == [False, True, False, True]


def test_names_that_are_no_factor_of_the_point_are_no_check_of_it(station):
    one = station(kind="water")
    for frame, name in enumerate(("w" * 40, "a21026", "", "w21003"), 1):
        checked(one, frame, 0, "0", name)
    assert wire_events.standard_checks() == "1 standard checks"
    assert [row[1] for row in events(one.point)] == ["w21003"]
