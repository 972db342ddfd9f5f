"""``qingyuan duties``: the catalogue of duties from the command line, and the page made of it."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qingyuan.cli import BadInput, duties
from qingyuan.standards.duties import DUTIES, load_duties

PAGE = Path(__file__).parents[4] / "docs" / "duties.md"
SYSTEMS = ("完全抽取法", "稀释采样法", "直接测量法", "NMHC", "水", "视频")


@pytest.fixture
def said(capsys):
    def run(*argv):
        assert duties.run(list(argv)) == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def copy(tmp_path):
    """A copy of the shipped duties in which ``old`` of a file became ``new``."""
    def make(file, old, new):
        folder = shutil.copytree(DUTIES, tmp_path / "duties")
        path = folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return str(folder)

    return make


def test_the_page_is_current(said):
    page = PAGE.read_text(encoding="utf-8")
    day = re.search(r"--markdown --at (\d{4}-\d\d-\d\d)", page)[1]
    assert said("matrix", "--markdown", "--at", day) == page


def test_the_page_has_a_table_for_each_system_and_interval():
    page = PAGE.read_text(encoding="utf-8")
    assert all(f"### {system} · {column}\n" in page for system in SYSTEMS for column in "日周月季")


def test_the_page_names_every_duty_with_its_clause():
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines()
            if line.startswith("| ")]
    for duty in load_duties():
        assert any(row.startswith(f"| {duty.name}") and duty.cite() in row for row in rows)


def test_list_has_a_line_for_every_duty(said):
    lines = said("list", "--at", "2026-11-23").splitlines()
    assert len(lines) == len(load_duties()) + 1
    assert any(line.startswith("hj75.verification ") and
               "90 d or 3 month; auto 180 d or 6 month" in line for line in lines)


def test_list_of_one_technique_leaves_the_others_items_out(said):
    found = json.loads(said("list", "--technique", "in_situ", "--sets", "hj75", "--json"))
    names = {d["name"] for d in found}
    assert "净化风机检查" in names
    assert not {"制冷器温度", "稀释探头控制器", "全系统校准"} & names
    assert {d["set"] for d in found} == {"hj75"}


def test_matrix_counts_each_cell(said):
    lines = said("matrix", "--at", "2026-11-23").splitlines()
    assert lines[0].split("\t")[1:5] == ["day", "week", "fortnight", "month"]
    assert [line.split("\t")[0] for line in lines[1:]] == list(SYSTEMS)


def test_matrix_as_json_cites_item_and_interval(said):
    rows = json.loads(said("matrix", "--at", "2026-11-23", "--json"))["rows"]
    week = rows[0]["cells"]["week"]
    found = next(c for c in week if c["key"] == "hj75.calibration.extractive")
    assert (found["interval"], found["interval_cite"], found["cite"]) == (
        "7 d", "HJ 75-2017 11.2 d)", "HJ 75-2017 附录G")
    assert found["auto_calibration"] is False


def test_show_tells_when_it_is_due_again(said):
    text = said("show", "hj75.calibration.extractive", "--done", "2026-12-01T10:20")
    assert "due 2026-12-08, at the latest 2026-12-08 10:20" in text
    assert "hj75.g4 CEMS零点/量程漂移与校准记录表" in text
    shown = json.loads(said("show", "hj75.verification", "--done", "2026-02-10", "--auto",
                            "--json"))
    assert (shown["next"]["due"], shown["next"]["interval"]) == ("2026-08-09", "180 d")


def test_check_counts_sets_and_trust(said):
    text = said("check", "--at", "2026-11-23")
    assert "8 sets for 6 kinds of system" in text
    assert re.search(r"zibo +\d+  off +淄博增加项目", text)
    assert json.loads(said("check", "--json"))["empty"] == []


def test_check_tells_an_empty_cell(copy):
    folder = copy("video.toml", "default = true", "default = false")
    with pytest.raises(BadInput, match="视频 · 周, 视频 · 月, 视频 · 季"):
        duties.run(["check", "--data", folder])


def test_check_names_file_and_entry_of_a_fault(copy):
    folder = copy("video.toml", 'interval = "month"', 'interval = "monthly"')
    with pytest.raises(BadInput, match="video.toml: video.month.playback: interval 'monthly'"):
        duties.run(["check", "--data", folder])


def test_check_names_a_rule_that_the_book_lacks(copy):
    folder = copy("hj75.toml", "gas.calibration.full.interval", "gas.calibration.fool.interval")
    with pytest.raises(BadInput, match=r"hj75.calibration.full: .*gas.calibration.fool.interval"):
        duties.run(["check", "--data", folder])


def test_a_further_folder_is_listed_with_the_rest(said, tmp_path):
    (tmp_path / "own.toml").write_text('''
set = "own7"
title = "示例运维公司自定项目"
default = true
about = "示例"
standard = "示例运维公司制度"
forms = { "own7.visit" = "示例巡检表" }
[[group]]
name = "示例检查"
kind = "water"
form = "own7.visit"
where = "site"
interval = "15d"
clause = "3.2"
status = "text"
source = "示例制度汇编"
duty = [{ key = "own7.water.valve", name = "电磁阀动作检查" }]
''', encoding="utf-8")
    text = said("list", "--kind", "water", "--sets", "own7", "--extra", str(tmp_path))
    assert "own7.water.valve" in text
    assert text.endswith("1 duties of 1 sets\n")


@pytest.mark.parametrize("argv", [
    ["show", "hj75.no_such"], ["list", "--sets", "hj76"], ["matrix", "--at", "2018-01-01"],
    ["list", "--kind", "water", "--technique", "in_situ"],
])
def test_bad_input_is_refused(argv):
    with pytest.raises(BadInput):
        duties.run(argv)


def test_the_command_starts_without_django():
    code = ("import sys; from qingyuan.cli import duties; duties.run(['check']);"
            "print(sorted({'django', 'numpy'} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
