"""``qingyuan check-record``: the table, the JSON, exit statuses, and the how-to kept true."""

import json
import re
from pathlib import Path

import pytest

from qingyuan.assess.records.check import FORMS
from qingyuan.cli import main

PAGE = Path(__file__).parents[4] / "docs" / "how-to" / "check-a-record.md"
EXAMPLES = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
DRIFT = """form = "cems-drift"
[[factor]]
code = "a34013"
range = [0, 100]
zero = {gas = 0, after_last = 0, before = 8.1}
"""


def written(folder: Path, text: str) -> str:
    path = folder / "RECORD.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_json_is_the_whole_answer_and_a_bad_verdict_is_status_0(tmp_path, capsys):
    assert main(["check-record", written(tmp_path, DRIFT), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["form"], answer["state"]) == ("cems-drift", "out_of_control")
    item = answer["results"][0]["items"][0]
    assert (item["value"], item["limit"], item["out_of_control_limit"]) == (8.1, 2.0, 8.0)
    assert item["status"] == "recalled"
    assert answer["provisions"]["gas.control.pm.zero.out"]["clause"] == "HJ 75-2017 11.6 表4"


def test_without_json_it_is_a_table_in_words(tmp_path, capsys):
    assert main(["check-record", written(tmp_path, DRIFT)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("cems-drift: 失控 out_of_control")
    assert lines[3].split()[:4] == ["a34013", "零点漂移", "zero_drift", "8.1"]
    assert lines[-1].startswith("note: no date is given")


@pytest.mark.parametrize(("text", "says"), [
    ('form = "cems-drift"', "factor is missing: expected one or more [[factor]]"),
    (DRIFT.replace("8.1", "nan"), "factor[1].zero.before: expected a finite number, not NaN"),
    ("", "form is missing"),
    ("form = 'x", "the file is no TOML"),
])
def test_bad_input_is_status_2_with_one_sentence(tmp_path, capsys, text, says):
    assert main(["check-record", written(tmp_path, text), "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert err.count("\n") == 1


def test_a_file_that_is_not_there_or_no_text_is_status_2(tmp_path, capsys):
    assert main(["check-record", str(tmp_path / "none.toml")]) == 2
    assert main(["check-record", str(tmp_path)]) == 2
    (tmp_path / "gbk.toml").write_bytes("form = '漂移'".encode("gbk"))
    assert main(["check-record", str(tmp_path / "gbk.toml")]) == 2
    assert "expected text in UTF-8" in capsys.readouterr().err


def test_an_unread_key_is_named_with_the_one_that_was_meant(tmp_path, capsys):
    text = DRIFT.replace("after_last", "after_lst")
    assert main(["check-record", written(tmp_path, text), "--json"]) == 0
    notes = json.loads(capsys.readouterr().out)["notes"]
    assert "factor[1].zero.after_lst is not read by this form; did you mean after_last?" in notes


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split('"')[1])
def test_each_example_of_the_page_is_judged_as_the_page_says(tmp_path, capsys, example):
    assert main(["check-record", written(tmp_path, example), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    verdict = answer["state"] if "state" in answer else answer["pass"]
    wanted = re.search(r"^# → (.+)$", example, re.MULTILINE)
    assert wanted is not None
    assert json.dumps(verdict).strip('"') == wanted[1]
    assert [note for note in answer["notes"] if "is not read" in note] == []


def test_the_page_has_an_example_of_every_form():
    assert {text.split('"')[1] for text in EXAMPLES} == set(FORMS)
