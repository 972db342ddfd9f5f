"""Every worked scenario of ``cases/``, through the engine and, where its size allows, through the
files that ``qingyuan judge`` reads and writes."""

from collections import Counter
from pathlib import Path

import pytest
from case_calls import Call, load_calls
from case_capability import load_capabilities
from case_demands import OF_PERIODS, complaints
from case_engine import by_engine
from case_files import by_files, fits_files
from case_language import Scenario, load
from case_records import Record, load_records

from qingyuan.standards import load as load_book

SCENARIOS = load()
IDS = [scenario.id for scenario in SCENARIOS]
RECORDS = [*load_records(), *load_capabilities()]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=IDS)
def test_engine_agrees_with_the_worked_scenario(scenario: Scenario) -> None:
    wrong = complaints(scenario, by_engine(scenario))
    assert not wrong, "\n".join([scenario.data["title"], *wrong])


@pytest.mark.parametrize("scenario", [s for s in SCENARIOS if fits_files(s)],
                         ids=[s.id for s in SCENARIOS if fits_files(s)])
def test_files_agree_with_the_worked_scenario(scenario: Scenario, tmp_path: Path) -> None:
    wrong = complaints(scenario, by_files(scenario, tmp_path), levels=OF_PERIODS)
    assert not wrong, "\n".join([scenario.data["title"], *wrong])


def test_each_scenario_says_what_it_is_and_where_its_answer_comes_from() -> None:
    lacking = [s.id for s in (*SCENARIOS, *load_calls(), *RECORDS)
               if not all(s.data.get(key, "").strip() for key in ("title", "source", "why"))]
    assert not lacking
    assert not [name for name, count in Counter([*IDS, *(r.id for r in RECORDS)]).items()
                if count > 1]


def test_each_scenario_expects_something() -> None:
    assert not [s.id for s in SCENARIOS if not s.expected]


def test_there_are_at_least_sixty() -> None:
    assert len(SCENARIOS) >= 60


@pytest.mark.parametrize("call", load_calls(), ids=[call.id for call in load_calls()])
def test_function_agrees_with_the_worked_call(call: Call) -> None:
    wrong = call.complaints(load_book())
    assert not wrong, "\n".join([call.data["title"], *wrong])


@pytest.mark.parametrize("record", RECORDS, ids=[record.id for record in RECORDS])
def test_checked_record_agrees_with_the_worked_one(record: Record) -> None:
    wrong = record.complaints(load_book())
    assert not wrong, "\n".join([record.data["title"], *wrong])


def test_there_are_at_least_forty_records() -> None:
    assert len(RECORDS) >= 40
    assert all(record.rows for record in RECORDS)
