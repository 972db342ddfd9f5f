"""Prepared against declared, without a database."""

import pytest

from qingyuan.areas.telemetry.marking.matching import Prepared, Row, match

H = 3600
SO2, DUST = "a21026", "a34013"


def state(prepared, *rows):
    found = match([prepared], rows)[prepared.key]
    return found.state, found.rows, found.why


@pytest.mark.parametrize(("row", "expected"), [
    (Row(1, "fault", 0, H, SO2), ("matched", (1,), "")),
    (Row(1, "fault", 30, H + 59, SO2), ("matched", (1,), "")),  # seconds do not tell
    (Row(1, "fault", 60, H, SO2), ("differs", (1,), "time")),
    (Row(1, "calibration", 0, H, SO2), ("differs", (1,), "kind")),
    (Row(1, "fault", 0, H, ""), ("differs", (1,), "factor")),
    (Row(1, "fault", 0, H, DUST), ("alone", (), "")),
    (Row(1, "fault", H, 2 * H, SO2), ("alone", (), "")),
    (Row(1, "stopped", 0, H, ""), ("alone", (), "")),  # of the process: contradicts nothing
])
def test_one_row(row, expected):
    assert state(Prepared(9, "fault", 0, H, SO2), row) == expected


def test_a_mark_of_all_factors_is_declared_by_factor():
    mine = Prepared(9, "fault", 0, H, "", frozenset({SO2, DUST}))
    both = (Row(1, "fault", 0, H, SO2), Row(2, "fault", 0, H, DUST))
    assert state(mine, *both) == ("matched", (1, 2), "")
    assert state(mine, both[0]) == ("differs", (1,), "factor")
    assert state(mine, Row(3, "fault", 0, H, "")) == ("matched", (3,), "")


def test_a_point_without_known_factors_needs_a_row_without_one():
    mine = Prepared(9, "fault", 0, H)
    assert state(mine, Row(1, "fault", 0, H, SO2)) == ("differs", (1,), "factor")
    assert state(mine, Row(1, "fault", 0, H)) == ("matched", (1,), "")


def test_a_row_that_agrees_with_one_mark_contradicts_no_other():
    short, long = Prepared(1, "fault", 0, H, SO2), Prepared(2, "fault", 0, 2 * H, SO2)
    row = Row(7, "fault", 0, H, SO2)
    found = match([long, short], [row])
    assert (found[1].state, found[2].state) == ("matched", "alone")


def test_process_states_have_no_factor():
    mine = Prepared(9, "start_up", 0, H)
    assert state(mine, Row(1, "start_up", 0, H)) == ("matched", (1,), "")
    assert state(mine, Row(1, "shut_down", 0, H)) == ("differs", (1,), "kind")
