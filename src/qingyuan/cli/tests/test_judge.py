"""``qingyuan judge``: whole cases worked by hand, refusals, and the how-to kept true."""

import csv
import json
import shlex
import subprocess
import sys
import tomllib
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest

from qingyuan.calc.reasons import REASONS
from qingyuan.cli import judge

HOW_TO = Path(__file__).parents[4] / "docs" / "how-to"
PAGE = HOW_TO / "judge-a-file.md"

POINT = """\
kind = "gas"
name = "示例热电厂 1 号排口"
[gas]
technique = "extractive"
auto_calibration = true
pollutants = ["a21026"]
o2_reference = 6.0
duct_area_m2 = 10.0
velocity_field_factor = 1.0
atmospheric_pressure_kpa = 101.325
[limits]
a21026 = 44
"""
STEADY = {"a21026": "30", "a19001": "11", "a01011": "10", "a01012": "91", "a01013": "0",
          "a01014": "20"}
EVENTS = """\
time,kind,factor,passed
2025-09-01 08:00,full_calibration,,1
2025-09-30 12:00,calibration,,1
2025-10-01 06:00,stop_start,,
2025-10-01 07:00,stop_end,,
2025-10-01 12:00,calibration,,1
2025-10-02 06:00,calibration,,0
2025-10-02 08:00,calibration,,1
"""
MARKS = """\
start,end,kind,factor
2025-10-01 07:00,2025-10-01 07:16,start_up,
2025-10-01 08:00,2025-10-01 08:15,start_up,
"""


def gas_minutes() -> str:
    """Two days of October 2025, each minute alike but for some hours of the first day."""
    lines = ["time,factor,value,flag"]
    for minute in range(2 * 1440):
        hour, rest = divmod(minute, 60)
        if hour == 5 or (hour == 3 and rest < 15) or (hour == 4 and rest < 16):
            continue
        time = f"{datetime(2025, 10, 1) + timedelta(minutes=minute):%Y-%m-%d %H:%M}"  # noqa: DTZ001
        for factor, value in STEADY.items():
            figure = "60" if hour == 9 and factor == "a21026" else value
            flag = "D" if hour == 10 and factor == "a21026" else "N"
            lines.append(f"{time},{factor},{figure},{flag}")
    return "\n".join(lines) + "\n"


@pytest.fixture
def door(tmp_path, capsys):
    """Files in, the result out: ``door(point=…, minutes=…, events=…)`` runs the command."""

    def enter(**texts: str) -> SimpleNamespace:
        arguments = ["--out", str(tmp_path / "out")]
        for name, text in texts.items():
            path = tmp_path / {"point": "POINT.toml", "minutes": "MIN.csv"}.get(
                name, f"{name.upper()}.csv")
            path.write_text(text, encoding="utf-8")
            arguments += [f"--{name}", str(path)]
        status = judge.run(arguments)
        said = capsys.readouterr()
        return SimpleNamespace(status=status, out=tmp_path / "out", folder=tmp_path,
                               said=said.out, refused=said.err.splitlines())

    return enter


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def near(figure: float):
    # sums of 24 doubles: some units in the last of 16 places
    return pytest.approx(figure, rel=1e-13, abs=0)


def test_a_gas_case_worked_by_hand(door):
    """SO2 30 mg/m3 at O2 11 %: converted 30 * (21 - 6) / (21 - 11) = 45. Flow 3600 * 10 m2 * 1.0
    * 10 m/s = 360,000 m3/h; 273 / (273 + 91) = 0.75; 101.325 / 101.325 = 1; 1 - 0.20 = 0.8; dry
    standard 216,000 m3/h; 30 * 216,000 / 10^6 = 6.48 kg an hour, 12.96 kg at 60 mg/m3."""
    done = door(point=POINT, minutes=gas_minutes(), events=EVENTS, marks=MARKS)
    assert done.status == 0
    hours = table(done.out / "hours.csv")
    assert list(hours[0]) == ["hour", "factor", "valid_minutes", "value", "converted", "verdict",
                              "reason", "clause", "mass_kg", "mass_substituted_kg"]
    assert [row["hour"] for row in hours[:24]] == [f"2025-10-01 {h:02d}:00" for h in range(24)]
    assert len(hours) == 48
    verdicts = {row["hour"][8:13]: (row["verdict"], row["reason"].split(";")[0], row["clause"])
                for row in hours if row["verdict"] != "valid"}
    assert {hour: found[:2] for hour, found in verdicts.items()} == {
        "01 04": ("invalid", "too_few_minutes"), "01 05": ("missing", "no_data"),
        "01 06": ("stopped", "stopped"), "01 07": ("exempt", "start_up"),
        "01 10": ("invalid", "fault"), "02 06": ("out_of_control", "calibration_failed"),
        "02 07": ("out_of_control", "calibration_failed")}
    assert {clause.split()[1] for _, _, clause in verdicts.values()} == {"75-2017"}
    figures = {row["hour"][11:13]: (row["valid_minutes"], row["value"], row["converted"])
               for row in hours[:24]}
    assert [figures[hour] for hour in ("00", "03", "04", "05", "08", "09", "10")] == [
        ("60", "30.0", "45.0"), ("45", "30.0", "45.0"),
        ("44", "30.0", ""),  # O2 has 44 minutes as well, and so no mean to convert by
        ("0", "", ""), ("60", "30.0", "45.0"), ("60", "60.0", "90.0"), ("0", "", "")]
    masses = [row["mass_kg"] for row in hours]
    assert [float(masses[hour]) for hour in (0, 3, 7, 8, 9, 30)] == [
        near(6.48), near(6.48), near(6.48), near(6.48), near(12.96), near(6.48)]
    assert [masses[hour] for hour in (4, 5, 10)] == ["", "", ""]


