"""What the loader of duties refuses, by file and entry; what an organisation may add."""

from dataclasses import replace

import pytest

from qingyuan.standards import BadBook, load
from qingyuan.standards.duties import Interval, load_duties

HEAD = '''
set = "own7"
title = "示例运维公司自定项目"
default = true
about = "示例"
standard = "示例运维公司制度"
[forms]
"own7.visit" = "示例巡检表"
'''
SOUND = HEAD + '''
[[group]]
name = "示例检查"
kind = "gas"
form = { extractive = "own7.visit" }
where = "site"
interval = "15d"
clause = "3.2"
status = "text"
source = "示例制度汇编"
[[group.duty]]
key = "own7.gas.valve"
name = "电磁阀动作检查"
'''
SECOND = '''
[[group.duty]]
key = "own7.gas.desk"
name = "远程查看"
where = "remote"
prefill = "alarms"
interval = "7d"
form = { in_situ = "own7.visit" }
'''


@pytest.fixture
def folder(tmp_path):
    def write(**files):
        for name, text in files.items():
            (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def refused(folder, book=None):
    with pytest.raises(BadBook) as error:
        load_duties(folder, book=book)
    return "\n".join(error.value.problems)


def test_a_folder_of_the_organisation_joins_the_shipped_sets(folder):
    duties = load_duties(folder(own=SOUND + SECOND))
    assert duties.sets["own7"].title == "示例运维公司自定项目"
    duty = duties["own7.gas.valve"]
    assert (duty.group, duty.techniques, duty.interval) == (
        "示例检查", ("extractive",), Interval(15, "d"))
    assert len(duties) == len(load_duties()) + 2
    asked = duties.for_system("gas", "extractive", sets=["hj75", "own7"], auto_calibration=False,
                              month=5)
    assert asked[-1] is duty


def test_a_duty_goes_before_its_group(folder):
    desk = load_duties(folder(own=SOUND + SECOND))["own7.gas.desk"]
    assert (desk.where, desk.interval, desk.techniques, desk.clause) == (
        "remote", Interval(7, "d"), ("in_situ",), "3.2")


def test_single_duties_of_the_organisation_are_taken_too():
    pattern = load_duties()["hj75.house.hygiene"]
    own = replace(pattern, key="own.gas.snow", set="own", name="门前除雪")
    duties = load_duties([own])
    assert duties["own.gas.snow"] is own
    assert "own" in duties.default_sets()
    with pytest.raises(BadBook, match="twice"):
        load_duties([own, own])
    with pytest.raises(BadBook, match="set 'elsewhere' is not there"):
        load_duties([replace(own, set="elsewhere")])


def test_the_shipped_folder_of_provisions_is_not_disturbed():
    assert not {"淄博巡检表", "行业惯例"} & set(load().standards)
    assert {"淄博巡检表", "行业惯例"} <= {d.standard for d in load_duties()}


@pytest.mark.parametrize(("old", "new", "complaint"), [
    ('interval = "15d"', 'interval = "often"', "interval 'often' is not"),
    ('interval = "15d"\n', "", "has neither interval nor rule"),
    ('interval = "15d"', 'rule = "weekly"', "rule 'weekly' is no name"),
    ('kind = "gas"', 'kind = "noise"', "kind 'noise' is not one of"),
    ('where = "site"', 'where = "phone"', "where 'phone' is not one of"),
    ('where = "site"', 'where = "remote"', "needs a prefill"),
    ('where = "site"', 'where = "site"\nprefill = "dreams"', "prefill 'dreams' is not one of"),
    ('where = "site"', 'where = "site"\nneeds = ["crystal"]', "needs names parts of"),
    ('where = "site"', 'where = "site"\nmonths = [0, 13]', "months are numbers from 1 to 12"),
    ('where = "site"', 'where = "site"\nmonths = [1, 1]', "months are numbers from 1 to 12"),
    ('where = "site"', 'where = "site"\nbelow = "cold"', "below is a temperature"),
    ('where = "site"', 'where = "site"\nlead = -1', "lead is a number of days"),
    ('where = "site"', 'where = "site"\ninvalidates = "yes"', "invalidates is true or false"),
    ('where = "site"', 'where = "site"\nauto_calibration = true\ninterval_auto = "7d"',
     "restricted by auto_calibration"),
    ('where = "site"', 'where = "site"\nsame_as = "valve"', "same_as 'valve' is no key"),
    ('where = "site"', 'where = "site"\ncolour = "red"', "unknown keys colour"),
    ('{ extractive = "own7.visit" }', '{ extractve = "own7.visit" }', "form by technique names"),
    ('{ extractive = "own7.visit" }', '"visit"', "form 'visit' is not a dotted slug"),
    ('{ extractive = "own7.visit" }', '"own7.other"', "form 'own7.other' is named in no file"),
    ('kind = "gas"', 'kind = "water"', "only gas has techniques"),
    ('status = "text"', 'status = "heard"', "status 'heard' is not one of"),
    ('source = "示例制度汇编"', 'source = " "', "a text value needs a source"),
    ('clause = "3.2"\n', "", "lacks clause"),
    ('key = "own7.gas.valve"', 'key = "gas.valve"', "begins with own7."),
    ('key = "own7.gas.valve"', 'key = "own7.Gas Valve"', "begins with own7."),
    ('name = "电磁阀动作检查"', 'name = ""', "name is empty"),
])
def test_a_bad_entry_is_refused_by_file_and_entry(folder, old, new, complaint):
    assert old in SOUND
    said = refused(folder(own=SOUND.replace(old, new)))
    assert complaint in said
    assert said.startswith("own.toml: ") or "named in no file" in said


@pytest.mark.parametrize(("old", "new", "complaint"), [
    ('set = "own7"', 'set = "Own 7"', "set is lower-case English"),
    ('default = true', 'default = "yes"', "default is true or false"),
    ('about = "示例"\n', "", "lacks about"),
    ('title = "示例运维公司自定项目"', 'title = ""', "title is empty"),
    ('set = "own7"', 'set = "hj75"', "set hj75 is there already"),
    ('"own7.visit" = "示例巡检表"', 'visit = "示例巡检表"', "forms: is a table of dotted slugs"),
    ('set = "own7"', 'set = ', "not TOML"),
])
def test_a_bad_head_is_refused_by_file(folder, old, new, complaint):
    assert old in SOUND
    assert complaint in refused(folder(own=SOUND.replace(old, new)))


def test_every_fault_is_listed_at_once(folder):
    said = refused(folder(own=SOUND.replace("15d", "often"), other=HEAD.replace("own7", "own8")))
    assert "own.toml: own7.gas.valve: interval 'often'" in said
    assert "other.toml: the file: lacks group" in said


def test_a_second_duty_of_a_key_is_refused(folder):
    twice = SOUND + SOUND[SOUND.index("[[group.duty]]"):]
    assert "own7.gas.valve: is there twice" in refused(folder(own=twice))


def test_a_rule_that_the_book_lacks_is_refused(folder):
    place = folder(own=SOUND.replace('interval = "15d"', 'rule = "gas.no_such.interval"'))
    said = refused(place, load())
    assert "own7.gas.valve: the book has no provision 'gas.no_such.interval'" in said


def test_the_same_as_what_is_not_there_is_refused(folder):
    text = SOUND.replace('where = "site"', 'where = "site"\nsame_as = "hj75.no.such"')
    assert "own7.gas.valve: same_as 'hj75.no.such' is not there" in refused(folder(own=text))


def test_an_empty_folder_is_refused(tmp_path):
    assert "there is no TOML file of duties" in refused(tmp_path)
