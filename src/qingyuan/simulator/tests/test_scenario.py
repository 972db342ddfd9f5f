"""Scenarios as files, and the command that plays them."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from qingyuan.simulator import fleet, history, scenario
from qingyuan.simulator.factors import OLD
from qingyuan.simulator.manners import MANNERS
from qingyuan.simulator.physics.events import KINDS
from qingyuan.simulator.scenario import Scenario, ScenarioError, load, ready, span
from qingyuan.spool import registry

NINE = """
title = "t"
seed = 3
[fleet]
stations = 9
gas = 0.5
editions = { "2017" = 1.0 }
incidents = 0
"""


def simulate(*words, cwd=None, wait=60):
    return subprocess.run(
        [sys.executable, "-m", "qingyuan", "simulate", *words], capture_output=True, text=True,
        timeout=wait, cwd=cwd, check=False,
    )  # fmt: skip


@pytest.fixture
def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


# -- the fleet -----------------------------------------------------------------------------


def test_the_demo_fleet_shows_both_kinds_and_all_editions():
    stations = fleet(24)
    assert {s.kind for s in stations} == {"gas", "water"}
    assert {s.edition for s in stations} == {"2005", "2017", "2025"}
    assert len({s.mn for s in stations}) == len({s.name for s in stations}) == 24
    assert all(s.name.startswith("示例") for s in stations)
    assert {len(s.mn) for s in stations if s.edition == "2005"} == {14}
    assert all(len(s.mn) == 24 and int(s.mn, 16) for s in stations if s.edition != "2005")
    assert {s.edition for s in stations if s.sm4_key} == {"2025"}


def test_a_thousand_stations_have_names_and_numbers_of_their_own():
    stations = fleet(1000)
    assert len({s.mn for s in stations}) == len({s.name for s in stations}) == 1000


def test_2005_stations_speak_2005_codes():
    for s in fleet(24):
        codes = {f.code for f in s.factors}
        assert (codes <= {row[0] for row in OLD.values()}) == (s.edition == "2005")


def test_mix_is_kept(noon):
    stations = fleet(200, mix={"gas": 0.25, "2005": 0, "2017": 1, "2025": 1})
    assert 45 <= sum(s.kind == "gas" for s in stations) <= 55
    assert 90 <= sum(s.edition == "2025" for s in stations) <= 110
    assert "2005" not in {s.edition for s in stations}


@pytest.mark.parametrize("mix", [{"gas": 1.5}, {"2005": 0, "2017": 0, "2025": 0}])
def test_an_impossible_mix_is_refused(mix):
    with pytest.raises(ValueError, match="mix needs"):
        fleet(2, mix=mix)


# -- files ---------------------------------------------------------------------------------


def test_ready_scenarios_can_all_be_played(noon):
    assert set(ready()) >= {"quiet-week", "bad-manners", "calibration-and-faults"}
    for name, text in ready().items():
        plan = load(text, name).plan(noon)
        assert len(plan.stations) >= 12


def letters_of(name, noon):
    """Every data flag of the scenario's first day."""
    stations = load(ready()[name]).plan(noon).stations
    rows = (row for s in stations for row in history(s, noon, noon + 86400, "rtd"))
    return {letter for row in rows for letter in row.flags}


def test_a_quiet_week_is_quiet(noon):
    assert letters_of("quiet-week", noon) <= {"N", "C", "M"}


def test_calibration_and_faults_shows_every_letter(noon):
    assert letters_of("calibration-and-faults", noon) >= {"N", "C", "D", "B", "T", "F"}


def test_events_reach_the_stations_and_times_they_name(noon):
    text = NINE + """
[[event]]
kind = "fault"
at = "1h30m"
duration = 600
every = "1d"
times = 3
stations = [2, "gas"]
factors = ["a21026"]
"""
    plan = load(text).plan(noon)
    for place, spec in enumerate(plan.stations, start=1):
        expected = 3 if spec.kind == "gas" else 0
        assert len(spec.events) == expected, place
    first = next(s for s in plan.stations if s.kind == "gas").events
    assert [(e.start - noon) / 60 for e in first] == [90, 1530, 2970]
    assert {e.end - e.start for e in first} == {600}