def test_the_substitutes_of_that_case(door):
    """Capture (48 - 1 stopped - 5 bad) / 47 = 89.4 %, between 75 and 90 %: the largest mass of the
    valid hours before. 04:00 and 05:00 see 00:00 to 03:00, 6.48 kg; 10:00 sees 09:00, 12.96 kg. On
    the 2nd the hours before the previous calibration (the 1st, 12:00) count: 12.96 kg."""
    done = door(point=POINT, minutes=gas_minutes(), events=EVENTS, marks=MARKS)
    hours = table(done.out / "hours.csv")
    substituted = [row["mass_substituted_kg"] for row in hours]
    assert [float(substituted[hour]) for hour in (3, 4, 5, 7, 10, 30, 31, 32)] == [
        near(6.48), near(6.48), near(6.48), near(6.48), near(12.96), near(12.96), near(12.96),
        near(6.48)]
    assert substituted[6] == ""
    rates = json.loads((done.out / "quarter.json").read_text(encoding="utf-8"))
    assert rates == {"2025Q4": {"a21026": {
        "hours": 48, "stopped_hours": 1, "invalid_hours": 5, "capture_rate": 42 / 47,
        "pass": True}}}


def test_the_days_and_the_month_of_that_case(door):
    """The 1st: 19 valid hours and an exempt one make 20: exempt; value (18 * 30 + 60) / 19; mass
    of 20 hours 19 * 6.48 + 12.96 = 136.08; substituted + 2 * 6.48 + 12.96 = 162. The 2nd: 22 valid
    hours, 142.56 kg, + 2 * 12.96 = 168.48. One valid day of the 25 that October needs."""
    done = door(point=POINT, minutes=gas_minutes(), events=EVENTS, marks=MARKS)
    first, second = table(done.out / "days.csv")
    assert ",".join(first) == ("day,factor,valid_hours,value,converted,verdict,reason,clause,"
                               "mass_kg,mass_substituted_kg")
    assert (first["day"], first["valid_hours"], first["verdict"]) == ("2025-10-01", "19", "exempt")
    assert [float(first[name]) for name in ("value", "converted", "mass_kg",
                                            "mass_substituted_kg")] == [
        near(600 / 19), near(900 / 19), near(136.08), near(162.0)]
    assert (second["day"], second["valid_hours"], second["verdict"]) == (
        "2025-10-02", "22", "valid")
    assert [float(second[name]) for name in ("value", "converted", "mass_kg",
                                             "mass_substituted_kg")] == [
        near(30.0), near(45.0), near(142.56), near(168.48)]
    (month,) = table(done.out / "months.csv")
    assert ",".join(month) == ("month,factor,valid_days,value,converted,verdict,reason,clause,"
                               "mass_kg,mass_substituted_kg")
    assert (month["month"], month["valid_days"], month["verdict"]) == ("2025-10", "1", "invalid")
    assert month["reason"].split(";")[0] == "too_few_days"
    assert float(month["value"]) == near(30.0)
    assert float(month["mass_substituted_kg"]) == near(330.48)


