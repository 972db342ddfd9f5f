"""``check-record``: what a record may hold, what is refused, and that a limit is met exactly."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from qingyuan.assess.records.check import check
from qingyuan.assess.records.table import BadRecord
from qingyuan.standards import load

DRIFT = """form = "cems-drift"
auto_calibration = true
technique = "extractive"
[[factor]]
code = "a21026"
range = [0, 100]
unit = "mg/m3"
zero = {gas = 0, after_last = 10, before = 12.5, after = 0.1}
span = {gas = 80, after_last = 80, before = 80, after = 80}
"""


def test_the_file_is_judged_without_django_and_without_a_database(tmp_path: Path) -> None:
    record = tmp_path / "record.toml"
    record.write_text(DRIFT, encoding="utf-8")
    code = (
        "import sys\n"
        "from qingyuan.cli import main\n"
        f"status = main(['check-record', {str(record)!r}, '--json'])\n"
        "names = {name.partition('.')[0] for name in sys.modules}\n"
        "print(status, sorted(names & {'django', 'sqlite3', 'psycopg'}), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "0 []\n"
    assert '"zero_drift_pct": 2.5' in done.stdout


def test_the_verdict_does_not_change_the_exit_status() -> None:
    answer = check(DRIFT.replace("12.5", "99"), load())
    assert answer["state"] == "out_of_control"


@pytest.mark.parametrize(("old", "new", "says"), [
    ("[0, 100]", "[100, 0]", "factor[1].range: expected [low, high] with high above low"),
    ("[0, 100]", "[0]", "factor[1].range: expected [low, high], not 1 values"),
    ("[0, 100]", '"0-100"', "factor[1].range: expected [low, high], not '0-100'"),
    ("before = 12.5", "before = nan", "factor[1].zero.before: expected a finite number"),
    ("before = 12.5", "before = inf", "factor[1].zero.before: expected a finite number"),
    ("before = 12.5", "before = 1e13", "factor[1].zero.before: expected a number between"),
    ("before = 12.5", "before = 1e-999999999", "factor[1].zero.before: expected at most 40"),
    ("before = 12.5", "before = 1e99999999999", "factor[1].zero.before: expected a number betw"),
    ("before = 12.5", "before = true", "factor[1].zero.before: expected a number, not True"),
    ("before = 12.5", 'before = "12.5"', "factor[1].zero.before: expected a number, not '12.5'"),
    ("before = 12.5, ", "", "factor[1].zero.before is missing: expected a number"),
    ("gas = 0, after_last = 10, ", "", "factor[1].zero.after_last: expected the reading after"),
    ('"a21026"', '"a01012"', "factor[1].code: expected a factor with a drift limit"),
    ('"a21026"', '""', "factor[1].code: expected a text, not ''"),
    ('code = "a21026"\n', "", "factor[1].code is missing"),
    ('"cems-drift"', '"cems"', 'form: expected one of "cems-drift"'),
    ("[[factor]]", "[factor]", "factor: expected one or more tables [[factor]]"),
    ("auto_calibration = true", "auto_calibration = 1", "auto_calibration: expected true or"),
    ("auto_calibration = true", "date = 2016-01-01", "no figure for 2016-01-01"),
    ("auto_calibration = true", 'region = "x"', "region: expected 2, 4 or 6 digits"),
    ("auto_calibration = true", "rules = {gas.x = 1}", "no provision named 'gas.x'"),
    ("auto_calibration = true", "x = [" * 5000 + "]" * 5000, "the file is no TOML"),
    ("auto_calibration = true", "x = " + "9" * 5000, "the file is no TOML"),
    ("[0, 100]", "[0, 100", "the file is no TOML"),
])
def test_bad_input_is_refused_with_the_key_and_what_was_expected(
    old: str, new: str, says: str
) -> None:
    with pytest.raises(BadRecord, match=re.escape(says)) as refused:
        check(DRIFT.replace(old, new), load())
    assert "\n" not in str(refused.value)


def test_a_record_of_thousands_of_rows_is_judged_or_refused_at_once() -> None:
    rows = ", ".join(f"[{at}.{at % 97}, {at % 89}.{at}]" for at in range(100, 9100))
    assert len(check(f'form = "water-comparison"\n[[factor]]\ncode = "w01018"\npairs = [{rows}]',
                     load())["results"][0]["pairs"]) == 9000
    with pytest.raises(BadRecord, match=r"factor\[1\].days: expected at most 200 tests"):
        check(f'form = "velocity-field"\n[[factor]]\ncode = "a01011"\ndays = [[{rows}]]', load())
