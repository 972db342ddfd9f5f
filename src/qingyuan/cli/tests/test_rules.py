"""``qingyuan rules``: the book from the command line."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qingyuan.cli import BadInput, rules
from qingyuan.standards import DATA, load

EXTRACTIVE = "gas.calibration.extractive.interval"


@pytest.fixture
def said(capsys):
    def run(*argv):
        assert rules.run(list(argv)) == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def copy(tmp_path):
    """A copy of the shipped data in which ``old`` of a file became ``new``."""
    def make(file, old, new):
        folder = shutil.copytree(DATA, tmp_path / "data")
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return str(folder)

    return make


def test_list_has_a_line_for_every_value(said):
    lines = said("list").splitlines()
    assert len(lines) == len(load().provisions) + 1
    assert any(line.startswith(EXTRACTIVE) and "7 d" in line and "HJ 75-2017 11.2 d)" in line
               for line in lines)


def test_list_of_one_standard_keeps_its_own_order(said):
    found = json.loads(said("list", "--standard", "HJ 75-2017", "--json"))
    assert {p["standard"] for p in found} == {"HJ 75-2017"}
    names = [p["name"] for p in found]
    assert names.index(EXTRACTIVE) < names.index("gas.hour.min_valid_minutes") < names.index(
        "gas.substitution.window_short")


def test_list_of_what_still_waits_to_be_checked(said):
    found = json.loads(said("list", "--status", "recalled", "--json"))
    assert {p["status"] for p in found} == {"recalled"}
    assert all(p["source"] for p in found)


def test_list_of_an_unknown_standard_names_those_there_are():
    with pytest.raises(BadInput, match=r"no standard 'HJ 75'.*HJ 75-2017"):
        rules.run(["list", "--standard", "HJ 75"])


def test_show_tells_value_clause_readings_and_history(said):
    text = said("show", EXTRACTIVE, "--at", "2026-01-05")
    assert "7 d   on 2026-01-05, set by national" in text
    assert "HJ 75-2017 11.2 d)" in text
    assert "or       15 d" in text
    assert "  2018-03-01 –             7 d   HJ 75-2017 11.2 d)" in text


def test_show_in_json_has_everything_a_page_needs(said):
    found = json.loads(said("show", EXTRACTIVE, "--at", "2026-01-05", "--json"))
    assert (found["value"], found["unit"], found["cite"], found["status"], found["at"]) == (
        7, "d", "HJ 75-2017 11.2 d)", "recalled", "2026-01-05")
    assert [r["value"] for r in found["readings"]] == [15]
    assert [h["since"] for h in found["history"]] == ["2018-03-01"]
    assert found["fingerprint"] == load().fingerprint
    assert found["why"]
    assert found["source"]


def test_show_goes_by_the_day(said):
    cites = [json.loads(said("show", "gas.molar_volume", "--at", day, "--json"))["cite"]
             for day in ("2025-12-31", "2026-01-01")]
    assert cites == ["HJ 212-2017 D.2.1 式(20)", "HJ 212-2025 附录D"]
    found = json.loads(said("show", "gas.molar_volume", "--at", "2026-01-01", "--json"))
    assert [(h["since"], h["until"]) for h in found["history"]] == [
        ("2017-05-01", "2025-12-31"), ("2026-01-01", None)]


def test_show_takes_the_nearest_link_of_a_scope(said):
    limit = ["show", "limit.coal_boiler.a21026", "--at", "2026-01-05", "--json"]
    local = json.loads(said(*limit, "--scope", "permit:12", "region:440100", "region:44"))
    assert (local["value"], local["link"]) == (200.0, "region:44")
    assert json.loads(said(*limit, "--scope", "region:65"))["link"] == "national"


@pytest.mark.parametrize(("argv", "message"), [
    (["show", "gas.hour.min_valid", "--at", "2026-01-05"], "near: gas.hour.min_valid_minutes"),
    (["show", "gas.hour.min_valid_minutes", "--at", "2010-01-01"], "known: 2018-03-01 to now"),
    (["diff"], "needs --from DATE"),
])
def test_what_cannot_be_answered_is_bad_input(argv, message):
    with pytest.raises(BadInput, match=message):
        rules.run(argv)


@pytest.mark.parametrize(("argv", "message"), [
    (["show", EXTRACTIVE, "--at", "2026-13-01"], "'2026-13-01' is not a day"),
    (["show", EXTRACTIVE, "--scope", "county:65"], "'county:65' is no link"),
    (["list", "--status", "sure"], "invalid choice"),
    (["list", "--data", "no-such-folder"], "no such directory"),
    ([], "VERB"),
])
def test_arguments_that_cannot_be_read_exit_2(capsys, argv, message):
    with pytest.raises(SystemExit) as stopped:
        rules.run(argv)
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_check_counts_what_is_recalled_and_names_what_no_code_reads(said):
    found = json.loads(said("check", "--json"))
    book = load()
    assert found["sound"] is True
    assert found["lacking"] == []
    assert sum(found["status"].values()) == found["values"] == len(book.provisions)
    assert "gas.fault.on_site" in found["unread"]
    assert "gas.hour.min_valid_minutes" not in found["unread"]
    assert "gas.calibration.extractive.interval" in found["recalled"]


def test_check_in_words(said):
    text = said("check")
    recalled = sum(p.status == "recalled" for p in load().provisions)
    assert f"{recalled} recalled" in text
    assert "  gas.fault.on_site\n" in text


def test_check_of_faulty_data_tells_all_faults_with_file_and_entry(copy):
    folder = copy("hj75-2017.toml", 'unit = "working day"', 'unit = "workday"')
    laws = Path(folder) / "citations.toml"
    laws.write_text(laws.read_text(encoding="utf-8").replace('"text"', '"sure"', 1),
                    encoding="utf-8")
    with pytest.raises(BadInput) as refused:
        rules.run(["check", "--data", folder])
    message = str(refused.value)
    assert "hj75-2017.toml: audit.working_days: unit 'workday'" in message
    assert "citations.toml: data_transmission: HJ 212-2017: status 'sure'" in message


def test_check_of_data_without_a_figure_that_judging_reads(copy):
    folder = copy("own.toml", 'name = "control.hour_rule"', 'name = "control.other_rule"')
    with pytest.raises(BadInput, match=r"lacks: control\.hour_rule"):
        rules.run(["check", "--data", folder])


def test_diff_between_two_days_has_provisions_and_laws(said):
    found = json.loads(said("diff", "--from", "2026-08-14", "--to", "2026-08-15", "--json"))
    assert [d["name"] for d in found["differences"]] == [
        "retention.raw_records", "waste.licensed_storage_max"]
    laws = {law["key"]: law for law in found["citations"]}
    assert laws["falsification.institution"]["after"].startswith("生态环境法典")
    assert laws["monitoring.interference"]["before"] is None


def test_diff_between_two_folders(said, copy):
    folder = copy("hj75-2017.toml", "value = 45", "value = 50")
    text = said("diff", "--against", folder, "--from", "2026-01-05")
    assert "gas.hour.min_valid_minutes\n  - 45 min" in text
    assert "+ 50 min" in text
    assert text.rstrip().splitlines()[-1].startswith("1 of ")


def test_a_day_does_not_differ_from_itself(said):
    assert said("diff", "--from", "2026-01-05", "--to", "2026-01-05").startswith("0 of ")


def test_the_book_is_listed_without_django_and_numpy():
    code = ("import sys; from qingyuan.cli import rules; rules.run(['list']);"
            "print(sorted({'django', 'numpy'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