def test_what_exceeds_a_limit_is_valid_and_converted(door):
    """45 is above 44 in each valid hour (41 of them) and on the one valid day."""
    done = door(point=POINT, minutes=gas_minutes(), events=EVENTS, marks=MARKS)
    rows = table(done.out / "exceedances.csv")
    assert [row["period"] for row in rows] == ["hour"] * 41 + ["day"]
    assert rows[6] == {"period": "hour", "start": "2025-10-01 11:00", "factor": "a21026",
                       "basis": "converted", "figure": "45.0", "limit": "44.0"}
    assert rows[-1]["start"] == "2025-10-02"
    assert max(float(row["figure"]) for row in rows) == 90.0


def test_the_seal_names_inputs_rules_and_results(door):
    done = door(point=POINT + '[rules]\n"gas.hour.min_valid_minutes" = 44\n',
                minutes=gas_minutes(), events=EVENTS)
    seal = json.loads((done.out / "judgement.json").read_text(encoding="utf-8"))
    assert [entry["input"] for entry in seal["inputs"]] == ["point", "minutes", "events"]
    for entry in seal["inputs"]:
        content = (done.folder / entry["file"]).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(content), sha256(content).hexdigest())
    for entry in seal["outputs"]:
        assert entry["sha256"] == sha256((done.out / entry["file"]).read_bytes()).hexdigest()
    assert {entry["file"] for entry in seal["outputs"]} == {
        "hours.csv", "days.csv", "months.csv", "exceedances.csv", "quarter.json"}
    rules = {entry["name"]: entry for entry in seal["provisions"]}
    own = rules["gas.hour.min_valid_minutes"]
    assert (own["value"], own["cite"], own["link"]) == (44, "POINT.toml [rules]", "permit:file")
    other = rules["gas.day.min_valid_hours"]
    assert (other["value"], other["link"], other["status"]) == (20, "national", other["status"])
    assert seal["book"]["fingerprint"] != seal["book"]["shipped"]
    assert sum(seal["verdicts"]["a21026"].values()) == seal["hours"] == 48
    sentences = {entry["code"]: entry["sentence"] for entry in seal["reasons"]}
    assert sentences["calibration_failed"] == REASONS["calibration_failed"].sentence
    hours = table(done.out / "hours.csv")
    assert (hours[4]["verdict"], hours[4]["clause"]) == ("valid", "POINT.toml [rules]")


def test_the_same_input_gives_the_same_bytes(door):
    first = door(point=POINT, minutes=gas_minutes(), events=EVENTS)
    before = {path.name: path.read_bytes() for path in first.out.iterdir()}
    again = door(point=POINT, minutes=gas_minutes(), events=EVENTS)
    assert {path.name: path.read_bytes() for path in again.out.iterdir()} == before


WATER = """\
kind = "water"
name = "示例污水厂总排口"
[water]
analysers = ["w01018", "w21003"]
[limits]
w01018 = 50
"""


def water_minutes() -> str:
    """A day: 10 L/s and COD 40 till noon, 30 L/s and COD 60 after; ammonia 0 at 00:00, else 1."""
    lines = ["time,factor,value,flag"]
    for hour in range(24):
        late = hour >= 12
        lines.append(f"2025-10-01 {hour:02d}:00,w01018,{60 if late else 40},N")
        lines.append(f"2025-10-01 {hour:02d}:00,w21003,{int(hour > 0)},N")
        for ten in range(6):
            time = f"2025-10-01 {hour:02d}:{ten}5"
            lines += [f"{time},w00000,{30 if late else 10},N", f"{time},w01001,7.5,N",
                      f"{time},w01010,21,N"]
    return "\n".join(lines) + "\n"


def test_a_water_case_worked_by_hand(door):
    """10 L/s are 36 m3 an hour, with COD 40 mg/L 1.44 kg; 30 L/s are 108 m3, with 60 mg/L 6.48 kg.
    The day: 12 * 1.44 + 12 * 6.48 = 95.04 kg in 1,728 m3, so 55 mg/L. Ammonia 0 counts as 0.01:
    36 * 0.01 + 11 * 36 + 12 * 108 g = 1.69236 kg."""
    done = door(point=WATER, minutes=water_minutes())
    hours = table(done.out / "hours.csv")
    assert [row["factor"] for row in hours[:5]] == [
        "w01018", "w21003", "w00000", "w01001", "w01010"]
    assert len(hours) == 24 * 5
    assert [hours[0][name] for name in ("valid_minutes", "value", "converted", "verdict")] == [
        "1", "40.0", "", "valid"]
    assert [float(hours[at]["mass_kg"]) for at in (0, 60)] == [near(1.44), near(6.48)]
    assert (hours[1]["value"], hours[1]["reason"].split(";")[-1]) == ("0.0", "below_detection")
    assert [hours[2][name] for name in ("valid_minutes", "value", "mass_kg")] == ["6", "10.0", ""]
    days = {row["factor"]: row for row in table(done.out / "days.csv")}
    assert float(days["w01018"]["value"]) == near(55.0)
    assert float(days["w01018"]["mass_kg"]) == near(95.04)
    assert float(days["w21003"]["mass_kg"]) == near(1.69236)
    assert [days[code]["value"] for code in ("w00000", "w01001", "w01010")] == [
        "20.0", "7.5", "21.0"]
    over = table(done.out / "exceedances.csv")
    assert [row["start"] for row in over] == [f"2025-10-01 {h}:00" for h in range(12, 24)] + [
        "2025-10-01"]
    assert {row["basis"] for row in over} == {"value"}


