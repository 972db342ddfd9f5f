"""From rows to clock hours and slots."""

from pathlib import Path

import numpy as np
import pytest

from qingyuan.assess.case import Facts, make_case
from qingyuan.assess.minutes import read_minutes
from qingyuan.assess.point import read_point
from qingyuan.assess.refusal import Refused
from qingyuan.calc.types import Event, Mark
from qingyuan.standards import load

MIN = Path("MIN.csv")
MIDNIGHT = 1_759_248_000  # 2025-10-01 00:00 in China
GAS = 'kind = "gas"\nname = "示例排口"\n[gas]\npollutants = ["a21026"]\n'
WATER = 'kind = "water"\nname = "示例排口"\n[water]\nanalysers = ["w01018"]\n'


def case(point: str, *lines: str, facts: Facts | None = None):
    body = "\n".join(["time,factor,value,flag", *lines]).encode()
    known = read_point(Path("POINT.toml"), point.encode(), load())
    return make_case(MIN, read_minutes(MIN, body), known, facts or Facts())


def refusal(point: str, *lines: str) -> list[str]:
    with pytest.raises(Refused) as error:
        case(point, *lines)
    return list(error.value.lines)


def test_hours_run_from_the_first_to_the_last_of_the_file_in_any_order():
    made, _ = case(GAS, "2025-10-01 02:59,a21026,7,N", "2025-10-01 00:30,a21026,5,D")
    assert (made.start, made.hours) == (MIDNIGHT, 3)
    grid = made.grids["a21026"]
    assert grid.values.shape == (3, 60)
    assert (grid.values[0, 30], grid.values[2, 59]) == (5, 7)
    assert np.count_nonzero(~np.isnan(grid.values)) == 2
    assert (grid.letters[grid.flags[0, 30]], grid.letters[grid.flags[2, 59]]) == ("D", "N")


def test_gas_has_rows_for_its_pollutants_only_and_keeps_the_flue_parameters():
    made, notes = case(GAS, "2025-10-01 00:00,a21026,5,N", "2025-10-01 00:00,a19001,8,N",
                       "2025-10-01 00:00,a99999,1,N", "2025-10-01 00:00,w01018,1,N")
    assert made.judged == made.pollutants == ("a21026",)
    assert set(made.grids) == {"a21026", "a19001"}
    assert notes == ["MIN.csv: not judged and not a parameter, ignored: a99999, w01018"]


def test_a_value_may_stand_for_five_minutes():
    made, _ = case(GAS + "minutes_per_value = 5\n", "2025-10-01 00:05,a21026,5,N")
    assert made.grids["a21026"].values.shape == (1, 12)
    assert made.grids["a21026"].values[0, 1] == 5


def test_water_has_one_value_an_hour_of_its_analysers_and_six_of_flow_ph_temperature():
    made, _ = case(WATER, "2025-10-01 00:25,w01018,40,N", "2025-10-01 00:59,w00000,20,N",
                   "2025-10-01 00:09,w01001,7.1,N", "2025-10-01 00:10,w01001,7.2,N")
    assert made.pollutants == ("w01018",)
    assert made.judged == ("w01018", "w00000", "w01001", "w01010")
    assert made.grids["w01018"].values.tolist() == [[40.0]]
    assert made.grids["w00000"].values[0, 5] == 20
    assert made.grids["w01001"].values[0, :2].tolist() == [7.1, 7.2]
    assert "w01010" not in made.grids


@pytest.mark.parametrize(("point", "lines", "message"), [
    (GAS, ("2025-10-01 00:05,a21026,1,N", "2025-10-01 00:05,a19001,1,N",
           "2025-10-01 00:05,a21026,2,N"),
     "4: '2025-10-01 00:05,a21026': expected one row for each factor and minute, and line 2 has"),
    (GAS, ("2025-10-01 00:05,a77777,1,N", "2025-10-01 00:05,a77777,,N"),
     "3: '2025-10-01 00:05,a77777': expected one row for each factor and minute, and line 2 has"),
    (GAS + "minutes_per_value = 5\n",
     ("2025-10-01 00:05,a21026,1,N", "2025-10-01 00:09,a21026,1,N"),
     "3: '2025-10-01 00:09,a21026': expected one row for each factor and 5 minutes, and line 2"),
    (WATER, ("2025-10-01 00:00,w01018,40,N", "2025-10-01 00:30,w01018,41,N"),
     "3: '2025-10-01 00:30,w01018': expected one row for each factor and hour, and line 2 has"),
    (WATER, ("2025-10-01 00:19,w00000,20,N", "2025-10-01 00:10,w00000,20,N"),
     "3: '2025-10-01 00:10,w00000': expected one row for each factor and ten minutes, and line 2"),
])
def test_two_rows_for_one_slot_are_refused_and_both_lines_named(point, lines, message):
    (line,) = refusal(point, *lines)
    assert line.startswith("MIN.csv:" + message)


def test_a_third_row_names_the_one_before_it_and_all_come_by_line():
    lines = refusal(GAS, *["2025-10-01 00:05,a21026,1,N", "2025-10-01 00:04,a19001,1,N"] * 3)
    assert [line.split(":")[1] for line in lines] == ["4", "5", "6", "7"]
    assert lines[2].endswith("and line 4 has one")


def test_a_year_typed_wrong_is_refused_before_its_hours_fill_the_memory():
    (line,) = refusal(GAS, "2025-10-01 00:05,a21026,1,N", "2052-10-01 00:06,a21026,1,N")
    assert line == ("MIN.csv:3: '2052-10-01 00:06': expected a time within ten years of line 2, "
                    "2025-10-01 00:05")


def test_facts_of_factors_that_are_not_judged_are_noted():
    events = (Event(MIDNIGHT, "calibration", "a2102"), Event(MIDNIGHT, "calibration", "a19001"),
              Event(MIDNIGHT, "stop_start"))
    facts = Facts(events, (Mark(MIDNIGHT, MIDNIGHT + 60, "fault", "a3"),))
    made, notes = case(GAS, "2025-10-01 00:05,a21026,1,N", facts=facts)
    assert made.events == facts.events
    assert notes == ["events, marks or samples of factors that are not judged: a2102, a3"]


def test_a_value_within_the_hour_keeps_its_own_time_and_marks_are_held_against_that():
    from qingyuan.calc.engine import judge

    def mark(start: int, end: int) -> Mark:
        return Mark(MIDNIGHT + 60 * start, MIDNIGHT + 60 * end, "device_maintenance", "w01018")

    lines = [f"2025-10-01 {hour:02}:30,w01018,50,N" for hour in range(3)]
    made, _ = case(WATER, *lines, facts=Facts(marks=(mark(80, 100), mark(120, 130))))
    found = judge(made, load()).hours["w01018"]
    assert found.valid_minutes.tolist() == [1, 0, 1]  # 01:30 lies in 01:20 to 01:40
    on_the_hour, _ = case(WATER, *(line.replace(":30,", ":00,") for line in lines))
    assert on_the_hour.grids["w01018"].stamps is None