def test_own_stations_come_first_and_alone(noon):
    text = """
[[station]]
mn = "88888880000001"
password = "123456"
kind = "water"
edition = "2005"
name = "示例站"
"""
    plan = load(text).plan(noon)
    assert [(s.mn, s.name, s.st) for s in plan.stations] == [("88888880000001", "示例站", "32")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = ", "not TOML"),
        ("colour = 1", "unknown key 'colour'; known are title"),
        ("[fleet]\nsize = 3", r"\[fleet\]: unknown key 'size'"),
        ('[fleet]\neditions = { "2011" = 1 }', "'2011' is none of 2005, 2017, 2025"),
        ('[[event]]\nkind = "party"\nat = 1\nduration = 1', "'party' is none of stop"),
        ('[[event]]\nkind = "fault"\nduration = 1', "event 1: at is missing"),
        ('[[event]]\nkind = "fault"\nat = "soon"\nduration = 1', "at must be seconds or a span"),
        ('[[event]]\nkind = "fault"\nat = 1\nduration = 1\nfactor = 2', "unknown key 'factor'"),
        ('[[event]]\nkind = "fault"\nat = 1\nduration = 1\nstations = [99]', r"\[99\]"),
        ('[[event]]\nkind = "fault"\nat = 1\nduration = 0', "ends before it begins"),
        ('[[station]]\nmn = "1"\nkind = "gas"', "station 1: password is missing"),
        ('[[station]]\nmn = "1"\npassword = "2"\nkind = "soil"', "'soil' is none of gas, water"),
        ('start = "tomorrow"', "start must be a date and time"),
        ("[talk]\nspeed = 3", r"\[talk\]: unknown key 'speed'"),
        ("station = 3", r"write \[\[station\]\]"),
    ],
)
def test_a_bad_scenario_is_refused_with_its_place(text, message):
    with pytest.raises(ScenarioError, match=message):
        load(text)


def test_a_missing_file_names_the_ready_ones():
    with pytest.raises(ScenarioError, match="ready scenarios are bad-manners"):
        scenario.open_scenario("nowhere.toml")


def test_spans():
    assert span("x", "1d2h30m15s") == 86400 + 7200 + 1800 + 15
    assert span("x", 90) == 90
    assert span("x", "1.5h") == 5400


def test_number_and_seed_may_be_given_anew(noon):
    plan = Scenario().plan(noon, stations=3, seed=8)
    assert [s.mn for s in plan.stations] == [s.mn for s in fleet(3, seed=8)]


# -- the command ---------------------------------------------------------------------------


def test_registry_can_be_read_by_the_gateway(tmp_path):
    out = tmp_path / "registry.json"
    done = simulate("--stations", "5", "--registry", str(out), "--list")
    assert done.returncode == 0, done.stderr
    known = registry.load(out)
    assert set(known) == {s.mn for s in fleet(5)}
    for spec in fleet(5):
        entry = known[spec.mn]
        assert (entry.password, entry.edition, entry.kind) == (
            spec.password, spec.edition, spec.kind,
        )  # fmt: skip
        assert (entry.sm4_key or "").lower() == (spec.sm4_key or "").lower()
    assert "bad-manners" in done.stdout
    assert "slow_loris" in done.stdout


def test_a_bad_scenario_ends_with_2_and_a_sentence(tmp_path):
    bad = tmp_path / "bad.toml"
    bad.write_text('[[event]]\nkind = "party"\n')
    done = simulate("--scenario", str(bad))
    assert done.returncode == 2
    assert done.stdout == ""
    assert "'party' is none of stop" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_numbers_end_with_2():
    assert simulate("--stations", "0").returncode == 2
    assert simulate("--speed", "-1").returncode == 2


def test_without_a_gateway_it_waits_and_reports(closed_port):
    done = simulate("--port", str(closed_port), "--stations", "2", "--duration", "1.5",
                    "--every", "0.5")  # fmt: skip
    assert done.returncode == 0
    summary = json.loads(done.stdout)
    assert summary["connections"] == 0
    assert summary["connections_refused"] >= 2
    assert "0/2 linked" in done.stderr


def test_an_interrupt_ends_it_with_its_summary(closed_port):
    running = subprocess.Popen(
        [sys.executable, "-m", "qingyuan", "simulate", "--port", str(closed_port), "--stations",
         "1", "--every", "0.2"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ},
    )  # fmt: skip
    assert running.stderr is not None
    running.stderr.readline()
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate(timeout=20)
    assert running.returncode == 0
    assert json.loads(out)["stations"] == 1


# -- the page about it ---------------------------------------------------------------------


@pytest.fixture
def page():
    folder = Path(__file__).parents[4] / "docs" / "how-to"
    return (folder / "write-a-scenario.md").read_text("utf-8")


def test_the_example_on_the_page_can_be_played(page, noon):
    example = page.split("```toml")[1].split("```")[0]
    plan = load(example).plan(noon)
    assert [len(s.events) for s in plan.stations] == [1, 0, 0, 0, 0, 0]


def test_every_event_manner_scenario_and_key_stands_on_the_page(page):
    names = {*KINDS, *MANNERS, *ready()}
    params = {name for kind in (*KINDS.values(), *MANNERS.values()) for name in kind.params}
    assert {n for n in names | params if f"`{n}`" not in page} == set()