def test_accounts_by_the_standard_of_2007(door):
    """Two hours of COD lack (12:00, 13:00): the mean of the two before, 40; flow 30 L/s, 108 m3,
    so 4.32 kg. The first hour lacks as well, and nothing lies before it."""
    lines = [line for line in water_minutes().splitlines()
             if not line.startswith(("2025-10-01 12:00,w01018", "2025-10-01 13:00,w01018",
                                     "2025-10-01 00:00,w01018"))]
    done = door(point="accounting_2007 = true\n" + WATER, minutes="\n".join(lines) + "\n")
    rows = {(row["hour"][11:13], row["factor"]): row for row in table(done.out / "accounting.csv")}
    assert [(rows[hour, "w01018"]["value"], rows[hour, "w01018"]["origin"])
            for hour in ("00", "11", "12", "13", "14")] == [
        ("", "short"), ("40.0", "measured"), ("40.0", "filled"), ("40.0", "filled"),
        ("60.0", "measured")]
    assert float(rows["12", "w01018"]["mass_kg"]) == near(4.32)
    assert rows["12", "w00000"]["volume_m3"] == "108.0"
    assert door(point=WATER, minutes="\n".join(lines)).status == 0
    assert not (done.out / "accounting.csv").exists()


def test_four_samples_by_hand_stand_for_a_day_that_is_not_valid(door):
    """COD lacks from 06:00 on: 6 valid hours of 24. The mean of four samples, 50 mg/L, times the
    day's 1,728 m3 is 86.4 kg."""
    lines = [line for line in water_minutes().splitlines()
             if ",w01018," not in line or line < "2025-10-01 06"]
    samples = "time,factor,value\n" + "".join(
        f"2025-10-01 {hour:02d}:30,w01018,{value}\n"
        for hour, value in ((0, 40), (6, 45), (12, 55), (18, 60)))
    done = door(point=WATER, minutes="\n".join(lines) + "\n", manual=samples)
    day = next(row for row in table(done.out / "days.csv") if row["factor"] == "w01018")
    assert (day["verdict"], day["valid_hours"]) == ("invalid", "6")
    assert "manual_used" in day["reason"].split(";")
    assert float(day["mass_substituted_kg"]) == near(86.4)


@pytest.mark.parametrize(("wrong", "message"), [
    ({"point": POINT.replace("gas", "gaz", 1)}, "POINT.toml:1: 'kind = \"gaz\"': expected one of"),
    ({"minutes": "time,factor,value,flag\n2025-10-01 00:00,a21026,x,N\n"},
     "MIN.csv:2: 'x': expected a number or nothing"),
    ({"events": "time,kind,factor,passed\n2025-10-01 00:00,cal,,1\n"},
     "EVENTS.csv:2: 'cal': expected one of calibration,"),
    ({"marks": "start,end,kind,factor\n2025-10-01 02:00,2025-10-01 01:00,fault,\n"},
     "MARKS.csv:2: '2025-10-01 01:00': expected an end after the start 2025-10-01 02:00"),
    ({"manual": "time,factor,value\n"},
     "MANUAL.csv: manual values are for a water point; the point is gas"),
    ({"minutes": "time,factor,value,flag\n2009-10-01 00:00,a21026,5,N\n"},
     "MIN.csv: no rule in force: "),
])
def test_bad_input_gives_status_2_and_leaves_the_folder_as_it_was(door, wrong, message):
    minutes = "time,factor,value,flag\n2025-10-01 00:00,a21026,5,N\n"
    refused = door(**{"point": POINT, "minutes": minutes, **wrong})
    assert refused.status == 2
    assert refused.refused[0].startswith(f"{refused.folder}/{message}")
    assert refused.said == ""
    assert not refused.out.exists()
    assert {path.suffix for path in refused.folder.iterdir()} == {".toml", ".csv"}
    for name in wrong:
        (refused.folder / f"{name.upper()}.csv").unlink(missing_ok=True)
    assert door(point=POINT, minutes=minutes).status == 0
    before = {path.name: path.read_bytes() for path in refused.out.iterdir()}
    assert door(**{"point": POINT, "minutes": minutes, **wrong}).status == 2
    assert {path.name: path.read_bytes() for path in refused.out.iterdir()} == before


