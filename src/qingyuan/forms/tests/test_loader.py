"""What the loader refuses, by file and entry; what makes a digest."""

import pytest

from qingyuan.forms import BadForm, load_forms

SOUND = '''
code = "own.test"
title = "示例表"
kind = "ledger"
standard = ""
clause = "示例"
status = "recalled"
source = "示例"
version = 1
since = 2020-01-01
systems = ["gas"]
techniques = ["extractive", "in_situ"]
[[section]]
name = "main"
title = "示例"
field = [
    { name = "a", label = "甲", type = "number", unit = "mg/m3" },
    { name = "b", label = "乙", type = "number", computed = "a * 2" },
    { name = "day", label = "日", type = "date" },
]
'''


@pytest.fixture
def folder(tmp_path):
    def write(text, name="one.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.mark.parametrize(("old", "new", "said"), [
    ("a * 2", "twice(a)", "there is no function 'twice'"),
    ("a * 2", "c * 2", "there is no field 'c'"),
    ("a * 2", "b * 2", "computed in a circle: b -> b"),
    ("a * 2", "a *", "expected a value, found the end"),
    ("a * 2", "day * 2", "mul() does not take (moment, number)"),
    ("a * 2", "a > 2", "the expression gives truth, needed is number"),
    ("a * 2", "limit('gas.no.such')", "the book has no provision 'gas.no.such'"),
    ("a * 2", "__import__('os')", "what is '__import__'"),
    ("a * 2", "zero_drift(before = a)", "zero_drift() needs last, full_scale"),
    ("a * 2", "a if a else a", "expected an end, found 'if'"),
    ('"mg/m3"', '"furlong"', "unit 'furlong' is not in the list"),
    ('type = "date"', 'type = "day"', "'day' is not one of"),
    ('label = "日"', 'label = "日", only = ["water"]', "'water' is not one of"),
    ('label = "日"', 'label = "日", default = "asset:moon"', "there is no source 'asset:moon'"),
    ('label = "日"', 'lable = "日"', "lacks label"),
    ('name = "day"', 'name = "a"', "a stands here twice"),
    ('kind = "ledger"', 'kind = "poem"', "kind 'poem' is not one of"),
    ("version = 1", "version = 0", "version is a whole number"),
    ('status = "recalled"', 'status = "sure"', "status 'sure'"),
])
def test_refuses_by_file_and_entry(folder, old, new, said):
    with pytest.raises(BadForm) as refused:
        load_forms(folder(SOUND.replace(old, new)))
    problems = refused.value.problems
    assert all(p.startswith("one.toml: ") for p in problems)
    assert any(said in p for p in problems)


def test_refuses_a_second_file_of_a_version_and_broken_toml(folder):
    folder(SOUND)
    folder(SOUND, "two.toml")
    with pytest.raises(BadForm, match=r"two.toml: own.test version 1 has a file already, one.toml"):
        load_forms(folder("=", "three.toml"))


def test_two_versions_stand_side_by_side(folder):
    folder(SOUND)
    later = SOUND.replace("version = 1", "version = 2").replace("2020-01-01", "2026-01-01")
    forms = load_forms(folder(later, "two.toml"))
    from datetime import date

    assert forms["own.test"].version == 2
    assert forms.at("own.test", date(2025, 12, 31)).version == 1
    assert forms.at("own.test", date(2019, 12, 31)) is None
    old = forms.at("own.test", date(2020, 1, 1))
    assert forms.by_digest(old.digest) is old


def test_digest_is_of_the_meaning_not_of_the_file(folder):
    first = load_forms(folder(SOUND))["own.test"].digest
    assert load_forms(folder("# a remark\n" + SOUND))["own.test"].digest == first
    changed = SOUND.replace('"甲"', '"丙"')
    assert load_forms(folder(changed))["own.test"].digest != first
    example = SOUND.replace('unit = "mg/m3"', 'unit = "mg/m3", example = "3"')
    assert load_forms(folder(example))["own.test"].digest == first
