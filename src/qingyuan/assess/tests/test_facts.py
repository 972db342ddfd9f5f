"""EVENTS.csv, MARKS.csv, MANUAL.csv."""

from pathlib import Path

import pytest

from qingyuan.assess.facts import read_events, read_manual, read_marks
from qingyuan.assess.refusal import Refused
from qingyuan.calc.types import EVENT_KINDS, MARK_KINDS, Event, Mark

PATH = Path("FILE.csv")
MIDNIGHT = 1_759_248_000  # 2025-10-01 00:00 in China
TIME = "a China time YYYY-MM-DD HH:MM in the years 2000 to 2100"


def refusal(read, text: str) -> list[str]:
    with pytest.raises(Refused) as error:
        read(PATH, text.encode())
    return list(error.value.lines)


def test_events_come_in_order_of_time_with_their_result():
    text = ("time,kind,factor,passed\r\n2025-10-01 09:00,calibration,a21026,0\r\n"
            "2025-10-01 08:00,fault_start,,\r\n\r\n2025-10-01 09:30,calibration,a21026,1\r\n")
    assert read_events(PATH, text.encode()) == (
        Event(MIDNIGHT + 8 * 3600, "fault_start"),
        Event(MIDNIGHT + 9 * 3600, "calibration", "a21026", False),
        Event(MIDNIGHT + 9 * 3600 + 1800, "calibration", "a21026", True))


def test_every_promised_kind_of_event_and_of_mark_is_known():
    promised = ("calibration, full_calibration, standard_check, comparison, verification, "
                "fault_start, fault_end, maintenance_start, maintenance_end, stop_start, stop_end")
    assert promised.split(", ") == list(EVENT_KINDS)
    text = "time,kind,factor,passed\n" + "".join(f"2025-10-01 00:00,{k},,\n" for k in EVENT_KINDS)
    assert {event.kind for event in read_events(PATH, text.encode())} == set(EVENT_KINDS)
    promised = ("device_maintenance, calibration, standard_check, fault, communication, start_up, "
                "shut_down, banked, accident, stopped")
    assert promised.split(", ") == list(MARK_KINDS)
    text = "start,end,kind,factor\n" + "".join(
        f"2025-10-01 00:00,2025-10-01 01:00,{kind},\n" for kind in MARK_KINDS)
    assert {mark.kind for mark in read_marks(PATH, text.encode())} == set(MARK_KINDS)


@pytest.mark.parametrize(("line", "text", "expected"), [
    ("2025-10-01,calibration,,1", "2025-10-01", TIME),
    ("2025-10-01 08:00,calibrated,,1", "calibrated", "one of " + ", ".join(EVENT_KINDS)),
    ("2025-10-01 08:00,calibration,SO2 x,1", "SO2 x",
     "a factor's code, such as a21026 or w01018, or nothing for all factors"),
    ("2025-10-01 08:00,calibration,,yes", "yes", "1, 0 or nothing"),
    ("2025-10-01 08:00,calibration,1", "2025-10-01 08:00,calibration,1",
     "4 cells: time,kind,factor,passed"),
])
def test_a_bad_event_is_refused(line, text, expected):
    body = f"time,kind,factor,passed\n2025-10-01 07:00,calibration,,\n{line}\n"
    assert refusal(read_events, body) == [f"FILE.csv:3: {text!r}: expected {expected}"]


def test_a_mark_holds_from_its_start_to_its_end():
    text = "start,end,kind,factor\n2025-10-01 08:00,2025-10-01 10:00,start_up,\n"
    assert read_marks(PATH, text.encode()) == (
        Mark(MIDNIGHT + 8 * 3600, MIDNIGHT + 10 * 3600, "start_up"),)


@pytest.mark.parametrize(("line", "text", "expected"), [
    ("x,2025-10-01 10:00,fault,", "x", TIME),
    ("2025-10-01 08:00,y,fault,", "y", TIME),
    ("2025-10-01 08:00,2025-10-01 08:00,fault,", "2025-10-01 08:00",
     "an end after the start 2025-10-01 08:00"),
    ("2025-10-01 08:00,2025-10-01 09:00,broken,", "broken", "one of " + ", ".join(MARK_KINDS)),
    ("2025-10-01 08:00,2025-10-01 09:00,fault,?", "?",
     "a factor's code, such as a21026 or w01018, or nothing for all factors"),
])
def test_a_bad_mark_is_refused(line, text, expected):
    body = f"start,end,kind,factor\n{line}\n"
    assert refusal(read_marks, body) == [f"FILE.csv:2: {text!r}: expected {expected}"]


@pytest.mark.parametrize(("read", "header"), [
    (read_events, "time,kind,factor,passed"), (read_marks, "start,end,kind,factor"),
    (read_manual, "time,factor,value")])
def test_another_header_is_refused(read, header):
    assert refusal(read, "a,b\n1,2\n") == [f"FILE.csv:1: 'a,b': expected the header {header}"]


def test_samples_taken_by_hand_come_per_factor_in_order_of_time():
    text = ("time,factor,value\n2025-10-01 12:00,w01018,41\n2025-10-01 06:00,w01018,40.5\n"
            "2025-10-01 06:00,w21003,1.2\n")
    assert read_manual(PATH, text.encode()) == {
        "w01018": ((MIDNIGHT + 6 * 3600, 40.5), (MIDNIGHT + 12 * 3600, 41.0)),
        "w21003": ((MIDNIGHT + 6 * 3600, 1.2),)}


@pytest.mark.parametrize(("line", "text", "expected"), [
    ("2025-10-01 06:00,w01018,", "", "a number"),
    ("2025-10-01 06:00,,5", "", "a factor's code, such as a21026 or w01018"),
    ("2025-10-01 6:00,w01018,5", "2025-10-01 6:00", TIME),
    ("2025-10-01 05:00,w01018,6", "2025-10-01 05:00,w01018",
     "one value for each time and factor, and line 2 has one"),
])
def test_a_bad_sample_is_refused(line, text, expected):
    body = f"time,factor,value\n2025-10-01 05:00,w01018,5\n{line}\n"
    assert refusal(read_manual, body) == [f"FILE.csv:3: {text!r}: expected {expected}"]