def test_files_that_are_not_there_are_named(tmp_path, capsys):
    status = judge.run(["--point", str(tmp_path / "P.toml"), "--minutes", "M.csv", "--out", "O"])
    assert status == 2
    assert capsys.readouterr().err == (
        f"{tmp_path}/P.toml: cannot be read: No such file or directory\n")


def test_what_was_left_out_is_noted_and_the_summary_counts(door):
    minutes = gas_minutes() + "2025-10-01 00:00,a05001,1,N\n"
    done = door(point=POINT, minutes=minutes)
    assert done.refused == [
        f"note: {done.folder}/MIN.csv: not judged and not a parameter, ignored: a05001"]
    lines = done.said.splitlines()
    assert lines[0] == "示例热电厂 1 号排口 (gas): 48 hours from 2025-10-01 00:00"
    assert lines[2].split() == ["hours", "by", "verdict", "valid", "exempt", "invalid",
                                "out_of_control", "missing", "stopped"]
    assert lines[3].split() == ["a21026", "45", "0", "2", "0", "1", "0"]
    assert lines[-1].startswith(f"{done.out}: hours.csv, days.csv, months.csv")


def test_help_needs_neither_numpy_nor_django():
    code = ("import sys; from qingyuan.cli import judge\n"
            "try: judge.run(['--help'])\nexcept SystemExit: pass\n"
            "print({'numpy', 'django'} & set(sys.modules))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          timeout=60)
    assert done.stdout.splitlines()[-1] == "set()"


# ── the how-to ───────────────────────────────────────────────────────────────────────────────────


def commands() -> list[list[str]]:
    text = PAGE.read_text(encoding="utf-8").replace("\\\n", " ")
    return [shlex.split(line) for line in text.splitlines()
            if line.startswith("    qingyuan judge --point")]


@pytest.fixture(scope="module")
def worked(tmp_path_factory) -> dict[str, Path]:
    """The how-to's commands, run from where it says, into folders of the test's own."""
    done = {}
    for words in commands():
        arguments = [str(HOW_TO / word) if word.startswith("judge-example") else word
                     for word in words[2:]]
        at = arguments.index("--out") + 1
        name = Path(words[2:][at]).name
        arguments[at] = str(tmp_path_factory.mktemp("how-to") / name)
        assert judge.run(arguments) == 0
        done[name] = Path(arguments[at])
    return done


def test_the_how_to_s_commands_run(worked):
    assert set(worked) == {"gas-result", "water-result"}


def test_the_rows_that_the_how_to_shows_are_those_that_come_out(worked):
    shown = [line.strip() for line in PAGE.read_text(encoding="utf-8").splitlines()
             if line.startswith("    2025-10-")]
    made = [line for folder in worked.values() for name in ("hours.csv", "days.csv")
            for line in (folder / name).read_text(encoding="utf-8").splitlines()]
    assert len(shown) >= 4
    assert [line for line in shown if line not in made] == []


def test_the_how_to_lists_every_reason_code_with_its_sentence():
    section = PAGE.read_text(encoding="utf-8").partition("## Reason codes")[2]
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")]
            for line in section.splitlines() if line.startswith("| `")]
    assert rows == [[r.code, r.verdict, r.sentence] for r in REASONS.values() if r.code]


def test_the_how_to_names_every_key_of_point_toml():
    from qingyuan.assess import keys

    text = PAGE.read_text(encoding="utf-8")
    known = {"kind", "name", "region", "flag_f", "accounting_2007", "pollutants", "analysers",
             "minutes_per_value", "limits", "rules", *keys.GAS, *keys.WATER,
             *keys.PER_FACTOR["gas"], *keys.PER_FACTOR["water"]}
    assert [key for key in sorted(known) if f"`{key}`" not in text] == []


def test_the_example_is_small_enough_for_a_repository():
    files = list((HOW_TO / "judge-example").rglob("*.*"))
    assert sum(path.stat().st_size for path in files) < 150_000
    assert [tomllib.loads(path.read_text(encoding="utf-8"))["name"][:2] for path in files
            if path.name == "POINT.toml"] == ["示例", "示例"]
