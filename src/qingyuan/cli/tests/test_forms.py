"""``qingyuan forms`` from the command line."""

import json

import pytest

from qingyuan.cli import BadInput, forms
from qingyuan.forms import load_forms
from qingyuan.forms.sampling import sample


@pytest.fixture
def said(capsys):
    def run(*argv, status=0):
        assert forms.run(list(argv)) == status
        return capsys.readouterr().out

    return run


@pytest.fixture
def answers(tmp_path):
    def write(code, **changes):
        found = sample(load_forms()[code], 1)
        for section, cells in changes.items():
            found[section].update(cells)
        path = tmp_path / "answers.json"
        path.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        return str(path)

    return write


def test_list_has_every_form(said):
    assert said("list").splitlines()[-1] == f"{len(load_forms())} forms"
    codes = {f["code"] for f in json.loads(said("list", "--technique", "water", "--json"))}
    assert "hj355.h" in codes
    assert "hj75.g1" not in codes


def test_show_names_fields_rules_and_limits(said):
    text = said("show", "hj75.g4")
    assert "zero_drift  零点漂移  number [%F.S.]" in text
    assert "gas.control.pm.zero.out" in text
    found = json.loads(said("show", "hj75.g4", "--at", "2026-03-05", "--json"))
    assert found["limits"]["gas.control.gas.zero.ok"]["value"] == 2.5


def test_check_counts(said):
    assert json.loads(said("check", "--json"))["forms"] == len(load_forms().all)


def test_compute_good_answers(said, answers):
    text = said("compute", "hj75.g4", answers("hj75.g4"), "--at", "2026-03-05")
    assert text.endswith("0 problems; the record passed\n")
    assert "event    analysers.so2  " in text


def test_compute_answers_with_a_problem_ends_with_one(said, answers):
    path = answers("hj355.e", header={"end": "2026-03-05T01:00"})
    text = said("compute", "hj355.e", path, "--at", "2026-03-05", status=1)
    assert "problem  header  rule.order  结束时间不应早于开始时间" in text


@pytest.mark.parametrize("argv", [
    ("show", "hj75.g99"), ("compute", "hj75.g4", "/no/such/file.json"),
    ("show", "hj75.g4", "--at", "2010-01-01"), ("show", "hj75.g4", "--technique", "water"),
])
def test_bad_input(argv):
    with pytest.raises(BadInput):
        forms.run(list(argv))
